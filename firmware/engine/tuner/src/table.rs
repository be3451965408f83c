//! Who holds which tuner. Pure: every rule of taking, refusing and locking stands here.
//!
//! A tuner is tuned to a stream, not to a channel. Whoever may share a stream asks for that one;
//! whoever may not, in direct mode, asks for a new one, and the same rules give it a tuner of its
//! own or none.

use std::net::IpAddr;

use crate::{
    refusal::{LockedBy, Refusal},
    stream::StreamId,
};

/// Which tuner a client asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Want {
    /// `/auto`: any.
    Any,
    /// `/tunerK`: this one.
    Tuner(usize),
}

/// A client that asks for a tuner.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asker {
    pub(crate) holder: IpAddr,
    /// The lock key it carries (HDHomeRun control, tag 0x15).
    pub(crate) key: Option<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct ControlLock {
    key: u32,
    holder: IpAddr,
}

/// One tuner.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Slot {
    /// What it is tuned to. Without viewers the stream lingers and the tuner counts as free.
    pub(crate) stream: Option<StreamId>,
    pub(crate) viewers: usize,
    /// Who came first.
    pub(crate) holder: Option<IpAddr>,
    lock: Option<ControlLock>,
}

impl Slot {
    fn is_free(&self) -> bool {
        self.viewers == 0
    }

    /// Whether somebody else's lock keeps `asker` out.
    fn is_locked_for(&self, asker: Asker) -> bool {
        self.lock.is_some_and(|lock| Some(lock.key) != asker.key)
    }

    pub(crate) fn is_locked(&self) -> bool {
        self.lock.is_some()
    }
}

/// All tuners.
#[derive(Debug)]
pub(crate) struct Table {
    slots: Vec<Slot>,
}

impl Table {
    pub(crate) fn new(tuners: usize) -> Self {
        Self {
            slots: vec![Slot::default(); tuners],
        }
    }

    pub(crate) fn slots(&self) -> &[Slot] {
        &self.slots
    }

    /// Takes a place at a tuner for `stream`. A tuner that plays it already comes first, then one
    /// that is free, then one whose last stream lingers.
    pub(crate) fn enter(
        &mut self,
        want: Want,
        stream: StreamId,
        asker: Asker,
    ) -> Result<usize, Refusal> {
        let index = match want {
            Want::Any => self.choose(stream, asker).ok_or(Refusal::AllTunersInUse)?,
            Want::Tuner(index) => {
                let slot = self.slots.get(index).ok_or(Refusal::UnknownTuner)?;
                let fits = slot.is_free() || slot.stream == Some(stream);
                if !fits || slot.is_locked_for(asker) {
                    return Err(Refusal::TunerInUse);
                }
                index
            }
        };
        let slot = &mut self.slots[index];
        if slot.is_free() {
            slot.holder = Some(asker.holder);
        }
        slot.stream = Some(stream);
        slot.viewers += 1;
        Ok(index)
    }

    fn choose(&self, stream: StreamId, asker: Asker) -> Option<usize> {
        let rules: [&dyn Fn(&Slot) -> bool; 3] = [
            &|slot| slot.stream == Some(stream),
            &|slot| slot.is_free() && slot.stream.is_none(),
            &Slot::is_free,
        ];
        rules.iter().find_map(|rule| {
            self.slots
                .iter()
                .position(|slot| rule(slot) && !slot.is_locked_for(asker))
        })
    }

    /// Gives a place at a tuner back. Where `stream` is gone, it was given back with it.
    pub(crate) fn leave(&mut self, index: usize, stream: StreamId) {
        let slot = &mut self.slots[index];
        if slot.stream != Some(stream) {
            return;
        }
        slot.viewers = slot.viewers.saturating_sub(1);
        if slot.is_free() {
            slot.holder = None;
        }
    }

    /// The stream is gone: its tuners are free, and whoever has not left them yet holds nothing.
    pub(crate) fn forget(&mut self, stream: StreamId) {
        for slot in &mut self.slots {
            if slot.stream == Some(stream) {
                let lock = slot.lock;
                *slot = Slot {
                    lock,
                    ..Slot::default()
                };
            }
        }
    }

    /// Whether any tuner is tuned to the stream.
    pub(crate) fn is_tuned(&self, stream: StreamId) -> bool {
        self.slots.iter().any(|slot| slot.stream == Some(stream))
    }

    /// What the viewers of a tuner watch.
    pub(crate) fn watched(&self, index: usize) -> Option<StreamId> {
        let slot = self.slots.get(index)?;
        slot.stream.filter(|_| !slot.is_free())
    }

    /// Locks a tuner for the bearer of `key`. A stream on the tuner locks it for its holder.
    pub(crate) fn lock(&mut self, index: usize, key: u32, holder: IpAddr) -> Result<(), LockedBy> {
        self.check(index, Some(key), holder)?;
        if let Some(slot) = self.slots.get_mut(index) {
            slot.lock = Some(ControlLock { key, holder });
        }
        Ok(())
    }

    /// Whether a change of this tuner by the bearer of `key` is allowed.
    pub(crate) fn check(
        &self,
        index: usize,
        key: Option<u32>,
        asker: IpAddr,
    ) -> Result<(), LockedBy> {
        let Some(slot) = self.slots.get(index) else {
            return Ok(());
        };
        match (slot.lock, slot.holder) {
            (Some(lock), _) if Some(lock.key) != key => Err(LockedBy(lock.holder)),
            (None, Some(holder)) if holder != asker => Err(LockedBy(holder)),
            (None | Some(_), _) => Ok(()),
        }
    }

    /// Takes the lock off.
    pub(crate) fn unlock(&mut self, index: usize) {
        if let Some(slot) = self.slots.get_mut(index) {
            slot.lock = None;
        }
    }

    /// Who locked the tuner or streams from it.
    pub(crate) fn lock_holder(&self, index: usize) -> Option<IpAddr> {
        let slot = self.slots.get(index)?;
        slot.lock.map(|lock| lock.holder).or(slot.holder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: StreamId = StreamId(1);
    const B: StreamId = StreamId(2);
    const C: StreamId = StreamId(3);

    fn from(last: u8) -> Asker {
        Asker {
            holder: [192, 0, 2, last].into(),
            key: None,
        }
    }

    #[test]
    fn viewers_of_a_stream_share_a_tuner() {
        let mut table = Table::new(2);
        for viewer in 0..10 {
            assert_eq!(table.enter(Want::Any, A, from(viewer)), Ok(0));
        }
        assert_eq!(table.enter(Want::Any, B, from(1)), Ok(1));
        assert_eq!(
            table.enter(Want::Any, C, from(1)),
            Err(Refusal::AllTunersInUse)
        );
        table.leave(1, B);
        assert_eq!(table.enter(Want::Any, C, from(1)), Ok(1));
    }

    #[test]
    fn a_named_tuner_is_that_one_or_none() {
        let mut table = Table::new(2);
        assert_eq!(table.enter(Want::Tuner(1), A, from(1)), Ok(1));
        assert_eq!(table.enter(Want::Tuner(1), A, from(2)), Ok(1));
        assert_eq!(
            table.enter(Want::Tuner(1), B, from(3)),
            Err(Refusal::TunerInUse)
        );
        assert_eq!(
            table.enter(Want::Tuner(2), B, from(3)),
            Err(Refusal::UnknownTuner)
        );
        assert_eq!(table.enter(Want::Tuner(0), A, from(3)), Ok(0));
    }

    #[test]
    fn a_lingering_stream_gives_way_last() {
        let mut table = Table::new(2);
        assert_eq!(table.enter(Want::Any, A, from(1)), Ok(0));
        table.leave(0, A);
        assert_eq!(
            table.enter(Want::Any, B, from(1)),
            Ok(1),
            "the cold tuner first"
        );
        assert_eq!(
            table.enter(Want::Any, C, from(1)),
            Ok(0),
            "then the warm one"
        );
        assert!(!table.is_tuned(A));
        table.leave(1, B);
        assert_eq!(
            table.enter(Want::Any, B, from(1)),
            Ok(1),
            "back to what still lingers"
        );
    }

    #[test]
    fn a_lock_keeps_others_out() {
        let mut table = Table::new(1);
        let (me, you) = (from(1), from(2));
        table.lock(0, 77, me.holder).unwrap();
        assert_eq!(table.enter(Want::Any, A, you), Err(Refusal::AllTunersInUse));
        assert_eq!(
            table.enter(Want::Tuner(0), A, you),
            Err(Refusal::TunerInUse)
        );
        assert_eq!(table.lock(0, 78, you.holder), Err(LockedBy(me.holder)));
        assert_eq!(
            table.check(0, None, me.holder),
            Err(LockedBy(me.holder)),
            "the key counts, not the address"
        );
        assert_eq!(
            table.enter(
                Want::Tuner(0),
                A,
                Asker {
                    key: Some(77),
                    ..you
                }
            ),
            Ok(0)
        );
        table.unlock(0);
        assert_eq!(
            table.lock_holder(0),
            Some(you.holder),
            "a stream locks as well"
        );
        assert_eq!(table.lock(0, 5, me.holder), Err(LockedBy(you.holder)));
        table.leave(0, A);
        assert_eq!(table.lock_holder(0), None);
    }

    #[test]
    fn a_stream_that_is_gone_frees_its_tuners_once() {
        let mut table = Table::new(2);
        let key = Asker {
            key: Some(77),
            ..from(2)
        };
        for want in [Want::Tuner(0), Want::Tuner(0), Want::Tuner(1)] {
            assert!(table.enter(want, A, from(1)).is_ok());
        }
        table.forget(A);
        assert_eq!((table.watched(0), table.lock_holder(1)), (None, None));
        table.lock(0, 77, key.holder).unwrap();
        assert_eq!(table.enter(Want::Tuner(0), B, key), Ok(0));
        // Those who watched what is gone leave only now.
        table.leave(0, A);
        table.leave(0, A);
        table.leave(1, A);
        assert_eq!((table.watched(0), table.watched(1)), (Some(B), None));
        table.forget(B);
        assert!(table.slots()[0].is_locked(), "a lock outlives the stream");
    }
}
