//! Which addresses of a playlist a command gets.
//!
//! ffmpeg and streamlink open much more than streams: files of this machine (`file:`, a bare path,
//! `concat:`, `subfile:`, `hls://file:///…`), pipes, devices. What a playlist names is shown to the
//! network, so only schemes pass that can lead nowhere but to another machine.

use url::Url;

/// Schemes of streams from elsewhere, as ffmpeg and streamlink know them.
const SCHEMES: [&str; 16] = [
    "http", "https", "rtsp", "rtsps", "rtmp", "rtmps", "rtmpt", "rtmpts", "rtmpe", "rtmpte", "rtp",
    "udp", "srt", "mms", "mmsh", "mmst",
];
/// Longest address. Providers' tokens make some hundred bytes.
const BYTES_MAX: usize = 8 * 1024;

/// The address as a command may see it, or why it may not. What comes back begins with a scheme, so
/// that it is no option and no path.
pub(super) fn checked(address: &str) -> Result<String, String> {
    let address = address.trim();
    if address.len() > BYTES_MAX {
        return Err(format!("it is longer than {BYTES_MAX} bytes"));
    }
    if address.starts_with('-') {
        return Err("it begins with a dash, as an option does".to_owned());
    }
    if address.chars().any(char::is_control) {
        return Err("it holds a control character".to_owned());
    }
    let url = Url::parse(address).map_err(|error| format!("it cannot be read: {error}"))?;
    if !SCHEMES.contains(&url.scheme()) {
        let scheme = url.scheme();
        return Err(format!("a playlist may not name `{scheme}:` to a command"));
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Err("it names no host".to_owned());
    }
    // Without spaces, where the standard has none: behind one, streamlink reads parameters.
    let is_web = matches!(url.scheme(), "http" | "https");
    Ok(if is_web {
        url.into()
    } else {
        address.to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn streams_of_other_machines_pass() {
        for (address, expected) in [
            (" http://h/a.ts ", "http://h/a.ts"),
            (
                "http://h/a b.m3u8 verify=False",
                "http://h/a%20b.m3u8%20verify=False",
            ),
            ("HTTPS://h/x?a=1", "https://h/x?a=1"),
            (
                "rtmp://h/app playpath=x live=1",
                "rtmp://h/app playpath=x live=1",
            ),
            ("udp://@239.1.1.1:1234", "udp://@239.1.1.1:1234"),
            ("srt://h:9000?mode=caller", "srt://h:9000?mode=caller"),
        ] {
            assert_eq!(checked(address).as_deref(), Ok(expected), "{address}");
        }
    }

    #[test]
    fn files_options_and_pipes_do_not() {
        for address in [
            "",
            "-i",
            "--player=sh",
            "/etc/passwd",
            "file:///etc/passwd",
            "FILE:/etc/passwd",
            "concat:/etc/passwd|/etc/shadow",
            "subfile,,start,0,end,9,,:/etc/passwd",
            "pipe:0",
            "data:text/plain,x",
            "hls://file:///etc/passwd",
            "hls://http://h/a.m3u8",
            "crypto+file:///etc/passwd",
            "unix:///run/x",
            "http://",
            "rtsp:///etc/passwd",
            "http://h/\0x",
            "rtmp://h/a\nb",
        ] {
            assert!(checked(address).is_err(), "{address}");
        }
        assert!(checked(&format!("http://h/{}", "x".repeat(BYTES_MAX))).is_err());
    }

    proptest! {
        #[test]
        fn what_passes_is_one_harmless_argument(address in "(http://|rtmp://|-|/|file:)?\\PC{0,60}") {
            if let Ok(passed) = checked(&address) {
                let (scheme, _) = passed.split_once(':').unwrap();
                prop_assert!(SCHEMES.iter().any(|known| known.eq_ignore_ascii_case(scheme)));
                prop_assert!(!passed.contains(['\0', '\n', '\r']));
            }
        }
    }
}
