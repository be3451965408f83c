//! What the page is shown of the other parts.

use std::{
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use base::ByteSize;
use budget::Plan;
use ring::{Pool, SEGMENT_BYTES};
use serve::{AccountView, Feeds, Gauge, PlanRow, ProgressView, SourceView};
use tokio::sync::watch;

use crate::{adapt, config::Loaded, settings};

/// What of the configuration and the plan the page shows.
pub(crate) fn config(
    loaded: &Loaded,
    identity: hdhomerun::Identity,
    plan: &Plan,
    rows: Vec<PlanRow>,
) -> serve::Config {
    serve::Config {
        identity,
        version: env!("CARGO_PKG_VERSION"),
        names: loaded.config.names.clone(),
        pages_max: plan.pages_max,
        plan: rows,
        budget_bytes: plan.demand.budget.bytes(),
        settings: settings::shown(loaded),
        profiles: adapt::parts(&loaded.config),
    }
}

/// The plan for the page, with what is in use where somebody counts it.
pub(crate) fn plan_rows(plan: &Plan, pool: &Arc<Pool>, feeds: &Feeds) -> Vec<PlanRow> {
    let used = |name: &str, each: ByteSize| {
        let (pool, fanout) = (Arc::clone(pool), feeds.fanout.clone());
        let (lineup, vod_places) = (feeds.lineup.clone(), feeds.vod_places.clone());
        Some(match name {
            "ring segments" => Gauge::new(move || (pool.stats().used * SEGMENT_BYTES) as u64),
            "clients" => Gauge::new(move || fanout.stats().clients as u64 * each.bytes()),
            "films" => Gauge::new(move || vod_places.in_use() as u64 * each.bytes()),
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
pub(crate) fn source_views(
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
        id: status.id,
        state: match status.state {
            sync::State::Idle => serve::SourceState::Waiting,
            sync::State::Loading(_) => serve::SourceState::Reading,
            sync::State::Ok => serve::SourceState::Ready,
            sync::State::Failed => serve::SourceState::Failed,
        },
        progress: match status.state {
            sync::State::Loading(progress) => Some(progress_view(&progress)),
            sync::State::Idle | sync::State::Ok | sync::State::Failed => None,
        },
        channels: status.channels,
        error: status.error.clone(),
        held_back: status.is_held_back,
        warnings: warnings(status),
        read_unix_s: read.map(|since| since.as_secs()),
        account: status.account.as_ref().map(account_view),
        is_of_file: status.is_of_file,
        settings: status.settings.clone(),
    }
}

/// What was wrong with the list, behind what is dangerous about the settings.
fn warnings(status: &sync::SourceStatus) -> Vec<String> {
    let unverified = (!status.settings.tls_verify).then(|| {
        "its certificates are not looked at (tls_verify = false): whoever is on the way to the provider can read the account's password and change what is sent".to_owned()
    });
    let of_list = status.warnings.iter().cloned();
    unverified.into_iter().chain(of_list).collect()
}

fn account_view(account: &sync::AccountStatus) -> AccountView {
    let unix_s = |at: SystemTime| at.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    AccountView {
        status: account.status.clone(),
        expires_unix_s: account.expires.map(unix_s),
        connections_max: account.connections_max,
        connections_active: account.connections_active,
        is_trial: account.is_trial,
        host: account.host.clone(),
        asked_unix_s: unix_s(account.asked),
    }
}

fn progress_view(progress: &sync::Progress) -> ProgressView {
    ProgressView {
        phase: match progress.phase {
            sync::Phase::Fetching => serve::ReadingPhase::Fetching,
            sync::Phase::Merging => serve::ReadingPhase::Merging,
            sync::Phase::Storing => serve::ReadingPhase::Storing,
        },
        entries: progress.entries,
        bytes: progress.bytes,
        bytes_total: progress.bytes_total,
    }
}
