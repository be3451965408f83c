//! What a change of a source's settings is about: its list, the lineup, or neither.
//!
//! A provider is not asked for its list again because a limit has changed, and no lineup is made anew
//! that would be the same.

use desk::SourceSettings;

/// Whether the lineup is made anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rebuilding {
    Yes,
    No,
}

/// Whether the list would be asked for in the same words.
pub(crate) fn asks_the_same(before: &SourceSettings, now: &SourceSettings) -> bool {
    let words = |settings: &SourceSettings| SourceSettings {
        // These are about the streams, or about what is done with the list.
        name: String::new(),
        priority: 0,
        interval_hours: 0,
        connections: None,
        sharing: desk::Sharing::Shared,
        throttle_kbit: 0,
        interface: None,
        rtsp_transport: desk::RtspTransport::Tcp,
        command: None,
        accept_shrink: false,
        vod: false,
        guide: true,
        ..settings.clone()
    };
    words(before) == words(now)
}

/// Whether the lineup could be another one, of the same lists.
pub(crate) fn rebuilding(before: &SourceSettings, now: &SourceSettings) -> Rebuilding {
    let facts = |settings: &SourceSettings| (settings.enabled, settings.priority);
    if facts(before) == facts(now) && before.name == now.name {
        Rebuilding::No
    } else {
        Rebuilding::Yes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Change = fn(&mut SourceSettings);

    #[test]
    fn tells_what_a_change_is_about() {
        let before = SourceSettings::new("a", "http://a.example/");
        let changes: [(Change, bool, Rebuilding); 12] = [
            (|_| (), true, Rebuilding::No),
            (|it| it.connections = Some(1), true, Rebuilding::No),
            (|it| it.throttle_kbit = 500, true, Rebuilding::No),
            (|it| it.interval_hours = 2, true, Rebuilding::No),
            (|it| it.vod = true, true, Rebuilding::No),
            (|it| it.guide = false, true, Rebuilding::No),
            (|it| it.name = "b".to_owned(), true, Rebuilding::Yes),
            (|it| it.priority = 1, true, Rebuilding::Yes),
            (|it| it.enabled = false, false, Rebuilding::Yes),
            (|it| it.tls_verify = false, false, Rebuilding::No),
            (
                |it| it.user_agent = Some("tv".to_owned()),
                false,
                Rebuilding::No,
            ),
            (|it| it.url = None, false, Rebuilding::No),
        ];
        for (number, (change, is_same, expected)) in changes.into_iter().enumerate() {
            let mut now = before.clone();
            change(&mut now);
            let found = (asks_the_same(&before, &now), rebuilding(&before, &now));
            assert_eq!(found, (is_same, expected), "{number}");
        }
    }
}
