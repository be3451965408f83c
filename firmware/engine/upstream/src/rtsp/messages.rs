//! What comes on the connection of a session: packets between answers (RFC 2326 clauses 7 and 10.12).

use std::ops::Range;

/// Bytes of an answer's head, and of a body, which is passed over.
const HEAD_BYTES_MAX: usize = 4 * 1024;
const BODY_BYTES_MAX: usize = 16 * 1024;
/// Of `$`, channel and length.
const FRAME_HEAD_BYTES: usize = 4;
/// A buffer of so many bytes has room for every message whole.
pub(super) const MESSAGE_BYTES_MAX: usize = FRAME_HEAD_BYTES + 65_535;
const _: () = assert!(HEAD_BYTES_MAX + BODY_BYTES_MAX <= MESSAGE_BYTES_MAX);

/// It is not RTSP, or longer than any answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Malformed;

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) code: u16,
    head: String,
}

impl Answer {
    /// The value of a header.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let mut fields = self.head.lines().filter_map(|line| line.split_once(':'));
        let (_, value) = fields.find(|(own, _)| own.trim().eq_ignore_ascii_case(name))?;
        Some(value.trim())
    }
}

/// What stands at the front of a buffer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Message {
    /// A packet, by its place in the buffer.
    Packet { channel: u8, place: Range<usize> },
    /// An answer.
    Answer(Answer),
    /// A request of the server, or an empty line.
    Passed,
}

/// The message at the front of `buffer` and its length; `None` while it is not whole.
pub(super) fn message(buffer: &[u8]) -> Result<Option<(Message, usize)>, Malformed> {
    match buffer {
        [] => Ok(None),
        [b'\r' | b'\n', ..] => Ok(Some((Message::Passed, 1))),
        [b'$', channel, high, low, rest @ ..] => {
            let length = usize::from(u16::from_be_bytes([*high, *low]));
            let end = FRAME_HEAD_BYTES + length;
            let packet = Message::Packet {
                channel: *channel,
                place: FRAME_HEAD_BYTES..end,
            };
            Ok((rest.len() >= length).then_some((packet, end)))
        }
        [b'$', ..] => Ok(None),
        _ => text(buffer),
    }
}

fn text(buffer: &[u8]) -> Result<Option<(Message, usize)>, Malformed> {
    const END: &[u8] = b"\r\n\r\n";
    let within = buffer.get(..HEAD_BYTES_MAX).unwrap_or(buffer);
    let Some(at) = within.windows(END.len()).position(|bytes| bytes == END) else {
        return match buffer.len() < HEAD_BYTES_MAX {
            true => Ok(None),
            false => Err(Malformed),
        };
    };
    let head = String::from_utf8_lossy(buffer.get(..at).unwrap_or_default()).into_owned();
    let first = head.lines().next().unwrap_or_default();
    let code = first
        .strip_prefix("RTSP/1.")
        .and_then(|rest| rest.split(' ').nth(1)?.parse().ok());
    let is_request = first.ends_with(" RTSP/1.0");
    let answer = Answer {
        code: code.unwrap_or(0),
        head,
    };
    let body: usize = match answer.header("Content-Length") {
        Some(length) => length.parse().map_err(|_| Malformed)?,
        None => 0,
    };
    if body > BODY_BYTES_MAX || (code.is_none() && !is_request) {
        return Err(Malformed);
    }
    let end = at + END.len() + body;
    let message = match code {
        Some(_) => Message::Answer(answer),
        None => Message::Passed,
    };
    Ok((buffer.len() >= end).then_some((message, end)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn packets_between_answers() {
        let text =
            b"RTSP/1.0 200 OK\r\nCSeq: 1\r\nsession: 7;timeout=30\r\nContent-Length: 2\r\n\r\nab";
        let bytes = [
            &b"$\x01\x00\x02xy\r\n"[..],
            text,
            b"OPTIONS * RTSP/1.0\r\n\r\n$",
        ]
        .concat();
        let mut rest = &bytes[..];
        let mut found = Vec::new();
        while let Some((message, length)) = message(rest).unwrap() {
            found.push(message);
            rest = &rest[length..];
        }
        assert_eq!(rest, b"$");
        let [
            packet,
            Message::Passed,
            Message::Passed,
            Message::Answer(answer),
            Message::Passed,
        ] = &found[..]
        else {
            panic!("{found:?}");
        };
        let place = 4..6;
        assert_eq!(*packet, Message::Packet { channel: 1, place });
        assert_eq!(
            (answer.code, answer.header("Session")),
            (200, Some("7;timeout=30"))
        );
    }

    #[test]
    fn what_is_no_rtsp() {
        let long = vec![b'a'; HEAD_BYTES_MAX];
        for bytes in [
            &b"HTTP/1.1 200 OK\r\n\r\n"[..],
            b"RTSP/1.0 200 OK\r\nContent-Length: 99999\r\n\r\n",
            b"RTSP/1.0 200 OK\r\nContent-Length: x\r\n\r\n",
            &long,
        ] {
            assert_eq!(message(bytes), Err(Malformed));
        }
        assert_eq!(message(&long[1..]), Ok(None));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            for front in [&b""[..], b"$", b"RTSP/1.0 200\r\n", b"RTSP/1.0 2\r\nContent-Length:"] {
                let bytes = [front, &bytes].concat();
                if let Ok(Some((message, length))) = message(&bytes) {
                    prop_assert!(length > 0 && length <= bytes.len());
                    if let Message::Packet { place, .. } = message {
                        prop_assert!(place.end <= length);
                    }
                }
            }
        }
    }
}
