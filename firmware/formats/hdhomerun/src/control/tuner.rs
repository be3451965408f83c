//! One tuner as control clients see it.

use std::{net::IpAddr, time::Instant};

use super::{Device, Push, PushTarget};
use crate::{PidFilter, frequency::Mux};

/// What a tuner is tuned to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// A multiplex of the synthetic map.
    Mux(Mux),
    /// A channel by its GuideNumber.
    Number(String),
    /// A frequency where nothing is sent.
    Nothing,
}

/// A tuning and how the client worded it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tuning {
    /// As `channel` and `status` show it: `auto:474000000`.
    pub(super) text: String,
    pub(super) place: Place,
}

/// Who has locked a tuner.
#[derive(Clone, Copy, Debug)]
pub(super) struct KeyLock {
    pub(super) key: u32,
    pub(super) holder: IpAddr,
    /// The connection that locked it.
    pub(super) connection: u64,
    /// When it was last used.
    pub(super) used_at: Instant,
}

/// Where a tuner pushes to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Receiver {
    pub(super) target: PushTarget,
    pub(super) client: IpAddr,
    /// The connection that asked for it.
    pub(super) connection: u64,
    /// When the last keepalive came, if any ever did.
    pub(super) keepalive_at: Option<Instant>,
}

/// The state of a tuner that some client has touched.
#[derive(Clone, Debug)]
pub(super) struct TunerState {
    pub(super) tuning: Option<Tuning>,
    /// Program on the multiplex; 0 for the first.
    pub(super) program: u16,
    pub(super) filter: PidFilter,
    pub(super) receiver: Option<Receiver>,
    pub(super) lock: Option<KeyLock>,
    /// What the device has been told to push.
    pub(super) pushing: Option<Push>,
}

impl Default for TunerState {
    fn default() -> Self {
        Self {
            tuning: None,
            program: 0,
            filter: PidFilter::all(),
            receiver: None,
            lock: None,
            pushing: None,
        }
    }
}

impl TunerState {
    /// GuideNumber and name of the channel that is selected and exists.
    pub(super) fn selected(&self, device: &impl Device) -> Option<super::ChannelRow> {
        let index = match &self.tuning.as_ref()?.place {
            Place::Mux(mux) => mux.index_of(self.program.max(1))?,
            Place::Number(number) => device.index_of(number)?,
            Place::Nothing => return None,
        };
        device.channel(index)
    }

    /// What should be pushed by now.
    pub(super) fn wanted(&self, device: &impl Device) -> Option<Push> {
        let Receiver { target, client, .. } = self.receiver?;
        let number = self.selected(device)?.number;
        Some(Push {
            number,
            target,
            filter: self.filter.clone(),
            client,
        })
    }

    /// Whether the tuner is back in the state that every tuner starts in.
    pub(super) fn is_untouched(&self) -> bool {
        self.tuning.is_none()
            && self.program == 0
            && self.receiver.is_none()
            && self.lock.is_none()
            && self.filter.is_all()
    }
}
