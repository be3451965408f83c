//! Arithmetic on the two clocks of a transport stream (ISO/IEC 13818-1 clause 2.4.2).
//!
//! PCR counts 27 MHz in 33 bit × 300; PTS and DTS count 90 kHz in 33 bit. Both wrap after about
//! 26.5 hours, at the same moment, so one signed difference serves both.

/// Ticks of the system clock in a second.
pub const TICKS_PER_SECOND: u64 = 27_000_000;
/// 27 MHz ticks in one 90 kHz tick.
pub const TICKS_PER_PTS: u64 = 300;
/// PTS and DTS wrap here (2³³).
pub const PTS_WRAP: u64 = 1 << 33;
/// PCR wraps here (2³³ × 300).
pub const PCR_WRAP: u64 = PTS_WRAP * TICKS_PER_PTS;
/// Ticks of PTS and DTS in a second.
pub const PTS_PER_SECOND: u64 = 90_000;

/// `later - earlier` on the PCR circle, in −half..+half of it.
#[must_use]
pub fn pcr_difference(later: u64, earlier: u64) -> i64 {
    circle_difference(later, earlier, PCR_WRAP)
}

/// `later - earlier` on the PTS circle, in −half..+half of it.
#[must_use]
pub fn pts_difference(later: u64, earlier: u64) -> i64 {
    circle_difference(later, earlier, PTS_WRAP)
}

fn circle_difference(later: u64, earlier: u64, wrap: u64) -> i64 {
    let forward = (later % wrap + wrap - earlier % wrap) % wrap;
    if forward < wrap / 2 {
        forward.cast_signed()
    } else {
        forward.cast_signed() - wrap.cast_signed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_cross_the_wrap() {
        assert_eq!(pts_difference(5, PTS_WRAP - 5), 10);
        assert_eq!(pts_difference(PTS_WRAP - 5, 5), -10);
        assert_eq!(pcr_difference(300, PCR_WRAP - 300), 600);
        assert_eq!(pcr_difference(7, 7), 0);
    }
}
