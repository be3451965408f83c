//! The meaning of each line: a small state machine between `#EXTINF` and its address.

use std::ops::ControlFlow;

use crate::{
    Entry, Error, Limits, Trouble, Warnings,
    address::Address,
    encoding, extinf,
    lines::Line,
    pending::{Pending, put},
};

/// Takes entries; `Break` ends the reading with [`Error::Stopped`].
pub(crate) type Each<'e> = dyn FnMut(Entry<'_>) -> ControlFlow<()> + 'e;

/// Tags that only the HLS playlist of one stream has (RFC 8216, 4.3.3 and 4.3.4).
const HLS_TAGS: [&str; 5] = [
    "#EXT-X-TARGETDURATION",
    "#EXT-X-MEDIA-SEQUENCE",
    "#EXT-X-PLAYLIST-TYPE",
    "#EXT-X-ENDLIST",
    "#EXT-X-STREAM-INF",
];

pub(crate) struct List {
    pub limits: Limits,
    pub entries: usize,
    pub warnings: Warnings,
    pub guides: Vec<String>,
    /// Whether something of a list has been seen.
    pub is_recognised: bool,
    /// Whether any text has been seen.
    pub has_text: bool,
    pending: Pending,
    /// Buffers for a line that must be decoded or cleaned.
    decoded: Vec<u8>,
    cleaned: String,
}

impl List {
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            limits,
            entries: 0,
            warnings: Warnings::default(),
            guides: Vec::new(),
            is_recognised: false,
            has_text: false,
            pending: Pending::default(),
            decoded: Vec::new(),
            cleaned: String::new(),
        }
    }

    pub(crate) fn warn(&mut self, line: u64, trouble: Trouble) {
        self.warnings.push(self.limits.warnings_max, line, trouble);
    }

    pub(crate) fn line(&mut self, line: Line<'_>, each: &mut Each<'_>) -> Result<(), Error> {
        // The buffers leave `self` while the text borrows them.
        let mut decoded = std::mem::take(&mut self.decoded);
        let mut cleaned = std::mem::take(&mut self.cleaned);
        let text = encoding::decode_line(line.bytes, line.is_cut, &mut decoded);
        let result = self.text(clean(text, &mut cleaned), line, each);
        (self.decoded, self.cleaned) = (decoded, cleaned);
        result
    }

    /// Refuses what has not shown itself as a list by this offset. One line more than the prelude
    /// is allowed, so that the answer does not depend on where the bytes were cut.
    pub(crate) const fn check_prelude(&self, offset: u64) -> Result<(), Error> {
        let Limits {
            prelude_bytes_max,
            line_bytes_max,
            ..
        } = self.limits;
        if self.is_recognised || offset <= prelude_bytes_max + line_bytes_max as u64 {
            Ok(())
        } else {
            Err(Error::NotAPlaylist)
        }
    }

    /// The end of the list.
    pub(crate) fn finish(&mut self) -> Result<(), Error> {
        self.drop_pending();
        match (self.is_recognised, self.has_text) {
            (true, _) => Ok(()),
            (false, true) => Err(Error::NotAPlaylist),
            (false, false) => Err(Error::Empty),
        }
    }

    fn text(&mut self, text: &str, line: Line<'_>, each: &mut Each<'_>) -> Result<(), Error> {
        self.check_prelude(line.end)?;
        if text.is_empty() {
            return Ok(());
        }
        if !std::mem::replace(&mut self.has_text, true) {
            refuse_other_kinds(text)?;
        }
        if line.is_cut {
            self.warn(line.number, Trouble::LineCut);
        }
        if text.starts_with('#') {
            self.directive(text, line)
        } else {
            self.address(text, line, each)
        }
    }

    fn directive(&mut self, text: &str, line: Line<'_>) -> Result<(), Error> {
        let headers_max = self.limits.headers_bytes_max;
        let mut result = Ok(());
        if let Some(text) = tag(text, "#EXTINF") {
            self.is_recognised = true;
            // Directives may stand before their #EXTINF; behind a lost one they belong to it.
            self.drop_pending();
            self.pending.extinf_line = line.number;
            result = extinf::read(text, &mut self.pending, &self.limits);
        } else if let Some(text) = tag(text, "#EXTGRP") {
            put(&mut self.pending.extgrp, text, self.limits.text_bytes_max);
        } else if let Some(text) = tag(text, "#EXTVLCOPT") {
            if let Some((name, value)) = vlc_header(text) {
                result = self.pending.headers.set(name, value, headers_max);
            }
        } else if let Some(text) = tag(text, "#KODIPROP") {
            if let Some(pairs) = kodi_headers(text) {
                result = self.pending.headers.set_encoded(pairs, headers_max);
            }
        } else if let Some(text) = tag(text, "#EXTM3U") {
            self.is_recognised = true;
            self.header(text);
        } else if self.entries == 0 && HLS_TAGS.iter().any(|name| tag(text, name).is_some()) {
            return Err(Error::SingleStream { line: line.number });
        }
        if result.is_err() {
            self.warn(line.number, Trouble::HeaderRefused);
        }
        Ok(())
    }

    fn header(&mut self, text: &str) {
        let Limits {
            guides_max,
            address_bytes_max,
            ..
        } = self.limits;
        extinf::guides(text, &mut |guide| {
            let is_wanted = extinf::is_web(guide) && guide.len() <= address_bytes_max;
            if is_wanted
                && self.guides.len() < guides_max
                && !self.guides.iter().any(|g| g == guide)
            {
                self.guides.push(guide.to_owned());
            }
        });
    }

    fn address(&mut self, text: &str, line: Line<'_>, each: &mut Each<'_>) -> Result<(), Error> {
        let (url, headers) = match Address::parse(text, self.limits.names_files) {
            Address::Stream { url, headers } => (url, headers),
            // Perhaps the second half of a title with a line break: the address may still come.
            Address::Text => {
                self.warn(line.number, Trouble::StrayText);
                return Ok(());
            }
            Address::Refused => {
                self.warn(line.number, Trouble::AddressRefused);
                self.pending.clear();
                return Ok(());
            }
        };
        if url.len() > self.limits.address_bytes_max {
            self.warn(line.number, Trouble::AddressTooLong);
            self.pending.clear();
            return Ok(());
        }
        self.is_recognised = true;
        if self.entries >= self.limits.entries_max {
            return Err(Error::TooManyEntries {
                entries_max: self.limits.entries_max,
            });
        }
        if self
            .pending
            .headers
            .set_encoded(headers, self.limits.headers_bytes_max)
            .is_err()
        {
            self.warn(line.number, Trouble::HeaderRefused);
        }
        self.entries += 1;
        let flow = each(self.pending.entry(url, line.number, &self.limits));
        self.pending.clear();
        if flow.is_break() {
            Err(Error::Stopped)
        } else {
            Ok(())
        }
    }

    /// Forgets an `#EXTINF` for which no address came.
    fn drop_pending(&mut self) {
        if self.pending.extinf_line > 0 {
            self.warn(self.pending.extinf_line, Trouble::NoAddress);
            self.pending.clear();
        }
    }
}

/// What stands behind a directive and its colon, if the line is this directive in any case.
fn tag<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let (start, behind) = text.split_at_checked(name.len())?;
    let is_end = |c: char| c == ':' || c.is_whitespace();
    if !start.eq_ignore_ascii_case(name) || !(behind.is_empty() || behind.starts_with(is_end)) {
        return None;
    }
    Some(behind.strip_prefix(':').unwrap_or(behind))
}

/// VLC's options that are request headers.
fn vlc_header(option: &str) -> Option<(&'static str, &str)> {
    let (key, value) = option.split_once('=')?;
    let key = key.trim();
    let name = [
        ("http-user-agent", "User-Agent"),
        ("http-referrer", "Referer"),
        ("http-referer", "Referer"),
        ("http-origin", "Origin"),
        ("http-cookie", "Cookie"),
    ]
    .into_iter()
    .find_map(|(option, name)| key.eq_ignore_ascii_case(option).then_some(name))?;
    Some((name, value.trim().trim_matches('"')))
}

/// The value of Kodi's `inputstream.*.stream_headers` and its siblings.
fn kodi_headers(property: &str) -> Option<&str> {
    let (key, value) = property.split_once('=')?;
    let key = key.trim().to_ascii_lowercase();
    let is_headers = ["stream_headers", "manifest_headers", "common_headers"]
        .iter()
        .any(|name| key.rsplit('.').next() == Some(name));
    is_headers.then_some(value)
}

/// Says what the first text of the file is, where it is something well known.
fn refuse_other_kinds(text: &str) -> Result<(), Error> {
    match text.as_bytes().first() {
        Some(b'<') => Err(Error::Markup),
        Some(b'{' | b'[') => Err(Error::Json),
        _ => Ok(()),
    }
}

/// The text without control characters, byte order marks of glued files and outer white space;
/// tabs become spaces.
fn clean<'a>(text: &'a str, scratch: &'a mut String) -> &'a str {
    let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\0' || c == '\u{feff}');
    if !text.bytes().any(|byte| byte < b' ' || byte == 0x7f) {
        return text;
    }
    scratch.clear();
    let spaced = text.chars().map(|c| if c == '\t' { ' ' } else { c });
    scratch.extend(spaced.filter(|c| !c.is_ascii_control()));
    scratch.trim()
}
