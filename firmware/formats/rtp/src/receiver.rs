//! From datagrams to the bytes of a transport stream.

use std::time::Instant;

use crate::content::{Content, STRIDES};
use crate::counts::Counts;
use crate::packet::Packet;
use crate::reorder::Reorder;

/// What became of a datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It carries a part of a transport stream.
    Stream,
    /// It was passed over.
    PassedOver,
    /// Whether it does cannot be told from it alone.
    Unknown,
}

/// Takes the datagrams of one address.
#[derive(Debug, Default)]
pub struct Receiver {
    reorder: Option<Reorder>,
    /// Datagrams that do not begin with a packet belong to the stream all the same.
    is_cut_anywhere: bool,
    counts: Counts,
}

impl Receiver {
    /// Has received nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What became of all datagrams.
    #[must_use]
    pub const fn counts(&self) -> &Counts {
        &self.counts
    }

    /// From now on a datagram that is [`Taken::Unknown`] belongs to the stream: the caller has seen
    /// several in a row, and they make one.
    pub const fn take_unknown(&mut self) {
        self.is_cut_anywhere = true;
    }

    /// Takes a datagram, and hands what is in order to `out`.
    pub fn push(&mut self, datagram: &[u8], now: Instant, mut out: impl FnMut(&[u8])) -> Taken {
        let taken = match Content::of(datagram) {
            _ if self.is_cut_anywhere => {
                out(datagram);
                Taken::Stream
            }
            Content::Plain(bytes) => {
                // What is cut off here begins the next datagram.
                self.is_cut_anywhere = self.reorder.is_none() && !is_whole(bytes);
                out(bytes);
                Taken::Stream
            }
            Content::Rtp(packet) => {
                self.rtp(&packet, now, &mut out);
                Taken::Stream
            }
            Content::OtherRtp(packet) => {
                if let Some(reorder) = &mut self.reorder {
                    reorder.pass_over(&packet, now, &mut self.counts, &mut out);
                    Taken::PassedOver
                } else {
                    Taken::Unknown
                }
            }
            Content::Malformed(_) if self.reorder.is_some() => Taken::PassedOver,
            Content::Malformed(_) | Content::Unknown => Taken::Unknown,
        };
        match taken {
            Taken::Stream => self.counts.taken += 1,
            Taken::PassedOver | Taken::Unknown => self.counts.passed_over += 1,
        }
        taken
    }

    /// Bytes that wait for what belongs before them; at most [`HELD_BYTES_MAX`](crate::HELD_BYTES_MAX).
    #[must_use]
    pub fn held_bytes(&self) -> usize {
        self.reorder.as_ref().map_or(0, Reorder::held_bytes)
    }

    /// Gives up what has been waited for long enough. To be called when what there was to read has
    /// been pushed, so that what lay unread is not given up.
    pub fn expire(&mut self, now: Instant, mut out: impl FnMut(&[u8])) {
        if let Some(reorder) = &mut self.reorder {
            reorder.expire(now, &mut self.counts, &mut out);
        }
    }

    /// When [`Receiver::expire`] will have something to give up.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        self.reorder.as_ref().and_then(Reorder::deadline)
    }

    fn rtp(&mut self, packet: &Packet<'_>, now: Instant, out: &mut impl FnMut(&[u8])) {
        let reorder = self.reorder.get_or_insert_with(|| Reorder::new(packet));
        reorder.push(packet, now, &mut self.counts, out);
    }
}

/// Whether these are whole packets.
fn is_whole(bytes: &[u8]) -> bool {
    STRIDES
        .iter()
        .any(|stride| bytes.len().is_multiple_of(*stride))
}
