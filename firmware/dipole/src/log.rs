//! Where the log goes: to the journal as fields where systemd started us, else to stderr.

use tracing::level_filters::LevelFilter;
use tracing_subscriber::{Layer, layer::SubscriberExt, util::SubscriberInitExt};

/// Starts logging. `DIPOLE_LOG` is `error`, `warn`, `info` (default), `debug` or `trace`.
pub(crate) fn start() {
    let wished = std::env::var("DIPOLE_LOG").ok();
    let level = wished
        .and_then(|level| level.parse::<LevelFilter>().ok())
        .unwrap_or(LevelFilter::INFO);
    // systemd sets JOURNAL_STREAM; the layer fails without a journal socket.
    let under_systemd = std::env::var_os("JOURNAL_STREAM").is_some();
    let journal = under_systemd
        .then(tracing_journald::layer)
        .and_then(Result::ok);
    match journal {
        Some(journal) => tracing_subscriber::registry()
            .with(journal.with_filter(level))
            .init(),
        None => {
            let stderr = tracing_subscriber::fmt::layer()
                .with_writer(std::io::stderr)
                .with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()))
                .with_target(false)
                .with_filter(level);
            tracing_subscriber::registry().with(stderr).init();
        }
    }
}
