//! Imports a list, then renames a channel and merges two: how long does a person wait for an edit?

#![allow(clippy::print_stdout, reason = "a tool for the console")]

use std::{env, error::Error, path::Path, sync::Arc, time::Instant};

use desk::{ChannelOrder, Desk, SourceSettings};
use lineup::{
    ChannelId, Lineup,
    decisions::{Change, Patch, Set},
};
use store::{Options, Store};
use sync::{Config, Ports, State, TestChannel, run};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use upstream::http;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut args = env::args().skip(1);
    let (Some(data), Some(list)) = (args.next(), args.next()) else {
        return Err("usage: edit_speed DATA LIST".into());
    };
    let config = Config {
        sources: std::iter::once(SourceSettings::new("provider", list)).collect(),
        lineup_bytes_max: 16 << 20,
        import_bytes_max: 32 << 20,
        limits: playlist::Limits::default(),
        numbering: lineup::Numbering::default(),
        rules: sync::RulesConfig::default(),
        resume_pause: std::time::Duration::from_secs(1),
        commands: Vec::new(),
        test_channel: TestChannel::Auto,
    };
    let options = Options {
        cache_bytes: 2 << 20,
    };
    let store = Arc::new(Store::open(Path::new(&data), options)?);
    let (lineup_sender, lineup) = watch::channel(Arc::default());
    let (status, mut statuses) = watch::channel(Vec::new());
    let (changes, _) = watch::channel(Arc::default());
    let (brought, _) = watch::channel(Arc::default());
    let (rules, _) = watch::channel(Arc::default());
    let (desk, orders) = desk::open();
    let shutdown = CancellationToken::new();
    let ports = Ports {
        lineup: lineup_sender,
        changes,
        brought,
        rules,
        status,
        orders,
        told: Box::new(|_| ()),
        shutdown: shutdown.clone(),
    };
    let client = http::Client::new(http::ClientConfig::default());
    let imports = tokio::spawn(run(config, store, client, ports));
    let is_over = |state| matches!(state, State::Ok | State::Failed);
    statuses
        .wait_for(|sources| sources.len() == 1 && is_over(sources[0].state))
        .await?;
    let first: Arc<Lineup> = Arc::clone(&lineup.borrow());
    let (channels, streams) = (first.total(), first.all_streams().len());
    println!("{channels} channels of {streams} streams");
    let ids: Vec<ChannelId> = first.iter().map(|channel| channel.id).take(3).collect();
    let patch = Patch {
        name: Set::To("Another".into()),
        ..Patch::default()
    };
    let rename = Change::Set {
        channels: ids.iter().copied().take(1).collect(),
        patch: Box::new(patch),
    };
    timed(&desk, "rename", rename).await?;
    let merge = Change::Merge {
        channels: ids.into_iter().skip(1).collect(),
    };
    timed(&desk, "merge", merge).await?;
    shutdown.cancel();
    imports.await?;
    Ok(())
}

async fn timed(desk: &Desk, what: &str, change: Change) -> Result<(), Box<dyn Error>> {
    let begin = Instant::now();
    let order = |answer| ChannelOrder::Edit {
        changes: vec![change],
        if_revision: None,
        answer,
    };
    desk.ask(order).await?;
    println!("{what}: {} ms", begin.elapsed().as_millis());
    Ok(())
}
