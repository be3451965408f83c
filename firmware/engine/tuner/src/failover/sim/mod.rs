//! Evenings in virtual time: made-up worlds of streams that refuse, hang, stall, end, come and go,
//! and channels that must get through them. Each seed is a world; what must hold in all of them is
//! asserted while it runs.
//!
//! Once as they are, and once with a second stream of each channel that stands by where it may.
//!
//! A seed that fails is named in the message. `DIPOLE_SIM_SEED=<seed>` runs that one alone and tells
//! each step; `DIPOLE_SIM_SEEDS=<count>` runs as many as are asked for instead of 10,000.

mod channel;
mod connection;
mod standby;
mod world;

use std::time::Duration;

use super::{Cooldowns, FailoverConfig, Moment, StandbyConfig};
use channel::Channel;
use world::World;

const SEEDS: u64 = 10_000;
/// An evening.
const EVENING: Moment = Duration::from_secs(280);
/// What changes in a world has done so by then: what is left suffices for six rounds over five
/// streams that hang.
const CHANGES_MAX: Moment = Duration::from_secs(100);

/// SplitMix64 (Vigna 2015): small, and the same everywhere.
#[derive(Clone, Debug)]
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From `low` up to and including `high`.
    fn of(&mut self, low: u64, high: u64) -> u64 {
        low + self.next() % (high - low + 1)
    }

    fn millis(&mut self, low: u64, high: u64) -> Duration {
        Duration::from_millis(self.of(low, high))
    }
}

fn number_of(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

/// What happened to streams that stood by.
#[derive(Debug, Default)]
struct Tally {
    promoted: u64,
    evicted: u64,
}

/// One evening.
fn evening(seed: u64, tells: bool, has_standby: bool) -> Tally {
    let mut chance = Chance(seed);
    let config = FailoverConfig {
        standby: has_standby.then_some(StandbyConfig {
            streams_max: 2,
            ring_segments_max: 4,
        }),
        ..FailoverConfig::default()
    };
    let mut world = World::new(&mut chance);
    let mut cooldowns = Cooldowns::new(config.cooldown);
    let count = usize::from(chance.of(0, 1) == 0) + 1;
    let mut channels: Vec<Channel> = (0..count)
        .map(|number| Channel::new(number, seed, tells, &config, &world))
        .collect();
    // In every other world.
    let switch_at = chance.millis(0, 200_000);
    let mut tally = Tally::default();
    let mut has_switched = switch_at > CHANGES_MAX;
    loop {
        let next = channels.iter_mut().min_by_key(|channel| channel.wake);
        let Some(channel) = next.filter(|channel| channel.wake <= EVENING) else {
            break;
        };
        let now = channel.wake;
        if now >= switch_at && !has_switched {
            has_switched = true;
            channel.switch(&mut world);
        }
        channel.advance(now, &mut world, &mut cooldowns);
        for evicted in std::mem::take(&mut world.evicted) {
            channels[evicted].evicted(now);
            tally.evicted += 1;
        }
        if std::mem::take(&mut world.has_released) {
            for channel in &mut channels {
                channel.wake_if_awaiting(now);
            }
        }
    }
    for channel in &mut channels {
        channel.check_end(&world);
        channel.hang_up(&mut world);
        tally.promoted += channel.promoted;
    }
    let is_open = world.sources.iter().any(|source| source.open > 0);
    assert!(!is_open && world.standbys.is_empty(), "seed {seed}: a leak");
    tally
}

/// All of them, or the one that is asked for.
fn evenings(has_standby: bool) -> Tally {
    let mut all = Tally::default();
    let (seeds, tells) = match number_of("DIPOLE_SIM_SEED") {
        Some(seed) => (seed..seed + 1, true),
        None => (0..number_of("DIPOLE_SIM_SEEDS").unwrap_or(SEEDS), false),
    };
    for seed in seeds {
        let one = evening(seed, tells, has_standby);
        all.promoted += one.promoted;
        all.evicted += one.evicted;
    }
    all
}

#[test]
fn whatever_an_evening_brings() {
    let Tally { promoted, evicted } = evenings(false);
    assert_eq!((promoted, evicted), (0, 0), "nothing stands by");
}

#[test]
fn whatever_an_evening_brings_where_streams_stand_by() {
    let Tally { promoted, evicted } = evenings(true);
    let is_whole = number_of("DIPOLE_SIM_SEED").is_none();
    assert!(
        !is_whole || promoted > 0 && evicted > 0,
        "nothing was tried"
    );
    println!("{promoted} took over, {evicted} gave way");
}
