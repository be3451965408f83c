//! Guides at work in a folder.
#![allow(dead_code, reason = "each test crate uses a part")]

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use desk::{Desk, GuideSettings};
use guide::{Config, Document, GuideStatus, Part, Ports, State, View};
use lineup::{Channel, ChannelId, GuideNumber, Lineup, LineupBuilder};
use store::{Options, Store};
use sync::BroughtGuide;

use tokio::{sync::watch, task::JoinHandle, time::timeout};
use tokio_util::sync::CancellationToken;
use upstream::http;

pub(crate) fn lineup(channels: &[(&str, &str)]) -> Arc<Lineup> {
    let mut builder = LineupBuilder::new(1 << 20);
    for (number, (name, tvg_id)) in (1..).zip(channels) {
        let id = ChannelId(u64::from(number));
        let number = GuideNumber::new(number, 0).unwrap();
        let channel = Channel {
            tvg_id,
            ..Channel::new(id, number, name, "http://a.example/")
        };
        builder.push(channel).unwrap();
    }
    Arc::new(builder.build())
}

pub(crate) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(since.as_secs()).unwrap()
}

pub(crate) fn programme(channel: &str, hours: i64, title: &str) -> String {
    let start = xmltv::time::Stamp(now() + hours * 3600);
    format!("<programme start=\"{start}\" channel=\"{channel}\"><title>{title}</title></programme>")
}

pub(crate) fn channel(id: &str, name: &str) -> String {
    format!("<channel id=\"{id}\"><display-name>{name}</display-name></channel>")
}

/// Guides at work on a folder.
pub(crate) struct House {
    pub(crate) status: watch::Receiver<Vec<GuideStatus>>,
    pub(crate) view: watch::Receiver<Arc<View>>,
    pub(crate) store: Arc<Store>,
    pub(crate) shutdown: CancellationToken,
    pub(crate) task: JoinHandle<()>,
    pub(crate) lineup: watch::Sender<Arc<Lineup>>,
    pub(crate) brought: watch::Sender<Arc<[BroughtGuide]>>,
    pub(crate) desk: Desk,
}

impl House {
    pub(crate) fn start(folder: &Path, guides: &[(&str, PathBuf)], channels: Arc<Lineup>) -> Self {
        let house = Self::start_untold(folder, guides, channels);
        house.brings(&[]);
        house
    }

    /// Sources have not said yet what they bring.
    pub(crate) fn start_untold(
        folder: &Path,
        guides: &[(&str, PathBuf)],
        channels: Arc<Lineup>,
    ) -> Self {
        let options = Options {
            cache_bytes: 1 << 20,
        };
        let store = Arc::new(Store::open(folder, options).unwrap());
        let guide =
            |(name, path): &(&str, PathBuf)| GuideSettings::new(*name, path.display().to_string());
        let guides = guides.iter().map(guide);
        let config = Config {
            guides: guides.collect(),
            days: 2,
            past_hours: 0,
            bytes_max: 4 << 20,
            match_bytes_max: 4 << 20,
            folder: folder.to_owned(),
            reading: Arc::new(tokio::sync::Semaphore::new(1)),
        };
        let (lineup_tx, lineup) = watch::channel(channels);
        let (view_tx, view) = watch::channel(Arc::default());
        let (status_tx, status) = watch::channel(Vec::new());
        let (brought_tx, brought) = watch::channel(Arc::default());
        let (desk, orders) = desk::open().0.with_guides();
        let shutdown = CancellationToken::new();
        let ports = Ports {
            lineup,
            brought,
            orders,
            view: view_tx,
            status: status_tx,
            shutdown: shutdown.clone(),
        };
        let client = http::Client::new(http::ClientConfig::default());
        let running = guide::run(config, Arc::clone(&store), client, ports);
        Self {
            status,
            view,
            store,
            shutdown,
            task: tokio::spawn(running),
            lineup: lineup_tx,
            brought: brought_tx,
            desk,
        }
    }

    /// Waits until every guide has been tried, and what was matched with it is known.
    pub(crate) async fn tried(&mut self) -> Vec<GuideStatus> {
        let is_tried = |guides: &Vec<GuideStatus>| {
            let is_tried = |guide: &GuideStatus| match guide.state {
                State::Ready => guide.matched > 0,
                State::Failed => true,
                State::Waiting | State::Reading(_) => false,
            };
            !guides.is_empty() && guides.iter().all(is_tried)
        };
        let waiting = self.status.wait_for(is_tried);
        let tried = timeout(Duration::from_secs(20), waiting).await;
        tried.unwrap().unwrap().clone()
    }

    pub(crate) fn document(&self) -> String {
        self.document_of(None)
    }

    /// The document of some channels alone.
    pub(crate) fn document_of(&self, part: Option<Part>) -> String {
        let view = self.view.borrow().clone();
        let document = Document::new(view, Arc::clone(&self.store), now(), false);
        let mut document = document.of_part(part);
        let mut text = Vec::new();
        while let Some(piece) = document.piece().unwrap() {
            text.extend_from_slice(&piece);
        }
        String::from_utf8(text).unwrap()
    }

    /// Waits until the document has this, or has it not.
    pub(crate) async fn until(&mut self, text: &str, is_there: bool) {
        let waiting = async {
            while self.document().contains(text) != is_there {
                self.view.changed().await.unwrap();
            }
        };
        let waited = timeout(Duration::from_secs(20), waiting).await;
        assert!(waited.is_ok(), "{text:?} {is_there}: {}", self.document());
    }

    /// A source brings these guides.
    pub(crate) fn brings(&self, guides: &[(&str, String)]) {
        let brought = guides.iter().map(|(name, url)| BroughtGuide {
            source: 7,
            settings: GuideSettings::new(*name, url.as_str()),
        });
        self.brought.send(brought.collect()).unwrap();
    }

    pub(crate) async fn end(self) {
        self.shutdown.cancel();
        self.task.await.unwrap();
    }
}

pub(crate) fn guide(folder: &Path, name: &str, body: &str) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, format!("<tv>{body}</tv>")).unwrap();
    path
}
