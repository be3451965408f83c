//! The front of a block (RFC 9559 clause 10): whose frames it has, when, and how long each is.

use crate::element::number;
use crate::error::Error;

const LACING: u8 = 0x06;
const XIPH: u8 = 0x02;
const FIXED: u8 = 0x04;
const KEY: u8 = 0x80;

/// What stands in front of the frames.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Block {
    pub(crate) track: u64,
    /// From the time of the cluster, in its ticks.
    pub(crate) time: i16,
    /// Said by a SimpleBlock only.
    pub(crate) is_key: bool,
    /// Bytes of the frames, in order.
    pub(crate) sizes: Vec<u64>,
}

/// Reads the front of a block of `bytes` bytes, of which `front` has come; `None` while that is too
/// little. All of `front` belongs to it: a byte is added at a time.
pub(crate) fn read(front: &[u8], bytes: u64) -> Result<Option<Block>, Error> {
    let Some((track, used)) = number(front)? else {
        return Ok(None);
    };
    let Some([high, low, flags, rest @ ..]) = front.get(used..) else {
        return Ok(None);
    };
    let left = bytes.saturating_sub(used as u64 + 3);
    let block = |sizes| Block {
        track: track.unwrap_or(u64::MAX),
        time: i16::from_be_bytes([*high, *low]),
        is_key: flags & KEY != 0,
        sizes,
    };
    if flags & LACING == 0 {
        return Ok(Some(block(vec![left])));
    }
    let Some((more, rest)) = rest.split_first() else {
        return Ok(None);
    };
    let frames = u64::from(*more) + 1;
    let left = left.saturating_sub(1);
    let sizes = match flags & LACING {
        FIXED => {
            let each = left / frames;
            Some(vec![each; usize::from(*more) + 1])
        }
        XIPH => xiph(rest, *more, left)?,
        _ => ebml(rest, *more, left)?,
    };
    Ok(sizes.map(block))
}

/// Sums of bytes up to the first one below 255.
fn xiph(mut rest: &[u8], frames: u8, left: u64) -> Result<Option<Vec<u64>>, Error> {
    let mut sizes = Vec::with_capacity(usize::from(frames) + 1);
    let mut used = 0;
    for _ in 0..frames {
        let mut size = 0;
        loop {
            let Some((byte, behind)) = rest.split_first() else {
                return Ok(None);
            };
            rest = behind;
            used += 1;
            size += u64::from(*byte);
            if *byte < 255 {
                break;
            }
        }
        sizes.push(size);
    }
    last(sizes, left, used).map(Some)
}

/// The first size, then differences.
fn ebml(mut rest: &[u8], frames: u8, left: u64) -> Result<Option<Vec<u64>>, Error> {
    let mut sizes = Vec::with_capacity(usize::from(frames) + 1);
    let mut used = 0;
    let mut size = 0_i64;
    for index in 0..frames {
        let Some((value, length)) = number(rest)? else {
            return Ok(None);
        };
        rest = rest.get(length..).unwrap_or_default();
        used += length as u64;
        let value = i64::try_from(value.ok_or(Error::Lacing)?).map_err(|_| Error::Lacing)?;
        // Signed: half of the range is subtracted (clause 10.3.3).
        let middle = (1_i64 << (7 * length - 1)) - 1;
        size = match index {
            0 => value,
            _ => size.saturating_add(value - middle),
        };
        sizes.push(u64::try_from(size).map_err(|_| Error::Lacing)?);
    }
    last(sizes, left, used).map(Some)
}

/// The last frame has what the others leave.
fn last(mut sizes: Vec<u64>, left: u64, used: u64) -> Result<Vec<u64>, Error> {
    let others = sizes
        .iter()
        .fold(used, |all, size| all.saturating_add(*size));
    sizes.push(left.checked_sub(others).ok_or(Error::Lacing)?);
    Ok(sizes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes(front: &[u8], bytes: u64) -> Result<Option<Vec<u64>>, Error> {
        read(front, bytes).map(|block| block.map(|block| block.sizes))
    }

    #[test]
    fn lacing_as_in_the_standard() {
        // RFC 9559 clause 10.3: frames of 800, 500 and 1000 bytes.
        let xiph = [0x81, 0, 5, 0x02, 2, 255, 255, 255, 35, 255, 245];
        let ebml = [0x81, 0, 5, 0x06, 2, 0x43, 0x20, 0x5E, 0xD3];
        let whole = |front: &[u8]| front.len() as u64 + 2300;
        assert_eq!(sizes(&xiph, whole(&xiph)), Ok(Some(vec![800, 500, 1000])));
        assert_eq!(sizes(&ebml, whole(&ebml)), Ok(Some(vec![800, 500, 1000])));
        assert_eq!(
            sizes(&[0x81, 0, 5, 0x04, 2], 5 + 2400),
            Ok(Some(vec![800; 3]))
        );
        assert_eq!(sizes(&[0x81, 0, 5, 0x80], 104), Ok(Some(vec![100])));
        for front in [&xiph[..], &ebml] {
            for cut in 0..front.len() {
                assert_eq!(sizes(&front[..cut], whole(front)), Ok(None), "{cut}");
            }
            assert_eq!(sizes(front, 20), Err(Error::Lacing));
        }
    }
}
