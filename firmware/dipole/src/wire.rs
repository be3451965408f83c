//! Makes every part, connects them, runs them until told to end, and drains them in order.

use std::{
    io,
    net::{SocketAddr, TcpListener},
    path::PathBuf,
    sync::Arc,
    thread::JoinHandle,
    time::{Duration, UNIX_EPOCH},
};

use base::ByteSize;
use budget::{DoesNotFit, Plan};
use hdhomerun::{DeviceId, Identity, Uuid};
use lineup::Lineup;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use ring::{Pool, SEGMENT_BYTES};
use serve::{BindError, BindErrorKind, Gauge, Listeners, PlanRow, SourceView};
use store::Store;
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::{mpsc, watch},
};
use tokio_util::sync::CancellationToken;
use tuner::Tuners;
use upstream::{Player, PlayerConfig, http};

use crate::{
    commands,
    config::{Config, HlsVariant, Loaded, TestChannel},
    opener::{Manners, Upstreams},
    settings,
};

/// Port of the page where 80 may not be bound.
const HTTP_PORT_FALLBACK: u16 = 8080;
/// Threads for files, names and the store, beside the runtime's and the data plane's.
const BLOCKING_THREADS_MAX: usize = 4;
/// How long parts may take to drain.
const DRAIN_MAX: Duration = Duration::from_secs(5);
/// Descriptors beside clients, pages and upstreams: store, sockets, epoll.
const DESCRIPTORS_BESIDES: u64 = 256;

/// Dipole cannot run.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RunError {
    /// The budget is too small.
    #[error(transparent)]
    Plan(#[from] DoesNotFit),
    /// The data folder cannot be made.
    #[error("the data folder {path} cannot be made: {error}. Name another one with --data")]
    Data {
        /// Which folder.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// The store cannot be opened.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// An address cannot be listened at.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// The data plane cannot be started.
    #[error(transparent)]
    Fanout(#[from] fanout::StartError),
    /// The runtime cannot be started, or lost a listener.
    #[error("the runtime failed: {0}")]
    Runtime(#[from] io::Error),
}

/// The parts that stand before the runtime does.
struct Ground {
    plan: Plan,
    store: Arc<Store>,
    identity: Identity,
    listeners: Listeners,
    pool: Arc<Pool>,
    fanout: fanout::Handle,
    fanout_thread: JoinHandle<()>,
}

/// Runs until SIGTERM or SIGINT.
pub(crate) fn run(loaded: &Loaded) -> Result<(), RunError> {
    let ground = prepare(&loaded.config)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(BLOCKING_THREADS_MAX)
        .build()?;
    let result = runtime.block_on(live(loaded, ground));
    runtime.shutdown_timeout(DRAIN_MAX);
    result
}

fn prepare(config: &Config) -> Result<Ground, RunError> {
    let plan = commands::plan_of(config)?;
    raise_descriptor_limit(&plan);
    std::fs::create_dir_all(&config.data).map_err(|error| RunError::Data {
        path: config.data.clone(),
        error,
    })?;
    let store = Store::open(
        &config.data,
        store::Options {
            cache_bytes: plan.store_cache_bytes,
        },
    )?;
    let device = store.device();
    let identity = Identity {
        device_id: DeviceId::from_seed(&device.id_seed.to_be_bytes()),
        uuid: Uuid(device.uuid),
        friendly_name: config.name.clone(),
        tuner_count: u16::try_from(plan.demand.tuners).unwrap_or(u16::MAX),
    };
    let listeners = Listeners {
        http: bind_http(&config.http)?,
        stream: bind_stream(&config.stream),
    };
    let (fanout, fanout_thread) = fanout::start(fanout::Config {
        clients_max: plan.clients_max,
        send_pool_bytes: plan.send_pool_bytes,
        ..fanout::Config::default()
    })?;
    let pool = Pool::new(plan.pool_segments);
    Ok(Ground {
        plan,
        store: Arc::new(store),
        identity,
        listeners,
        pool,
        fanout,
        fanout_thread,
    })
}

/// Each client, page and upstream holds a descriptor; the usual soft limit of 1,024 would be
/// less than the plan.
fn raise_descriptor_limit(plan: &Plan) {
    let needed =
        DESCRIPTORS_BESIDES + (plan.clients_max + plan.pages_max + 4 * plan.demand.tuners) as u64;
    let raised = getrlimit(Resource::RLIMIT_NOFILE).and_then(|(soft, hard)| {
        setrlimit(Resource::RLIMIT_NOFILE, soft.max(needed.min(hard)), hard).map(|()| hard)
    });
    match raised {
        Ok(hard) if hard >= needed => {}
        Ok(hard) => tracing::warn!(
            needed,
            hard,
            "fewer descriptors than the plan has clients: raise LimitNOFILE"
        ),
        Err(error) => tracing::warn!(%error, "the limit of descriptors cannot be raised"),
    }
}

/// Port 80 needs a right that a laptop's user has not; 8080 is told instead.
fn bind_http(addresses: &[SocketAddr]) -> Result<Vec<TcpListener>, RunError> {
    match serve::bind(addresses) {
        Err(BindError {
            address,
            kind: kind @ (BindErrorKind::Denied | BindErrorKind::InUse),
        }) if address.port() == 80 => {
            let instead: Vec<_> = addresses
                .iter()
                .map(|address| match address.port() {
                    80 => SocketAddr::new(address.ip(), HTTP_PORT_FALLBACK),
                    _ => *address,
                })
                .collect();
            tracing::warn!(%kind, "port 80 may not be bound; the page is at port 8080 instead. Jellyfin and Emby find tuners at port 80 only: add this one there by its address");
            Ok(serve::bind(&instead)?)
        }
        result => Ok(result?),
    }
}

/// Without a listener of their own, streams come from the page's port: every route is on both.
fn bind_stream(addresses: &[SocketAddr]) -> Vec<TcpListener> {
    serve::bind(addresses).unwrap_or_else(|error| {
        tracing::warn!(%error, "streams come from the page's port instead");
        Vec::new()
    })
}

/// Wires the parts, waits for the end, drains them.
async fn live(loaded: &Loaded, ground: Ground) -> Result<(), RunError> {
    let config = &loaded.config;
    let Ground {
        plan,
        store,
        identity,
        listeners,
        pool,
        fanout,
        fanout_thread,
    } = ground;
    let shutdown = CancellationToken::new();
    let client = http_client(config, &plan);
    let (lineup_tx, lineup) = watch::channel(Arc::new(Lineup::default()));
    let (status_tx, status) = watch::channel(Vec::new());
    let (refresh, refresh_rx) = mpsc::channel(1);
    let tuners = tuners(config, &plan, &pool, &client);

    let importing = tokio::spawn(sync::run(
        sync_config(config, &plan),
        store,
        client,
        sync::Ports {
            lineup: lineup_tx,
            status: status_tx,
            refresh: refresh_rx,
            shutdown: shutdown.child_token(),
        },
    ));
    let http_port = port_of(&listeners.http);
    tell_start(&identity, &listeners, &plan);
    let serving = tokio::spawn(serve::run(
        serve::Config {
            identity: identity.clone(),
            version: env!("CARGO_PKG_VERSION"),
            names: Vec::new(),
            pages_max: plan.pages_max,
            plan: plan_rows(&plan, &pool, &fanout, &lineup),
            budget_bytes: plan.demand.budget.bytes(),
            settings: settings::shown(loaded),
        },
        serve::Feeds {
            lineup: lineup.clone(),
            sources: source_views(status),
            refresh,
            tuners: Arc::clone(&tuners),
            fanout: fanout.clone(),
        },
        listeners,
        shutdown.child_token(),
    ));
    let announcing = tokio::spawn(announce::run(
        announce_config(config, identity, http_port),
        lineup,
        Arc::clone(&tuners),
        fanout.clone(),
        shutdown.child_token(),
    ));

    told_to_end().await?;
    tracing::info!("ending: saying byebye, closing streams");
    shutdown.cancel();
    let drained = async {
        // Announcements go first, so that no client comes back to what is closing.
        let announced = announcing.await;
        fanout.stop();
        let (served, imported, ()) = tokio::join!(serving, importing, tuners.shutdown());
        (announced, served, imported)
    };
    match tokio::time::timeout(DRAIN_MAX, drained).await {
        Ok((announced, served, imported)) => {
            for error in [announced.err(), imported.err()].into_iter().flatten() {
                tracing::error!(%error, "a part ended badly");
            }
            served.map_err(io::Error::other)??;
        }
        Err(_) => tracing::warn!("draining took too long; ending all the same"),
    }
    if fanout_thread.join().is_err() {
        tracing::error!("the data plane ended badly");
    }
    Ok(())
}

async fn told_to_end() -> io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

fn http_client(config: &Config, plan: &Plan) -> http::Client {
    http::Client::new(http::ClientConfig {
        receive_buffer_bytes: u32::try_from(plan.receive_buffer_bytes).unwrap_or(u32::MAX),
        extra_ca: config.tls.ca.clone(),
        ..http::ClientConfig::default()
    })
}

fn tuners(config: &Config, plan: &Plan, pool: &Arc<Pool>, client: &http::Client) -> Arc<Tuners> {
    let hls_variant = match config.tuner.hls_variant {
        HlsVariant::Best => upstream::Preference::Best,
        HlsVariant::Auto => upstream::Preference::Auto,
        HlsVariant::Worst => upstream::Preference::Worst,
    };
    let player = Player::new(PlayerConfig {
        http: client.clone(),
        hls_variant,
    });
    let manners = config.source.iter().map(|source| Manners {
        user_agent: source.user_agent.clone(),
        headers: headers(source),
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
    };
    Tuners::new(tuner_config, Arc::clone(pool), opener)
}

fn headers(source: &crate::config::Source) -> Vec<(String, String)> {
    source
        .headers
        .iter()
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

fn sync_config(config: &Config, plan: &Plan) -> sync::Config {
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
        limits: playlist::Limits::default(),
        test_channel: match config.test_channel {
            TestChannel::Auto => sync::TestChannel::Auto,
            TestChannel::Always => sync::TestChannel::Always,
            TestChannel::Never => sync::TestChannel::Never,
        },
    }
}

fn announce_config(config: &Config, identity: Identity, http_port: u16) -> announce::Config {
    announce::Config {
        ssdp: config.discovery.ssdp,
        hdhomerun: config.discovery.hdhomerun,
        ..announce::Config::new(identity, http_port)
    }
}

fn port_of(listeners: &[TcpListener]) -> u16 {
    let address = listeners
        .first()
        .and_then(|listener| listener.local_addr().ok());
    address.map_or(80, |address| address.port())
}

fn tell_start(identity: &Identity, listeners: &Listeners, plan: &Plan) {
    let host = match listeners
        .http
        .first()
        .and_then(|listener| listener.local_addr().ok())
    {
        Some(address) if !address.ip().is_unspecified() => address.ip().to_string(),
        Some(_) | None => "localhost".to_owned(),
    };
    let page = match port_of(&listeners.http) {
        80 => format!("http://{host}/"),
        port => format!("http://{host}:{port}/"),
    };
    tracing::info!(
        version = env!("CARGO_PKG_VERSION"),
        device = %identity.device_id,
        tuners = plan.demand.tuners,
        clients = plan.clients_max,
        budget = %plan.demand.budget,
        "Dipole is up; the page is at {page}"
    );
}

/// The plan for the page, with what is in use where somebody counts it.
fn plan_rows(
    plan: &Plan,
    pool: &Arc<Pool>,
    fanout: &fanout::Handle,
    lineup: &watch::Receiver<Arc<Lineup>>,
) -> Vec<PlanRow> {
    let used = |name: &str, each: ByteSize| {
        let (pool, fanout, lineup) = (Arc::clone(pool), fanout.clone(), lineup.clone());
        Some(match name {
            "ring segments" => Gauge::new(move || (pool.stats().used * SEGMENT_BYTES) as u64),
            "clients" => Gauge::new(move || fanout.stats().clients as u64 * each.bytes()),
            "lineups" => Gauge::new(move || lineup.borrow().bytes() as u64),
            _ => return None,
        })
    };
    let rows = plan.rows().iter().map(|row| PlanRow {
        name: row.name.to_owned(),
        count: row.count as u64,
        size_bytes: row.each.bytes(),
        limit_bytes: row.total().bytes(),
        used_bytes: used(row.name, row.each),
    });
    rows.collect()
}

/// What `sync` knows of the sources, in the words of the page.
fn source_views(
    mut status: watch::Receiver<Vec<sync::SourceStatus>>,
) -> watch::Receiver<Vec<SourceView>> {
    let (views_tx, views) = watch::channel(Vec::new());
    tokio::spawn(async move {
        loop {
            let shown = status.borrow_and_update().iter().map(source_view).collect();
            views_tx.send_replace(shown);
            if status.changed().await.is_err() {
                break;
            }
        }
    });
    views
}

fn source_view(status: &sync::SourceStatus) -> SourceView {
    let read = status
        .last_success
        .and_then(|at| at.duration_since(UNIX_EPOCH).ok());
    SourceView {
        name: status.name.clone(),
        address: status.url.clone(),
        state: match status.state {
            sync::State::Idle => serve::SourceState::Waiting,
            sync::State::Loading { .. } => serve::SourceState::Reading,
            sync::State::Ok => serve::SourceState::Ready,
            sync::State::Failed => serve::SourceState::Failed,
        },
        channels: status.channels,
        error: status.error.clone(),
        read_unix_s: read.map(|since| since.as_secs()),
    }
}
