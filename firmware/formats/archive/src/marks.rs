//! The content: sections and their records, as marks in a stream of bytes.

use std::ops::ControlFlow;

use crate::Error;

/// Bytes of a section's name.
pub const NAME_BYTES_MAX: usize = 32;
/// Bytes of a record: far above the nine texts of an entry.
pub const RECORD_BYTES_MAX: usize = 1 << 20;

const END: u8 = 0;
const SECTION: u8 = 1;
const RECORD: u8 = 2;
/// Of a mark and what stands with it, in front of name or record.
const SECTION_BYTES: usize = 4;
const RECORD_BYTES: usize = 5;

/// What the content consists of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Item<'a> {
    /// A section begins; the records behind it are its own.
    Section {
        /// What it holds.
        name: &'a str,
        /// In which shape.
        version: u16,
    },
    /// One of them.
    Record(&'a [u8]),
}

/// Writes the mark of a section. A name is one of ours and fits.
pub(crate) fn put_section(out: &mut Vec<u8>, name: &str, version: u16) {
    let name = name.get(..NAME_BYTES_MAX).unwrap_or(name).as_bytes();
    out.push(SECTION);
    out.push(u8::try_from(name.len()).unwrap_or_default());
    out.extend_from_slice(&version.to_le_bytes());
    out.extend_from_slice(name);
}

/// Writes a record, whose length has been looked at.
pub(crate) fn put_record(out: &mut Vec<u8>, record: &[u8]) {
    let len = u32::try_from(record.len()).unwrap_or_default();
    out.push(RECORD);
    out.extend_from_slice(&len.to_le_bytes());
    out.extend_from_slice(record);
}

pub(crate) fn put_end(out: &mut Vec<u8>) {
    out.push(END);
}

/// Reads marks, in pieces of any size.
#[derive(Default)]
pub(crate) struct MarkReader {
    /// What was left of the last piece: less than a section or a record.
    held: Vec<u8>,
    has_section: bool,
    has_ended: bool,
}

impl MarkReader {
    pub(crate) fn has_ended(&self) -> bool {
        self.has_ended && self.held.is_empty()
    }

    pub(crate) fn push(
        &mut self,
        bytes: &[u8],
        each: &mut dyn FnMut(Item<'_>) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, Error> {
        let mut held = std::mem::take(&mut self.held);
        held.extend_from_slice(bytes);
        let mut rest = &*held;
        while let Some((mark, _)) = rest.split_first() {
            if self.has_ended {
                return Err(Error::Damaged("it goes on behind its end"));
            }
            let Some((item, behind)) = self.next(*mark, rest)? else {
                break;
            };
            rest = behind;
            if let Some(item) = item
                && each(item).is_break()
            {
                return Ok(ControlFlow::Break(()));
            }
        }
        let done = held.len() - rest.len();
        held.drain(..done);
        self.held = held;
        Ok(ControlFlow::Continue(()))
    }

    /// What the first mark says, and what is behind it; `None` where it is not there as a whole.
    #[expect(clippy::type_complexity, reason = "an item or the end, and the rest")]
    fn next<'a>(
        &mut self,
        mark: u8,
        bytes: &'a [u8],
    ) -> Result<Option<(Option<Item<'a>>, &'a [u8])>, Error> {
        match mark {
            SECTION => {
                let Some((&[_, len, low, high], rest)) = bytes.split_first_chunk::<SECTION_BYTES>()
                else {
                    return Ok(None);
                };
                if usize::from(len) > NAME_BYTES_MAX {
                    return Err(Error::Damaged("a section has too long a name"));
                }
                let Some((name, rest)) = rest.split_at_checked(usize::from(len)) else {
                    return Ok(None);
                };
                let name = std::str::from_utf8(name);
                let name = name.map_err(|_| Error::Damaged("a section has no name"))?;
                self.has_section = true;
                let version = u16::from_le_bytes([low, high]);
                Ok(Some((Some(Item::Section { name, version }), rest)))
            }
            RECORD if self.has_section => {
                let Some((&[_, a, b, c, d], rest)) = bytes.split_first_chunk::<RECORD_BYTES>()
                else {
                    return Ok(None);
                };
                let len = u32::from_le_bytes([a, b, c, d]) as usize;
                if len > RECORD_BYTES_MAX {
                    return Err(Error::Damaged("a record is too long"));
                }
                let found = rest.split_at_checked(len);
                Ok(found.map(|(record, rest)| (Some(Item::Record(record)), rest)))
            }
            END => {
                self.has_ended = true;
                Ok(Some((None, bytes.get(1..).unwrap_or_default())))
            }
            _ => Err(Error::Damaged("its content is none")),
        }
    }
}
