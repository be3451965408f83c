//! How far pictures are reordered, as sequence parameter sets say (ISO/IEC 14496-10 clause 7.3.2.1
//! and annex E; ISO/IEC 23008-2 clause 7.3.2.2).

/// Pictures out of order where a set does not say: what common encoders make at most.
const DEPTH_GUESSED: u32 = 4;

/// num_reorder_frames of H.264, by a NAL unit with an SPS.
pub(crate) fn h264_depth(unit: &[u8]) -> usize {
    let depth = h264(unit).unwrap_or(DEPTH_GUESSED);
    usize::try_from(depth).unwrap_or(0)
}

/// sps_max_num_reorder_pics of HEVC, by a NAL unit with an SPS.
pub(crate) fn hevc_depth(unit: &[u8]) -> usize {
    let depth = hevc(unit).unwrap_or(DEPTH_GUESSED);
    usize::try_from(depth).unwrap_or(0)
}

fn h264(unit: &[u8]) -> Option<u32> {
    let mut bits = Bits::of(unit.get(1..)?);
    let profile = bits.take(8)?;
    bits.take(16)?;
    bits.golomb()?;
    if matches!(
        profile,
        100 | 110 | 122 | 244 | 44 | 83 | 86 | 118 | 128 | 138 | 139 | 134 | 135
    ) {
        high_profile(&mut bits)?;
    }
    bits.golomb()?;
    match bits.golomb()? {
        0 => {
            bits.golomb()?;
        }
        1 => {
            bits.take(1)?;
            bits.golomb()?;
            bits.golomb()?;
            for _ in 0..bits.golomb()?.min(255) {
                bits.golomb()?;
            }
        }
        // Output order is decoding order.
        _ => return Some(0),
    }
    let references = bits.golomb()?;
    bits.take(1)?;
    bits.golomb()?;
    bits.golomb()?;
    if bits.take(1)? == 0 {
        bits.take(1)?;
    }
    bits.take(1)?;
    if bits.take(1)? == 1 {
        for _ in 0..4 {
            bits.golomb()?;
        }
    }
    let said = match bits.take(1)? {
        1 => h264_vui(&mut bits),
        _ => None,
    };
    // Baseline has no B pictures.
    let guessed = match profile {
        66 => 0,
        _ => references.clamp(1, DEPTH_GUESSED),
    };
    Some(said.unwrap_or(guessed))
}

fn high_profile(bits: &mut Bits) -> Option<()> {
    let chroma = bits.golomb()?;
    if chroma == 3 {
        bits.take(1)?;
    }
    bits.golomb()?;
    bits.golomb()?;
    bits.take(1)?;
    if bits.take(1)? == 0 {
        return Some(());
    }
    for index in 0..if chroma == 3 { 12 } else { 8 } {
        if bits.take(1)? == 1 {
            scaling_list(bits, if index < 6 { 16 } else { 64 })?;
        }
    }
    Some(())
}

fn scaling_list(bits: &mut Bits, size: u32) -> Option<()> {
    let (mut last, mut next) = (8_i64, 8_i64);
    for _ in 0..size {
        if next != 0 {
            next = (last + bits.signed_golomb()?).rem_euclid(256);
        }
        if next != 0 {
            last = next;
        }
    }
    Some(())
}

/// Annex E.1.1, up to max_num_reorder_frames; `None` where it is not said.
fn h264_vui(bits: &mut Bits) -> Option<u32> {
    const EXTENDED_SAR: u32 = 255;
    if bits.take(1)? == 1 && bits.take(8)? == EXTENDED_SAR {
        bits.take(32)?;
    }
    if bits.take(1)? == 1 {
        bits.take(1)?;
    }
    if bits.take(1)? == 1 {
        bits.take(4)?;
        if bits.take(1)? == 1 {
            bits.take(24)?;
        }
    }
    if bits.take(1)? == 1 {
        bits.golomb()?;
        bits.golomb()?;
    }
    if bits.take(1)? == 1 {
        bits.take(32)?;
        bits.take(32)?;
        bits.take(1)?;
    }
    let has_nal = bits.take(1)? == 1;
    if has_nal {
        hrd(bits)?;
    }
    let has_vcl = bits.take(1)? == 1;
    if has_vcl {
        hrd(bits)?;
    }
    if has_nal || has_vcl {
        bits.take(1)?;
    }
    bits.take(1)?;
    if bits.take(1)? == 0 {
        return None;
    }
    bits.take(1)?;
    for _ in 0..4 {
        bits.golomb()?;
    }
    bits.golomb()
}

fn hrd(bits: &mut Bits) -> Option<()> {
    let count = bits.golomb()?.min(31);
    bits.take(8)?;
    for _ in 0..=count {
        bits.golomb()?;
        bits.golomb()?;
        bits.take(1)?;
    }
    bits.take(20)?;
    Some(())
}

fn hevc(unit: &[u8]) -> Option<u32> {
    let mut bits = Bits::of(unit.get(2..)?);
    bits.take(4)?;
    let sub_layers = bits.take(3)?;
    bits.take(1)?;
    profile_tier_level(&mut bits, sub_layers)?;
    bits.golomb()?;
    if bits.golomb()? == 3 {
        bits.take(1)?;
    }
    bits.golomb()?;
    bits.golomb()?;
    if bits.take(1)? == 1 {
        for _ in 0..4 {
            bits.golomb()?;
        }
    }
    for _ in 0..3 {
        bits.golomb()?;
    }
    let has_all = bits.take(1)? == 1;
    let mut depth = 0;
    for _ in 0..if has_all { sub_layers + 1 } else { 1 } {
        bits.golomb()?;
        depth = bits.golomb()?;
        bits.golomb()?;
    }
    Some(depth)
}

/// Clause 7.3.3.
fn profile_tier_level(bits: &mut Bits, sub_layers: u32) -> Option<()> {
    bits.skip(88 + 8)?;
    let mut present = Vec::with_capacity(8);
    for _ in 0..sub_layers {
        present.push((bits.take(1)? == 1, bits.take(1)? == 1));
    }
    if sub_layers > 0 {
        bits.skip(2 * (8 - sub_layers))?;
    }
    for (profile, level) in present {
        bits.skip(88 * u32::from(profile) + 8 * u32::from(level))?;
    }
    Some(())
}

/// Bits from the front, without the bytes that keep start codes out (clause 7.4.1).
struct Bits {
    bytes: Vec<u8>,
    at: usize,
}

impl Bits {
    fn of(payload: &[u8]) -> Self {
        let mut bytes = Vec::with_capacity(payload.len());
        let mut zeros = 0;
        for byte in payload {
            if zeros >= 2 && *byte == 3 {
                zeros = 0;
                continue;
            }
            zeros = if *byte == 0 { zeros + 1 } else { 0 };
            bytes.push(*byte);
        }
        Self { bytes, at: 0 }
    }

    fn take(&mut self, count: u32) -> Option<u32> {
        let mut value = 0;
        for _ in 0..count {
            let byte = self.bytes.get(self.at / 8)?;
            value = value << 1 | u32::from(byte >> (7 - self.at % 8) & 1);
            self.at += 1;
        }
        Some(value)
    }

    fn skip(&mut self, count: u32) -> Option<()> {
        (0..count).try_for_each(|_| self.take(1).map(|_| ()))
    }

    /// ue(v), clause 9.1.
    fn golomb(&mut self) -> Option<u32> {
        let mut zeros = 0;
        while self.take(1)? == 0 {
            zeros += 1;
            if zeros > 31 {
                return None;
            }
        }
        Some(((1_u32 << zeros) - 1).saturating_add(self.take(zeros)?))
    }

    /// se(v), clause 9.1.1.
    fn signed_golomb(&mut self) -> Option<i64> {
        let code = i64::from(self.golomb()?);
        Some(if code % 2 == 0 {
            -code / 2
        } else {
            (code + 1) / 2
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_encoders_say() {
        // x264 with three B pictures and a pyramid.
        let x264 = [
            103, 100, 0, 12, 172, 118, 17, 10, 55, 228, 192, 68, 0, 0, 3, 0, 4, 0, 0, 3, 0, 200,
            60, 80, 166, 17, 128,
        ];
        assert_eq!(h264(&x264), Some(2));
        assert_eq!(h264(&x264[..6]), None);
        assert_eq!(h264_depth(&x264[..6]), 4);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(unit: Vec<u8>) {
            let _ = (h264_depth(&unit), hevc_depth(&unit));
        }
    }
}
