//! Why an account cannot be used. These texts stand on the page: they name no password.

use std::fmt;

use upstream::http;

/// What is wrong with an account or its panel.
#[derive(Debug, thiserror::Error)]
pub enum PanelError {
    /// User name or password.
    #[error("{host} does not accept the account: check user name and password")]
    Refused {
        /// The host that said so.
        host: String,
    },
    /// Its time is over.
    #[error("the account has expired{}: renew it with the provider", on(.day.as_deref()))]
    Expired {
        /// The day, as `2025-12-31`.
        day: Option<String>,
    },
    /// The provider has banned it.
    #[error("the provider has banned the account: ask there why")]
    Banned,
    /// The provider has switched it off.
    #[error("the provider has disabled the account: ask there why")]
    Disabled,
    /// No host gave what was asked for.
    #[error("{}", Hosts(failures))]
    NoHost {
        /// What each host said, in the order in which they were asked.
        failures: Vec<HostFailure>,
    },
    /// What is set is no account. The settings have been checked: they were stored by a later Dipole.
    #[error(transparent)]
    Address(#[from] xtream::AddressError),
    /// An answer that came while a list was read.
    #[error(transparent)]
    Answer(#[from] xtream::Error),
}

/// Why one host was of no use.
#[derive(Debug)]
pub struct HostFailure {
    /// The host, with its port where it says one.
    pub host: String,
    /// Why.
    pub cause: HostCause,
}

/// What a host did.
#[derive(Debug, thiserror::Error)]
pub enum HostCause {
    /// It did not answer, or with an error.
    #[error(transparent)]
    Http(#[from] http::Error),
    /// Its answer says something else than was asked for.
    #[error(transparent)]
    Answer(#[from] xtream::Error),
    /// Its answer ends in the middle.
    #[error("its answer ends in the middle")]
    Cut,
}

/// A sentence about all hosts.
struct Hosts<'a>(&'a [HostFailure]);

impl fmt::Display for Hosts<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            [only] => write!(f, "the panel cannot be used: {only}"),
            all => {
                write!(
                    f,
                    "none of the {} hosts of the panel can be used",
                    all.len()
                )?;
                all.iter().try_for_each(|failure| write!(f, "; {failure}"))
            }
        }
    }
}

impl fmt::Display for HostFailure {
    /// Errors of HTTP name the host themselves.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.cause {
            HostCause::Http(cause) => write!(f, "{cause}"),
            cause => write!(f, "{}: {cause}", self.host),
        }
    }
}

fn on(day: Option<&str>) -> String {
    day.map(|day| format!(" on {day}")).unwrap_or_default()
}
