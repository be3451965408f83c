//! `#EXTINF` and `#EXTM3U`: from attributes to fields.

use crate::{
    Limits,
    attributes::Attributes,
    headers::Refused,
    pending::{Pending, put},
};

/// Reads what stands behind `#EXTINF:` into `pending`.
pub(crate) fn read(text: &str, pending: &mut Pending, limits: &Limits) -> Result<(), Refused> {
    let (duration_s, text) = duration(text.trim_start());
    pending.duration_s = duration_s;
    let mut attributes = Attributes::new(text);
    let mut result = Ok(());
    for (key, value) in attributes.by_ref() {
        result = result.and(set(pending, key, value, limits));
    }
    put(&mut pending.title, attributes.rest(), limits.text_bytes_max);
    result
}

/// The guide addresses in what stands behind `#EXTM3U`. Several are separated by commas; a comma
/// that no scheme follows belongs to its address.
pub(crate) fn guides<'a>(text: &'a str, each: &mut dyn FnMut(&'a str)) {
    for (key, value) in Attributes::new(text) {
        let is_guide = ["x-tvg-url", "url-tvg", "tvg-url"]
            .iter()
            .any(|name| key.eq_ignore_ascii_case(name));
        if !is_guide {
            continue;
        }
        let is_between = |c: char| c == ',' || c == ';' || c.is_whitespace();
        let mut start = 0;
        for (at, _) in value.match_indices(is_between) {
            let behind = value.get(at..).unwrap_or("");
            // An address may have any of them within.
            if is_web(behind.trim_start_matches(is_between)) {
                each(value.get(start..at).unwrap_or("").trim_matches(is_between));
                start = at;
            }
        }
        each(value.get(start..).unwrap_or("").trim_matches(is_between));
    }
}

/// Whether this is an address under which a guide may lie.
pub(crate) fn is_web(text: &str) -> bool {
    ["http://", "https://"].iter().any(|scheme| {
        text.get(..scheme.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    })
}

/// The number at the beginning, if there is one, and what follows.
fn duration(text: &str) -> (Option<f64>, &str) {
    let is_number = |c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.');
    let end = text.find(|c| !is_number(c)).unwrap_or(text.len());
    let (number, behind) = text.split_at(end);
    (
        number
            .parse()
            .ok()
            .filter(|seconds: &f64| seconds.is_finite()),
        behind,
    )
}

/// Sets the field of an attribute; of a repeated one the first that says something counts.
fn set(pending: &mut Pending, key: &str, value: &str, limits: &Limits) -> Result<(), Refused> {
    let is = |name: &str| key.eq_ignore_ascii_case(name);
    if is("http-user-agent") || is("user-agent") {
        return pending
            .headers
            .set("User-Agent", value, limits.headers_bytes_max);
    }
    if is("http-referrer") || is("http-referer") || is("referrer") || is("referer") {
        return pending
            .headers
            .set("Referer", value, limits.headers_bytes_max);
    }
    let text_max = limits.text_bytes_max;
    let (field, bytes_max) = match () {
        () if is("tvg-id") => (&mut pending.tvg_id, text_max),
        () if is("tvg-name") => (&mut pending.tvg_name, text_max),
        () if is("group-title") => (&mut pending.group_title, text_max),
        () if is("tvg-logo") || is("logo") => (&mut pending.logo, limits.address_bytes_max),
        () if is("tvg-chno") || is("channel-number") => (&mut pending.tvg_chno, text_max),
        () if is("tvg-shift") => (&mut pending.tvg_shift, text_max),
        () if is("catchup") || is("catchup-type") => (&mut pending.catchup_mode, text_max),
        () if is("catchup-source") => (&mut pending.catchup_source, limits.address_bytes_max),
        () if is("catchup-days") => (&mut pending.catchup_days, text_max),
        () => return Ok(()),
    };
    if field.is_empty() {
        put(field, value, bytes_max);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_durations_in_every_spelling() {
        for (text, seconds, title) in [
            ("-1,N", Some(-1.0), "N"),
            (",N", None, "N"),
            (" -1 , N", Some(-1.0), "N"),
            ("10.5 a=\"g\", N", Some(10.5), "N"),
            ("-1tvg-id=\"x\",N", Some(-1.0), "N"),
            ("--1,N", None, "N"),
            ("N", None, "N"),
        ] {
            let mut pending = Pending::default();
            read(text, &mut pending, &Limits::default()).unwrap();
            assert_eq!(
                (pending.duration_s, pending.title.as_str()),
                (seconds, title),
                "{text}"
            );
        }
    }

    #[test]
    fn finds_guides() {
        for (text, expected) in [
            (
                r#"x-tvg-url="http://a.example/1,http://a.example/2""#,
                vec!["http://a.example/1", "http://a.example/2"],
            ),
            (
                r#"url-tvg="http://a.example/?a=1,2""#,
                vec!["http://a.example/?a=1,2"],
            ),
            (r#" URL-TVG="" m3uautoload=1"#, vec![""]),
            ("", vec![]),
        ] {
            let mut found = Vec::new();
            guides(text, &mut |guide| found.push(guide));
            assert_eq!(found, expected, "{text}");
        }
    }
}
