//! What a change did, for the log that people read.

use base::ChannelId;

use super::{
    Changed, GuideChoice, Patch, Set,
    change::{Change, Channels},
};

/// Changes that are told one by one; more are counted.
const TOLD_MAX: usize = 3;
/// Bytes of a name in a sentence.
const NAME_BYTES_MAX: usize = 48;

pub(super) fn of(channels: &impl Channels, changes: &[Change]) -> String {
    let told = changes.iter().take(TOLD_MAX);
    let mut words: Vec<String> = told.map(|change| of_one(channels, change)).collect();
    let more = changes.len().saturating_sub(TOLD_MAX);
    if more > 0 {
        words.push(format!("and {more} changes more"));
    }
    cut(words.join("; "), Changed::WORDS_BYTES_MAX)
}

pub(super) fn of_undo(words: &str) -> String {
    cut(format!("undone: {words}"), Changed::WORDS_BYTES_MAX)
}

fn of_one(channels: &impl Channels, change: &Change) -> String {
    match change {
        Change::Set {
            channels: ids,
            patch,
        } => {
            format!("{}: {}", who(channels, ids), of_patch(patch))
        }
        Change::Renumber {
            channels: ids,
            first,
            ..
        } => format!("{}: numbered from {first} on", who(channels, ids)),
        Change::Merge { channels: ids } => {
            format!(
                "{} merged into {}",
                who(channels, ids),
                who(channels, &ids[..ids.len().min(1)])
            )
        }
        Change::Split { channel, streams } => {
            let count = streams.len();
            format!("{}: {count} split apart", who(channels, &[*channel]))
        }
    }
}

fn who(channels: &impl Channels, ids: &[ChannelId]) -> String {
    match ids {
        [id] => match channels.name(*id) {
            Some(name) => format!("“{}”", cut(name.to_owned(), NAME_BYTES_MAX)),
            None => id.to_string(),
        },
        _ => format!("{} channels", ids.len()),
    }
}

fn of_patch(patch: &Patch) -> String {
    let text = |text: &str| format!("“{}”", cut(text.to_owned(), NAME_BYTES_MAX));
    let parts = [
        told("name", &patch.name, |name| text(name)),
        told("number", &patch.number, ToString::to_string),
        told("shown", &patch.enabled, |is| yes(*is)),
        told("favourite", &patch.favourite, |is| yes(*is)),
        told("group", &patch.group, |group| text(group)),
        told("logo", &patch.logo, |_| "chosen".to_owned()),
        told("guide", &patch.guide, |guide| match guide {
            GuideChoice::None => "none".to_owned(),
            GuideChoice::Channel { source, channel } => {
                format!("{} of {}", text(channel), text(source))
            }
        }),
        told("guide shift", &patch.shift_min, |minutes| {
            format!("{minutes} min")
        }),
        told("primary stream", &patch.primary, |_| "chosen".to_owned()),
        told("backups", &patch.backups, |_| "chosen".to_owned()),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    parts.join(", ")
}

fn told<T>(what: &str, set: &Set<T>, say: impl Fn(&T) -> String) -> Option<String> {
    let said = match set {
        Set::Keep => return None,
        Set::Automatic => "automatic".to_owned(),
        Set::To(value) => say(value),
    };
    Some(format!("{what} {said}"))
}

fn yes(is: bool) -> String {
    if is { "yes" } else { "no" }.to_owned()
}

fn cut(mut text: String, bytes_max: usize) -> String {
    if text.len() > bytes_max {
        text.truncate(text.floor_char_boundary(bytes_max - '…'.len_utf8()));
        text.push('…');
    }
    text
}
