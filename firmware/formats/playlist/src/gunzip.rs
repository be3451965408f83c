//! Gzip (RFC 1952) as a push stage: any number of members, output in bounded steps, and what was
//! readable of a cut or damaged file is kept. Anything that is not gzip passes unchanged.

use flate2::{Crc, Decompress, FlushDecompress, Status};

use crate::{Error, Trouble};

/// Inflated bytes handed on at once: a bomb is met in steps of this size.
const STEP_BYTES: usize = 16 << 10;

const FLAG_HEADER_CRC: u8 = 1 << 1;
const FLAG_EXTRA: u8 = 1 << 2;
const FLAG_NAME: u8 = 1 << 3;
const FLAG_COMMENT: u8 = 1 << 4;
const FLAGS_RESERVED: u8 = 0b1110_0000;

type Sink<'s> = dyn FnMut(&[u8]) -> Result<(), Error> + 's;

pub(crate) struct Gunzip {
    stage: Stage,
    trouble: Option<Trouble>,
    is_whole: bool,
}

enum Stage {
    /// Nothing seen, or only the first byte of gzip's two.
    Sniff {
        has_first: bool,
    },
    Plain,
    Header(Header),
    Deflate(Box<Member>),
    /// Checksum and length (2.3.1), eight bytes.
    Tail {
        member: Box<Member>,
        bytes: [u8; 8],
        len: usize,
    },
    /// Behind a member: another one, padding with zeros, or the end.
    Between,
    /// The rest is not looked at.
    Ended,
}

struct Member {
    inflate: Decompress,
    crc: Crc,
    out: [u8; STEP_BYTES],
}

impl Gunzip {
    pub(crate) const fn new() -> Self {
        Self {
            stage: Stage::Sniff { has_first: false },
            trouble: None,
            is_whole: true,
        }
    }

    /// What went wrong; the caller knows the line.
    pub(crate) const fn take_trouble(&mut self) -> Option<Trouble> {
        self.trouble.take()
    }

    /// Whether nothing is missing, as far as gzip knows.
    pub(crate) const fn is_whole(&self) -> bool {
        self.is_whole
    }

    pub(crate) fn push(&mut self, mut bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Error> {
        while let Some((&first, rest)) = bytes.split_first() {
            match std::mem::replace(&mut self.stage, Stage::Ended) {
                Stage::Sniff { has_first } => {
                    let (stage, is_taken) = sniff(has_first, first, sink)?;
                    self.stage = stage;
                    bytes = if is_taken { rest } else { bytes };
                }
                Stage::Plain => {
                    self.stage = Stage::Plain;
                    return sink(bytes);
                }
                Stage::Header(header) => {
                    bytes = rest;
                    self.header(header, first);
                }
                Stage::Deflate(member) => bytes = self.deflate(member, bytes, sink)?,
                Stage::Tail {
                    member,
                    bytes: tail,
                    len,
                } => {
                    bytes = rest;
                    self.tail(member, tail, len, first);
                }
                Stage::Between => {
                    bytes = rest;
                    self.between(first);
                }
                Stage::Ended => return Ok(()),
            }
        }
        Ok(())
    }

    /// The end of the transfer.
    pub(crate) fn finish(&mut self, sink: &mut Sink<'_>) -> Result<(), Error> {
        match self.stage {
            Stage::Sniff { has_first: true } => sink(&[0x1f])?,
            Stage::Header(_) | Stage::Deflate(_) | Stage::Tail { .. } => {
                self.fail(Trouble::GzipCut);
            }
            Stage::Sniff { .. } | Stage::Plain | Stage::Between | Stage::Ended => {}
        }
        Ok(())
    }

    const fn fail(&mut self, trouble: Trouble) {
        self.trouble = Some(trouble);
        self.is_whole = false;
    }

    fn header(&mut self, mut header: Header, byte: u8) {
        match header.push(byte) {
            Step::More => self.stage = Stage::Header(header),
            Step::Done => {
                self.stage = Stage::Deflate(Box::new(Member {
                    inflate: Decompress::new(false),
                    crc: Crc::new(),
                    out: [0; STEP_BYTES],
                }));
            }
            Step::NoMagic => self.trouble = Some(Trouble::GzipTrailer),
            Step::Bad => self.fail(Trouble::GzipDamaged),
        }
    }

    /// Inflates all of `bytes`, or up to the end of the member; returns what is left.
    fn deflate<'b>(
        &mut self,
        mut member: Box<Member>,
        mut bytes: &'b [u8],
        sink: &mut Sink<'_>,
    ) -> Result<&'b [u8], Error> {
        loop {
            let Member { inflate, crc, out } = &mut *member;
            let (before_in, before_out) = (inflate.total_in(), inflate.total_out());
            let status = inflate.decompress(bytes, out, FlushDecompress::None);
            let read = usize::try_from(inflate.total_in() - before_in).unwrap_or(usize::MAX);
            let written = usize::try_from(inflate.total_out() - before_out).unwrap_or(usize::MAX);
            let made = out.get(..written).unwrap_or_default();
            crc.update(made);
            sink(made)?;
            bytes = bytes.get(read..).unwrap_or_default();
            match status {
                Ok(Status::StreamEnd) => {
                    self.stage = Stage::Tail {
                        member,
                        bytes: [0; 8],
                        len: 0,
                    };
                    return Ok(bytes);
                }
                Ok(_) if written == STEP_BYTES => {}
                Ok(_) if bytes.is_empty() => {
                    self.stage = Stage::Deflate(member);
                    return Ok(bytes);
                }
                Ok(_) if read + written > 0 => {}
                Ok(_) | Err(_) => {
                    self.fail(Trouble::GzipDamaged);
                    return Ok(&[]);
                }
            }
        }
    }

    fn tail(&mut self, member: Box<Member>, mut tail: [u8; 8], mut len: usize, byte: u8) {
        if let Some(place) = tail.get_mut(len) {
            *place = byte;
        }
        len += 1;
        if len < tail.len() {
            self.stage = Stage::Tail {
                member,
                bytes: tail,
                len,
            };
            return;
        }
        let [a, b, c, d, e, f, g, h] = tail;
        let is_whole = u32::from_le_bytes([a, b, c, d]) == member.crc.sum()
            && u32::from_le_bytes([e, f, g, h]) == member.crc.amount();
        if is_whole {
            self.stage = Stage::Between;
        } else {
            self.fail(Trouble::GzipDamaged);
        }
    }

    /// gzip(1) pads with zeros on tapes and warns about anything else; so does this.
    fn between(&mut self, byte: u8) {
        match byte {
            0x1f => self.stage = Stage::Header(Header::behind_first_byte()),
            0 => self.stage = Stage::Between,
            _ => self.trouble = Some(Trouble::GzipTrailer),
        }
    }
}

/// The stage that follows, and whether `byte` belongs to gzip's header.
fn sniff(has_first: bool, byte: u8, sink: &mut Sink<'_>) -> Result<(Stage, bool), Error> {
    Ok(match (has_first, byte) {
        (false, 0x1f) => (Stage::Sniff { has_first: true }, true),
        (false, _) => (Stage::Plain, false),
        (true, 0x8b) => (Stage::Header(Header::behind_magic()), true),
        (true, _) => {
            sink(&[0x1f])?;
            (Stage::Plain, false)
        }
    })
}

/// The header of a member (2.3), byte by byte; nothing of it is kept but its flags.
#[derive(Clone, Copy, Debug)]
struct Header {
    part: Part,
    /// Optional parts that are still to come.
    flags: u8,
}

#[derive(Clone, Copy, Debug)]
enum Part {
    /// Ten bytes; this many have been seen.
    Fixed(u8),
    ExtraLenLow,
    ExtraLenHigh(u8),
    /// Bytes left.
    Extra(u16),
    /// A name or a comment, up to its zero.
    Text,
    /// Bytes left of the header's own checksum, which nobody writes.
    Crc(u8),
}

enum Step {
    More,
    Done,
    NoMagic,
    Bad,
}

impl Header {
    const fn behind_first_byte() -> Self {
        Self {
            part: Part::Fixed(1),
            flags: 0,
        }
    }

    const fn behind_magic() -> Self {
        Self {
            part: Part::Fixed(2),
            flags: 0,
        }
    }

    fn push(&mut self, byte: u8) -> Step {
        match self.part {
            Part::Fixed(1) if byte != 0x8b => return Step::NoMagic,
            // 8 is deflate, the only method there is.
            Part::Fixed(2) if byte != 8 => return Step::Bad,
            Part::Fixed(3) if byte & FLAGS_RESERVED != 0 => return Step::Bad,
            Part::Fixed(9) => return self.next_part(),
            Part::Fixed(at) => {
                if at == 3 {
                    self.flags = byte;
                }
                self.part = Part::Fixed(at + 1);
            }
            Part::ExtraLenLow => self.part = Part::ExtraLenHigh(byte),
            Part::ExtraLenHigh(low) => match u16::from_le_bytes([low, byte]) {
                0 => return self.next_part(),
                len => self.part = Part::Extra(len),
            },
            Part::Extra(1) | Part::Crc(1) => return self.next_part(),
            Part::Extra(left) => self.part = Part::Extra(left - 1),
            Part::Crc(left) => self.part = Part::Crc(left - 1),
            Part::Text if byte == 0 => return self.next_part(),
            Part::Text => {}
        }
        Step::More
    }

    /// The optional parts, in the order in which they follow.
    fn next_part(&mut self) -> Step {
        for (flag, part) in [
            (FLAG_EXTRA, Part::ExtraLenLow),
            (FLAG_NAME, Part::Text),
            (FLAG_COMMENT, Part::Text),
            (FLAG_HEADER_CRC, Part::Crc(2)),
        ] {
            if self.flags & flag != 0 {
                self.flags &= !flag;
                self.part = part;
                return Step::More;
            }
        }
        Step::Done
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, GzBuilder};

    use super::*;

    fn member(text: &[u8]) -> Vec<u8> {
        let mut writer = GzBuilder::new()
            .filename("a.m3u")
            .comment("c")
            .extra(vec![1, 2, 3])
            .write(Vec::new(), Compression::default());
        writer.write_all(text).unwrap();
        writer.finish().unwrap()
    }

    fn inflate<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> (Vec<u8>, Option<Trouble>) {
        let (mut gunzip, mut out) = (Gunzip::new(), Vec::new());
        let mut sink = |bytes: &[u8]| {
            assert!(bytes.len() <= STEP_BYTES);
            out.extend_from_slice(bytes);
            Ok(())
        };
        for piece in pieces {
            gunzip.push(piece, &mut sink).unwrap();
        }
        gunzip.finish(&mut sink).unwrap();
        (out, gunzip.take_trouble())
    }

    #[test]
    fn reads_members_padding_and_trailers() {
        let (one, two) = (member(b"one\n"), member(&[b'x'; 100_000]));
        let both = [one.as_slice(), &two].concat();
        let text = [b"one\n".as_slice(), &[b'x'; 100_000]].concat();
        for (behind, trouble) in [
            (b"".as_slice(), None),
            (&[0; 512], None),
            (b"junk", Some(Trouble::GzipTrailer)),
            (b"\x1fjunk", Some(Trouble::GzipTrailer)),
            (b"\x1f\x8b", Some(Trouble::GzipCut)),
            (b"\x1f\x8b\x09", Some(Trouble::GzipDamaged)),
        ] {
            let file = [both.as_slice(), behind].concat();
            for piece_bytes in [1, 7, file.len()] {
                assert_eq!(
                    inflate(file.chunks(piece_bytes)),
                    (text.clone(), trouble),
                    "{behind:?}"
                );
            }
        }
    }

    #[test]
    fn keeps_what_was_read_of_a_cut_or_damaged_file() {
        let text: Vec<u8> = (0..20_000_u32).flat_map(u32::to_le_bytes).collect();
        let file = member(&text);
        for cut in [11, file.len() / 2, file.len() - 9, file.len() - 1] {
            let (out, trouble) = inflate(file[..cut].chunks(1000));
            assert!(text.starts_with(&out));
            assert_eq!(trouble, Some(Trouble::GzipCut), "{cut}");
        }
        let mut damaged = file;
        let crc_at = damaged.len() - 8;
        damaged[crc_at] ^= 1;
        assert_eq!(
            inflate(damaged.chunks(1000)),
            (text, Some(Trouble::GzipDamaged))
        );
    }

    #[test]
    fn lets_plain_bytes_pass() {
        for plain in [
            b"#EXTM3U\n".as_slice(),
            b"\x1f",
            b"\x1fx",
            b"\x1f\x1f\x8b",
            b"",
        ] {
            for piece_bytes in [1, 100] {
                assert_eq!(inflate(plain.chunks(piece_bytes)), (plain.to_vec(), None));
            }
        }
    }
}
