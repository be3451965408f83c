//! The settings in force, for the page: each key, its value, and whether the file sets it.

use serve::{Setting, SettingOrigin};

use crate::config::{Config, HlsVariant, Loaded, TestChannel};

/// Every setting but the sources, which the page shows by themselves.
pub(crate) fn shown(loaded: &Loaded) -> Vec<Setting> {
    let Config {
        data,
        name,
        names,
        http,
        stream,
        test_channel,
        memory,
        tuner,
        clients,
        discovery,
        tls,
        source,
    } = &loaded.config;
    let addresses = |list: &[std::net::SocketAddr]| {
        list.iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(", ")
    };
    let test_channel = match test_channel {
        TestChannel::Auto => "auto",
        TestChannel::Always => "always",
        TestChannel::Never => "never",
    };
    let hls_variant = match tuner.hls_variant {
        HlsVariant::Best => "best",
        HlsVariant::Auto => "auto",
        HlsVariant::Worst => "worst",
    };
    let rows = [
        ("data", data.display().to_string()),
        ("name", name.clone()),
        (
            "names",
            if names.is_empty() {
                "none".to_owned()
            } else {
                names.join(", ")
            },
        ),
        ("http", addresses(http)),
        ("stream", addresses(stream)),
        ("test_channel", test_channel.to_owned()),
        ("memory.budget", memory.budget.to_string()),
        ("tuner.count", tuner.count.to_string()),
        ("tuner.linger_ms", tuner.linger_ms.to_string()),
        ("tuner.hls_variant", hls_variant.to_owned()),
        (
            "clients.max",
            clients
                .max
                .map_or_else(|| "as many as fit".to_owned(), |max| max.to_string()),
        ),
        ("discovery.hdhomerun", discovery.hdhomerun.to_string()),
        ("discovery.ssdp", discovery.ssdp.to_string()),
        (
            "tls.ca",
            tls.ca
                .as_ref()
                .map_or_else(|| "none".to_owned(), |ca| ca.display().to_string()),
        ),
        ("source", source.len().to_string()),
    ];
    let is_set = |key: &str| loaded.keys_set.iter().any(|set| set == key);
    rows.into_iter()
        .map(|(key, value)| {
            let origin = if is_set(key) {
                SettingOrigin::ConfigFile
            } else {
                SettingOrigin::Default
            };
            Setting {
                key: key.to_owned(),
                value,
                origin,
            }
        })
        .collect()
}
