//! What the reader hands out.

/// One entry of a list, borrowed until the callback returns. Texts that the list does not give
/// are empty; the name and the address never are.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Entry<'a> {
    /// The text behind the comma; where it is missing `tvg-name`, `tvg-id`, or the last part of the
    /// address.
    pub name: &'a str,
    /// Address of the stream, without the `|Header=value` suffix.
    pub url: &'a str,
    /// `group-title`, else `#EXTGRP`.
    pub group: &'a str,
    /// `tvg-logo`.
    pub logo: &'a str,
    /// `tvg-id`.
    pub tvg_id: &'a str,
    /// `tvg-name`.
    pub tvg_name: &'a str,
    /// `tvg-chno` as written; whoever gives numbers decides whether it is one.
    pub tvg_chno: &'a str,
    /// `tvg-shift` as written: hours by which the guide is moved.
    pub tvg_shift: &'a str,
    /// Seconds from `#EXTINF`; negative and zero mean live.
    pub duration_s: Option<f64>,
    /// Request headers that the provider asks for.
    pub headers: Headers<'a>,
    /// The provider's archive.
    pub catchup: Catchup<'a>,
    /// Line of the address, counted from 1.
    pub line: u64,
}

/// Where past programmes can be fetched; empty where the provider keeps none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Catchup<'a> {
    /// `catchup`: `default`, `append`, `shift`, `flussonic`, `xc`.
    pub mode: &'a str,
    /// `catchup-source`: a template for the address.
    pub source: &'a str,
    /// `catchup-days` as written.
    pub days: &'a str,
}

/// Request headers as `Name: value` lines joined by `\n`. Names are HTTP tokens (RFC 9110,
/// 5.6.2) and values hold no control characters, so that no list can smuggle in a second header.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Headers<'a>(pub(crate) &'a str);

impl<'a> Headers<'a> {
    /// All lines as one text; the form in which a lineup keeps them.
    #[must_use]
    pub const fn as_str(self) -> &'a str {
        self.0
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// Name and value of each header.
    pub fn iter(self) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.0.lines().filter_map(|line| line.split_once(": "))
    }
}
