//! Control names as values.

/// What a name of the whole device tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SysName {
    Model,
    HwModel,
    Version,
    Features,
    Copyright,
    Debug,
    Boot,
}

/// What a name of one tuner tells or sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TunerName {
    Status,
    VStatus,
    Channel,
    VChannel,
    ChannelMap,
    Program,
    Filter,
    StreamInfo,
    Target,
    LockKey,
    Debug,
}

/// A control name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Name {
    Help,
    Sys(SysName),
    Tuner(u16, TunerName),
}

/// What `help` answers.
pub(super) const HELP: &str = "Supported configuration options:\n\
    /sys/boot\n\
    /sys/copyright\n\
    /sys/debug\n\
    /sys/features\n\
    /sys/hwmodel\n\
    /sys/model\n\
    /sys/version\n\
    /tuner<n>/channel <modulation>:<frequency or channel>\n\
    /tuner<n>/channelmap <channelmap>\n\
    /tuner<n>/debug\n\
    /tuner<n>/filter \"0x<nnnn>-0x<nnnn> [...]\"\n\
    /tuner<n>/lockkey <number>, none or force\n\
    /tuner<n>/program <program number>\n\
    /tuner<n>/status\n\
    /tuner<n>/streaminfo\n\
    /tuner<n>/target <protocol>://<ip>:<port>\n\
    /tuner<n>/vchannel <number>\n\
    /tuner<n>/vstatus\n";

impl Name {
    /// The name spelled `text`; any tuner number of at most four digits.
    pub(super) fn parse(text: &str) -> Option<Self> {
        if text == "help" {
            return Some(Self::Help);
        }
        if let Some(name) = text.strip_prefix("/sys/") {
            return sys_name(name).map(Self::Sys);
        }
        let (tuner, name) = text.strip_prefix("/tuner")?.split_once('/')?;
        let is_number = (1..=4).contains(&tuner.len()) && tuner.bytes().all(|b| b.is_ascii_digit());
        let tuner = tuner.parse().ok().filter(|_| is_number)?;
        Some(Self::Tuner(tuner, tuner_name(name)?))
    }
}

fn sys_name(name: &str) -> Option<SysName> {
    Some(match name {
        "model" => SysName::Model,
        "hwmodel" => SysName::HwModel,
        "version" => SysName::Version,
        "features" => SysName::Features,
        "copyright" => SysName::Copyright,
        "debug" => SysName::Debug,
        "boot" => SysName::Boot,
        _ => return None,
    })
}

fn tuner_name(name: &str) -> Option<TunerName> {
    Some(match name {
        "status" => TunerName::Status,
        "vstatus" => TunerName::VStatus,
        "channel" => TunerName::Channel,
        "vchannel" => TunerName::VChannel,
        "channelmap" => TunerName::ChannelMap,
        "program" => TunerName::Program,
        "filter" => TunerName::Filter,
        "streaminfo" => TunerName::StreamInfo,
        "target" => TunerName::Target,
        "lockkey" => TunerName::LockKey,
        "debug" => TunerName::Debug,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_names() {
        for (text, name) in [
            ("help", Some(Name::Help)),
            ("/sys/model", Some(Name::Sys(SysName::Model))),
            ("/tuner0/status", Some(Name::Tuner(0, TunerName::Status))),
            (
                "/tuner2047/lockkey",
                Some(Name::Tuner(2_047, TunerName::LockKey)),
            ),
            ("/tuner00000/status", None),
            ("/tuner+1/status", None),
            ("/tuner/status", None),
            ("/tuner0", None),
            ("/tuner0/Status", None),
            ("/sys/", None),
            ("", None),
        ] {
            assert_eq!(Name::parse(text), name, "{text}");
        }
    }

    /// Every line of the help can be read.
    #[test]
    fn helps_with_names_that_exist() {
        for line in HELP.lines().skip(1) {
            let name = line
                .split(' ')
                .next()
                .unwrap_or_default()
                .replace("<n>", "3");
            assert!(Name::parse(&name).is_some(), "{name}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in "(/tuner|/sys/)?.*") {
            Name::parse(&text);
        }
    }
}
