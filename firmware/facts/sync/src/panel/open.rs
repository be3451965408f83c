//! The bytes of a panel's live streams.

use std::time::SystemTime;

use upstream::http;
use xtream::{Action, Output};

use super::{
    AccountStatus, HostFailure, LiveList, PanelConfig, PanelError,
    ask::{Asker, Groups, host_of},
    error::HostCause,
    login::{Login, check, login},
};

/// A list being read.
pub(crate) struct Opened {
    /// What its bytes are to be read with.
    pub(crate) list: LiveList,
    pub(crate) body: http::Body,
    /// Place of the host that it comes from.
    pub(crate) place: usize,
}

/// Opens the live streams of an account at the first host that gives all that is needed. `tell` is told
/// what the panel says of the account, also of one that may not play.
///
/// # Errors
/// Why the account cannot be used.
pub(crate) async fn open(
    panel: &PanelConfig,
    asker: Asker<'_>,
    tell: &(dyn Fn(AccountStatus) + Sync),
) -> Result<Opened, PanelError> {
    let mut failures = Vec::new();
    loop {
        let login = login(panel, asker, &mut failures).await?;
        tell(login.status.clone());
        check(&login.info, SystemTime::now())?;
        match lists(&login, asker).await {
            Ok((groups, body)) => {
                let output = panel.output.unwrap_or_else(|| output(&login));
                return Ok(Opened {
                    list: LiveList::new(login.account, output, groups),
                    body,
                    place: login.place,
                });
            }
            Err(cause) => {
                let host = host_of(&login.account);
                failures.push((login.place, HostFailure { host, cause }));
            }
        }
    }
}

async fn lists(login: &Login, asker: Asker<'_>) -> Result<(Groups, http::Body), HostCause> {
    let groups = asker.groups(&login.account).await?;
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
