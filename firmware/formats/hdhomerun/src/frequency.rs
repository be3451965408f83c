//! Synthetic frequencies: the lineup laid out over the UHF channels of a country's aerial, for
//! clients that tune by frequency (tvheadend, `hdhomerun_config scan`, MythTV).
//!
//! The channel at index i of the lineup sits on multiplex i mod 49, as program i / 49 + 1. So a
//! lineup of up to 49 channels has one channel per multiplex, which is all that tvheadend can tell
//! apart in the single-program streams it then receives; a longer one is listed by `streaminfo`
//! and chosen with `program`. Channels from 490 on are beyond the map and reached by GuideNumber
//! only. Adding channels at the end of the lineup moves no other.

/// Name of the channel map. European broadcast: 8 MHz raster, channels 21–69 at
/// 474 MHz + 8 MHz × (channel − 21) (ITU-R GE06; libhdhomerun's `eu-bcast`).
pub const CHANNEL_MAP: &str = "eu-bcast";

/// Multiplexes: UHF channels 21 to 69.
pub const MUX_COUNT: usize = 49;
/// Programs on one multiplex. Ten lines of `streaminfo` with names of 64 bytes stay within one
/// packet.
pub const PROGRAMS_PER_MUX_MAX: usize = 10;
const _: () = assert!(
    PROGRAMS_PER_MUX_MAX * (6 + 12 + crate::control::STREAMINFO_NAME_BYTES_MAX)
        < crate::packet::PAYLOAD_BYTES_MAX - 128
);

const CHANNEL_FIRST: u32 = 21;
const CHANNEL_LAST: u32 = 69;
const FIRST_HZ: u32 = 474_000_000;
const SPACING_HZ: u32 = 8_000_000;
/// How far a request may lie beside the raster: tables of real transmitters have offsets of up to
/// 166 kHz, and libhdhomerun rounds to 125 kHz.
const OFFSET_HZ_MAX: u32 = 1_000_000;

/// One synthetic multiplex, 0–48.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mux(u8);

impl Mux {
    /// The multiplex at a frequency in Hz or, for numbers below 1,000, on a channel of the map.
    #[must_use]
    pub fn at(hz_or_channel: u32) -> Option<Self> {
        let offset_hz = match hz_or_channel {
            CHANNEL_FIRST..=CHANNEL_LAST => (hz_or_channel - CHANNEL_FIRST) * SPACING_HZ,
            0..1_000 => return None,
            hz => hz.checked_add(OFFSET_HZ_MAX)?.checked_sub(FIRST_HZ)?,
        };
        let is_near = hz_or_channel < 1_000 || offset_hz % SPACING_HZ <= 2 * OFFSET_HZ_MAX;
        let mux = u8::try_from(offset_hz / SPACING_HZ).ok()?;
        (is_near && usize::from(mux) < MUX_COUNT).then_some(Self(mux))
    }

    /// Its frequency in Hz.
    #[must_use]
    pub fn hz(self) -> u32 {
        FIRST_HZ + SPACING_HZ * u32::from(self.0)
    }

    /// Its transport stream id.
    #[must_use]
    pub fn tsid(self) -> u16 {
        u16::from(self.0) + 1
    }

    /// Index in the lineup of program `program`, which counts from 1.
    #[must_use]
    pub fn index_of(self, program: u16) -> Option<usize> {
        let program = usize::from(program.checked_sub(1)?);
        (program < PROGRAMS_PER_MUX_MAX).then_some(program * MUX_COUNT + usize::from(self.0))
    }

    /// The multiplex of the channel at `index` of the lineup, and its program there.
    #[must_use]
    pub fn of_index(index: usize) -> Option<(Self, u16)> {
        let program = index / MUX_COUNT;
        if program >= PROGRAMS_PER_MUX_MAX {
            return None;
        }
        let mux = u8::try_from(index % MUX_COUNT).ok()?;
        Some((Self(mux), u16::try_from(program).ok()? + 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn finds_by_frequency_and_channel() {
        for (number, hz) in [
            (474_000_000, Some(474_000_000)),
            (474_166_000, Some(474_000_000)),
            (473_833_000, Some(474_000_000)),
            (858_000_000, Some(858_000_000)),
            (866_000_000, None),
            (478_000_000, None),
            (177_500_000, None),
            (u32::MAX, None),
            (21, Some(474_000_000)),
            (69, Some(858_000_000)),
            (20, None),
            (70, None),
            (0, None),
        ] {
            assert_eq!(Mux::at(number).map(Mux::hz), hz, "{number}");
        }
    }

    proptest! {
        #[test]
        fn every_place_leads_back(index in 0_usize..1_000) {
            let place = Mux::of_index(index);
            prop_assert_eq!(place.is_some(), index < MUX_COUNT * PROGRAMS_PER_MUX_MAX);
            if let Some((mux, program)) = place {
                prop_assert_eq!(mux.index_of(program), Some(index));
                prop_assert_eq!(Mux::at(mux.hz()), Some(mux));
            }
        }
    }
}
