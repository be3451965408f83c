//! The entry that is being gathered until its address comes.

use crate::{Catchup, Entry, Headers, Limits, address, headers::HeaderLines};

/// Fields of an entry in buffers that are used again for the next one: nothing is allocated once
/// they have grown. Each holds `text_bytes_max` or, for addresses, `address_bytes_max` at most.
#[derive(Debug, Default)]
pub(crate) struct Pending {
    /// Line of the `#EXTINF`; 0 where none has been seen.
    pub extinf_line: u64,
    pub duration_s: Option<f64>,
    pub title: String,
    pub group_title: String,
    /// `#EXTGRP`, which counts where `group-title` is empty.
    pub extgrp: String,
    pub logo: String,
    pub tvg_id: String,
    pub tvg_name: String,
    pub tvg_chno: String,
    pub tvg_shift: String,
    pub catchup_mode: String,
    pub catchup_source: String,
    pub catchup_days: String,
    pub headers: HeaderLines,
}

impl Pending {
    pub(crate) fn clear(&mut self) {
        self.extinf_line = 0;
        self.duration_s = None;
        for text in [
            &mut self.title,
            &mut self.group_title,
            &mut self.extgrp,
            &mut self.logo,
            &mut self.tvg_id,
            &mut self.tvg_name,
            &mut self.tvg_chno,
            &mut self.tvg_shift,
            &mut self.catchup_mode,
            &mut self.catchup_source,
            &mut self.catchup_days,
        ] {
            text.clear();
        }
        self.headers.clear();
    }

    /// The entry, now that its address is known.
    pub(crate) fn entry<'a>(&'a self, url: &'a str, line: u64, limits: &Limits) -> Entry<'a> {
        let name = [
            self.title.as_str(),
            &self.tvg_name,
            &self.tvg_id,
            address::name_of(url),
        ]
        .into_iter()
        .find(|text| !text.is_empty())
        .unwrap_or(url);
        Entry {
            name: cut(name, limits.text_bytes_max),
            url,
            group: if self.group_title.is_empty() {
                &self.extgrp
            } else {
                &self.group_title
            },
            logo: &self.logo,
            tvg_id: &self.tvg_id,
            tvg_name: &self.tvg_name,
            tvg_chno: &self.tvg_chno,
            tvg_shift: &self.tvg_shift,
            duration_s: self.duration_s,
            headers: Headers(self.headers.as_str()),
            catchup: Catchup {
                mode: &self.catchup_mode,
                source: &self.catchup_source,
                days: &self.catchup_days,
            },
            line,
        }
    }
}

/// Fills `field` with the beginning of `text`.
pub(crate) fn put(field: &mut String, text: &str, bytes_max: usize) {
    field.clear();
    field.push_str(cut(text.trim(), bytes_max));
}

/// The longest beginning of `text` of at most `bytes_max` bytes, ending at a character.
pub(crate) fn cut(text: &str, bytes_max: usize) -> &str {
    text.get(..text.floor_char_boundary(bytes_max))
        .unwrap_or(text)
}
