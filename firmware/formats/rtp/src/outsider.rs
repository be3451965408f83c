//! Packets that do not continue what is being received: a stray one, or a sender that began anew.

use std::time::{Duration, Instant};

/// So long a sender may be silent before another one, or the same one elsewhere, is believed at
/// its first packet: three packets of a radio channel, and no more than a viewer's buffer.
const SILENCE: Duration = Duration::from_millis(200);
/// Packets in a row of another sender. Two at once, such as two head-ends in one group, take turns
/// and never make so many.
const OTHER_SENDER_PACKETS: u32 = 8;
/// Packets in a row that go on from a jump (RFC 3550, A.1: `MIN_SEQUENTIAL`).
const JUMP_PACKETS: u32 = 2;
/// Packets in a row that came too late: a sender that began anew a little before its last number.
const LATE_PACKETS: u32 = 32;

/// Why a packet does not continue what is received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    /// Another SSRC.
    OtherSender,
    /// A number far away.
    Jump,
    /// A number that was given up or given out.
    Late,
}

/// Counts outsiders until they are believed.
#[derive(Debug, Default)]
pub(crate) struct Outsider {
    last: Option<(u32, u16)>,
    in_row: u32,
    /// When a packet of the received sender came last.
    inside_at: Option<Instant>,
}

impl Outsider {
    /// A packet that continues what is received.
    pub(crate) fn inside(&mut self, now: Instant) {
        *self = Self {
            inside_at: Some(now),
            ..Self::default()
        };
    }

    /// Whether to go on with this one from here on.
    pub(crate) fn is_believed(
        &mut self,
        (ssrc, sequence): (u32, u16),
        reason: Reason,
        now: Instant,
    ) -> bool {
        let follows = self.last.is_some_and(|(sender, before)| {
            let step = sequence.wrapping_sub(before);
            sender == ssrc && (reason != Reason::Jump || step == 1)
        });
        self.in_row = if follows { self.in_row + 1 } else { 1 };
        self.last = Some((ssrc, sequence));
        let is_silent = self
            .inside_at
            .is_none_or(|at| now.saturating_duration_since(at) >= SILENCE);
        let enough = match reason {
            Reason::OtherSender => OTHER_SENDER_PACKETS,
            Reason::Jump => JUMP_PACKETS,
            Reason::Late => LATE_PACKETS,
        };
        is_silent || self.in_row >= enough
    }
}
