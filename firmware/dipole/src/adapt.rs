//! The configuration and the plan in the words of each part.

use std::{collections::HashMap, sync::Arc, time::Duration};

use budget::Plan;
use hdhomerun::Identity;
use ingest::throttle::{Rates, Throttle};
use lineup::Lineup;
use ring::Pool;
use tokio::sync::watch;
use tuner::Tuners;
use upstream::{Player, PlayerConfig, command, http};

use crate::{
    chosen::Chosen,
    config::{Config, HlsVariant, RtspTransport, Sharing, Source, TestChannel},
    opener::{Manners, Upstreams},
    vod::Films,
};

// The plan has room for what a remuxed stream holds.
const _: () = assert!(upstream::hls::REMUX_BYTES_MAX as u64 <= budget::REMUX_STATE);
const _: () = assert!(upstream::film::FILM_BYTES_MAX as u64 <= budget::REMUX_STATE);
const _: () = assert!(upstream::rtsp::PROGRAM_BYTES_MAX as u64 <= budget::REMUX_STATE);
// And for what a stream of datagrams holds.
const _: () = assert!(upstream::DATAGRAMS_BYTES_MAX as u64 <= budget::DATAGRAMS_STATE);

/// Bytes of an answer's header for a film, and of what is read ahead of its body.
const VOD_HEAD_BYTES_MAX: usize = 16 * 1024;
/// TLS and records of a film's connection to its provider.
const VOD_LINK_BYTES: usize = 24 * 1024;
// The plan has room for what a film on its way holds.
const _: () = assert!(
    (serve::TRANSFER_BYTES_MAX + VOD_HEAD_BYTES_MAX + VOD_LINK_BYTES) as u64 <= budget::VOD_STATE
);
const _: () = assert!(VOD_HEAD_BYTES_MAX <= serve::PIECE_BYTES_MAX);

pub(crate) fn http_client(config: &Config, plan: &Plan) -> http::Client {
    http::Client::new(http::ClientConfig {
        receive_buffer_bytes: u32::try_from(plan.receive_buffer_bytes).unwrap_or(u32::MAX),
        extra_ca: config.tls.ca.clone(),
        ..http::ClientConfig::default()
    })
}

pub(crate) fn tuners(
    config: &Config,
    plan: &Plan,
    pool: &Arc<Pool>,
    client: &http::Client,
    throttle: &Throttle,
    lineup: watch::Receiver<Arc<Lineup>>,
) -> Arc<Tuners> {
    let hls_variant = match config.tuner.hls_variant {
        HlsVariant::Best => upstream::Preference::Best,
        HlsVariant::Auto => upstream::Preference::Auto,
        HlsVariant::Worst => upstream::Preference::Worst,
    };
    let player = Player::new(PlayerConfig {
        http: client.clone(),
        hls_variant,
        remux_slots: upstream::hls::RemuxSlots::new(plan.remuxed_max),
        datagrams: upstream::DatagramConfig {
            // A little less than the tuner's own patience: what is told then says more.
            first_wait: config.failover.of_tuner(plan).connect * 9 / 10,
            ..upstream::DatagramConfig::new(plan.receive_buffer_bytes)
        },
    });
    let commands = commands(config, plan, lineup);
    let opener = Upstreams::new(player, manners(config), throttle.clone(), commands);
    let opener = Arc::new(opener);
    let tuner_config = tuner::Config {
        tuners: plan.demand.tuners,
        ring: ring::Limits {
            behind_min: plan.ring_behind_min,
            segments_max: plan.ring_segments_max,
        },
        linger: Duration::from_millis(config.tuner.linger_ms),
        first_picture_max: first_picture_max(config),
        sources: config
            .source
            .iter()
            .map(|source| tuner::SourceLimits {
                connections: source.connections,
                sharing: match source.sharing {
                    Sharing::Shared => tuner::Sharing::Shared,
                    Sharing::Direct => tuner::Sharing::Direct,
                },
            })
            .collect(),
        failover: config.failover.of_tuner(plan),
    };
    Tuners::new(tuner_config, Arc::clone(pool), opener)
}

/// Who asks providers for films: with buffers of its own, which are in the plan for each of them.
pub(crate) fn films(config: &Config, throttle: Throttle) -> Arc<Films> {
    let client = http::Client::new(http::ClientConfig {
        receive_buffer_bytes: budget::VOD_RECEIVE_BUFFER,
        head_bytes_max: VOD_HEAD_BYTES_MAX,
        extra_ca: config.tls.ca.clone(),
        ..http::ClientConfig::default()
    });
    Arc::new(Films::new(client, manners(config), throttle))
}

/// What all streams and films pay for their bytes.
pub(crate) fn throttle(config: &Config) -> Throttle {
    Throttle::new(&Rates {
        total_kbit: config.throttle.total_kbit,
        stream_kbit: config.throttle.stream_kbit,
        source_kbit: config.source.iter().map(|it| it.throttle_kbit).collect(),
    })
}

fn manners(config: &Config) -> Vec<Manners> {
    let manners = config.source.iter().map(|source| Manners {
        user_agent: source.user_agent.clone(),
        rtsp_transport: match source.rtsp_transport {
            RtspTransport::Tcp => upstream::rtsp::Transport::Tcp,
            RtspTransport::Udp => upstream::rtsp::Transport::Udp,
        },
        headers: headers(source),
        interface: source.interface.clone(),
        is_file: sync::SourceConfig::new(source.name.as_str(), source.url.as_str()).is_file(),
    });
    manners.collect()
}

/// How long the first viewer waits for a picture. A command may take longer to begin than any
/// connection, and whoever uses one may say so with `failover.connect`.
fn first_picture_max(config: &Config) -> Duration {
    const OF_CONNECTIONS: Duration = Duration::from_secs(5);
    const OF_COMMANDS: Duration = Duration::from_secs(10);
    if config.command.is_empty() {
        return OF_CONNECTIONS;
    }
    config.failover.connect.0.max(OF_COMMANDS)
}

/// Which command plays what.
fn commands(config: &Config, plan: &Plan, lineup: watch::Receiver<Arc<Lineup>>) -> Chosen {
    let profiles = profiles(config, plan);
    let named = |name: &String| profiles.get(name).cloned();
    let by_channel = config.command.iter().flat_map(|command| {
        let channels = command.channels.iter();
        channels.filter_map(|channel| Some((channel.clone(), named(&command.name)?)))
    });
    let by_source = config
        .source
        .iter()
        .map(|source| source.command.as_ref().and_then(named));
    Chosen::new(by_channel, by_source.collect(), lineup)
}

/// By name. One command for each tuner at once, each behind a guard that is this program itself.
fn profiles(config: &Config, plan: &Plan) -> HashMap<String, command::Profile> {
    let guard = vec!["/proc/self/exe".into(), command::GUARD.into()];
    let commands = command::Commands::new(plan.demand.tuners, guard);
    let named = config.command.iter().filter_map(|command| {
        // The check of the configuration has made each of them once.
        let profile = commands.profile(&command.name, &command.run).ok()?;
        Some((command.name.clone(), profile))
    });
    named.collect()
}

fn headers(source: &Source) -> Vec<(String, String)> {
    source
        .headers
        .iter()
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

pub(crate) fn sync(config: &Config, plan: &Plan) -> sync::Config {
    let sources = config.source.iter().map(|source| sync::SourceConfig {
        name: source.name.clone(),
        url: source.url.clone(),
        user_agent: source.user_agent.clone(),
        headers: headers(source),
        connections: source.connections,
        interval: source.interval(),
        accept_shrink: source.accept_shrink,
        ..sync::SourceConfig::new(source.name.as_str(), source.url.as_str())
    });
    sync::Config {
        sources: sources.collect(),
        lineup_bytes_max: plan.lineup_bytes_max,
        import_bytes_max: plan.import_bytes_max,
        limits: playlist::Limits::default(),
        test_channel: match config.test_channel {
            TestChannel::Auto => sync::TestChannel::Auto,
            TestChannel::Always => sync::TestChannel::Always,
            TestChannel::Never => sync::TestChannel::Never,
        },
    }
}

pub(crate) fn announce(config: &Config, identity: Identity, http_port: u16) -> announce::Config {
    announce::Config {
        ssdp: config.discovery.ssdp,
        hdhomerun: config.discovery.hdhomerun,
        ..announce::Config::new(identity, http_port)
    }
}
