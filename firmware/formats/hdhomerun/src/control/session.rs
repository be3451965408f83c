//! The rules: who may set what, and what follows from it.

use std::time::Instant;

use super::{
    ControlError, Device, Peer, PushRefused, PushTarget, Request,
    name::{Name, TunerName},
    read,
    tuner::{KeyLock, Place, Receiver, TunerState, Tuning},
};
use crate::{PidFilter, frequency};

/// The tuners as control clients see them.
#[derive(Debug)]
pub struct Control<D> {
    device: D,
    /// One place per tuner; `None` where no client has changed anything.
    pub(super) tuners: Vec<Option<Box<TunerState>>>,
}

/// A value to read back, or an error.
type Outcome<T = ()> = Result<T, ControlError>;

impl<D: Device> Control<D> {
    /// All tuners idle.
    #[must_use]
    pub fn new(device: D) -> Self {
        let tuners = (0..device.identity().tuner_count).map(|_| None).collect();
        Self { device, tuners }
    }

    /// The device.
    pub fn device_mut(&mut self) -> &mut D {
        &mut self.device
    }

    /// Reads or writes one name. A set answers with the new value.
    ///
    /// # Errors
    /// What to tell the client.
    pub fn handle(&mut self, request: &Request<'_>, peer: Peer, now: Instant) -> Outcome<String> {
        let name = Name::parse(request.name).ok_or(ControlError::Unknown)?;
        if let Name::Tuner(tuner, _) = name
            && usize::from(tuner) >= self.tuners.len()
        {
            return Err(ControlError::Unknown);
        }
        match (name, request.value) {
            (Name::Tuner(tuner, name), Some(value)) => {
                self.set(tuner, name, value, request.lockkey, peer, now)?;
            }
            (_, Some(_)) => return Err(ControlError::Unknown),
            (_, None) => {}
        }
        Ok(self.get(name))
    }

    fn get(&self, name: Name) -> String {
        match name {
            Name::Help => super::name::HELP.to_owned(),
            Name::Sys(name) => read::sys(name),
            Name::Tuner(tuner, name) => {
                let idle = TunerState::default();
                let state = self
                    .tuners
                    .get(usize::from(tuner))
                    .and_then(Option::as_deref);
                read::tuner(&self.device, tuner, state.unwrap_or(&idle), name)
            }
        }
    }

    fn set(
        &mut self,
        tuner: u16,
        name: TunerName,
        value: &str,
        key: Option<u32>,
        peer: Peer,
        now: Instant,
    ) -> Outcome {
        if name == TunerName::LockKey && value == "force" {
            self.free(tuner);
            return Ok(());
        }
        self.check_lock(tuner, key, now)?;
        match name {
            TunerName::LockKey => self.set_lock(tuner, value, peer, now),
            TunerName::Channel => self.tune(tuner, read_channel(value)?),
            TunerName::VChannel => {
                let tuning = self.read_vchannel(value)?;
                self.tune(tuner, tuning)
            }
            TunerName::Program => self.set_program(tuner, value),
            TunerName::Filter => self.set_filter(tuner, value),
            TunerName::Target => self.set_target(tuner, value, peer),
            TunerName::ChannelMap if value == frequency::CHANNEL_MAP => Ok(()),
            TunerName::ChannelMap => Err(ControlError::Invalid("channelmap")),
            TunerName::Status | TunerName::VStatus | TunerName::StreamInfo | TunerName::Debug => {
                Err(ControlError::Unknown)
            }
        }
    }

    /// Whether a set with this key is allowed. A viewer over HTTP locks a tuner without a key.
    fn check_lock(&mut self, tuner: u16, key: Option<u32>, now: Instant) -> Outcome {
        if let Some(holder) = self.device.holder(tuner) {
            return Err(ControlError::Locked(holder.client));
        }
        match self.state(tuner).lock.as_mut() {
            Some(lock) if key != Some(lock.key) => Err(ControlError::Locked(lock.holder)),
            Some(lock) => {
                lock.used_at = now;
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn set_lock(&mut self, tuner: u16, value: &str, peer: Peer, now: Instant) -> Outcome {
        if value == "none" {
            self.state(tuner).lock = None;
            self.settle(tuner);
            return Ok(());
        }
        let key = value.parse().ok().filter(|key| *key != 0);
        let key = key.ok_or(ControlError::Invalid("lockkey"))?;
        self.device
            .claim(tuner, peer.address)
            .map_err(ControlError::Locked)?;
        let Peer {
            address: holder,
            connection,
        } = peer;
        self.state(tuner).lock = Some(KeyLock {
            key,
            holder,
            connection,
            used_at: now,
        });
        Ok(())
    }

    fn tune(&mut self, tuner: u16, tuning: Option<Tuning>) -> Outcome {
        let state = self.state(tuner);
        // A new channel starts with its first program and all PIDs; the same again changes nothing.
        if state.tuning != tuning {
            state.program = 0;
            state.filter = PidFilter::all();
        }
        state.tuning = tuning;
        self.apply(tuner)
    }

    /// The tuning for a GuideNumber; it shows the frequency under which the channel is found too.
    fn read_vchannel(&self, value: &str) -> Outcome<Option<Tuning>> {
        if value == "none" {
            return Ok(None);
        }
        let invalid = ControlError::Invalid("virtual channel");
        let index = self.device.index_of(value).ok_or(invalid)?;
        let number = self.device.channel(index).ok_or(invalid)?.number;
        let text = match frequency::Mux::of_index(index) {
            Some((mux, _)) => format!("auto:{}", mux.hz()),
            None => format!("vchannel:{number}"),
        };
        Ok(Some(Tuning {
            text,
            place: Place::Number(number),
        }))
    }

    fn set_program(&mut self, tuner: u16, value: &str) -> Outcome {
        let invalid = ControlError::Invalid("program");
        let program = if value == "none" {
            0
        } else {
            value.parse().map_err(|_| invalid)?
        };
        let before = std::mem::replace(&mut self.state(tuner).program, program);
        let state = self
            .tuners
            .get(usize::from(tuner))
            .and_then(Option::as_deref);
        let is_known = state.is_some_and(|state| {
            !matches!(
                &state.tuning,
                Some(Tuning {
                    place: Place::Mux(_),
                    ..
                })
            ) || state.selected(&self.device).is_some()
        });
        if !is_known {
            self.state(tuner).program = before;
            return Err(invalid);
        }
        self.apply(tuner)
    }

    fn set_filter(&mut self, tuner: u16, value: &str) -> Outcome {
        let filter = value
            .parse()
            .map_err(|_| ControlError::Invalid("pid filter"))?;
        self.state(tuner).filter = filter;
        self.apply(tuner)
    }

    fn set_target(&mut self, tuner: u16, value: &str, peer: Peer) -> Outcome {
        if value == "none" {
            self.state(tuner).receiver = None;
            return self.apply(tuner);
        }
        let target: PushTarget = value.parse().map_err(|_| ControlError::Invalid("target"))?;
        self.device
            .claim(tuner, peer.address)
            .map_err(ControlError::Locked)?;
        let Peer {
            address: client,
            connection,
        } = peer;
        let receiver = Receiver {
            target,
            client,
            connection,
            keepalive_at: None,
        };
        self.state(tuner).receiver = Some(receiver);
        self.apply(tuner)
    }

    /// Makes the device push what the state asks for, if it does not already.
    fn apply(&mut self, tuner: u16) -> Outcome {
        let Self { device, tuners } = self;
        let Some(Some(state)) = tuners.get_mut(usize::from(tuner)) else {
            return Ok(());
        };
        let wanted = state.wanted(device);
        let mut outcome = Ok(());
        match (&wanted, &state.pushing) {
            (None, None) => {}
            (None, Some(_)) => device.stop(tuner),
            (Some(new), Some(old)) if new == old => {}
            (Some(new), Some(old)) if new.is_same_stream(old) => {
                device.refilter(tuner, &new.filter)
            }
            (Some(new), _) => outcome = device.start(tuner, new),
        }
        state.pushing = wanted;
        if outcome.is_err() {
            self.push_ended(tuner);
        }
        self.settle(tuner);
        outcome.map_err(|refused| match refused {
            PushRefused::NoRoom => ControlError::NoRoom,
            PushRefused::Unreachable => ControlError::Invalid("target"),
        })
    }

    /// Gives the tuner back where nobody needs it any more.
    fn settle(&mut self, tuner: u16) {
        let Some(place) = self.tuners.get_mut(usize::from(tuner)) else {
            return;
        };
        let Some(state) = place else { return };
        if state.receiver.is_none() && state.lock.is_none() && self.device.holder(tuner).is_none() {
            self.device.release(tuner);
        }
        if state.is_untouched() {
            *place = None;
        }
    }

    /// A push ended by itself: the receiver refuses datagrams, or the upstream is gone for good.
    pub fn push_ended(&mut self, tuner: u16) {
        let Some(Some(state)) = self.tuners.get_mut(usize::from(tuner)) else {
            return;
        };
        state.receiver = None;
        state.pushing = None;
        self.device.stop(tuner);
        self.settle(tuner);
    }

    /// Takes the tuner from whoever has it.
    pub(super) fn free(&mut self, tuner: u16) {
        let state = self.state(tuner);
        state.receiver = None;
        state.lock = None;
        if state.pushing.take().is_some() {
            self.device.stop(tuner);
        }
        self.device.release(tuner);
        self.settle(tuner);
    }

    /// The state of a tuner, made on the first touch. Callers have checked the number.
    fn state(&mut self, tuner: u16) -> &mut TunerState {
        let place = self.tuners.get_mut(usize::from(tuner));
        place
            .expect("handle refuses tuners beyond the last")
            .get_or_insert_default()
    }
}

/// `none`, `modulation:frequency`, `modulation:channel`, or the number alone.
fn read_channel(value: &str) -> Outcome<Option<Tuning>> {
    const MODULATION_BYTES_MAX: usize = 24;
    if value == "none" {
        return Ok(None);
    }
    let invalid = ControlError::Invalid("channel");
    let (modulation, number) = value.split_once(':').unwrap_or(("auto", value));
    let is_name = !modulation.is_empty()
        && modulation.len() <= MODULATION_BYTES_MAX
        && modulation
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if !is_name || !number.bytes().all(|b| b.is_ascii_digit()) {
        return Err(invalid);
    }
    let number: u32 = number.parse().map_err(|_| invalid)?;
    let (place, shown) = match frequency::Mux::at(number) {
        Some(mux) if number < 1_000 => (Place::Mux(mux), mux.hz()),
        Some(mux) => (Place::Mux(mux), number),
        None => (Place::Nothing, number),
    };
    Ok(Some(Tuning {
        text: format!("{modulation}:{shown}"),
        place,
    }))
}
