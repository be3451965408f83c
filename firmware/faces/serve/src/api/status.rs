//! `GET /api/v1/status`: everything the page shows besides the channels.

use std::sync::Arc;

use hdhomerun::MODEL;
use hyper::Response;
use serde::Serialize;
use tuner::{Phase, Sharing, Standing, TunerStatus};

use crate::{
    asked::Asked,
    body::Body,
    config::{GuideView, Setting, SourceView},
    notice, respond,
    shared::Shared,
    view::View,
};

#[derive(Serialize)]
struct Status<'a> {
    device: Device<'a>,
    addresses: Addresses,
    tuners: Tuners,
    clients: Clients,
    memory: Memory<'a>,
    sources: Vec<Source<'a>>,
    guides: &'a [GuideView],
    settings: &'a [Setting],
    lineup: LineupFacts<'a>,
}

#[derive(Serialize)]
struct Device<'a> {
    name: &'a str,
    id: String,
    model: &'static str,
    version: &'a str,
    uptime_s: u64,
}

/// As the client came by them.
#[derive(Serialize)]
struct Addresses {
    base: String,
    stream_base: String,
    lineup_m3u: String,
    xmltv: String,
}

#[derive(Serialize)]
struct Tuners {
    count: usize,
    /// Those that play something or are locked.
    in_use: Vec<Tuner>,
}

#[derive(Serialize)]
struct Tuner {
    index: usize,
    viewers: usize,
    holder: Option<String>,
    locked: bool,
    playing: Option<Playing>,
}

#[derive(Serialize)]
struct Playing {
    number: String,
    name: String,
    state: &'static str,
    /// Why it does not play at the moment.
    detail: Option<String>,
    bits_per_second: u64,
    open_s: u64,
    /// Which of its streams plays, from 1.
    stream: usize,
    /// How many it has.
    streams: usize,
    /// Whether the upstream is this tuner's own: the next viewer of the channel gets another one.
    direct: bool,
    /// What is being done about the stream.
    standing: &'static str,
    /// How often another stream took over.
    failovers: u32,
    /// Why a stream was left last.
    last_failure: Option<String>,
    /// Which of its streams stands by, from 1.
    standby: Option<usize>,
}

#[derive(Serialize)]
struct Clients {
    count: usize,
    max: usize,
    /// Since start.
    served: u64,
    /// Since start: stalled, too slow, or over the memory plan.
    given_up: u64,
}

#[derive(Serialize)]
struct Memory<'a> {
    budget_bytes: u64,
    rows: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Row<'a> {
    name: &'a str,
    count: u64,
    size_bytes: u64,
    limit_bytes: u64,
    /// `null` where it is not counted.
    used_bytes: Option<u64>,
}

#[derive(Serialize)]
struct Source<'a> {
    name: &'a str,
    /// File or address, without the account's name and password; `null` where lists are uploaded.
    address: Option<&'a str>,
    enabled: bool,
    /// Whether each viewer of its channels has a connection of its own.
    direct: bool,
    /// Whether certificates are looked at.
    tls_verify: bool,
    #[serde(flatten)]
    view: &'a SourceView,
}

impl<'a> From<&'a SourceView> for Source<'a> {
    fn from(view: &'a SourceView) -> Self {
        let settings = &view.settings;
        Self {
            name: &settings.name,
            address: settings.url.as_deref(),
            enabled: settings.enabled,
            direct: settings.sharing == desk::Sharing::Direct,
            tls_verify: settings.tls_verify,
            view,
        }
    }
}

#[derive(Serialize)]
struct LineupFacts<'a> {
    channels: usize,
    bytes: usize,
    /// What its length means to some client, and what to do.
    notice: Option<String>,
    profiles: Vec<ProfileFacts<'a>>,
}

/// A part of the lineup that is offered by itself.
#[derive(Serialize)]
struct ProfileFacts<'a> {
    name: &'a str,
    /// Where a client finds it as a device.
    base: String,
    channels: usize,
    notice: Option<String>,
}

pub(crate) fn status(shared: &Shared, asked: &Asked) -> Response<Body> {
    let config = &shared.config;
    let sources = shared.feeds.sources.borrow().clone();
    let guides = shared.feeds.guides.borrow().clone();
    let base = asked.reached.base_url();
    respond::json(&Status {
        device: Device {
            name: &config.identity.friendly_name,
            id: config.identity.device_id.to_string(),
            model: MODEL,
            version: config.version,
            uptime_s: shared.started.elapsed().as_secs(),
        },
        addresses: Addresses {
            lineup_m3u: format!("{base}/lineup.m3u"),
            xmltv: format!("{base}/xmltv.xml"),
            base: base.clone(),
            stream_base: asked.reached.with_port(shared.stream_port),
        },
        tuners: tuners(shared),
        clients: clients(shared),
        memory: memory(shared),
        sources: sources.iter().map(Source::from).collect(),
        guides: &guides,
        settings: &config.settings,
        lineup: lineup(shared, &base, &sources),
    })
}

fn lineup<'a>(shared: &'a Shared, base: &str, sources: &[SourceView]) -> LineupFacts<'a> {
    let lineup = Arc::clone(&shared.feeds.lineup.borrow());
    let profile = |view: &'a View| {
        let channels = view.selection(sources).count(&lineup);
        ProfileFacts {
            name: view.name(),
            base: format!("{base}{}", view.prefix),
            channels,
            notice: notice::of(channels, &lineup),
        }
    };
    LineupFacts {
        channels: lineup.len(),
        bytes: lineup.bytes(),
        notice: notice::of(lineup.len(), &lineup),
        profiles: shared.views.profiles().map(profile).collect(),
    }
}

fn tuners(shared: &Shared) -> Tuners {
    let all = shared.feeds.tuners.status();
    let count = all.len();
    let in_use = all
        .into_iter()
        .filter(|tuner| tuner.playing.is_some() || tuner.is_locked)
        .map(tuner)
        .collect();
    Tuners { count, in_use }
}

fn tuner(status: TunerStatus) -> Tuner {
    let playing = status.playing.map(|playing| {
        let (state, detail) = phase(playing.phase);
        Playing {
            number: playing.number.to_string(),
            name: respond::clipped(&playing.name).to_owned(),
            state,
            detail: detail.map(|detail| respond::clipped(&detail).to_owned()),
            bits_per_second: playing.bits_per_second,
            open_s: playing.open_for.as_secs(),
            stream: playing.progress.stream + 1,
            streams: playing.streams,
            direct: playing.sharing == Sharing::Direct,
            standing: standing(playing.progress.standing),
            failovers: playing.progress.failovers,
            standby: playing.progress.standby.map(|stream| stream + 1),
            last_failure: playing
                .progress
                .last_failure
                .map(|failure| respond::clipped(&failure).to_owned()),
        }
    });
    Tuner {
        index: status.index,
        viewers: status.viewers,
        holder: status.holder.map(|holder| holder.to_string()),
        locked: status.is_locked,
        playing,
    }
}

fn standing(standing: Standing) -> &'static str {
    match standing {
        Standing::Connecting => "connecting",
        Standing::AwaitingSlot => "awaiting_slot",
        Standing::Playing => "playing",
        Standing::Stalled => "stalled",
        Standing::Grace => "grace",
        Standing::BackingOff => "backing_off",
        Standing::Over => "over",
    }
}

fn phase(phase: Phase) -> (&'static str, Option<String>) {
    match phase {
        Phase::Opening => ("opening", None),
        Phase::Playing => ("playing", None),
        Phase::Retrying { why } => ("retrying", Some(why)),
        Phase::Over(refusal) => ("over", Some(refusal.to_string())),
    }
}

fn clients(shared: &Shared) -> Clients {
    let stats = shared.feeds.fanout.stats();
    Clients {
        count: stats.clients,
        max: stats.clients_max,
        served: stats.attached,
        given_up: stats.given_up,
    }
}

fn memory(shared: &Shared) -> Memory<'_> {
    let rows = shared.config.plan.iter().map(|row| Row {
        name: &row.name,
        count: row.count,
        size_bytes: row.size_bytes,
        limit_bytes: row.limit_bytes,
        used_bytes: row.used_bytes.as_ref().map(crate::config::Gauge::read),
    });
    Memory {
        budget_bytes: shared.config.budget_bytes,
        rows: rows.collect(),
    }
}
