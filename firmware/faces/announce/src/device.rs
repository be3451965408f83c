//! The control protocol's device over our tuners: lineup, locks, pushes.

use std::{collections::BTreeMap, net::IpAddr, sync::Arc, time::Instant};

use hdhomerun::{
    Identity, PidFilter,
    control::{ChannelRow, Device, Holder, Push, PushRefused, Traffic},
};
use lineup::Lineup;
use tokio::sync::{Notify, watch};
use tokio_util::task::TaskTracker;

use crate::{
    push::{self, Running},
    told::Told,
};

/// Bits of a datagram's payload: seven transport packets.
const DATAGRAM_BITS: u64 = 7 * 188 * 8;

/// Our tuners as control clients use them.
pub(crate) struct Tuners {
    identity: Identity,
    lineup: watch::Receiver<Arc<Lineup>>,
    tuners: Arc<tuner::Tuners>,
    fanout: fanout::Handle,
    /// Tuners that control clients have taken, and for whom.
    claims: BTreeMap<u16, IpAddr>,
    pushes: BTreeMap<u16, Running>,
    /// Told when a push has ended by itself.
    ended: Arc<Notify>,
    tasks: TaskTracker,
}

impl Tuners {
    pub(crate) fn new(
        identity: Identity,
        lineup: watch::Receiver<Arc<Lineup>>,
        tuners: Arc<tuner::Tuners>,
        fanout: fanout::Handle,
    ) -> Self {
        Self {
            identity,
            lineup,
            tuners,
            fanout,
            claims: BTreeMap::new(),
            pushes: BTreeMap::new(),
            ended: Arc::default(),
            tasks: TaskTracker::new(),
        }
    }

    /// Told when [`Tuners::next_ended`] has news.
    pub(crate) fn ended(&self) -> Arc<Notify> {
        Arc::clone(&self.ended)
    }

    /// The tasks of the pushes, to be waited for once all are stopped.
    pub(crate) fn tasks(&self) -> TaskTracker {
        self.tasks.clone()
    }

    /// A tuner whose push has ended by itself since it was last asked for.
    pub(crate) fn next_ended(&mut self) -> Option<u16> {
        self.pushes
            .iter()
            .find(|(_, push)| push.take_ended())
            .map(|(tuner, _)| *tuner)
    }

    /// The key by which `tuner` knows its control client. The clients' own keys are compared by
    /// the rules of the control protocol; this one only tells control clients from HTTP viewers.
    const fn key(tuner: u16) -> u32 {
        0x1000_0000 | tuner as u32
    }
}

impl Device for Tuners {
    fn identity(&self) -> &Identity {
        &self.identity
    }

    fn channel(&self, index: usize) -> Option<ChannelRow> {
        let lineup = self.lineup.borrow();
        let channel = lineup.get(index)?;
        Some(ChannelRow {
            number: channel.number.to_string(),
            name: channel.name.to_owned(),
        })
    }

    fn index_of(&self, number: &str) -> Option<usize> {
        self.lineup.borrow().index_of(number.parse().ok()?)
    }

    fn holder(&self, tuner: u16) -> Option<Holder> {
        if self.claims.contains_key(&tuner) {
            return None;
        }
        let client = self.tuners.lock_holder(usize::from(tuner))?;
        let playing = self
            .tuners
            .status()
            .into_iter()
            .nth(usize::from(tuner))?
            .playing?;
        Some(Holder {
            client,
            number: playing.number.to_string(),
        })
    }

    fn claim(&mut self, tuner: u16, client: IpAddr) -> Result<(), IpAddr> {
        if let Some(holder) = self.claims.get(&tuner) {
            return if *holder == client {
                Ok(())
            } else {
                Err(*holder)
            };
        }
        let locked = self
            .tuners
            .lock(usize::from(tuner), Self::key(tuner), client);
        locked.map_err(|tuner::LockedBy(holder)| holder)?;
        self.claims.insert(tuner, client);
        Ok(())
    }

    fn release(&mut self, tuner: u16) {
        if self.claims.remove(&tuner).is_some() {
            self.tuners.unlock(usize::from(tuner));
        }
    }

    fn start(&mut self, tuner: u16, push: &Push) -> Result<(), PushRefused> {
        self.stop(tuner);
        let permit = self.fanout.reserve().map_err(|_| PushRefused::NoRoom)?;
        let socket = push::connect(&push.target).map_err(|error| {
            tracing::info!(%error, target = %push.target, "push refused");
            PushRefused::Unreachable
        })?;
        let spec = {
            let lineup = self.lineup.borrow();
            let number = push.number.parse().ok();
            let index = number.and_then(|number| lineup.index_of(number));
            // The lineup was replaced this very moment.
            index
                .and_then(|index| lineup.spec(index))
                .ok_or(PushRefused::Unreachable)?
        };
        let opening = push::Opening {
            tuners: Arc::clone(&self.tuners),
            fanout: self.fanout.clone(),
            permit,
            socket,
            spec,
            tuner,
            key: Self::key(tuner),
            client: push.client,
            transport: push.target.transport,
            told: Told {
                ended: Arc::default(),
                news: Arc::clone(&self.ended),
            },
        };
        let running = opening.run(&push.filter, &self.tasks);
        self.pushes.insert(tuner, running);
        Ok(())
    }

    fn refilter(&mut self, tuner: u16, filter: &PidFilter) {
        if let Some(running) = self.pushes.get(&tuner) {
            running.refilter(filter);
        }
    }

    fn stop(&mut self, tuner: u16) {
        if let Some(running) = self.pushes.remove(&tuner) {
            running.stop(&self.fanout);
        }
    }

    fn traffic(&self, tuner: u16) -> Traffic {
        let bits_per_s = match self.pushes.get(&tuner) {
            Some(running) => running.bits_per_s(Instant::now()),
            None => self.http_bits_per_s(tuner).unwrap_or(0),
        };
        Traffic {
            bits_per_s,
            datagrams_per_s: bits_per_s / DATAGRAM_BITS,
        }
    }
}

impl Tuners {
    fn http_bits_per_s(&self, tuner: u16) -> Option<u64> {
        self.tuners.lock_holder(usize::from(tuner))?;
        let status = self.tuners.status().into_iter().nth(usize::from(tuner))?;
        Some(status.playing?.bits_per_second)
    }
}
