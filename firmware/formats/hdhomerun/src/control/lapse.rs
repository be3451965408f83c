//! When clients are gone: by silence, by a closed connection, or because they forgot a lock.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use super::{Control, Device, KEEPALIVE_SILENCE_S, LOCK_IDLE_S, tuner::TunerState};

impl<D: Device> Control<D> {
    /// A keepalive came from `from`: the receiver there is alive.
    pub fn keepalive(&mut self, from: SocketAddr, key: u32, now: Instant) {
        for state in self.tuners.iter_mut().flatten() {
            let is_key = state.lock.is_none_or(|lock| lock.key == key);
            if let Some(receiver) = &mut state.receiver
                && SocketAddr::V4(receiver.target.address) == from
                && is_key
            {
                receiver.keepalive_at = Some(now);
            }
        }
    }

    /// A control connection ended. Receivers that send keepalives are watched by those. Of the
    /// others a group can never tell that nobody listens, and a client that locked the tuner and
    /// asked for the push over one connection (tvheadend) lives as long as that. A push set by a
    /// single command (`hdhomerun_config ID set /tuner0/target udp://...`) goes on: its end is
    /// told by ICMP.
    pub fn closed(&mut self, connection: u64) {
        self.free_where(|state| {
            let is_locked = state.lock.is_some_and(|lock| lock.connection == connection);
            state.receiver.is_some_and(|receiver| {
                receiver.connection == connection
                    && receiver.keepalive_at.is_none()
                    && (is_locked || receiver.target.is_multicast())
            })
        });
    }

    /// Frees what its client has left behind. To be called about once a second.
    pub fn tick(&mut self, now: Instant) {
        let is_past = |since: Instant, seconds| {
            now.saturating_duration_since(since) > Duration::from_secs(seconds)
        };
        self.free_where(|state| match (&state.receiver, &state.lock) {
            (Some(receiver), _) => receiver
                .keepalive_at
                .is_some_and(|at| is_past(at, KEEPALIVE_SILENCE_S)),
            (None, Some(lock)) => is_past(lock.used_at, LOCK_IDLE_S),
            (None, None) => false,
        });
    }

    fn free_where(&mut self, is_left: impl Fn(&TunerState) -> bool) {
        for tuner in 0..u16::try_from(self.tuners.len()).unwrap_or(u16::MAX) {
            let state = self
                .tuners
                .get(usize::from(tuner))
                .and_then(Option::as_deref);
            if state.is_some_and(&is_left) {
                self.free(tuner);
            }
        }
    }

    /// Whether a lock or a push hangs on this connection.
    #[must_use]
    pub fn needs(&self, connection: u64) -> bool {
        self.tuners.iter().flatten().any(|state| {
            state
                .receiver
                .is_some_and(|receiver| receiver.connection == connection)
                || state.lock.is_some_and(|lock| lock.connection == connection)
        })
    }

    /// Stops every push, at shutdown.
    pub fn free_all(&mut self) {
        self.free_where(|_| true);
    }
}
