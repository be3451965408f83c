//! Datagrams: whatever comes, at most what came goes out, and what is held has its bounds.

use std::time::{Duration, Instant};

use rtp::{GAP_WAIT, HELD_BYTES_MAX, Receiver};

use crate::pieces::pieces;

/// Each piece is a datagram; the last byte of each says how much time passes behind it.
pub(crate) fn feed(bytes: &[u8]) {
    let (mut receiver, mut now) = (Receiver::new(), Instant::now());
    let (mut came, mut went) = (0, 0);
    for datagram in pieces(bytes) {
        came += datagram.len();
        receiver.push(datagram, now, |bytes| went += bytes.len());
        assert!(receiver.held_bytes() <= HELD_BYTES_MAX, "held too much");
        assert!(went + receiver.held_bytes() <= came, "more than came");
        now += Duration::from_millis(datagram.last().map_or(0, |last| u64::from(*last)));
        receiver.expire(now, |bytes| went += bytes.len());
        assert!(
            receiver.deadline().is_none_or(|deadline| deadline > now),
            "a gap is waited for too long"
        );
    }
    receiver.expire(now + GAP_WAIT, |bytes| went += bytes.len());
    assert_eq!(receiver.held_bytes(), 0, "something was never given out");
    assert!(went <= came, "more than came");
}
