//! Box headers (ISO/IEC 14496-12 clause 4.2) and the boxes inside a box that is held whole.

use crate::error::Error;
use crate::four_cc::FourCc;

/// Longest header: size, type and a 64 bit size. `uuid` boxes are passed over, so that their 16
/// bytes of extended type count as content.
pub(crate) const HEADER_BYTES_MAX: usize = 16;
const HEADER_BYTES: usize = 8;

/// Where a box ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    /// So many bytes behind its header.
    Bytes(u64),
    /// With the segment (size 0).
    ToEnd,
}

/// The header of a box.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) kind: FourCc,
    pub(crate) header_bytes: usize,
    pub(crate) content: Extent,
}

impl Header {
    /// Reads a header from the front of `bytes`; `None` while it is not whole.
    pub(crate) fn read(bytes: &[u8]) -> Result<Option<Self>, Error> {
        let Some((size, rest)) = bytes.split_first_chunk() else {
            return Ok(None);
        };
        let Some((kind, rest)) = rest.split_first_chunk() else {
            return Ok(None);
        };
        let kind = FourCc(*kind);
        let (header_bytes, size) = match (u32::from_be_bytes(*size), rest.first_chunk()) {
            (0, _) => {
                return Ok(Some(Self {
                    kind,
                    header_bytes: HEADER_BYTES,
                    content: Extent::ToEnd,
                }));
            }
            (1, None) => return Ok(None),
            (1, Some(large)) => (HEADER_BYTES_MAX, u64::from_be_bytes(*large)),
            (size, _) => (HEADER_BYTES, u64::from(size)),
        };
        let content = size.checked_sub(header_bytes as u64);
        Ok(Some(Self {
            kind,
            header_bytes,
            content: Extent::Bytes(content.ok_or(Error::Length { kind })?),
        }))
    }
}

/// The boxes one level inside the content of `parent`, in order. It stops at the first one that
/// does not fit, with an error; up to seven bytes behind the last box are padding.
pub(crate) fn children(
    parent: FourCc,
    content: &[u8],
) -> impl Iterator<Item = Result<(FourCc, &[u8]), Error>> {
    children_at(parent, content).map(|found| found.map(|(_, kind, inside)| (kind, inside)))
}

/// The same, each with the place of its content in that of its parent.
pub(crate) fn children_at(
    parent: FourCc,
    mut content: &[u8],
) -> impl Iterator<Item = Result<(usize, FourCc, &[u8]), Error>> {
    let parent_bytes = content.len();
    std::iter::from_fn(move || {
        let header = match Header::read(content) {
            Ok(header) => header?,
            Err(error) => {
                content = &[];
                return Some(Err(error));
            }
        };
        let behind = content.get(header.header_bytes..).unwrap_or_default();
        let length = match header.content {
            Extent::ToEnd => behind.len(),
            Extent::Bytes(bytes) => usize::try_from(bytes).unwrap_or(usize::MAX),
        };
        let Some((inside, next)) = behind.split_at_checked(length) else {
            content = &[];
            return Some(Err(Error::Length { kind: parent }));
        };
        content = next;
        let at = parent_bytes - next.len() - inside.len();
        Some(Ok((at, header.kind, inside)))
    })
}

/// The first box of a type inside another, if there is one.
pub(crate) fn child(parent: FourCc, content: &[u8], kind: FourCc) -> Result<Option<&[u8]>, Error> {
    for found in children(parent, content) {
        let (found, inside) = found?;
        if found == kind {
            return Ok(Some(inside));
        }
    }
    Ok(None)
}

/// The first box of a type inside another, which must be there.
pub(crate) fn required(parent: FourCc, content: &[u8], kind: FourCc) -> Result<&[u8], Error> {
    child(parent, content, kind)?.ok_or(Error::Missing { kind })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_of_every_form() {
        let bytes = |n| Extent::Bytes(n);
        type Found = Result<Option<(usize, Extent)>, ()>;
        let table: &[(&[u8], Found)] = &[
            (b"\0\0\0\x08free", Ok(Some((8, bytes(0))))),
            (b"\0\0\0\x0cfree1234", Ok(Some((8, bytes(4))))),
            (b"\0\0\0\0mdat", Ok(Some((8, Extent::ToEnd)))),
            (
                b"\0\0\0\x01mdat\0\0\0\0\0\0\0\x14",
                Ok(Some((16, bytes(4)))),
            ),
            (b"\0\0\0\x01mdat\0\0\0\0\0\0\0", Ok(None)),
            (b"\0\0\0\x08fre", Ok(None)),
            (b"", Ok(None)),
            (b"\0\0\0\x07free", Err(())),
            (b"\0\0\0\x01mdat\0\0\0\0\0\0\0\x0f", Err(())),
        ];
        for (header, expected) in table {
            let found = Header::read(header)
                .map(|found| found.map(|h| (h.header_bytes, h.content)))
                .map_err(|_| ());
            assert_eq!(found, *expected, "{header:?}");
        }
    }

    #[test]
    fn a_child_that_is_too_long_ends_the_walk_with_an_error() {
        let kind = FourCc(*b"moov");
        let content = b"\0\0\0\x08free\0\0\0\x09freeX\0\0\0\x09free";
        let found: Vec<_> = children(kind, content).collect();
        assert_eq!(found.len(), 3);
        assert_eq!(found[1], Ok((FourCc(*b"free"), &b"X"[..])));
        assert_eq!(found[2], Err(Error::Length { kind }));
        assert_eq!(children(kind, b"\0\0\0").count(), 0);
    }
}
