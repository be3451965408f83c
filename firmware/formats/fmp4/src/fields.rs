//! Fields of a box, read one after the other.

use crate::error::Error;
use crate::four_cc::FourCc;

/// A place in the content of a box.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fields<'a> {
    rest: &'a [u8],
    kind: FourCc,
}

impl<'a> Fields<'a> {
    /// At the front of `content`; `kind` is the box that errors name.
    pub(crate) const fn new(kind: FourCc, content: &'a [u8]) -> Self {
        Self {
            rest: content,
            kind,
        }
    }

    /// Version and flags of a FullBox.
    pub(crate) fn version_and_flags(&mut self) -> Result<(u8, u32), Error> {
        let [version, a, b, c] = self.array()?;
        Ok((version, u32::from_be_bytes([0, a, b, c])))
    }

    pub(crate) fn u8(&mut self) -> Result<u8, Error> {
        self.array().map(u8::from_be_bytes)
    }

    pub(crate) fn u16(&mut self) -> Result<u16, Error> {
        self.array().map(u16::from_be_bytes)
    }

    pub(crate) fn u32(&mut self) -> Result<u32, Error> {
        self.array().map(u32::from_be_bytes)
    }

    /// 64 bits in version 1 of a box, else 32.
    pub(crate) fn by_version(&mut self, version: u8) -> Result<u64, Error> {
        if version == 1 {
            self.array().map(u64::from_be_bytes)
        } else {
            self.u32().map(u64::from)
        }
    }

    /// The same, signed.
    pub(crate) fn by_version_signed(&mut self, version: u8) -> Result<i64, Error> {
        if version == 1 {
            self.array().map(i64::from_be_bytes)
        } else {
            self.array().map(i32::from_be_bytes).map(i64::from)
        }
    }

    pub(crate) fn bytes(&mut self, count: usize) -> Result<&'a [u8], Error> {
        let (bytes, rest) = self.rest.split_at_checked(count).ok_or(self.short())?;
        self.rest = rest;
        Ok(bytes)
    }

    pub(crate) const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let (array, rest) = self.rest.split_first_chunk().ok_or(self.short())?;
        self.rest = rest;
        Ok(*array)
    }

    const fn short(&self) -> Error {
        Error::Short { kind: self.kind }
    }
}
