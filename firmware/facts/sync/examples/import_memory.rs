//! Imports one list, to be run under `/usr/bin/time -v`: what does an import add to the process?
//! Without a list it does all but that.

use std::{env, error::Error, path::Path, sync::Arc};

use desk::SourceSettings;
use store::{Options, Store};
use sync::{Config, Ports, State, TestChannel, run};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use upstream::http;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let data = env::args()
        .nth(1)
        .ok_or("usage: import_memory DATA [LIST]")?;
    let source = env::args()
        .nth(2)
        .map(|list| SourceSettings::new("provider", list));
    let count = usize::from(source.is_some());
    let config = Config {
        sources: source.into_iter().collect(),
        lineup_bytes_max: 12 << 20,
        import_bytes_max: 24 << 20,
        limits: playlist::Limits::default(),
        resume_pause: std::time::Duration::from_secs(1),
        commands: Vec::new(),
        test_channel: TestChannel::Auto,
        numbering: lineup::Numbering::default(),
        rules: sync::RulesConfig::default(),
    };
    let options = Options {
        cache_bytes: 2 << 20,
    };
    let store = Arc::new(Store::open(Path::new(&data), options)?);
    let (lineup, _) = watch::channel(Arc::default());
    let (status, mut statuses) = watch::channel(Vec::new());
    let (rules, _) = watch::channel(Arc::default());
    let (_desk, orders) = desk::open();
    let shutdown = CancellationToken::new();
    let (changes, _) = watch::channel(Arc::default());
    let (brought, _) = watch::channel(Arc::default());
    let ports = Ports {
        lineup,
        changes,
        brought,
        status,
        rules,
        orders,
        told: Box::new(|_| ()),
        shutdown: shutdown.clone(),
    };
    let client = http::Client::new(http::ClientConfig::default());
    let imports = tokio::spawn(run(config, store, client, ports));
    statuses
        .wait_for(|sources| {
            let is_over = |state| matches!(state, State::Ok | State::Failed);
            sources.len() == count && sources.iter().all(|source| is_over(source.state))
        })
        .await?;
    let sources = statuses.borrow().clone();
    shutdown.cancel();
    imports.await?;
    match sources.into_iter().find_map(|source| source.error) {
        Some(error) => Err(error.into()),
        None => Ok(()),
    }
}
