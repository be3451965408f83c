//! What RTP packets carry, and what is known of it beforehand.

use mpegts::ticks::{PTS_PER_SECOND, PTS_WRAP};

/// Added to all times: sessions begin at zero, and some of their packets a little before it.
pub(super) const BASE_TICKS: i64 = 10 * PTS_PER_SECOND.cast_signed();

/// The codec of the pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RtpVideo {
    /// RFC 6184, packetization modes 0 and 1.
    H264,
    /// RFC 7798 without decoding order numbers.
    Hevc,
}

/// What the description of a session says of its sound.
#[derive(Clone, Copy, Debug)]
pub struct RtpAudio<'a> {
    /// An AudioSpecificConfig (ISO/IEC 14496-3 clause 1.6.2.1).
    pub config: &'a [u8],
    /// Of a frame, in ticks of the clock.
    pub frame_ticks: u32,
    /// Ticks of the RTP clock in a second.
    pub clock_rate: u32,
}

/// What one RTP packet carries.
#[derive(Clone, Copy, Debug)]
pub struct RtpPayload<'a> {
    /// When it is shown, in 90 kHz ticks since the session began; may be a little below zero.
    pub time: i64,
    /// The marker bit: with it a picture ends.
    pub is_last: bool,
    /// Packets before it were lost.
    pub is_after_loss: bool,
    /// Behind the RTP header.
    pub bytes: &'a [u8],
}

/// A time of the session as 33 bit.
pub(super) fn ticks(time: i64) -> u64 {
    let wrap = PTS_WRAP.cast_signed();
    (time.wrapping_add(BASE_TICKS))
        .rem_euclid(wrap)
        .cast_unsigned()
}
