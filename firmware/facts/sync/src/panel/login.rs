//! Which host answers, and what the account may do.

use std::time::SystemTime;

use xtream::{Account, AccountInfo, Standing};

use super::{
    AccountStatus, HostFailure, Panel, PanelError,
    ask::{Asker, host_of},
    error::HostCause,
    status,
};

/// An account at the host that answered.
#[derive(Debug)]
pub(crate) struct Login {
    /// Place of that host.
    pub(super) place: usize,
    pub(super) account: Account,
    pub(super) info: AccountInfo,
    /// For the page.
    pub(crate) status: AccountStatus,
}

/// Asks host after host what it says of the account, without those at `but`. A host that refuses it
/// ends this: the others are doors of the same house, and asking on may get the account banned.
///
/// # Errors
/// Why the account cannot be used; [`PanelError::NoHost`] with what each host said.
pub(crate) async fn login(
    panel: &Panel,
    asker: Asker<'_>,
    failures: &mut Vec<(usize, HostFailure)>,
) -> Result<Login, PanelError> {
    for (place, account) in panel.in_order() {
        if failures.iter().any(|(failed, _)| *failed == place) {
            continue;
        }
        let host = host_of(account);
        match asker.account(account).await {
            Ok(info) => {
                panel.answered(place);
                let asked = SystemTime::now();
                return Ok(Login {
                    place,
                    account: account.clone(),
                    status: AccountStatus::of(&info, host, asked),
                    info,
                });
            }
            Err(HostCause::Answer(xtream::Error::NotLoggedIn(info))) => {
                panel.answered(place);
                // Some panels refuse an account whose time is over like a wrong password.
                check(&info, SystemTime::now())?;
                return Err(PanelError::Refused { host });
            }
            Err(cause) => failures.push((place, HostFailure { host, cause })),
        }
    }
    let failures = std::mem::take(failures).into_iter();
    Err(PanelError::NoHost {
        failures: failures.map(|(_, failure)| failure).collect(),
    })
}

/// Whether the account may play.
pub(super) fn check(info: &AccountInfo, now: SystemTime) -> Result<(), PanelError> {
    match status::standing(info, now) {
        Standing::Active => Ok(()),
        Standing::Expired => Err(PanelError::Expired {
            day: info.expires.map(xtream::day),
        }),
        Standing::Banned => Err(PanelError::Banned),
        Standing::Disabled => Err(PanelError::Disabled),
    }
}
