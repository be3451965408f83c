//! The stream of a channel that stands by, and what must always hold of it.

use std::time::Duration;

use super::{
    channel::{Channel, STEADY},
    connection::Connection,
    world::World,
};
use crate::failover::{Cooldowns, Failure, Moment, Verdict, Vitals};

/// Two openings are never closer: who fails to stand by is left alone for a while.
const OPENINGS_APART_MIN: Duration = Duration::from_secs(2);

impl Channel {
    /// Somebody else's viewer needed the connection, which is closed by now.
    pub(super) fn evicted(&mut self, now: Moment) {
        self.tell("evicted");
        assert!(self.standby.take().is_some(), "seed {}", self.seed);
        self.course.standby_closed(now);
    }

    pub(super) fn dismiss(&mut self, now: Moment, world: &mut World) {
        if self.close_standby(world) {
            self.course.standby_closed(now);
        }
    }

    fn close_standby(&mut self, world: &mut World) -> bool {
        let Some(standby) = self.standby.take() else {
            return false;
        };
        let source = self.leave_standbys(standby.stream, world);
        world.release(source);
        true
    }

    fn leave_standbys(&self, stream: usize, world: &mut World) -> u16 {
        let source = world.streams[stream].source;
        let mine = (self.number, source);
        let place = world.standbys.iter().position(|entry| *entry == mine);
        world.standbys.remove(place.unwrap());
        source
    }

    pub(super) fn open_standby(&mut self, now: Moment, world: &mut World, cooldowns: &Cooldowns) {
        let room = |source| world.has_room(source);
        let Some(stream) = self.course.standby_wanted(now, cooldowns, room) else {
            return;
        };
        self.tell(format!("{stream} is to stand by"));
        let seed = self.seed;
        assert!(self.standby.is_none(), "seed {seed}: one at a time");
        let plays = self.open.as_ref().map(|open| open.stream);
        assert_ne!(plays, Some(stream), "seed {seed}: it plays already");
        let cooling = cooldowns.until(self.keys[stream], now);
        assert_eq!(cooling, None, "seed {seed}: a loop over dead streams");
        let apart = self.standby_opened_at.replace(now).map(|at| now - at);
        assert!(
            apart.is_none_or(|apart| apart >= OPENINGS_APART_MIN),
            "seed {seed}: opened again after {apart:?}"
        );
        let source = world.streams[stream].source;
        world.take(source);
        world.standbys.push((self.number, source));
        let vitals = Vitals::default();
        self.standby = Some(Connection::open(now, stream, world, vitals));
        self.course.standby_opened(now, stream, vitals);
    }

    pub(super) fn observe_standby(
        &mut self,
        now: Moment,
        world: &mut World,
        cooldowns: &mut Cooldowns,
    ) {
        let Some(standby) = &mut self.standby else {
            return;
        };
        let key = self.keys[standby.stream];
        let before = cooldowns.until(key, now);
        let verdict = match standby.ends {
            Some((at, kind)) if now >= at => Verdict::Close(Failure::new(kind, "it ended")),
            _ => {
                let (vitals, has_picture) = (standby.vitals(now), standby.has_played(now));
                if has_picture {
                    standby.pictured_at.get_or_insert(now);
                }
                self.course
                    .look_at_standby(now, vitals, has_picture, cooldowns)
            }
        };
        if standby.pictured_at.is_some_and(|at| now >= at + STEADY) {
            world.cooled.remove(&key);
        }
        if let Verdict::Close(failure) = verdict {
            self.tell(&failure);
            self.close_standby(world);
            self.course.standby_failed(now, &failure, cooldowns);
            self.check_cooldown(now, key, before, world, cooldowns);
        }
    }

    /// It goes on where the one that played is closed.
    pub(super) fn promote(&mut self, now: Moment, stream: usize, world: &mut World) {
        self.release(world);
        let mut standby = self.standby.take().unwrap();
        assert_eq!(standby.stream, stream, "seed {}", self.seed);
        self.slot = Some(self.leave_standbys(stream, world));
        standby.pictured_at = Some(now);
        self.total = standby.vitals(now);
        self.begin_round();
        self.promoted += 1;
        self.course.promoted(now);
        self.schedule(now, &standby);
        self.open = Some(standby);
    }
}
