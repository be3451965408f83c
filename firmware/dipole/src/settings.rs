//! The settings in force, for the page: each key, its value, and whether the file sets it.

use serve::{Setting, SettingOrigin};

use crate::config::{Config, HlsVariant, Lineup, Loaded, Range, TestChannel};

/// Every setting but the sources, which the page shows by themselves.
pub(crate) fn shown(loaded: &Loaded) -> Vec<Setting> {
    let is_set = |key: &str| loaded.keys_set.iter().any(|set| set == key);
    values(&loaded.config)
        .into_iter()
        .map(|(key, value)| Setting {
            key: key.to_owned(),
            value,
            origin: if is_set(key) {
                SettingOrigin::ConfigFile
            } else {
                SettingOrigin::Default
            },
        })
        .collect()
}

/// Dotted keys as they stand in the file, and values as one would write them.
fn values(config: &Config) -> Vec<(&'static str, String)> {
    let Config {
        memory,
        tuner,
        failover,
        throttle,
        clients,
        discovery,
        tls,
        ..
    } = config;
    let clients_max = clients.max.map(|max| max.to_string());
    let ca = tls.ca.as_ref().map(|ca| ca.display().to_string());
    let mut values = vec![
        ("data", config.data.display().to_string()),
        ("name", config.name.clone()),
        ("names", list(&config.names)),
        ("http", list(&config.http)),
        ("stream", list(&config.stream)),
        ("test_channel", test_channel(config.test_channel).to_owned()),
        ("memory.budget", memory.budget.to_string()),
        ("tuner.count", tuner.count.to_string()),
        ("tuner.linger_ms", tuner.linger_ms.to_string()),
        (
            "tuner.hls_variant",
            hls_variant(tuner.hls_variant).to_owned(),
        ),
        ("failover.grace", failover.grace.to_string()),
        ("failover.retry", failover.retry.to_string()),
        ("failover.applies_to", failover.applies_to.name().to_owned()),
        ("failover.stall", failover.stall.to_string()),
        ("failover.video_missing", failover.video_missing.to_string()),
        ("failover.connect", failover.connect.to_string()),
        ("failover.attempts", failover.attempts.to_string()),
        ("failover.pause", failover.pause.to_string()),
        ("failover.cooldown", failover.cooldown.to_string()),
        ("failover.standby", failover.standby.name().to_owned()),
        ("throttle.total_kbit", rate(throttle.total_kbit)),
        ("throttle.stream_kbit", rate(throttle.stream_kbit)),
        (
            "clients.max",
            clients_max.unwrap_or_else(|| "as many as fit".to_owned()),
        ),
        ("clients.sendfile", clients.sendfile.to_string()),
        ("discovery.hdhomerun", discovery.hdhomerun.to_string()),
        ("discovery.ssdp", discovery.ssdp.to_string()),
        ("tls.ca", ca.unwrap_or_else(|| "none".to_owned())),
        ("programmes.days", config.programmes.days.to_string()),
        (
            "programmes.past_hours",
            config.programmes.past_hours.to_string(),
        ),
        ("command", commands(config)),
    ];
    values.extend(of_channels(config));
    values.extend([
        ("template", config.template.len().to_string()),
        ("rule", config.rule.len().to_string()),
        ("profile", profiles(config)),
        ("source", config.source.len().to_string()),
        ("guide", config.guide.len().to_string()),
    ]);
    values
}

/// Which channels there are, which of them are seen, and their numbers.
fn of_channels(config: &Config) -> Vec<(&'static str, String)> {
    let Config { lineup, merge, .. } = config;
    vec![
        ("lineup.numbering", lineup.numbering.name().to_owned()),
        ("lineup.first_number", lineup.first_number.to_string()),
        ("lineup.groups", groups(&lineup.groups)),
        ("lineup.groups_off", list(&lineup.groups_off)),
        ("lineup.favourites_only", lineup.favourites_only.to_string()),
        ("lineup.new_channels", lineup.new_channels.name().to_owned()),
        ("lineup.range", ranges(lineup)),
        (
            "merge.similarity_percent",
            merge.similarity_percent.to_string(),
        ),
        ("merge.grouping_percent", merge.grouping_percent.to_string()),
    ]
}

fn rate(kbit: u64) -> String {
    match kbit {
        0 => "no limit".to_owned(),
        kbit => format!("{kbit} kbit/s"),
    }
}

fn list<T: ToString>(values: &[T]) -> String {
    if values.is_empty() {
        return "none".to_owned();
    }
    values
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(", ")
}

/// By name: a token may stand among the arguments.
fn commands(config: &Config) -> String {
    let names: Vec<&str> = config.command.iter().map(|it| it.name.as_str()).collect();
    list(&names)
}

fn groups(groups: &[String]) -> String {
    if groups.is_empty() {
        return "all".to_owned();
    }
    list(groups)
}

fn ranges(lineup: &Lineup) -> String {
    let range = |it: &Range| format!("{}: {}-{}", it.group, it.first, it.last);
    list(&lineup.range.iter().map(range).collect::<Vec<_>>())
}

fn profiles(config: &Config) -> String {
    let names: Vec<&str> = config.profile.iter().map(|it| it.name.as_str()).collect();
    list(&names)
}

fn test_channel(when: TestChannel) -> &'static str {
    match when {
        TestChannel::Auto => "auto",
        TestChannel::Always => "always",
        TestChannel::Never => "never",
    }
}

fn hls_variant(variant: HlsVariant) -> &'static str {
    match variant {
        HlsVariant::Best => "best",
        HlsVariant::Auto => "auto",
        HlsVariant::Worst => "worst",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_file_sets_is_shown_as_set_there() {
        let loaded = Loaded {
            config: Config::default(),
            path: None,
            keys_set: vec!["tuner.count".to_owned()],
        };
        for setting in shown(&loaded) {
            let set = setting.origin == SettingOrigin::ConfigFile;
            assert_eq!(set, setting.key == "tuner.count", "{setting:?}");
            assert!(!setting.value.is_empty(), "{setting:?}");
        }
    }
}
