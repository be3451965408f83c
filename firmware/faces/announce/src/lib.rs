//! How clients find and steer the tuner: SSDP, UDP 65001 discovery, TCP 65001 control.
//!
//! Belongs here: the sockets, when something is sent and by which interface, and the control
//! protocol's [`Device`] over our tuners. Does not belong here: what the bytes mean
//! (`hdhomerun`), HTTP (`serve`).
//!
//! Nothing in here stops the daemon: a port that another program holds costs its service, is told
//! in the log, and the rest goes on.
//!
//! [`Device`]: hdhomerun::control::Device

mod allowance;
mod config;
mod control;
mod delayed;
mod device;
mod discovery;
mod interfaces;
mod keepalive;
mod pktinfo;
mod push;
mod ssdp;
mod told;

pub use config::Config;

use std::sync::Arc;

use lineup::Lineup;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// Announces, answers and takes control connections until `shutdown`; then says byebye and stops
/// every push.
pub async fn run(
    config: Config,
    lineup: watch::Receiver<Arc<Lineup>>,
    tuners: Arc<tuner::Tuners>,
    fanout: fanout::Handle,
    shutdown: CancellationToken,
) {
    let config = &config;
    let device = device::Tuners::new(config.device.clone(), lineup, tuners, fanout);
    let hdhomerun = async {
        if config.hdhomerun {
            tokio::join!(
                discovery::run(config, &shutdown),
                control::run(config, device, &shutdown)
            );
        }
    };
    let ssdp = async {
        if config.ssdp {
            ssdp::run(config, &shutdown).await;
        }
    };
    tokio::join!(hdhomerun, ssdp);
}
