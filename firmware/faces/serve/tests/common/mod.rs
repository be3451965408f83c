//! A server with tuners, data plane and a made-up provider, and clients that speak raw HTTP.

#![allow(dead_code, reason = "each test file uses its part")]
#![allow(clippy::unwrap_used, reason = "what fails here fails a test")]

pub(crate) mod client;
pub(crate) mod films;
pub(crate) mod programmes;
pub(crate) mod titles;

use std::{
    future::pending,
    net::{SocketAddr, TcpListener},
    sync::Arc,
    time::Duration,
};

use base::StreamSpec;
use hdhomerun::{DeviceId, Identity, Uuid};
use ingest::Ingest;
use lineup::{Channel, ChannelId, GuideNumber, Lineup, LineupBuilder, decisions::Logged};
use serve::{
    Config, Feeds, Gauge, GuideOrigin, GuideView, Listeners, PlanRow, Profile, Setting,
    SettingOrigin, SourceState, SourceView, VodPlaces,
};
use socket2::SockRef;
use tokio::{sync::watch, task::JoinHandle};
use tokio_util::sync::CancellationToken;
use tuner::{Opener, PlayError, Playing, Tuners};

use films::Library;

pub(crate) const PLAYS: &str = "fake:plays";
pub(crate) const SILENT: &str = "fake:silent";
pub(crate) const FAILS: &str = "fake:fails";

/// A provider whose streams behave as their address says.
pub(crate) struct Provider {
    /// Connections open now.
    pub(crate) open: watch::Sender<usize>,
    /// Connections there have been.
    pub(crate) opened: watch::Sender<usize>,
    stream: Vec<u8>,
}

/// One connection to the provider.
struct Connection<'a>(&'a Provider);

impl<'a> Connection<'a> {
    fn open(provider: &'a Provider) -> Self {
        provider.open.send_modify(|open| *open += 1);
        provider.opened.send_modify(|opened| *opened += 1);
        Self(provider)
    }
}

impl Drop for Connection<'_> {
    fn drop(&mut self) {
        self.0.open.send_modify(|open| *open -= 1);
    }
}

impl Opener for Provider {
    fn play<'a>(&'a self, stream: &'a StreamSpec, ingest: &'a mut Ingest) -> Playing<'a> {
        Box::pin(async move {
            let _connection = Connection::open(self);
            match stream.url.as_str() {
                PLAYS => {
                    let pushed = ingest.push(&self.stream).await;
                    pushed.map_err(|error| failure(&error.to_string()))?;
                    ingest.during(pending()).await
                }
                SILENT => ingest.during(pending()).await,
                _ => Err(failure("the provider said no")),
            }
        })
    }
}

fn failure(message: &str) -> PlayError {
    PlayError {
        message: message.to_owned(),
        kind: tuner::FailureKind::Hopeless,
    }
}

/// How a test wants its server.
pub(crate) struct Setup {
    pub(crate) lineup: Lineup,
    pub(crate) tuners: usize,
    pub(crate) sharing: tuner::Sharing,
    pub(crate) clients_max: usize,
    pub(crate) pages_max: usize,
    pub(crate) first_picture_max: Duration,
    /// Send buffer of every connection, where the kernel shall not choose it.
    pub(crate) send_buffer_bytes: Option<usize>,
    /// Connections that the source allows.
    pub(crate) connections: Option<usize>,
    pub(crate) films_max: usize,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            lineup: lineup_of(&[PLAYS, PLAYS, PLAYS, SILENT, FAILS]),
            tuners: 2,
            sharing: tuner::Sharing::Shared,
            clients_max: 32,
            pages_max: Config::PAGES_MAX_DEFAULT,
            first_picture_max: Duration::from_secs(5),
            send_buffer_bytes: None,
            connections: None,
            films_max: 32,
        }
    }
}

/// Channels 1, 2, … with these addresses.
pub(crate) fn lineup_of(urls: &[&str]) -> Lineup {
    let mut builder = LineupBuilder::new(64 << 20);
    for (number, url) in (1_u16..).zip(urls) {
        let name = format!("Channel \"{number}\" & <more> HD");
        let group = if number == 3 { "News" } else { "FILMS" };
        let (id, number) = (ChannelId(number.into()), GuideNumber::new(number, 0));
        builder
            .push(Channel {
                group,
                ..Channel::new(id, number.unwrap(), &name, url)
            })
            .unwrap();
    }
    builder.build()
}

/// A server in service.
pub(crate) struct Server {
    pub(crate) http: SocketAddr,
    pub(crate) stream: SocketAddr,
    pub(crate) provider: Arc<Provider>,
    pub(crate) films: Arc<Library>,
    pub(crate) tuners: Arc<Tuners>,
    pub(crate) fanout: fanout::Handle,
    pub(crate) lineup: watch::Sender<Arc<Lineup>>,
    pub(crate) rules: watch::Sender<Arc<desk::RulesView>>,
    pub(crate) orders: desk::Orders,
    pub(crate) guide_orders: desk::GuideOrders,
    pub(crate) shutdown: CancellationToken,
    pub(crate) task: JoinHandle<std::io::Result<()>>,
    pub(crate) sources: watch::Sender<Vec<SourceView>>,
    pub(crate) changes: watch::Sender<Arc<Vec<Logged>>>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.fanout.stop();
    }
}

fn tuner_config(setup: &Setup) -> tuner::Config {
    tuner::Config {
        tuners: setup.tuners,
        ring: ring::Limits {
            behind_min: 2,
            segments_max: 8,
        },
        linger: Duration::ZERO,
        first_picture_max: setup.first_picture_max,
        sources: vec![tuner::SourceLimits {
            connections: setup.connections,
            sharing: setup.sharing,
        }],
        failover: tuner::FailoverConfig::default(),
    }
}

impl Server {
    pub(crate) fn start(setup: Setup) -> Self {
        let provider = Arc::new(Provider {
            open: watch::Sender::new(0),
            opened: watch::Sender::new(0),
            // 40 ms of 100 packets each: 10 seconds at 3.8 Mbit/s.
            stream: ingest::synthetic::stream(250, 100),
        });
        let opener: Arc<dyn Opener> = provider.clone();
        let tuners = Tuners::new(tuner_config(&setup), ring::Pool::new(64), opener);
        let (fanout, _thread) = fanout::start(fanout::Config {
            clients_max: setup.clients_max,
            ..fanout::Config::default()
        })
        .unwrap();
        let (lineup, lineup_feed) = watch::channel(Arc::new(setup.lineup));
        let (changes, changes_feed) = watch::channel(Arc::default());
        let (sources, sources_feed) = watch::channel(vec![source()]);
        let (rules, rules_feed) = watch::channel(Arc::default());
        let (desk, orders) = desk::open();
        let (desk, guide_orders) = desk.with_guides();
        let films = Arc::new(Library::default());
        let feeds = Feeds {
            lineup: lineup_feed,
            changes: changes_feed,
            sources: sources_feed,
            rules: rules_feed,
            guides: watch::channel(vec![guide()]).1,
            guide: Arc::new(programmes::Programmes),
            guide_places: serve::GuidePlaces::new(1),
            desk,
            tuners: Arc::clone(&tuners),
            fanout: fanout.clone(),
            catalog: Arc::new(titles::Shelves),
            vod: films.clone(),
            vod_places: VodPlaces::new(setup.films_max),
        };
        let bind = || serve::bind(&["127.0.0.1:0".parse().unwrap()]).unwrap();
        let listeners = Listeners {
            http: bind(),
            stream: bind(),
        };
        if let Some(bytes) = setup.send_buffer_bytes {
            // Inherited by what the listener accepts.
            let socket = SockRef::from(&listeners.http[0]);
            socket.set_send_buffer_size(bytes).unwrap();
        }
        let address = |listeners: &[TcpListener]| listeners[0].local_addr().unwrap();
        let (http, stream) = (address(&listeners.http), address(&listeners.stream));
        let shutdown = CancellationToken::new();
        let config = config(setup.pages_max, setup.tuners);
        let task = tokio::spawn(serve::run(config, feeds, listeners, shutdown.clone()));
        Self {
            http,
            stream,
            provider,
            films,
            tuners,
            fanout,
            lineup,
            rules,
            orders,
            guide_orders,
            shutdown,
            task,
            sources,
            changes,
        }
    }

    /// Waits until the provider has this many connections.
    pub(crate) async fn provider_has(&self, connections: usize) {
        let mut open = self.provider.open.subscribe();
        let settled = open.wait_for(|open| *open == connections);
        let settled = tokio::time::timeout(Duration::from_secs(5), settled).await;
        settled.expect("the provider's connections").unwrap();
    }
}

pub(crate) fn identity(tuners: usize) -> Identity {
    Identity {
        device_id: DeviceId::new(0x10A1_B2C7).unwrap(),
        uuid: Uuid::from_random([0x5a; 16]),
        friendly_name: "Living room".to_owned(),
        tuner_count: u16::try_from(tuners).unwrap(),
    }
}

fn config(pages_max: usize, tuners: usize) -> Config {
    Config {
        identity: identity(tuners),
        version: "1.2.3",
        names: vec!["tv.example.net".to_owned()],
        pages_max,
        plan: vec![PlanRow {
            name: "ring segments".to_owned(),
            count: 64,
            size_bytes: 1000,
            limit_bytes: 64_000,
            used_bytes: Some(Gauge::new(|| 2000)),
        }],
        budget_bytes: 96 << 20,
        settings: vec![Setting {
            key: "tuner.count".to_owned(),
            value: tuners.to_string(),
            origin: SettingOrigin::ConfigFile,
        }],
        profiles: vec![
            profile("kids", &["Films"], &["Example"], (2, 4)),
            profile("nobody", &[], &["Elsewhere"], (1, 9)),
        ],
    }
}

fn profile(name: &str, groups: &[&str], sources: &[&str], numbers: (u16, u16)) -> Profile {
    let owned = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
    Profile {
        name: name.to_owned(),
        groups: owned(groups),
        sources: owned(sources),
        numbers: vec![numbers],
        favourites_only: false,
    }
}

fn guide() -> GuideView {
    GuideView {
        id: 3,
        set_in: GuideOrigin::Api,
        source: None,
        progress: None,
        name: "House".to_owned(),
        address: "http://guide.example/".to_owned(),
        state: SourceState::Ready,
        channels: 9,
        programmes: 99,
        matched: 4,
        error: None,
        read_unix_s: Some(1_700_000_000),
        settings: desk::GuideSettings::new("House", "http://guide.example/"),
    }
}

fn source() -> SourceView {
    SourceView {
        id: 0,
        state: SourceState::Failed,
        progress: None,
        channels: 4,
        error: Some("404: check the address".to_owned()),
        held_back: false,
        warnings: Vec::new(),
        read_unix_s: Some(1_700_000_000),
        account: None,
        is_of_file: true,
        settings: desk::SourceSettings {
            sharing: desk::Sharing::Direct,
            ..desk::SourceSettings::new("Example", "http://provider.example/list.m3u")
        },
    }
}
