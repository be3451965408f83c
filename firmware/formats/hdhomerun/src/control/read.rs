//! The values that can be read, as texts.

use std::fmt::Write;

use super::{
    Device, STREAMINFO_NAME_BYTES_MAX, Traffic,
    name::{SysName, TunerName},
    tuner::{Place, TunerState},
};
use crate::{
    FIRMWARE_NAME, FIRMWARE_VERSION, MODEL,
    frequency::{CHANNEL_MAP, Mux, PROGRAMS_PER_MUX_MAX},
};

/// Modulation told of every channel: there is no signal that could have another.
const LOCKED: &str = "t8qam64";
/// Original network id (ETSI TS 101 162): from the range for private use.
const ONID: u16 = 0xff00;

/// A value of the whole device.
pub(super) fn sys(name: SysName) -> String {
    match name {
        SysName::Model => FIRMWARE_NAME.to_owned(),
        SysName::HwModel => MODEL.to_owned(),
        SysName::Version => FIRMWARE_VERSION.to_owned(),
        SysName::Features => format!(
            "channelmap: {CHANNEL_MAP}\n\
             modulation: t8qpsk t8qam16 t8qam64 t8qam256\n\
             auto-modulation: auto auto6t auto7t auto8t\n"
        ),
        SysName::Copyright => "Copyright the Dipole contributors. Apache-2.0 OR MIT.\n".to_owned(),
        SysName::Debug => format!("dipole: {}\n", env!("CARGO_PKG_VERSION")),
        SysName::Boot => String::new(),
    }
}

/// What a tuner shows, whoever tuned it.
struct View {
    /// As in `ch=`.
    channel: String,
    /// GuideNumber and name, where there is a channel.
    number: Option<String>,
    name: Option<String>,
    /// Whether something is sent there.
    is_locked: bool,
    traffic: Traffic,
}

/// A value of one tuner.
pub(super) fn tuner(
    device: &impl Device,
    index: u16,
    state: &TunerState,
    name: TunerName,
) -> String {
    let view = view(device, index, state);
    match name {
        TunerName::Status => status(&view),
        TunerName::VStatus => vstatus(&view),
        TunerName::Channel => view.channel,
        TunerName::VChannel => view.number.unwrap_or_else(none),
        TunerName::ChannelMap => CHANNEL_MAP.to_owned(),
        TunerName::Program => match (&state.tuning, state.program) {
            (Some(_), 0) if view.is_locked => "1".to_owned(),
            (_, program) => program.to_string(),
        },
        TunerName::Filter => state.filter.to_string(),
        TunerName::StreamInfo => streaminfo(device, state, &view),
        TunerName::Target => target(device, index, state),
        TunerName::LockKey => lock_holder(device, index, state),
        TunerName::Debug => debug(&view),
    }
}

fn none() -> String {
    "none".to_owned()
}

fn view(device: &impl Device, index: u16, state: &TunerState) -> View {
    let traffic = device.traffic(index);
    if let Some(holder) = device.holder(index) {
        let at = device.index_of(&holder.number);
        let channel = at
            .and_then(Mux::of_index)
            .map(|(mux, _)| format!("auto:{}", mux.hz()));
        let channel = channel.unwrap_or_else(|| format!("vchannel:{}", holder.number));
        let name = at.and_then(|at| device.channel(at)).map(|row| row.name);
        return View {
            channel,
            number: Some(holder.number),
            name,
            is_locked: true,
            traffic,
        };
    }
    let channel = state
        .tuning
        .as_ref()
        .map_or_else(none, |tuning| tuning.text.clone());
    let row = state.selected(device);
    let is_locked = row.is_some();
    let (number, name) = row.map(|row| (row.number, row.name)).unzip();
    View {
        channel,
        number,
        name,
        is_locked,
        traffic,
    }
}

/// Strength and qualities are those of a perfect signal: below 35 a client takes a channel for
/// empty, and a scan waits for a symbol quality of 100.
fn status(view: &View) -> String {
    let Traffic {
        bits_per_s,
        datagrams_per_s,
    } = view.traffic;
    let (lock, percent) = if view.is_locked {
        (LOCKED, 100)
    } else {
        ("none", 0)
    };
    format!(
        "ch={} lock={lock} ss={percent} snq={percent} seq={percent} bps={bits_per_s} pps={datagrams_per_s}",
        view.channel
    )
}

fn vstatus(view: &View) -> String {
    let number = view.number.as_deref().unwrap_or("none");
    let name = one_line(view.name.as_deref().unwrap_or("none"));
    format!("vch={number} name={name} auth=unspecified cci=none cgms=none")
}

/// The programs of the multiplex, or the one channel of a GuideNumber.
fn streaminfo(device: &impl Device, state: &TunerState, view: &View) -> String {
    let mut text = String::new();
    let mut tsid = 1;
    let mut line = |program: u16, number: &str, name: &str| {
        // Writing to a String cannot fail.
        writeln!(text, "{program}: {number} {}", one_line(name)).unwrap_or_default();
    };
    match state.tuning.as_ref().map(|tuning| &tuning.place) {
        Some(Place::Mux(mux)) if view.is_locked => {
            tsid = mux.tsid();
            for program in (1..).take(PROGRAMS_PER_MUX_MAX) {
                let Some(row) = mux.index_of(program).and_then(|at| device.channel(at)) else {
                    break;
                };
                line(program, &row.number, &row.name);
            }
        }
        _ => match (&view.number, &view.name) {
            (Some(number), Some(name)) => line(1, number, name),
            _ => return none(),
        },
    }
    text + &format!("tsid=0x{tsid:04x}\nonid=0x{ONID:04x}\n")
}

/// A name as it may stand in a line: without control characters, cut at a character, and without
/// the marks that would make a scan take the channel for an empty or encrypted one.
fn one_line(name: &str) -> String {
    let mut end = name.len().min(STREAMINFO_NAME_BYTES_MAX);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    let plain = |c: char| if c.is_control() { ' ' } else { c };
    let mut line: String = name
        .get(..end)
        .unwrap_or_default()
        .chars()
        .map(plain)
        .collect();
    for mark in ["(control)", "(encrypted)", "(no data)"] {
        if line.contains(mark) {
            line = line.replace(mark, mark.trim_matches(['(', ')']));
        }
    }
    line
}

fn target(device: &impl Device, index: u16, state: &TunerState) -> String {
    match (device.holder(index), &state.receiver) {
        (Some(holder), _) => format!("http://{}", holder.client),
        (None, Some(receiver)) => receiver.target.to_string(),
        (None, None) => none(),
    }
}

fn lock_holder(device: &impl Device, index: u16, state: &TunerState) -> String {
    let viewer = device.holder(index).map(|holder| holder.client);
    let holder = viewer.or_else(|| state.lock.map(|lock| lock.holder));
    holder.map_or_else(none, |holder| holder.to_string())
}

fn debug(view: &View) -> String {
    let Traffic {
        bits_per_s,
        datagrams_per_s,
    } = view.traffic;
    format!(
        "tun: {}\ndev: bps={bits_per_s} resync=0 overflow=0\nts:  bps={bits_per_s} te=0 crc=0\nnet: pps={datagrams_per_s} err=0 stop=0\n",
        status(view).split(" bps=").next().unwrap_or_default()
    )
}
