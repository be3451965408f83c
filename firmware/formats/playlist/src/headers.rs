//! Request headers of an entry, gathered from `#EXTVLCOPT`, `#KODIPROP`, attributes and the
//! `|Name=value` suffix of an address.

/// Headers under construction, in the form that [`crate::Headers`] lends out.
#[derive(Debug, Default)]
pub(crate) struct HeaderLines {
    text: String,
}

/// The header is no HTTP header, or there is no room for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Refused;

impl HeaderLines {
    pub(crate) const fn as_str(&self) -> &str {
        self.text.as_str()
    }

    pub(crate) fn clear(&mut self) {
        self.text.clear();
    }

    /// Sets a header; a later one replaces an earlier one of the same name, because what stands
    /// closer to the address is meant more.
    pub(crate) fn set(&mut self, name: &str, value: &str, bytes_max: usize) -> Result<(), Refused> {
        let (name, value) = (canonical(name.trim()), value.trim());
        if value.is_empty() {
            return Ok(());
        }
        if name.is_empty() || !name.bytes().all(is_token) || value.chars().any(char::is_control) {
            return Err(Refused);
        }
        self.remove(name);
        if self.text.len() + name.len() + value.len() + 3 > bytes_max {
            return Err(Refused);
        }
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.text.push_str(name);
        self.text.push_str(": ");
        self.text.push_str(value);
        Ok(())
    }

    /// Sets headers given as `Name=value&Name=value` with percent encoding, the form of Kodi's
    /// address suffix and of its `stream_headers` property.
    pub(crate) fn set_encoded(&mut self, pairs: &str, bytes_max: usize) -> Result<(), Refused> {
        let mut result = Ok(());
        for pair in pairs.split('&') {
            let Some((name, value)) = pair.split_once('=') else {
                continue;
            };
            if is_player_option(name.trim()) {
                continue;
            }
            let outcome = decode(value.trim())
                .ok_or(Refused)
                .and_then(|value| self.set(&decode(name).ok_or(Refused)?, &value, bytes_max));
            result = result.and(outcome);
        }
        result
    }

    fn remove(&mut self, name: &str) {
        let is_same = |line: &str| {
            line.split_once(": ")
                .is_some_and(|(other, _)| other.eq_ignore_ascii_case(name))
        };
        if self.text.lines().any(is_same) {
            let kept: Vec<_> = self.text.lines().filter(|line| !is_same(line)).collect();
            self.text = kept.join("\n");
        }
    }
}

/// The usual spelling of the headers that lists name in many ways.
fn canonical(name: &str) -> &str {
    const SPELLINGS: [(&str, &str); 6] = [
        ("user-agent", "User-Agent"),
        ("referer", "Referer"),
        ("referrer", "Referer"),
        ("origin", "Origin"),
        ("cookie", "Cookie"),
        ("authorization", "Authorization"),
    ];
    let usual = SPELLINGS
        .iter()
        .find(|(other, _)| name.eq_ignore_ascii_case(other));
    usual.map_or(name, |(_, usual)| usual)
}

/// What Kodi takes from the same suffix for its own HTTP client, and sends to nobody.
fn is_player_option(name: &str) -> bool {
    const OPTIONS: [&str; 10] = [
        "seekable",
        "verifypeer",
        "connection-timeout",
        "failonerror",
        "redirect-limit",
        "postdata",
        "sslcipherlist",
        "auth",
        "customrequest",
        "acceptencoding",
    ];
    name.starts_with('!')
        || OPTIONS
            .iter()
            .any(|option| name.eq_ignore_ascii_case(option))
}

/// A byte of an HTTP token (RFC 9110, 5.6.2).
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// Percent decoding as Kodi does it: `+` is a space and a lone `%` is itself. `None` where the
/// bytes are no UTF-8.
fn decode(text: &str) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.as_bytes();
    while let Some((&byte, rest)) = bytes.split_first() {
        bytes = rest;
        out.push(match (byte, rest) {
            (b'%', [high, low, behind @ ..]) => match (hex(*high), hex(*low)) {
                (Some(high), Some(low)) => {
                    bytes = behind;
                    high << 4 | low
                }
                _ => b'%',
            },
            (b'+', _) => b' ',
            _ => byte,
        });
    }
    String::from_utf8(out).ok()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit)
        .to_digit(16)
        .and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_suffix_of_an_address() {
        for (pairs, text, result) in [
            (
                "User-Agent=VLC%2F3&Referer=http://r.example/",
                "User-Agent: VLC/3\nReferer: http://r.example/",
                Ok(()),
            ),
            (
                "user-agent=Mozilla/5.0+(X11)&x-a=100%",
                "User-Agent: Mozilla/5.0 (X11)\nx-a: 100%",
                Ok(()),
            ),
            ("seekable=0&!X=1&referrer=a", "Referer: a", Ok(())),
            ("X-A=1&x-a=2", "x-a: 2", Ok(())),
            ("X-A=1%0d%0aHost:+evil&B=2", "B: 2", Err(Refused)),
            ("X%0aY=1", "", Err(Refused)),
            ("A=%ff", "", Err(Refused)),
            ("none", "", Ok(())),
            ("A=", "", Ok(())),
        ] {
            let mut lines = HeaderLines::default();
            assert_eq!(lines.set_encoded(pairs, 200), result, "{pairs}");
            assert_eq!(lines.as_str(), text, "{pairs}");
        }
    }

    #[test]
    fn holds_no_more_than_its_maximum() {
        let mut lines = HeaderLines::default();
        for n in 0..1000 {
            let _ = lines.set(&format!("X-{n}"), "value", 100);
        }
        assert!(lines.as_str().len() <= 100 && lines.as_str().starts_with("X-0: value\nX-1"));
    }
}
