//! What is remembered of streams that failed, across switches and openings.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
    time::Duration,
};

use base::StreamSpec;

use super::Moment;

/// Streams remembered at most; the one whose failure is oldest is forgotten first. About 48 B each.
const STREAMS_MAX: usize = 4096;
/// The longest cool-down. A provider's outage lasts minutes; to come last for longer helps nobody.
const COOLDOWN_MAX: Duration = Duration::from_secs(300);
/// How long behind its cool-down a failure still makes the next one count more.
const MEMORY: Duration = Duration::from_secs(1800);

/// A stream by its address and source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct StreamKey(u64);

impl StreamKey {
    pub(crate) fn of(stream: &StreamSpec) -> Self {
        Self::at(&stream.url, stream.source)
    }

    pub(crate) fn at(url: &str, source: u16) -> Self {
        let mut hasher = DefaultHasher::new();
        (url, source).hash(&mut hasher);
        Self(hasher.finish())
    }

    #[cfg(test)]
    pub(crate) const fn made_up(number: u64) -> Self {
        Self(number)
    }
}

/// How a stream does that has failed and has not been healed since.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ailing {
    /// Failures in a row.
    pub failures: u32,
    /// For how long the other streams of its channel are tried before it.
    pub last_for: Duration,
}

#[derive(Clone, Copy, Debug)]
struct Failed {
    in_row: u32,
    at: Moment,
    until: Moment,
}

/// The streams that failed lately. One that cools down is tried last.
#[derive(Debug)]
pub(crate) struct Cooldowns {
    first: Duration,
    failed: HashMap<StreamKey, Failed>,
}

impl Cooldowns {
    pub(crate) fn new(first: Duration) -> Self {
        Self {
            first,
            failed: HashMap::new(),
        }
    }

    /// The stream failed: it cools down, twice as long as last time.
    pub(crate) fn failed(&mut self, key: StreamKey, now: Moment) {
        let before = self
            .failed
            .get(&key)
            .filter(|failed| now < failed.until + MEMORY)
            .map_or(0, |failed| failed.in_row);
        if !self.failed.contains_key(&key) && self.failed.len() >= STREAMS_MAX {
            self.forget_oldest();
        }
        let cooldown = self.first.saturating_mul(1 << before.min(16));
        let failed = Failed {
            in_row: before.saturating_add(1),
            at: now,
            until: now + cooldown.min(COOLDOWN_MAX.max(self.first)),
        };
        self.failed.insert(key, failed);
    }

    /// The stream has played for long enough to be believed.
    pub(crate) fn healed(&mut self, key: StreamKey) {
        self.failed.remove(&key);
    }

    /// Until when it cools down; `None` where it does not.
    pub(crate) fn until(&self, key: StreamKey, now: Moment) -> Option<Moment> {
        let until = self.failed.get(&key)?.until;
        (until > now).then_some(until)
    }

    /// What is remembered of it; `None` where that counts no more, or is nothing.
    pub(crate) fn ailing(&self, key: StreamKey, now: Moment) -> Option<Ailing> {
        let failed = self.failed.get(&key)?;
        (now < failed.until + MEMORY).then(|| Ailing {
            failures: failed.in_row,
            last_for: failed.until.saturating_sub(now),
        })
    }

    fn forget_oldest(&mut self) {
        let oldest = self
            .failed
            .iter()
            .min_by_key(|(_, failed)| failed.at)
            .map(|(key, _)| *key);
        if let Some(oldest) = oldest {
            self.failed.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: StreamKey = StreamKey::made_up(7);

    const fn seconds(seconds: u64) -> Moment {
        Moment::from_secs(seconds)
    }

    #[test]
    fn a_cooldown_doubles_up_to_five_minutes() {
        let mut cooldowns = Cooldowns::new(seconds(10));
        let mut now = seconds(0);
        let mut lengths = Vec::new();
        for _ in 0..7 {
            cooldowns.failed(KEY, now);
            let until = cooldowns.until(KEY, now).unwrap();
            lengths.push((until - now).as_secs());
            now = until;
            assert_eq!(cooldowns.until(KEY, now), None);
        }
        assert_eq!(lengths, [10, 20, 40, 80, 160, 300, 300]);
    }

    #[test]
    fn good_times_make_forget() {
        let mut cooldowns = Cooldowns::new(seconds(10));
        cooldowns.failed(KEY, seconds(0));
        cooldowns.failed(KEY, seconds(1));
        cooldowns.failed(KEY, seconds(1) + seconds(20) + MEMORY);
        let until = cooldowns.until(KEY, seconds(21) + MEMORY).unwrap();
        assert_eq!(until, seconds(31) + MEMORY, "long ago counts no more");
        let ailing = |now| {
            cooldowns
                .ailing(KEY, now)
                .map(|it| (it.failures, it.last_for))
        };
        assert_eq!(ailing(seconds(25) + MEMORY), Some((1, seconds(6))));
        assert_eq!(ailing(seconds(40) + MEMORY), Some((1, seconds(0))));
        assert_eq!(ailing(seconds(31) + 2 * MEMORY), None);
        cooldowns.healed(KEY);
        assert_eq!(cooldowns.ailing(KEY, seconds(25) + MEMORY), None);
        assert_eq!(cooldowns.until(KEY, seconds(21) + MEMORY), None);
    }

    #[test]
    fn the_memory_is_bounded() {
        let mut cooldowns = Cooldowns::new(seconds(10));
        for number in 0..3 * STREAMS_MAX as u64 {
            cooldowns.failed(StreamKey::made_up(number), seconds(number));
        }
        assert_eq!(cooldowns.failed.len(), STREAMS_MAX);
        let newest = StreamKey::made_up(3 * STREAMS_MAX as u64 - 1);
        assert!(cooldowns.failed.contains_key(&newest));
    }
}
