//! A whole device on this machine: tuners over a made stream, the data plane, and `announce` on
//! ports of the test's choice.

use std::{net::SocketAddrV4, sync::Arc, time::Duration};

use announce::Config;
use base::StreamSpec;
use hdhomerun::{DeviceId, Identity, Uuid};
use ingest::{Ingest, synthetic};
use lineup::{Channel, ChannelId, GuideNumber, Lineup, LineupBuilder};
use ring::{Limits, Pool};
use tokio::{sync::watch, task::JoinHandle};
use tokio_util::sync::CancellationToken;
use tuner::{Opener, Playing, Tuners};

/// Plays the same picture for ever.
struct Picture;

impl Opener for Picture {
    fn play<'a>(&'a self, _stream: &'a StreamSpec, ingest: &'a mut Ingest) -> Playing<'a> {
        Box::pin(async move {
            loop {
                ingest
                    .push(&synthetic::stream(250, 12))
                    .await
                    .expect("the pool has room");
                ingest
                    .seam(mpegts::Seam::Discontinuity)
                    .expect("the pool has room");
            }
        })
    }
}

/// A running device.
pub(crate) struct House {
    pub(crate) config: Config,
    pub(crate) tuners: Arc<Tuners>,

    pub(crate) shutdown: CancellationToken,
    pub(crate) task: JoinHandle<()>,
    _lineup: watch::Sender<Arc<Lineup>>,
}

fn lineup(channels: u16) -> Lineup {
    let mut builder = LineupBuilder::new(1 << 20);
    for major in 1..=channels {
        let name = format!("Channel {major}");
        let number = GuideNumber::new(major, 0).expect("from 1");
        let channel = Channel::new(ChannelId(major.into()), number, &name, "picture");
        builder.push(channel).expect("a mebibyte is enough");
    }
    builder.build()
}

impl House {
    /// Two tuners and `channels` channels; `change` sets the ports.
    pub(crate) fn open(channels: u16, change: impl FnOnce(&mut Config)) -> Self {
        let identity = Identity {
            device_id: DeviceId::from_seed(b"house"),
            uuid: Uuid::from_random([7; 16]),
            friendly_name: "House".to_owned(),
            tuner_count: 2,
        };
        let mut config = Config::new(identity, 80);
        change(&mut config);
        let tuner_config = tuner::Config {
            tuners: 2,
            ring: Limits {
                behind_min: 2,
                segments_max: 4,
            },
            linger: Duration::ZERO,
            first_picture_max: Duration::from_secs(5),
            sources: Vec::new(),
            failover: tuner::FailoverConfig::default(),
        };
        let tuners = Tuners::new(tuner_config, Pool::new(12), Arc::new(Picture));
        let (fanout, _thread) = fanout::start(fanout::Config::default()).expect("a thread");
        let (sender, receiver) = watch::channel(Arc::new(lineup(channels)));
        let shutdown = CancellationToken::new();
        let running = announce::run(
            config.clone(),
            receiver,
            Arc::clone(&tuners),
            fanout,
            shutdown.clone(),
        );
        let task = tokio::spawn(running);
        Self {
            config,
            tuners,
            shutdown,
            task,
            _lineup: sender,
        }
    }
}

/// An address that nobody listens at now.
pub(crate) fn free_address() -> SocketAddrV4 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("loopback");
    match listener.local_addr().expect("bound") {
        std::net::SocketAddr::V4(address) => address,
        std::net::SocketAddr::V6(_) => unreachable!("bound to IPv4"),
    }
}
