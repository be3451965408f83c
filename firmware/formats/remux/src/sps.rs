//! How many pictures a stream reorders, from its sequence parameter set (ISO/IEC 14496-10 clauses
//! 7.3.2.1.1 and E.1.1, ISO/IEC 23008-2 clause 7.3.2.2).

use crate::nal::NalCodec;

/// Bytes that are looked at: what is wanted stands in front of the extensions.
const SPS_BYTES_MAX: usize = 512;
/// What is assumed of H.264 that may reorder and does not say how much: B pictures that are
/// themselves referred to.
const UNSAID: usize = 2;

const BASELINE: u32 = 66;
/// Profiles with chroma_format_idc and what follows it (clause 7.3.2.1.1).
const WITH_CHROMA: [u32; 13] = [100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135];
const EXTENDED_SAR: u32 = 255;

/// The depth of reordering that a parameter set (with its header) announces; `None` where it cannot
/// be read.
pub(crate) fn reorder_depth(codec: NalCodec, unit: &[u8]) -> Option<usize> {
    let (header, read): (usize, fn(&mut Bits<'_>) -> Option<u32>) = match codec {
        NalCodec::H264 => (1, h264),
        NalCodec::Hevc => (2, hevc),
    };
    let content = unescaped(unit.get(header..)?);
    let depth = read(&mut Bits {
        bytes: &content,
        at: 0,
    })?;
    usize::try_from(depth).ok()
}

fn h264(bits: &mut Bits<'_>) -> Option<u32> {
    let profile = bits.take(8)?;
    bits.skip(16)?;
    bits.golomb()?;
    if WITH_CHROMA.contains(&profile) {
        h264_chroma(bits)?;
    }
    bits.golomb()?;
    let order_type = bits.golomb()?;
    match order_type {
        0 => {
            bits.golomb()?;
        }
        1 => {
            bits.skip(1)?;
            bits.golomb()?;
            bits.golomb()?;
            for _ in 0..bits.golomb()?.min(255) {
                bits.golomb()?;
            }
        }
        _ => {}
    }
    let references = bits.golomb()?;
    bits.skip(1)?;
    bits.golomb()?;
    bits.golomb()?;
    if !bits.flag()? {
        bits.skip(1)?;
    }
    bits.skip(1)?;
    if bits.flag()? {
        for _ in 0..4 {
            bits.golomb()?;
        }
    }
    // Order type 2: shown as decoded (clause 8.2.1.3). One reference: nothing to be shown between.
    let unsaid = match (profile, order_type, references) {
        (BASELINE, ..) | (_, 2, _) | (.., 0 | 1) => 0,
        _ => u32::try_from(UNSAID).unwrap_or(0),
    };
    if !bits.flag()? {
        return Some(unsaid);
    }
    Some(h264_usability(bits)?.unwrap_or(unsaid))
}

fn h264_chroma(bits: &mut Bits<'_>) -> Option<()> {
    let format = bits.golomb()?;
    if format == 3 {
        bits.skip(1)?;
    }
    bits.golomb()?;
    bits.golomb()?;
    bits.skip(1)?;
    if bits.flag()? {
        for index in 0..if format == 3 { 12 } else { 8 } {
            if bits.flag()? {
                scaling_list(bits, if index < 6 { 16 } else { 64 })?;
            }
        }
    }
    Some(())
}

fn scaling_list(bits: &mut Bits<'_>, length: usize) -> Option<()> {
    let (mut last, mut next) = (8_i64, 8_i64);
    for _ in 0..length {
        if next != 0 {
            next = (last + bits.signed_golomb()? + 256) % 256;
        }
        if next != 0 {
            last = next;
        }
    }
    Some(())
}

/// The VUI; the inner `None` where it says nothing of reordering.
fn h264_usability(bits: &mut Bits<'_>) -> Option<Option<u32>> {
    if bits.flag()? && bits.take(8)? == EXTENDED_SAR {
        bits.skip(32)?;
    }
    if bits.flag()? {
        bits.skip(1)?;
    }
    if bits.flag()? {
        bits.skip(4)?;
        if bits.flag()? {
            bits.skip(24)?;
        }
    }
    if bits.flag()? {
        bits.golomb()?;
        bits.golomb()?;
    }
    if bits.flag()? {
        bits.skip(65)?;
    }
    let mut has_buffering = false;
    for _ in 0..2 {
        if bits.flag()? {
            has_buffering = true;
            buffering(bits)?;
        }
    }
    if has_buffering {
        bits.skip(1)?;
    }
    bits.skip(1)?;
    if !bits.flag()? {
        return Some(None);
    }
    bits.skip(1)?;
    for _ in 0..4 {
        bits.golomb()?;
    }
    Some(Some(bits.golomb()?))
}

/// hrd_parameters (clause E.1.2).
fn buffering(bits: &mut Bits<'_>) -> Option<()> {
    let count = bits.golomb()?.min(31);
    bits.skip(8)?;
    for _ in 0..=count {
        bits.golomb()?;
        bits.golomb()?;
        bits.skip(1)?;
    }
    bits.skip(20)
}

fn hevc(bits: &mut Bits<'_>) -> Option<u32> {
    bits.skip(4)?;
    let sub_layers = bits.take(3)?;
    bits.skip(1)?;
    hevc_profile(bits, sub_layers)?;
    bits.golomb()?;
    if bits.golomb()? == 3 {
        bits.skip(1)?;
    }
    bits.golomb()?;
    bits.golomb()?;
    if bits.flag()? {
        for _ in 0..4 {
            bits.golomb()?;
        }
    }
    for _ in 0..3 {
        bits.golomb()?;
    }
    let first = if bits.flag()? { 0 } else { sub_layers };
    let mut depth = 0;
    for _ in first..=sub_layers {
        bits.golomb()?;
        depth = bits.golomb()?;
        bits.golomb()?;
    }
    Some(depth)
}

/// profile_tier_level (clause 7.3.3).
fn hevc_profile(bits: &mut Bits<'_>, sub_layers: u32) -> Option<()> {
    bits.skip(96)?;
    let mut present = [(false, false); 8];
    let count = usize::try_from(sub_layers).ok()?;
    for layer in present.iter_mut().take(count) {
        *layer = (bits.flag()?, bits.flag()?);
    }
    if count > 0 {
        bits.skip(2 * (8 - count))?;
    }
    for (profile, level) in present {
        bits.skip(if profile { 88 } else { 0 })?;
        bits.skip(if level { 8 } else { 0 })?;
    }
    Some(())
}

/// Without the bytes that keep start codes from appearing (clause 7.4.1).
fn unescaped(unit: &[u8]) -> Vec<u8> {
    let mut zeros = 0;
    let is_content = |byte: &u8| {
        let is_escape = zeros >= 2 && *byte == 3;
        zeros = if *byte == 0 { zeros + 1 } else { 0 };
        !is_escape
    };
    unit.iter()
        .take(SPS_BYTES_MAX)
        .copied()
        .filter(is_content)
        .collect()
}

/// Bits from the front, most significant first.
struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    fn flag(&mut self) -> Option<bool> {
        let byte = self.bytes.get(self.at / 8)?;
        let bit = byte >> (7 - self.at % 8) & 1;
        self.at += 1;
        Some(bit == 1)
    }

    fn take(&mut self, count: usize) -> Option<u32> {
        let mut value = 0;
        for _ in 0..count {
            value = value << 1 | u32::from(self.flag()?);
        }
        Some(value)
    }

    fn skip(&mut self, count: usize) -> Option<()> {
        self.at += count;
        (self.at <= 8 * self.bytes.len()).then_some(())
    }

    /// ue(v), clause 9.1.
    fn golomb(&mut self) -> Option<u32> {
        let mut zeros = 0;
        while !self.flag()? {
            zeros += 1;
        }
        if zeros > 31 {
            return None;
        }
        Some((1 << zeros) - 1 + self.take(zeros)?)
    }

    /// se(v), clause 9.1.1.
    fn signed_golomb(&mut self) -> Option<i64> {
        let code = i64::from(self.golomb()?);
        Some(if code % 2 == 1 {
            code / 2 + 1
        } else {
            -(code / 2)
        })
    }
}
