//! Cookies of one session (RFC 6265, the part that streaming servers use).
//!
//! Kept are name, value, host and path for as long as the session lives; `Expires` is not looked
//! at, since no session outlives its stream, but `Max-Age=0` deletes.

use url::Url;

/// Cookies kept; the oldest goes.
const COOKIES_MAX: usize = 32;
/// Name and value of one cookie; a longer one is not kept.
const COOKIE_BYTES_MAX: usize = 4096;

#[derive(Debug, Default)]
pub(super) struct Jar {
    cookies: Vec<Cookie>,
    changes: u64,
}

#[derive(Debug, PartialEq, Eq)]
struct Cookie {
    name: String,
    value: String,
    host: String,
    path: String,
    /// `Domain` was given: hosts below `host` get it too.
    below: bool,
    secure: bool,
}

impl Jar {
    /// Grows whenever a cookie is set or changed. An address seen twice with the same number
    /// between is a circle.
    pub(super) fn changes(&self) -> u64 {
        self.changes
    }

    /// Takes the value of one `Set-Cookie` that came from `url`.
    pub(super) fn store(&mut self, url: &Url, line: &str) {
        let Some((cookie, delete)) = Cookie::parse(url, line) else {
            return;
        };
        let place = self.cookies.iter().position(|kept| kept.is_same(&cookie));
        let same = place.is_some_and(|place| self.cookies[place] == cookie);
        if same && !delete || place.is_none() && delete {
            return;
        }
        self.changes += 1;
        if let Some(place) = place {
            self.cookies.remove(place);
        }
        if delete {
            return;
        }
        if self.cookies.len() == COOKIES_MAX {
            self.cookies.remove(0);
        }
        self.cookies.push(cookie);
    }

    /// The value of `Cookie` for a request to `url`.
    pub(super) fn header(&self, url: &Url) -> Option<String> {
        let pairs: Vec<String> = self
            .cookies
            .iter()
            .filter(|cookie| cookie.is_for(url))
            .map(|cookie| format!("{}={}", cookie.name, cookie.value))
            .collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }
}

impl Cookie {
    fn parse(url: &Url, line: &str) -> Option<(Self, bool)> {
        let mut parts = line.split(';').map(str::trim);
        let (name, value) = parts.next()?.split_once('=')?;
        let (name, value) = (name.trim(), value.trim());
        if name.is_empty() || name.len() + value.len() > COOKIE_BYTES_MAX {
            return None;
        }
        let mut cookie = Self {
            name: name.to_owned(),
            value: value.to_owned(),
            host: url.host_str()?.to_owned(),
            path: default_path(url),
            below: false,
            secure: false,
        };
        let mut delete = false;
        for part in parts {
            let (key, value) = part.split_once('=').unwrap_or((part, ""));
            match key.trim().to_ascii_lowercase().as_str() {
                "path" if value.starts_with('/') => {
                    cookie.path = value.chars().take(1024).collect()
                }
                "domain" => cookie.widen(value)?,
                "secure" => cookie.secure = true,
                "max-age" => delete = value.trim().parse().is_ok_and(|age: i64| age <= 0),
                _ => {}
            }
        }
        Some((cookie, delete))
    }

    /// Applies `Domain`. One that is not the sender's own is refused (RFC 6265, 5.3 step 6), and
    /// so is a top level domain; there is no list of public suffixes here, and none is needed for
    /// a jar that lives as long as one stream.
    fn widen(&mut self, domain: &str) -> Option<()> {
        let domain = domain.trim().trim_start_matches('.').to_ascii_lowercase();
        if domain.is_empty() || domain == self.host {
            self.below = !domain.is_empty();
            return Some(());
        }
        if !domain.contains('.') || !is_below(&self.host, &domain) {
            return None;
        }
        self.host = domain;
        self.below = true;
        Some(())
    }

    /// RFC 6265, 5.3 step 11.
    fn is_same(&self, other: &Self) -> bool {
        (&self.name, &self.host, &self.path) == (&other.name, &other.host, &other.path)
    }

    fn is_for(&self, url: &Url) -> bool {
        let host = url.host_str().unwrap_or_default();
        (host == self.host || self.below && is_below(host, &self.host))
            && (!self.secure || url.scheme() == "https")
            && is_under(url.path(), &self.path)
    }
}

/// A name with `domain` behind a dot; addresses have no domains.
fn is_below(host: &str, domain: &str) -> bool {
    let is_name = !host.starts_with('[') && host.parse::<std::net::Ipv4Addr>().is_err();
    is_name
        && host
            .strip_suffix(domain)
            .is_some_and(|front| front.ends_with('.'))
}

/// RFC 6265, 5.1.4.
fn default_path(url: &Url) -> String {
    match url.path().rsplit_once('/') {
        Some((folder, _)) if !folder.is_empty() => folder.to_owned(),
        _ => "/".to_owned(),
    }
}

/// RFC 6265, 5.1.4: equal, or the next part begins where `folder` ends.
fn is_under(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || folder.ends_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(address: &str) -> Url {
        Url::parse(address).unwrap()
    }

    /// What is sent to `to` after `from` has set `line`.
    fn sent(from: &str, line: &str, to: &str) -> Option<String> {
        let mut jar = Jar::default();
        jar.store(&url(from), line);
        jar.header(&url(to))
    }

    #[test]
    fn who_gets_a_cookie() {
        let yes = |from, line, to| assert!(sent(from, line, to).is_some(), "{from} {line} {to}");
        let no = |from, line, to| assert!(sent(from, line, to).is_none(), "{from} {line} {to}");
        yes("http://h.tv/a/b", "s=1", "http://h.tv/a/c");
        yes("http://h.tv/a/b", "s=1", "http://h.tv:8080/a");
        no("http://h.tv/a/b", "s=1", "http://h.tv/ab");
        no("http://h.tv/a/b", "s=1", "http://x.h.tv/a/b");
        yes("http://h.tv/a/b", "s=1; Path=/", "http://h.tv/z");
        yes(
            "http://a.h.tv/",
            "s=1; Domain=.h.tv; Path=/",
            "http://b.h.tv/",
        );
        yes("http://a.h.tv/", "s=1; domain=H.TV", "http://h.tv/");
        no("http://a.h.tv/", "s=1; Domain=tv", "http://b.tv/");
        no("http://a.h.tv/", "s=1; Domain=other.tv", "http://other.tv/");
        no("http://10.0.0.1/", "s=1; Domain=0.0.1", "http://10.0.0.1/");
        no("https://h.tv/", "s=1; Secure", "http://h.tv/");
        yes("https://h.tv/", "s=1; Secure; HttpOnly", "https://h.tv/");
    }

    #[test]
    fn cookies_are_replaced_and_deleted() {
        let at = url("http://h.tv/");
        let mut jar = Jar::default();
        jar.store(&at, "a=1");
        jar.store(&at, "b = 2 ; path=/");
        assert_eq!(jar.header(&at).as_deref(), Some("a=1; b=2"));
        let before = jar.changes();
        jar.store(&at, "a=1");
        assert_eq!(jar.changes(), before);
        jar.store(&at, "a=3");
        jar.store(&at, "b=; Max-Age=0");
        assert_eq!(jar.header(&at).as_deref(), Some("a=3"));
        assert_eq!(jar.changes(), before + 2);
    }

    #[test]
    fn the_jar_is_bounded() {
        let at = url("http://h.tv/");
        let mut jar = Jar::default();
        for number in 0..100 {
            jar.store(&at, &format!("c{number}=x"));
        }
        jar.store(&at, &format!("long={}", "x".repeat(COOKIE_BYTES_MAX)));
        let header = jar.header(&at).unwrap();
        assert_eq!(header.split("; ").count(), COOKIES_MAX);
        assert!(header.ends_with("c99=x"));
    }

    #[test]
    fn nonsense_is_left_out() {
        for line in ["", ";", "=", "novalue", "=x; Path=/", " ; Domain"] {
            assert_eq!(sent("http://h.tv/", line, "http://h.tv/"), None, "{line}");
        }
    }
}
