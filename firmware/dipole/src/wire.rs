//! Makes every part, connects them, runs them until told to end, and drains them in order.

use std::{io, net::TcpListener, path::PathBuf, sync::Arc, thread::JoinHandle, time::Duration};

use budget::{DoesNotFit, Plan};
use hdhomerun::{DeviceId, Identity, Uuid};
use lineup::Lineup;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use ring::Pool;
use serve::{BindError, Listeners};
use store::Store;
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::watch,
    task::JoinHandle as Task,
    time::timeout,
};
use tokio_util::sync::CancellationToken;
use tuner::Tuners;

use crate::{
    adapt, bind, catalogs,
    config::{Config, Loaded},
    guides, page, plan, resident,
};

/// Threads for files and the store, and as many more for names, beside the runtime's and the data plane's.
const BLOCKING_THREADS_MAX: usize = 6 + upstream::http::LOOKUPS_MAX;
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

/// Why all parts have ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ended {
    /// Somebody said so.
    Told,
    /// To begin again as the device of a backup: clients were told of another one.
    AsAnother,
}

/// Runs until SIGTERM or SIGINT.
pub(crate) fn run(loaded: &Loaded) -> Result<(), RunError> {
    while run_once(loaded)? == Ended::AsAnother {
        tracing::info!("beginning again as the device of the backup");
    }
    Ok(())
}

fn run_once(loaded: &Loaded) -> Result<Ended, RunError> {
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
    let plan = plan::of(config)?;
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
        http: bind::http(&config.http)?,
        stream: bind::streams(&config.stream),
    };
    let (fanout, fanout_thread) = fanout::start(fanout::Config {
        clients_max: plan.clients_max,
        send_pool_bytes: plan.send_pool_bytes,
        ..fanout::Config::default()
    })?;
    let pool = pool(config, &plan);
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

/// The memory of all rings, in pages that sockets can refer to if that is wanted and possible.
fn pool(config: &Config, plan: &Plan) -> Arc<Pool> {
    if config.clients.sendfile {
        match Pool::in_file(plan.pool_segments) {
            Ok(pool) => return pool,
            Err(error) => tracing::warn!(%error, "no memory file: streams are copied to clients"),
        }
    }
    Pool::new(plan.pool_segments)
}

/// Each client, page and upstream holds a descriptor; the usual soft limit of 1,024 would be
/// less than the plan.
fn raise_descriptor_limit(plan: &Plan) {
    let upstreams = plan.demand.tuners + plan.standbys_max;
    let needed = DESCRIPTORS_BESIDES
        + (plan.clients_max + plan.pages_max + 4 * upstreams + 2 * plan.vod_max) as u64;
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

/// Wires the parts, waits for the end, drains them.
async fn live(loaded: &Loaded, ground: Ground) -> Result<Ended, RunError> {
    let again = CancellationToken::new();
    tell_start(&ground.identity, &ground.listeners, &ground.plan);
    let running = connect(loaded, ground, &again);
    let ended = tokio::select! {
        told = told_to_end() => told.map(|()| Ended::Told)?,
        () = again.cancelled() => Ended::AsAnother,
    };
    tracing::info!("ending: saying byebye, closing streams");
    running.drain().await?;
    Ok(ended)
}

/// The parts at work.
struct Running {
    shutdown: CancellationToken,
    tuners: Arc<Tuners>,
    fanout: fanout::Handle,
    fanout_thread: JoinHandle<()>,
    importing: Task<()>,
    guiding: Task<()>,
    cataloguing: Task<()>,
    serving: Task<io::Result<()>>,
    announcing: Task<()>,
}

/// Where changes are asked for, and both who are asked.
fn counter() -> (desk::Desk, desk::Orders, desk::GuideOrders) {
    let (desk, orders) = desk::open();
    let (desk, guide_orders) = desk.with_guides();
    (desk, orders, guide_orders)
}

/// Connects the parts: who reads what from whom stands here and nowhere else.
fn connect(loaded: &Loaded, ground: Ground, again: &CancellationToken) -> Running {
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
    let client = adapt::http_client(config, &plan);
    let (lineup_tx, lineup) = watch::channel(Arc::new(Lineup::default()));
    let (changes_tx, changes) = watch::channel(Arc::default());
    let (status_tx, status) = watch::channel(Vec::new());
    let (rules_tx, rules) = watch::channel(Arc::default());
    let (accounts_tx, accounts) = watch::channel(Arc::default());
    let (brought_tx, brought) = watch::channel(Arc::default());
    let (desk, orders, guide_orders) = counter();
    let dealings = adapt::dealings(config, &plan, accounts.clone());
    let tuners = adapt::tuners(config, &plan, &pool, &client, &dealings, lineup.clone());
    let films = adapt::films(config, &dealings);

    let ports = sync::Ports {
        lineup: lineup_tx,
        changes: changes_tx,
        status: status_tx,
        rules: rules_tx,
        brought: brought_tx,
        orders,
        backups: adapt::backups(loaded, again.clone()),
        told: adapt::told(dealings, Arc::clone(&tuners), accounts_tx),
        shutdown: shutdown.child_token(),
    };
    let told = (lineup.clone(), brought, guide_orders);
    let guiding = adapt::guide(config, &plan);
    let reading = (accounts, Arc::clone(&guiding.reading));
    let guides = guides::start(guiding, &store, &client, told, &shutdown);
    let (catalog, cataloguing) = catalogs::start(&store, &client, reading, &shutdown);
    let importing = tokio::spawn(sync::run(adapt::sync(config, &plan), store, client, ports));
    let part = shutdown.child_token();
    tokio::spawn(resident::keep_small(lineup.clone(), status.clone(), part));
    let feeds = serve::Feeds {
        catalog: catalogs::opener(catalog, guides.upcoming, lineup.clone()),
        lineup,
        changes,
        sources: page::source_views(status),
        rules,
        guides: guides.views,
        guide: guides.opener,
        guide_places: serve::GuidePlaces::new(plan.guides_max),
        desk,
        tuners: Arc::clone(&tuners),
        fanout: fanout.clone(),
        vod: films,
        vod_places: serve::VodPlaces::new(plan.vod_max),
    };
    let rows = page::plan_rows(&plan, &pool, &feeds);
    let device = (loaded, identity, &plan, rows);
    let (serving, announcing) = open_house(device, feeds, listeners, &shutdown);
    Running {
        shutdown,
        tuners,
        fanout,
        fanout_thread,
        importing,
        guiding: guides.task,
        cataloguing,
        serving,
        announcing,
    }
}

/// Lets clients in, and tells them where to come. `device` is what they see of it.
fn open_house(
    device: (&Loaded, Identity, &Plan, Vec<serve::PlanRow>),
    feeds: serve::Feeds,
    listeners: Listeners,
    shutdown: &CancellationToken,
) -> (Task<io::Result<()>>, Task<()>) {
    let (loaded, identity, plan, rows) = device;
    let announcing = tokio::spawn(announce::run(
        adapt::announce(&loaded.config, identity.clone(), port_of(&listeners.http)),
        feeds.lineup.clone(),
        Arc::clone(&feeds.tuners),
        feeds.fanout.clone(),
        shutdown.child_token(),
    ));
    let config = page::config(loaded, identity, plan, rows);
    let ending = shutdown.child_token();
    let serving = tokio::spawn(serve_recalled(config, feeds, listeners, ending));
    (serving, announcing)
}

/// Serves once the lineup of the last run is there, or will not come. Whoever asks before that waits
/// in the listener's queue: a client that found no channel at all would forget those that it knows.
async fn serve_recalled(
    config: serve::Config,
    feeds: serve::Feeds,
    listeners: serve::Listeners,
    ending: CancellationToken,
) -> io::Result<()> {
    let _ = feeds.lineup.clone().changed().await;
    serve::run(config, feeds, listeners, ending).await
}

impl Running {
    /// Ends the parts in an order in which none misses another.
    async fn drain(self) -> Result<(), RunError> {
        let Self {
            shutdown,
            tuners,
            fanout,
            fanout_thread,
            importing,
            guiding,
            cataloguing,
            serving,
            announcing,
        } = self;
        shutdown.cancel();
        let drained = async {
            // Announcements go first, so that no client comes back to what is closing.
            let announced = announcing.await;
            fanout.stop();
            let (served, imported, guided, catalogued, ()) =
                tokio::join!(serving, importing, guiding, cataloguing, tuners.shutdown());
            (announced, served, imported.and(guided).and(catalogued))
        };
        let Ok((announced, served, imported)) = timeout(DRAIN_MAX, drained).await else {
            tracing::warn!("draining took too long; ending all the same");
            return Ok(());
        };
        for error in [announced.err(), imported.err()].into_iter().flatten() {
            tracing::error!(%error, "a part ended badly");
        }
        if fanout_thread.join().is_err() {
            tracing::error!("the data plane ended badly");
        }
        Ok(served.map_err(io::Error::other)??)
    }
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
