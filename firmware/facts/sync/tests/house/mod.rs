//! Imports in a folder of their own, and a server for their lists.
#![allow(dead_code, reason = "each test crate uses a part")]

use std::{
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

use desk::{Desk, RulesView, SourceSettings};
use lineup::{Lineup, Numbering, decisions::Logged};
use store::{Options, Store};
use sync::{BroughtGuide, Config, Ports, RulesConfig, SourceStatus, State, TestChannel, run};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinHandle,
    time::Instant,
};
use tokio_util::sync::CancellationToken;
use upstream::http;

/// Running imports.
pub(crate) struct House {
    pub(crate) lineup: watch::Receiver<Arc<Lineup>>,
    pub(crate) changes: watch::Receiver<Arc<Vec<Logged>>>,
    pub(crate) brought: watch::Receiver<Arc<[BroughtGuide]>>,
    pub(crate) status: watch::Receiver<Vec<SourceStatus>>,
    pub(crate) desk: Desk,
    pub(crate) rules: watch::Receiver<Arc<RulesView>>,
    shutdown: CancellationToken,
    task: JoinHandle<()>,
}

impl House {
    /// Starts imports that keep their store in `data`.
    pub(crate) fn start(data: &Path, sources: Vec<SourceSettings>) -> Self {
        Self::start_with(data, sources, TestChannel::Auto)
    }

    pub(crate) fn start_with(
        data: &Path,
        sources: Vec<SourceSettings>,
        test_channel: TestChannel,
    ) -> Self {
        let rules = RulesConfig {
            bytes_max: 1 << 20,
            ..RulesConfig::default()
        };
        Self::start_as(data, sources, test_channel, rules, Numbering::default())
    }

    pub(crate) fn start_with_rules(
        data: &Path,
        sources: Vec<SourceSettings>,
        rules: RulesConfig,
    ) -> Self {
        let numbering = Numbering::default();
        Self::start_as(data, sources, TestChannel::Auto, rules, numbering)
    }

    pub(crate) fn start_with_numbers(
        data: &Path,
        sources: Vec<SourceSettings>,
        numbering: Numbering,
    ) -> Self {
        let rules = RulesConfig::default();
        Self::start_as(data, sources, TestChannel::Auto, rules, numbering)
    }

    fn start_as(
        data: &Path,
        sources: Vec<SourceSettings>,
        test_channel: TestChannel,
        rules: RulesConfig,
        numbering: Numbering,
    ) -> Self {
        let config = Config {
            sources: sources.into_iter().collect(),
            resume_pause: Duration::ZERO,
            commands: Vec::new(),
            lineup_bytes_max: 16 << 20,
            import_bytes_max: 16 << 20,
            limits: playlist::Limits::default(),
            test_channel,
            numbering,
            rules,
        };
        let options = Options {
            cache_bytes: 1 << 20,
        };
        let store = Arc::new(Store::open(data, options).unwrap());
        let (lineup_sender, lineup) = watch::channel(Arc::default());
        let (status_sender, status) = watch::channel(Vec::new());
        let (rules_sender, rules_in_force) = watch::channel(Arc::default());
        let (desk, orders) = desk::open();
        let shutdown = CancellationToken::new();
        let (changes_sender, changes) = watch::channel(Arc::default());
        let (brought_sender, brought) = watch::channel(Arc::default());
        let ports = Ports {
            lineup: lineup_sender,
            changes: changes_sender,
            brought: brought_sender,
            status: status_sender,
            rules: rules_sender,
            orders,
            told: Box::new(|_| ()),
            shutdown: shutdown.clone(),
        };
        let client = http::Client::new(http::ClientConfig::default());
        let task = tokio::spawn(run(config, store, client, ports));
        Self {
            lineup,
            changes,
            brought,
            status,
            desk,
            rules: rules_in_force,
            shutdown,
            task,
        }
    }

    /// The lineup that is published before any source has been read.
    pub(crate) async fn first_lineup(&mut self) -> Arc<Lineup> {
        self.lineup.changed().await.unwrap();
        Arc::clone(&self.lineup.borrow())
    }

    /// Waits until every source has been read after the last call, or has failed.
    pub(crate) async fn settled(&mut self) -> Vec<SourceStatus> {
        loop {
            self.status.changed().await.unwrap();
            let status = self.status.borrow_and_update().clone();
            let is_over = |state: State| matches!(state, State::Ok | State::Failed);
            if status.iter().all(|source| is_over(source.state)) {
                return status;
            }
        }
    }

    /// Asks for all sources and waits; for houses of one source.
    pub(crate) async fn refreshed(&mut self) -> SourceStatus {
        self.desk.refresh(None).await.unwrap();
        self.settled().await.remove(0)
    }

    /// Ends the imports and gives the store free.
    pub(crate) async fn stop(self) {
        self.shutdown.cancel();
        self.task.await.unwrap();
    }
}

/// Number, id and name of each channel.
pub(crate) fn channels(lineup: &Lineup) -> Vec<(String, String, String)> {
    lineup
        .iter()
        .map(|channel| {
            let (number, id) = (channel.number.to_string(), channel.id.to_string());
            (number, id, channel.name.to_owned())
        })
        .collect()
}

pub(crate) fn names(lineup: &Lineup) -> Vec<String> {
    lineup
        .iter()
        .map(|channel| channel.name.to_owned())
        .collect()
}

/// A list of channels with these names.
pub(crate) fn list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let entry =
        |name| format!("#EXTINF:-1 tvg-id=\"{name}.example\",{name}\nhttp://a.example/{name}\n");
    std::iter::once("#EXTM3U\n".to_owned())
        .chain(names.into_iter().map(entry))
        .collect()
}

/// Gives every connection the same answer, until told another.
pub(crate) struct Server {
    pub(crate) url: String,
    shared: Arc<Mutex<Shared>>,
    task: JoinHandle<()>,
}

#[derive(Default)]
struct Shared {
    answer: Vec<u8>,
    requests: Vec<(Instant, String)>,
}

impl Server {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/list.m3u", listener.local_addr().unwrap());
        let shared = Arc::new(Mutex::new(Shared::default()));
        let seen = Arc::clone(&shared);
        let task = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                answer(stream, &seen).await;
            }
        });
        Self { url, shared, task }
    }

    /// The whole answer as it goes over the wire.
    pub(crate) fn answers(&self, answer: impl Into<Vec<u8>>) {
        self.shared.lock().unwrap().answer = answer.into();
    }

    /// A good answer.
    pub(crate) fn gives(&self, body: &[u8]) {
        self.gives_with("", body);
    }

    pub(crate) fn gives_with(&self, headers: &str, body: &[u8]) {
        let len = body.len();
        let head = format!("HTTP/1.1 200 OK\r\n{headers}Content-Length: {len}\r\n\r\n");
        self.answers([head.as_bytes(), body].concat());
    }

    /// Headers of all requests so far, and when they came.
    pub(crate) fn requests(&self) -> Vec<(Instant, String)> {
        self.shared.lock().unwrap().requests.clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// No answer means to keep the client waiting.
async fn answer(mut stream: TcpStream, shared: &Mutex<Shared>) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let Ok(byte) = stream.read_u8().await else {
            // A reading that was broken off.
            return;
        };
        head.push(byte);
    }
    let answer = {
        let mut shared = shared.lock().unwrap();
        let text = String::from_utf8(head).unwrap();
        shared.requests.push((Instant::now(), text));
        shared.answer.clone()
    };
    if answer.is_empty() {
        let _ = stream.read_u8().await;
    }
    // A client that has seen enough hangs up.
    let _ = stream.write_all(&answer).await;
    let _ = stream.shutdown().await;
}
