//! Which lines are addresses, and which of them a list may ask for.

/// What a line without `#` is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Address<'a> {
    /// An address that may be played, and the headers behind its `|`.
    Stream { url: &'a str, headers: &'a str },
    /// Meant as an address, but not for us: `file:`, `javascript:`, a relative path.
    Refused,
    /// Mere text.
    Text,
}

/// Schemes under which a stream can live. A list comes from a stranger: it must not name files of
/// this machine, scripts or programs (`pipe:`), so what is not named here is refused.
const SCHEMES: [&str; 22] = [
    "http", "https", "rtmp", "rtmps", "rtmpe", "rtmpt", "rtsp", "rtsps", "rtspt", "rtspu", "rtp",
    "srtp", "udp", "mms", "mmsh", "mmst", "srt", "rist", "igmp", "tcp", "hls", "ftp",
];

impl<'a> Address<'a> {
    /// Reads a trimmed, non-empty line. `names_files`: it may be a file of this machine.
    pub(crate) fn parse(line: &'a str, names_files: bool) -> Self {
        if names_files && is_file(line) {
            let (url, headers) = split_headers(line);
            return Self::Stream { url, headers };
        }
        let Some((scheme, behind)) = line.split_once("://") else {
            return if looks_like_address(line) {
                Self::Refused
            } else {
                Self::Text
            };
        };
        if scheme.contains(char::is_whitespace) {
            return Self::Text;
        }
        let is_known = SCHEMES
            .iter()
            .any(|known| scheme.eq_ignore_ascii_case(known));
        let (url, headers) = split_headers(line);
        if is_known && url.len() > line.len() - behind.len() {
            Self::Stream { url, headers }
        } else {
            Self::Refused
        }
    }
}

/// A path, absolute or not, or a `file:` address, of what can be played.
fn is_file(line: &str) -> bool {
    const EXTENSIONS: [&str; 7] = ["ts", "m2ts", "mts", "mp4", "m4v", "mkv", "mov"];
    let (path, _) = split_headers(line);
    let is_local = !path.contains("://") || path.get(..7).is_some_and(is_file_scheme);
    let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
    is_local
        && EXTENSIONS
            .iter()
            .any(|known| extension.eq_ignore_ascii_case(known))
}

fn is_file_scheme(scheme: &str) -> bool {
    scheme.eq_ignore_ascii_case("file://")
}

/// A path or a `scheme:rest`, as opposed to the second half of a broken title.
fn looks_like_address(line: &str) -> bool {
    !line.contains(char::is_whitespace) && line.contains([':', '/', '.'])
}

/// Kodi's `address|Name=value&...`. A `|` without a `=` behind it belongs to the address.
fn split_headers(line: &str) -> (&str, &str) {
    match line.split_once('|') {
        Some((url, headers)) if headers.contains('=') || headers.is_empty() => {
            (url.trim_end(), headers)
        }
        _ => (line, ""),
    }
}

/// A name for an address that has none: its last part without the extension, else its host.
pub(crate) fn name_of(url: &str) -> &str {
    let behind_scheme = url.split_once("://").map_or(url, |(_, behind)| behind);
    let path = behind_scheme
        .split(['?', '#'])
        .next()
        .unwrap_or(behind_scheme);
    let last = path.split('/').rfind(|part| !part.is_empty()).unwrap_or("");
    let is_host = !path.contains('/') || path.find(last) == Some(0);
    match last.rsplit_once('.') {
        Some((stem, _)) if !is_host && !stem.is_empty() => stem,
        _ if last.is_empty() => url,
        _ => last,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_addresses_from_the_rest() {
        let stream = |url, headers| Address::Stream { url, headers };
        for (line, expected) in [
            ("http://a.example/1", stream("http://a.example/1", "")),
            ("HTTPS://a.example/1", stream("HTTPS://a.example/1", "")),
            ("rtspt://a.example/1", stream("rtspt://a.example/1", "")),
            ("udp://@239.1.1.1:1234", stream("udp://@239.1.1.1:1234", "")),
            (
                "http://a.example/1|A=b",
                stream("http://a.example/1", "A=b"),
            ),
            ("http://a.example/1|", stream("http://a.example/1", "")),
            ("http://a.example/1|2", stream("http://a.example/1|2", "")),
            ("http://a.example/a b", stream("http://a.example/a b", "")),
            ("http://", Address::Refused),
            ("http://|A=b", Address::Refused),
            ("javascript:alert(1)", Address::Refused),
            ("javascript://x", Address::Refused),
            ("file:///etc/passwd", Address::Refused),
            ("data:text/html,x", Address::Refused),
            ("pipe://ffmpeg", Address::Refused),
            ("seg1.ts", Address::Refused),
            ("/media/a.ts", Address::Refused),
            ("second half", Address::Text),
            ("see http://a.example", Address::Text),
            ("word", Address::Text),
        ] {
            assert_eq!(Address::parse(line, false), expected, "{line}");
        }
    }

    #[test]
    fn files_are_for_lists_that_are_files() {
        let stream = |url| Address::Stream { url, headers: "" };
        for (line, expected) in [
            ("/media/a.ts", stream("/media/a.ts")),
            ("My film.MKV", stream("My film.MKV")),
            ("sub/a.mp4", stream("sub/a.mp4")),
            ("file:///srv/a.mkv", stream("file:///srv/a.mkv")),
            ("http://a.example/a.mkv", stream("http://a.example/a.mkv")),
            ("/etc/passwd", Address::Refused),
            ("file:///etc/passwd", Address::Refused),
            ("pipe://x.ts", Address::Refused),
            ("second half", Address::Text),
        ] {
            assert_eq!(Address::parse(line, true), expected, "{line}");
        }
    }

    #[test]
    fn names_an_address() {
        for (url, name) in [
            ("http://a.example/live/u/1.ts?x=/y", "1"),
            ("http://a.example/live/", "live"),
            ("http://a.example", "a.example"),
            ("http://a.example/", "a.example"),
            ("udp://@239.1.1.1:1234", "@239.1.1.1:1234"),
            ("http://a.example/.ts", ".ts"),
            ("http:///?", "http:///?"),
        ] {
            assert_eq!(name_of(url), name, "{url}");
        }
    }
}
