//! The configuration and the plan in the words of each part.

use std::{sync::Arc, time::Duration};

use budget::Plan;
use hdhomerun::Identity;
use ring::Pool;
use tuner::Tuners;
use upstream::{Player, PlayerConfig, http};

use crate::{
    config::{Config, HlsVariant, Source, TestChannel},
    opener::{Manners, Upstreams},
};

// The plan has room for what a remuxed stream holds.
const _: () = assert!(upstream::hls::REMUX_BYTES_MAX as u64 <= budget::REMUX_STATE);
const _: () = assert!(upstream::film::FILM_BYTES_MAX as u64 <= budget::REMUX_STATE);

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
    });
    let manners = config.source.iter().map(|source| Manners {
        user_agent: source.user_agent.clone(),
        headers: headers(source),
        is_file: sync::SourceConfig::new(source.name.as_str(), source.url.as_str()).is_file(),
    });
    let opener = Arc::new(Upstreams::new(player, manners.collect()));
    let tuner_config = tuner::Config {
        tuners: plan.demand.tuners,
        ring: ring::Limits {
            behind_min: plan.ring_behind_min,
            segments_max: plan.ring_segments_max,
        },
        linger: Duration::from_millis(config.tuner.linger_ms),
        first_picture_max: Duration::from_secs(5),
        connections: config
            .source
            .iter()
            .map(|source| source.connections)
            .collect(),
        failover: config.failover.of_tuner(),
    };
    Tuners::new(tuner_config, Arc::clone(pool), opener)
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
