//! The configuration and the plan in the words of each part.

use std::{collections::HashMap, sync::Arc, time::Duration};

use budget::Plan;
use desk::{Sharing, SourceSettings};
use hdhomerun::Identity;
use ingest::throttle::{Rates, Throttle};
use lineup::Lineup;
use ring::Pool;
use tokio::sync::Semaphore;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tuner::{SourceLimits, Tuners};
use upstream::{Player, PlayerConfig, command, http};

use crate::{
    chosen::Chosen,
    config::{Config, HlsVariant, Loaded, NewChannels, Numbering, TestChannel},
    hosts::Hosts,
    manners::{AllManners, Manners},
    opener::Upstreams,
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
// And for what films and series hold besides.
const _: () = assert!(catalog::BYTES_MAX as u64 <= budget::CATALOGUE_STATE);
const _: () = assert!(catalog::READING_BYTES_MAX as u64 <= budget::CATALOGUE_READING);

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
    dealings: &Dealings,
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
    let commands = commands(config, dealings, lineup);
    let manners = dealings.manners.clone();
    let hosts = dealings.hosts.clone();
    let opener = Upstreams::new(player, manners, hosts, dealings.throttle.clone(), commands);
    let opener = Arc::new(opener);
    let tuner_config = tuner::Config {
        tuners: plan.demand.tuners,
        ring: ring::Limits {
            behind_min: plan.ring_behind_min,
            segments_max: plan.ring_segments_max,
        },
        linger: Duration::from_millis(config.tuner.linger_ms),
        first_picture_max: first_picture_max(config),
        // Told before the first lineup is.
        sources: Vec::new(),
        failover: config.failover.of_tuner(plan),
    };
    Tuners::new(tuner_config, Arc::clone(pool), opener)
}

/// Who asks providers for films: with buffers of its own, which are in the plan for each of them.
pub(crate) fn films(config: &Config, dealings: &Dealings) -> Arc<Films> {
    let client = http::Client::new(http::ClientConfig {
        receive_buffer_bytes: budget::VOD_RECEIVE_BUFFER,
        head_bytes_max: VOD_HEAD_BYTES_MAX,
        extra_ca: config.tls.ca.clone(),
        ..http::ClientConfig::default()
    });
    let manners = dealings.manners.clone();
    let hosts = dealings.hosts.clone();
    Arc::new(Films::new(
        client,
        manners,
        hosts,
        dealings.throttle.clone(),
    ))
}

/// How sources are dealt with by whoever plays their streams and films.
pub(crate) struct Dealings {
    manners: AllManners,
    hosts: Hosts,
    /// What all streams and films pay for their bytes.
    throttle: Throttle,
    /// By name.
    profiles: HashMap<String, command::Profile>,
}

/// Before any source is known.
pub(crate) fn dealings(config: &Config, plan: &Plan, accounts: catalog::Accounts) -> Dealings {
    Dealings {
        manners: AllManners::default(),
        hosts: Hosts::new(accounts),
        throttle: Throttle::new(&Rates {
            total_kbit: config.throttle.total_kbit,
            stream_kbit: config.throttle.stream_kbit,
            source_kbit: Vec::new(),
        }),
        profiles: profiles(config, plan),
    }
}

/// What is to be told whenever the sources change.
pub(crate) fn told(
    dealings: Dealings,
    tuners: Arc<Tuners>,
    accounts: watch::Sender<Arc<Vec<catalog::Account>>>,
) -> Box<dyn Fn(&sync::Sources) + Send + Sync> {
    Box::new(move |sources| {
        let command = |name: &String| dealings.profiles.get(name).cloned();
        let all = sources.iter().map(|(id, settings)| {
            let command = settings.command.as_ref().and_then(command);
            (id, Manners::of(settings, command))
        });
        dealings.manners.set(all);
        accounts.send_replace(Arc::new(catalog::accounts(sources)));
        for id in 0..u16::try_from(sync::SOURCES_MAX).unwrap_or(u16::MAX) {
            let settings = sources.get(id);
            let limits = settings.map(|settings| limits(settings, sources.connections(id)));
            tuners.limit(id, limits.unwrap_or_default());
            let kbit = settings.map_or(0, |settings| settings.throttle_kbit);
            dealings.throttle.limit(id, kbit);
        }
    })
}

fn limits(settings: &SourceSettings, connections: Option<usize>) -> SourceLimits {
    SourceLimits {
        connections,
        sharing: match settings.sharing {
            Sharing::Shared => tuner::Sharing::Shared,
            Sharing::Direct => tuner::Sharing::Direct,
        },
    }
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

/// Which command plays which channel.
fn commands(config: &Config, dealings: &Dealings, lineup: watch::Receiver<Arc<Lineup>>) -> Chosen {
    let named = |name: &String| dealings.profiles.get(name).cloned();
    let by_channel = config.command.iter().flat_map(|command| {
        let channels = command.channels.iter();
        channels.filter_map(|channel| Some((channel.clone(), named(&command.name)?)))
    });
    Chosen::new(by_channel, lineup)
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

pub(crate) fn sync(config: &Config, plan: &Plan) -> sync::Config {
    sync::Config {
        sources: config.source.iter().cloned().collect(),
        lineup_bytes_max: plan.lineup_bytes_max,
        import_bytes_max: plan.import_bytes_max,
        limits: playlist::Limits::default(),
        resume_pause: Duration::from_secs(1),
        commands: config.command.iter().map(|it| it.name.clone()).collect(),
        test_channel: match config.test_channel {
            TestChannel::Auto => sync::TestChannel::Auto,
            TestChannel::Always => sync::TestChannel::Always,
            TestChannel::Never => sync::TestChannel::Never,
        },
        numbering: numbering(config),
        merging: merging(config),
        choice: Arc::new(choice(config)),
        rules: rules(config, plan),
    }
}

/// What backups need: the file that was loaded, and whoever is told that this is another device by now.
pub(crate) fn backups(loaded: &Loaded, again: CancellationToken) -> sync::Backups {
    sync::Backups {
        configuration: loaded.path.clone(),
        begin_again: Box::new(move || again.cancel()),
    }
}

/// The rules of the file.
pub(crate) fn rules(config: &Config, plan: &Plan) -> sync::RulesConfig {
    sync::RulesConfig {
        set: config.rules(),
        bytes_max: plan.rules_bytes_max,
    }
}

fn merging(config: &Config) -> lineup::Merging {
    lineup::Merging {
        similarity_percent: config.merge.similarity_percent,
        grouping_percent: config.merge.grouping_percent,
    }
}

fn choice(config: &Config) -> lineup::Choice {
    let config = &config.lineup;
    let new_channels = match config.new_channels {
        NewChannels::Active => lineup::NewChannels::Active,
        NewChannels::Inactive => lineup::NewChannels::Inactive,
    };
    let groups = [config.groups.as_slice(), config.groups_off.as_slice()];
    lineup::Choice::new(groups, config.favourites_only, new_channels)
}

fn numbering(config: &Config) -> lineup::Numbering {
    let config = &config.lineup;
    let ranges = config.range.iter().map(|range| lineup::GroupRange {
        group: range.group.clone(),
        first: range.first,
        last: range.last,
    });
    lineup::Numbering {
        mode: match config.numbering {
            Numbering::Keep => lineup::NumberingMode::Keep,
            Numbering::Groups => lineup::NumberingMode::Groups,
            Numbering::Sequential => lineup::NumberingMode::Sequential,
        },
        first: config.first_number,
        ranges: ranges.collect(),
        of_rules: 0,
    }
}

pub(crate) fn parts(config: &Config) -> Vec<serve::Profile> {
    let profiles = config.profile.iter().map(|profile| serve::Profile {
        name: profile.name.clone(),
        groups: profile.groups.clone(),
        sources: profile.sources.clone(),
        favourites_only: profile.favourites_only,
        numbers: profile
            .numbers
            .iter()
            .map(|&[first, last]| (first, last))
            .collect(),
    });
    profiles.collect()
}

pub(crate) fn guide(config: &Config, plan: &Plan) -> guide::Config {
    guide::Config {
        guides: config.guide.clone(),
        days: config.programmes.days,
        past_hours: config.programmes.past_hours,
        bytes_max: plan.guide_bytes_max,
        match_bytes_max: plan.import_bytes_max,
        folder: config.data.clone(),
        reading: Arc::new(Semaphore::new(1)),
    }
}

pub(crate) fn announce(config: &Config, identity: Identity, http_port: u16) -> announce::Config {
    announce::Config {
        ssdp: config.discovery.ssdp,
        hdhomerun: config.discovery.hdhomerun,
        ..announce::Config::new(identity, http_port)
    }
}
