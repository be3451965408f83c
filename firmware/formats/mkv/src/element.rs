//! Heads of elements (RFC 8794 clauses 4 to 6), and the elements inside one that is held whole.

use crate::error::Error;

/// Longest head: an ID of four bytes and a length of eight.
pub(crate) const HEAD_BYTES_MAX: usize = 12;
const ID_BYTES_MAX: usize = 4;

/// The head of an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    /// With its marker, as it is written everywhere.
    pub(crate) id: u32,
    /// `None`: until an element that cannot be inside (clause 6.2).
    pub(crate) bytes: Option<u64>,
    /// Of the head itself.
    pub(crate) head_bytes: usize,
}

impl Head {
    /// Reads a head from the front of `bytes`; `None` while it is not whole.
    pub(crate) fn read(bytes: &[u8]) -> Result<Option<Self>, Error> {
        let Some(first) = bytes.first() else {
            return Ok(None);
        };
        let id_bytes = first.leading_zeros() as usize + 1;
        if id_bytes > ID_BYTES_MAX {
            return Err(Error::NoElement);
        }
        let Some((id, rest)) = bytes.split_at_checked(id_bytes) else {
            return Ok(None);
        };
        let id = id.iter().fold(0, |id, byte| id << 8 | u32::from(*byte));
        let Some((length, length_bytes)) = number(rest)? else {
            return Ok(None);
        };
        Ok(Some(Self {
            id,
            bytes: length,
            head_bytes: id_bytes + length_bytes,
        }))
    }
}

/// A number of variable size (clause 4) and its own length. The inner `None` is all ones: unknown.
/// The outer one: it is not whole.
pub(crate) fn number(bytes: &[u8]) -> Result<Option<(Option<u64>, usize)>, Error> {
    let Some(first) = bytes.first() else {
        return Ok(None);
    };
    let length = first.leading_zeros() as usize + 1;
    if length > 8 {
        return Err(Error::NoElement);
    }
    let Some(bytes) = bytes.get(..length) else {
        return Ok(None);
    };
    let whole = bytes
        .iter()
        .fold(0, |all, byte| all << 8 | u64::from(*byte));
    let mask = (1_u64 << (7 * length)) - 1;
    let value = whole & mask;
    Ok(Some((Some(value).filter(|value| *value != mask), length)))
}

/// The elements one level inside `content`, as far as they fit.
pub(crate) fn children(mut content: &[u8]) -> impl Iterator<Item = (u32, &[u8])> {
    std::iter::from_fn(move || {
        let head = Head::read(content).ok()??;
        let behind = content.get(head.head_bytes..)?;
        let bytes = usize::try_from(head.bytes?).ok()?;
        let (inside, rest) = behind.split_at_checked(bytes)?;
        content = rest;
        Some((head.id, inside))
    })
}

/// An unsigned integer of up to eight bytes (clause 7.2).
pub(crate) fn unsigned(content: &[u8]) -> u64 {
    let last = content.get(content.len().saturating_sub(8)..);
    let bytes = last.unwrap_or_default().iter();
    bytes.fold(0, |value, byte| value << 8 | u64::from(*byte))
}

/// Text up to the first zero (clause 7.4).
pub(crate) fn text(content: &[u8]) -> String {
    let end = content.iter().position(|byte| *byte == 0);
    let text = content
        .get(..end.unwrap_or(content.len()))
        .unwrap_or_default();
    String::from_utf8_lossy(text).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_of_every_form() {
        let head = |id, bytes, head_bytes| {
            Ok(Some(Head {
                id,
                bytes,
                head_bytes,
            }))
        };
        type Found = Result<Option<Head>, Error>;
        let table: &[(&[u8], Found)] = &[
            (&[0xA3, 0x85], head(0xA3, Some(5), 2)),
            (&[0x42, 0x86, 0x40, 0x02], head(0x4286, Some(2), 4)),
            (&[0x1F, 0x43, 0xB6, 0x75, 0xFF], head(0x1F43_B675, None, 5)),
            (
                &[0xEC, 0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
                head(0xEC, None, 9),
            ),
            (&[0xA3, 0x40], Ok(None)),
            (&[0x1F, 0x43], Ok(None)),
            (&[], Ok(None)),
            (&[0x08, 0x80], Err(Error::NoElement)),
            (&[0xA3, 0x00], Err(Error::NoElement)),
        ];
        for (bytes, expected) in table {
            assert_eq!(Head::read(bytes), *expected, "{bytes:x?}");
        }
    }
}
