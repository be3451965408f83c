//! Addresses as they may stand in a log.
//!
//! An IPTV address *is* the account: user and password stand in the userinfo, in the query, or as
//! parts of the path (`/live/USER/PASS/ID.ts`, `/USER/PASS/ID`). So the rule is to show only what
//! is known to be harmless, and not to hide what is known to be secret.

use url::Url;

/// First parts of a path that say which interface is asked, and nothing else.
const FIRST_WORDS: [&str; 12] = [
    "live",
    "movie",
    "series",
    "timeshift",
    "streaming",
    "hls",
    "hlsr",
    "play",
    "stream",
    "vod",
    "dash",
    "udp",
];

/// Longest last part, without its extension, that is shown. Tokens are longer.
const STEM_CHARS_MAX: usize = 24;
/// Longest last part of digits that is shown: stream ids.
const ID_DIGITS_MAX: usize = 12;

/// Scheme, host and as much of the path as tells streams apart; no userinfo, query or fragment.
#[must_use]
pub fn redact(url: &Url) -> String {
    let Some(host) = url.host_str() else {
        return match url.scheme() {
            "dipole" => format!("dipole:{}", url.path()),
            scheme => format!("{scheme}:…"),
        };
    };
    let port = url
        .port()
        .map(|port| format!(":{port}"))
        .unwrap_or_default();
    format!("{}://{host}{port}{}", url.scheme(), path(url))
}

fn path(url: &Url) -> String {
    let parts: Vec<&str> = url
        .path_segments()
        .map(|parts| parts.filter(|part| !part.is_empty()).collect())
        .unwrap_or_default();
    let Some((last, before)) = parts.split_last() else {
        return "/".to_owned();
    };
    let mut shown = String::new();
    match before {
        [] => {}
        [first] if FIRST_WORDS.contains(first) => shown.extend(["/", *first]),
        [first, ..] if FIRST_WORDS.contains(first) => shown.extend(["/", *first, "/…"]),
        _ => shown.push_str("/…"),
    }
    shown.push('/');
    shown.push_str(if is_harmless(last) { last } else { "…" });
    shown
}

/// A stream id or a file's name.
fn is_harmless(last: &str) -> bool {
    if last.len() <= ID_DIGITS_MAX && last.bytes().all(|byte| byte.is_ascii_digit()) {
        return true;
    }
    last.rsplit_once('.').is_some_and(|(stem, extension)| {
        stem.len() <= STEM_CHARS_MAX
            && (1..=5).contains(&extension.len())
            && extension.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_shown() {
        let table = [
            ("http://example.com", "http://example.com/"),
            (
                "http://user:pass@example.com:8080/",
                "http://example.com:8080/",
            ),
            (
                "http://h/live/USER/PASS/1234.ts?x=1",
                "http://h/live/…/1234.ts",
            ),
            ("http://h/USER/PASS/1234", "http://h/…/1234"),
            ("http://h/live/USER/PASS/1234#frag", "http://h/live/…/1234"),
            ("http://h/play/SECRETTOKEN", "http://h/play/…"),
            (
                "http://h/play/index.m3u8?token=SECRET",
                "http://h/play/index.m3u8",
            ),
            (
                "http://h/get.php?username=USER&password=PASS",
                "http://h/get.php",
            ),
            ("http://h/USER/PASS", "http://h/…/…"),
            (
                "http://h/eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.ts",
                "http://h/…",
            ),
            (
                "http://[2001:db8::1]:81/a/b.ts",
                "http://[2001:db8::1]:81/…/b.ts",
            ),
            ("dipole:test", "dipole:test"),
            ("file:///home/me/secret.ts", "file:…"),
            ("mailto:me@example.com", "mailto:…"),
        ];
        for (address, expected) in table {
            assert_eq!(redact(&Url::parse(address).unwrap()), expected);
        }
    }

    proptest! {
        #[test]
        fn secrets_stay_secret(
            user in "[A-Za-z]{6,20}",
            pass in "[A-Za-z0-9]{13,30}",
            id in 0u32..1_000_000,
        ) {
            for address in [
                format!("http://{user}:{pass}@host.example/a/{id}.ts"),
                format!("https://host.example/live/{user}/{pass}/{id}.m3u8"),
                format!("http://host.example/{user}/{pass}/{id}"),
                format!("http://host.example/x.ts?username={user}&password={pass}"),
            ] {
                let shown = redact(&Url::parse(&address).unwrap());
                prop_assert!(!shown.contains(&pass), "{shown}");
                let harmless = ["host.example", "live"].iter().any(|word| word.contains(&user));
                prop_assert!(harmless || !shown.contains(&user), "{shown}");
                prop_assert!(!shown.contains('?') && !shown.contains('@'));
            }
        }
    }
}
