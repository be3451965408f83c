//! `[[source]]`: a channel list and how its provider is dealt with.

use std::{collections::BTreeMap, time::Duration};

use serde::Deserialize;

use super::{
    error::{ConfigError, within},
    throttle::check_rate,
};

const INTERVAL_HOURS_MAX: u64 = 168;
/// The longest address of IPv6 with the name of an interface behind it.
const INTERFACE_BYTES_MAX: usize = 64;

/// `[[source]]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Source {
    /// Name; channels are known by it.
    pub(crate) name: String,
    /// Address or path of the list.
    pub(crate) url: String,
    /// Upstream connections at once.
    pub(crate) connections: Option<usize>,
    /// Whether viewers of a channel share a connection.
    #[serde(default)]
    pub(crate) sharing: Sharing,
    /// Rate of all its streams together in kbit/s; 0 is none.
    #[serde(default)]
    pub(crate) throttle_kbit: u64,
    /// User agent.
    pub(crate) user_agent: Option<String>,
    /// Name of the `[[command]]` that plays its streams.
    pub(crate) command: Option<String>,
    /// Further headers.
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, String>,
    /// Network interface at which its groups are joined, by name or address.
    pub(crate) interface: Option<String>,
    /// How the packets of its `rtsp://` streams come.
    #[serde(default)]
    pub(crate) rtsp_transport: RtspTransport,
    /// Hours between two readings.
    #[serde(default = "default_interval_hours")]
    pub(crate) interval_hours: u64,
    /// Whether a list is taken that has lost more than half of its entries.
    #[serde(default)]
    pub(crate) accept_shrink: bool,
}

/// `sharing`: whether the viewers of a channel share an upstream connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Sharing {
    /// All viewers of a channel share one, and one tuner.
    #[default]
    Shared,
    /// Each viewer has one of its own, and a tuner of its own.
    Direct,
}

/// `rtsp_transport`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum RtspTransport {
    /// On the connection of the session.
    #[default]
    Tcp,
    /// On ports of their own.
    Udp,
}

impl Source {
    /// Time between two readings.
    pub(crate) fn interval(&self) -> Duration {
        Duration::from_secs(self.interval_hours * 3600)
    }
}

fn default_interval_hours() -> u64 {
    24
}

/// Ranges that the types do not hold; `again` where the name stood before.
pub(super) fn check(place: &str, source: &Source, again: bool) -> Result<(), ConfigError> {
    let key = |key: &str| format!("{place}: {key}");
    within(
        !source.name.trim().is_empty(),
        &key("name"),
        &"\"\"",
        "must not be empty",
    )?;
    within(
        !again,
        &key("name"),
        &source.name,
        "stands twice; channels are known by it",
    )?;
    within(
        !source.url.trim().is_empty(),
        &key("url"),
        &"\"\"",
        "an address or a path",
    )?;
    within(
        source.connections != Some(0),
        &key("connections"),
        &0,
        "at least 1",
    )?;
    let interface = source.interface.as_deref();
    let interface_fits =
        interface.is_none_or(|name| (1..=INTERFACE_BYTES_MAX).contains(&name.trim().len()));
    within(
        interface_fits,
        &key("interface"),
        &interface.unwrap_or_default(),
        "the name of a network interface or one of its addresses, such as \"eth1\"",
    )?;
    check_rate(&key("throttle_kbit"), source.throttle_kbit)?;
    let hours_fit = (1..=INTERVAL_HOURS_MAX).contains(&source.interval_hours);
    within(
        hours_fit,
        &key("interval_hours"),
        &source.interval_hours,
        "from 1 to 168",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn viewers_share_unless_the_file_says_otherwise() {
        let read = |line: &str| {
            let text = format!("name = \"a\"\nurl = \"u\"\n{line}");
            toml::from_str::<Source>(&text).map(|source| source.sharing)
        };
        assert_eq!(read(""), Ok(Sharing::Shared));
        assert_eq!(read("sharing = \"shared\""), Ok(Sharing::Shared));
        assert_eq!(read("sharing = \"direct\""), Ok(Sharing::Direct));
        let error = read("sharing = \"both\"").unwrap_err().to_string();
        assert!(error.contains("`shared` or `direct`"), "{error}");
    }
}
