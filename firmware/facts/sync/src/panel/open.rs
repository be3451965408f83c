//! The bytes of a panel's live streams.

use std::time::SystemTime;

use bytes::Bytes;
use upstream::http;
use xtream::{Action, Output};

use super::{
    AccountStatus, HostFailure, LiveList, Panel, PanelError,
    ask::{Asker, Groups, host_of},
    error::HostCause,
    login::{Login, check, login},
};

/// The bytes of a list on their way.
pub(crate) struct Download {
    body: http::Body,
    panel: Panel,
    /// Place of the host that they come from.
    place: usize,
}

impl Download {
    /// The next piece; `None` at the end. A host that breaks off is not the first to be asked next time.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, http::Error> {
        let piece = self.body.next().await;
        piece.inspect_err(|_| self.panel.broke_off(self.place))
    }
}

/// Opens the live streams of an account at the first host that gives all that is needed: what they are to
/// be read with, and their bytes. `tell` is told what the panel says of the account, also of one that
/// may not play.
///
/// # Errors
/// Why the account cannot be used.
pub(crate) async fn open(
    panel: &Panel,
    asker: Asker<'_>,
    tell: &(dyn Fn(AccountStatus) + Sync),
) -> Result<(LiveList, Download), PanelError> {
    let mut failures = Vec::new();
    loop {
        let login = login(panel, asker, &mut failures).await?;
        tell(login.status.clone());
        check(&login.info, SystemTime::now())?;
        match lists(&login, asker).await {
            Ok((groups, body)) => {
                let output = panel.output.unwrap_or_else(|| output(&login));
                let download = Download {
                    body,
                    panel: panel.clone(),
                    place: login.place,
                };
                return Ok((LiveList::new(login.account, output, groups), download));
            }
            Err(cause) => {
                let host = host_of(&login.account);
                failures.push((login.place, HostFailure { host, cause }));
            }
        }
    }
}

async fn lists(login: &Login, asker: Asker<'_>) -> Result<(Groups, http::Body), HostCause> {
    let groups = asker.groups(&login.account, Action::LiveCategories).await?;
    let body = asker.open(login.account.api(Action::LiveStreams)).await?;
    Ok((groups, body))
}

/// A transport stream where the account allows it: it is what tuners give, and takes one connection.
const fn output(login: &Login) -> Output {
    if login.info.formats.ts {
        Output::Ts
    } else {
        Output::M3u8
    }
}
