//! Values as bytes: a version, then fixed fields and texts, little-endian.
//!
//! A value begins with the version of its layout, so that a later Dipole can read what an earlier
//! one wrote without rewriting every row. Reading checks every bound: a damaged value is an error,
//! never a panic and never an allocation larger than the value.

use std::time::{Duration, SystemTime};

use crate::fault::Fault;

/// Appends fields to a buffer that is reused from row to row.
pub(crate) struct Encoder<'a>(&'a mut Vec<u8>);

impl<'a> Encoder<'a> {
    /// Clears `buffer` and begins a value of this version.
    pub(crate) fn new(buffer: &'a mut Vec<u8>, version: u8) -> Self {
        buffer.clear();
        buffer.push(version);
        Self(buffer)
    }

    pub(crate) fn raw(&mut self, bytes: &[u8]) -> &mut Self {
        self.0.extend_from_slice(bytes);
        self
    }

    pub(crate) fn u16(&mut self, value: u16) -> &mut Self {
        self.raw(&value.to_le_bytes())
    }

    pub(crate) fn u32(&mut self, value: u32) -> &mut Self {
        self.raw(&value.to_le_bytes())
    }

    pub(crate) fn u64(&mut self, value: u64) -> &mut Self {
        self.raw(&value.to_le_bytes())
    }

    /// A text of up to 65,535 bytes; a longer one is cut at a character.
    pub(crate) fn text(&mut self, text: &str) -> &mut Self {
        let text = &text[..text.floor_char_boundary(usize::from(u16::MAX))];
        let len = u16::try_from(text.len()).expect("cut to 65,535 bytes above");
        self.u16(len).raw(text.as_bytes())
    }

    /// Seconds since 1970; a moment before that, on a board without a clock, is 1970.
    pub(crate) fn time(&mut self, time: SystemTime) -> &mut Self {
        let since = time
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default();
        self.u64(since.as_secs())
    }

    /// A flag byte, then the moment where there is one.
    pub(crate) fn maybe_time(&mut self, time: Option<SystemTime>) -> &mut Self {
        match time {
            Some(time) => self.raw(&[1]).time(time),
            None => self.raw(&[0]),
        }
    }

    /// A flag byte, then the number where there is one.
    pub(crate) fn maybe_u64(&mut self, value: Option<u64>) -> &mut Self {
        match value {
            Some(value) => self.raw(&[1]).u64(value),
            None => self.raw(&[0]),
        }
    }
}

/// Takes fields off the front of a value.
pub(crate) struct Decoder<'a>(&'a [u8]);

impl<'a> Decoder<'a> {
    /// The fields behind the version, which must be `version`.
    pub(crate) fn new(bytes: &'a [u8], version: u8) -> Result<Self, Fault> {
        Ok(Self::of_any(bytes, &[version])?.0)
    }

    /// The same for a value that may have one of several layouts; which one it has.
    pub(crate) fn of_any(bytes: &'a [u8], versions: &[u8]) -> Result<(Self, u8), Fault> {
        match bytes.split_first() {
            Some((&found, rest)) if versions.contains(&found) => Ok((Self(rest), found)),
            Some(_) => Err(Fault::Row("a row has an unknown layout")),
            None => Err(Fault::Row("a row is empty")),
        }
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], Fault> {
        let (array, rest) = self.0.split_first_chunk().ok_or(CUT)?;
        self.0 = rest;
        Ok(*array)
    }

    pub(crate) fn u16(&mut self) -> Result<u16, Fault> {
        self.array().map(u16::from_le_bytes)
    }

    pub(crate) fn u32(&mut self) -> Result<u32, Fault> {
        self.array().map(u32::from_le_bytes)
    }

    pub(crate) fn u64(&mut self) -> Result<u64, Fault> {
        self.array().map(u64::from_le_bytes)
    }

    pub(crate) fn text(&mut self) -> Result<&'a str, Fault> {
        let len = usize::from(self.u16()?);
        let (text, rest) = self.0.split_at_checked(len).ok_or(CUT)?;
        self.0 = rest;
        std::str::from_utf8(text).map_err(|_| Fault::Row("a text is not UTF-8"))
    }

    pub(crate) fn time(&mut self) -> Result<SystemTime, Fault> {
        let seconds = Duration::from_secs(self.u64()?);
        SystemTime::UNIX_EPOCH
            .checked_add(seconds)
            .ok_or(Fault::Row("a moment lies beyond all calendars"))
    }

    pub(crate) fn maybe_time(&mut self) -> Result<Option<SystemTime>, Fault> {
        match self.array()? {
            [0] => Ok(None),
            [1] => self.time().map(Some),
            [_] => Err(FLAG),
        }
    }

    pub(crate) fn maybe_u64(&mut self) -> Result<Option<u64>, Fault> {
        match self.array()? {
            [0] => Ok(None),
            [1] => self.u64().map(Some),
            [_] => Err(FLAG),
        }
    }

    /// Nothing may follow the last field.
    pub(crate) fn end(self) -> Result<(), Fault> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(Fault::Row("a row has bytes behind its end"))
        }
    }
}

const FLAG: Fault = Fault::Row("a flag is neither 0 nor 1");
const CUT: Fault = Fault::Row("a row ends too early");
