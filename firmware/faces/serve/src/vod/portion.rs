//! What a provider's answer is worth: which bytes of which file it brings, or why it is not believed.
//!
//! Providers lie: they answer 206 with other bytes than were asked for, 200 with a part, a web page for
//! a film. A player that gets wrong bytes shows a broken picture or none; so what contradicts itself
//! is refused here, and what is passed is exact.

use super::{
    door::VodHead,
    range::{ByteRange, ContentRange},
};

/// Bytes of a header's value that is kept and passed on; tags and types are far shorter.
const VALUE_BYTES_MAX: usize = 256;

/// What tells one state of a file from another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Film {
    /// Bytes of the whole file, where that is known.
    pub(crate) total: Option<u64>,
    /// `ETag`.
    pub(crate) etag: Option<String>,
    /// `Last-Modified`.
    pub(crate) last_modified: Option<String>,
    /// `Content-Type`.
    pub(crate) content_type: Option<String>,
}

impl Film {
    fn of(head: &VodHead, total: Option<u64>) -> Self {
        let short = |value: &Option<String>| {
            let value = value.as_ref();
            value.filter(|it| it.len() <= VALUE_BYTES_MAX).cloned()
        };
        Self {
            total,
            etag: short(&head.etag).filter(|etag| is_etag(etag)),
            last_modified: short(&head.last_modified),
            content_type: short(&head.content_type),
        }
    }

    /// What an `If-Range` may carry: no weak tag (RFC 9110, 13.1.5).
    pub(crate) fn validator(&self) -> Option<&str> {
        match self.etag.as_deref() {
            Some(etag) if !etag.starts_with("W/") => Some(etag),
            _ => self.last_modified.as_deref(),
        }
    }

    /// Whether an answer belongs to the same state of the same file, as far as both say.
    fn is_same(&self, other: &Self) -> bool {
        let agree = |a: &Option<String>, b: &Option<String>| a.is_none() || b.is_none() || a == b;
        self.total.is_some()
            && self.total == other.total
            && agree(&self.etag, &other.etag)
            && agree(&self.last_modified, &other.last_modified)
    }
}

/// Which bytes of a file are on their way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Portion {
    /// The file.
    pub(crate) film: Film,
    /// Whether it is a part of the file, asked for as such.
    pub(crate) is_part: bool,
    /// The first byte.
    pub(crate) first: u64,
    /// Behind the last one; `None` where the file ends when it ends.
    pub(crate) end: Option<u64>,
    /// Whether the provider gives parts, where that is known.
    pub(crate) takes_ranges: Option<bool>,
}

/// What a provider answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Bytes.
    Portion(Portion),
    /// It is as the client knows it (304).
    NotModified(Film),
    /// It is not as the client wants it (412).
    PreconditionFailed,
    /// There is no such part (416); the bytes of the file, where they are told.
    NoSuchPart(Option<u64>),
}

/// Why an answer is of no use.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unusable {
    /// It says no.
    #[error("the provider answered {0}")]
    Status(u16),
    /// It says something, and it is no film.
    #[error("the provider sent {0} in place of a film")]
    NoFilm(String),
    /// What it says of the part that it sends is wrong: without a range it may be right.
    #[error("the provider's answer to a range contradicts itself")]
    Lie,
}

/// Judges the answer to a request for `range`; `has_if_range` where it was asked for under a condition.
pub(crate) fn judge(
    head: &VodHead,
    range: Option<ByteRange>,
    has_if_range: bool,
) -> Result<Verdict, Unusable> {
    match head.status {
        200 | 206 => {
            is_film(head)?;
            let portion = match part(head, range)? {
                Some(portion) => portion,
                None => whole(head, range.is_some() && !has_if_range)?,
            };
            Ok(Verdict::Portion(portion))
        }
        304 => Ok(Verdict::NotModified(Film::of(head, None))),
        412 => Ok(Verdict::PreconditionFailed),
        416 => no_such_part(head, range),
        status => Err(Unusable::Status(status)),
    }
}

/// Judges the answer to a request for what is left of `portion` from `next` on: whether it goes on
/// with the very bytes. `None` where the provider says no, which may pass.
pub(crate) fn goes_on(head: &VodHead, portion: &Portion, next: u64) -> Option<bool> {
    if !matches!(head.status, 200 | 206 | 412 | 416) {
        return None;
    }
    let range = ByteRange::From(next);
    let verdict = judge(head, Some(range), true);
    Some(matches!(
        verdict,
        Ok(Verdict::Portion(rest)) if rest.is_part && rest.first == next && rest.film.is_same(&portion.film)
    ))
}

/// The part that an answer brings; `None` where it brings the whole file.
fn part(head: &VodHead, range: Option<ByteRange>) -> Result<Option<Portion>, Unusable> {
    let given = head.content_range.as_deref();
    let read = given.and_then(ContentRange::parse);
    if head.status == 200 && (given.is_none() || read.is_none() && range.is_none()) {
        return Ok(None);
    }
    let Some(ContentRange::Part { first, last, total }) = read else {
        return Err(Unusable::Lie);
    };
    let count = last - first + 1;
    if head.content_length.is_some_and(|length| length != count) {
        return Err(Unusable::Lie);
    }
    if range.is_none() || head.status == 200 {
        // All of it, called a part; or a part, called all of it.
        let is_all = first == 0 && total == Some(count);
        if is_all {
            return Ok(None);
        }
    }
    // A range that was not asked for is nobody's.
    let range = range.ok_or(Unusable::Lie)?;
    let end = end_of(range, first, last, total).ok_or(Unusable::Lie)?;
    Ok(Some(Portion {
        film: Film::of(head, total),
        is_part: true,
        first,
        end: Some(end),
        takes_ranges: Some(true),
    }))
}

/// Where a part ends that begins where it was asked to; `None` where it does not. A provider may send
/// less than was asked for and the rest for another request, so the end is the asked one.
fn end_of(range: ByteRange, first: u64, last: u64, total: Option<u64>) -> Option<u64> {
    let to_end = total.unwrap_or(last + 1);
    match range {
        ByteRange::From(wanted) => (first == wanted).then_some(to_end),
        ByteRange::Between(wanted, until) => {
            let end = until.saturating_add(1).min(to_end);
            (first == wanted && last < end).then_some(end)
        }
        ByteRange::Last(count) => match total {
            Some(total) => (first == total.saturating_sub(count)).then_some(total),
            None => (last - first < count).then_some(to_end),
        },
    }
}

fn whole(head: &VodHead, ignored_range: bool) -> Result<Portion, Unusable> {
    let total = match (&head.content_range, head.content_length) {
        (_, Some(0)) => return Err(Unusable::NoFilm("nothing".to_owned())),
        (_, Some(length)) => Some(length),
        (Some(range), None) => match ContentRange::parse(range) {
            Some(ContentRange::Part { total, .. }) => total,
            _ => None,
        },
        (None, None) => None,
    };
    let said = head.accept_ranges.as_deref().map(str::trim);
    let takes_ranges = match said {
        _ if ignored_range => Some(false),
        Some("bytes") => Some(true),
        Some("none") => Some(false),
        _ => None,
    };
    Ok(Portion {
        film: Film::of(head, total),
        is_part: false,
        first: 0,
        end: total,
        takes_ranges,
    })
}

fn no_such_part(head: &VodHead, range: Option<ByteRange>) -> Result<Verdict, Unusable> {
    let given = head.content_range.as_deref().and_then(ContentRange::parse);
    let total = match given {
        Some(ContentRange::None { total }) => Some(total),
        _ => None,
    };
    let exists = |total: u64| match range {
        Some(ByteRange::From(first) | ByteRange::Between(first, _)) => first < total,
        Some(ByteRange::Last(count)) => count > 0 && total > 0,
        None => true,
    };
    match total {
        _ if range.is_none() => Err(Unusable::Status(416)),
        Some(total) if exists(total) => Err(Unusable::Lie),
        total => Ok(Verdict::NoSuchPart(total)),
    }
}

/// Whether the body can be a film's: web pages, messages and playlists are not, and what is packed
/// has other bytes than the file.
fn is_film(head: &VodHead) -> Result<(), Unusable> {
    let encoding = head.content_encoding.as_deref().map(str::trim);
    if let Some(encoding) = encoding.filter(|it| !it.eq_ignore_ascii_case("identity")) {
        return Err(Unusable::NoFilm(format!("something packed ({encoding})")));
    }
    let media_type = head.content_type.as_deref().unwrap_or_default();
    let media_type = media_type.split(';').next().unwrap_or_default();
    let media_type = media_type.trim().to_ascii_lowercase();
    let is_none = ["text/", "multipart/"]
        .iter()
        .any(|kind| media_type.starts_with(kind))
        || ["json", "xml", "mpegurl"]
            .iter()
            .any(|kind| media_type.ends_with(kind));
    if is_none {
        return Err(Unusable::NoFilm(media_type));
    }
    Ok(())
}

/// `entity-tag` (RFC 9110, 8.8.3).
fn is_etag(text: &str) -> bool {
    let opaque = text.strip_prefix("W/").unwrap_or(text);
    let inner = opaque
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    inner.is_some_and(|inner| {
        inner
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'"')
    })
}

#[cfg(test)]
mod tests;
