//! What a person is offered who chooses the programme of a channel: channels of the guides that are likely,
//! and those that have the words that were typed.

use std::collections::HashSet;

use lineup::ChannelId;
use names::{
    fold_words,
    matching::{Matcher, THRESHOLD_PERCENT},
};
use store::Store;

use crate::{
    View, base,
    channels::{ChannelList, GuideChannel},
};

/// Channels of one guide that are compared with a name: those that share most of its words.
const COMPARED_MAX: usize = 400;

/// A channel of a guide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Name of the guide.
    pub guide: String,
    /// Id of the channel in it.
    pub channel: String,
    /// Its names there.
    pub names: Vec<String>,
    /// How likely it is the channel that was asked for, from 1 to 100, and why; `None` where it was found
    /// by its words.
    pub likely: Option<(u8, String)>,
}

/// Channels that are likely for `channel`, the most likely first, then those that have every word of
/// `text` in a name or in the id. `limits`: answers at most, and bytes of the channels of a guide. Blocks.
///
/// # Errors
/// Those of the store.
pub fn candidates(
    view: &View,
    store: &Store,
    text: &str,
    channel: Option<ChannelId>,
    limits: (usize, usize),
) -> Result<Vec<Candidate>, store::Error> {
    let (count_max, bytes_max) = limits;
    let index = channel.and_then(|id| view.lineup.find(id));
    let words = fold_words(text);
    let words: Vec<&str> = words.split_whitespace().collect();
    let (mut likely, mut found) = (Vec::new(), Vec::new());
    for (id, name) in view.guides() {
        let mut channels = ChannelList::new(bytes_max);
        store.guide_channels(id, &mut |row| channels.recall(row))?;
        channels.finish();
        if let Some(index) = index {
            likely.extend(likely_of(view, index, (id, name), &channels));
        }
        if !words.is_empty() {
            let room = count_max - found.len().min(count_max);
            let all = channels.iter().filter(|it| has_words(it, &words));
            found.extend(all.take(room).map(|it| candidate(name, it, None)));
        }
    }
    likely.sort_by_key(|it: &Candidate| {
        let percent = it.likely.as_ref().map_or(0, |(percent, _)| *percent);
        std::cmp::Reverse(percent)
    });
    let is_new = |it: &Candidate| {
        let is_it = |other: &Candidate| other.guide == it.guide && other.channel == it.channel;
        !likely.iter().any(is_it)
    };
    found.retain(is_new);
    likely.extend(found);
    likely.truncate(count_max);
    Ok(likely)
}

/// The channels of one guide that a channel of the lineup may be.
fn likely_of(
    view: &View,
    index: usize,
    (id, name): (u32, &str),
    channels: &ChannelList,
) -> Vec<Candidate> {
    let used = view.found(index).find(|found| found.guide == id);
    let used = used.and_then(|found| Some((channels.find(found.key)?, found)));
    let mut likely: Vec<Candidate> = Vec::new();
    if let Some((channel, found)) = used {
        let why = (found.confidence_percent, found.words());
        likely.push(candidate(name, channel, Some(why)));
    }
    let Some((entry, parts)) = base::read(&view.lineup, index) else {
        return likely;
    };
    let compared = compared(channels, entry);
    let mut matcher = Matcher::new(THRESHOLD_PERCENT);
    for channel in &compared {
        matcher.add_channel(channel.id, channel.names());
    }
    let entry = matcher.add_entry(entry, &parts);
    for found in matcher.finish().candidates(entry) {
        let Some(channel) = compared.get(found.channel as usize) else {
            continue;
        };
        if likely.iter().all(|it| it.channel != channel.id) {
            let why = (found.confidence_percent, found.reason.to_string());
            likely.push(candidate(name, *channel, Some(why)));
        }
    }
    likely
}

/// Those that share most words with a name.
fn compared<'a>(channels: &'a ChannelList, name: &str) -> Vec<GuideChannel<'a>> {
    let words = fold_words(name);
    let words: HashSet<&str> = words.split_whitespace().collect();
    let shared = |channel: GuideChannel<'_>| {
        let of_name = |name: &str| {
            let name = fold_words(name);
            let shared = name.split_whitespace().filter(|word| words.contains(word));
            shared.map(str::len).sum::<usize>()
        };
        channel.names().map(of_name).max().unwrap_or(0)
    };
    let mut compared: Vec<_> = channels.iter().map(|it| (shared(it), it)).collect();
    compared.retain(|(shared, _)| *shared > 0);
    compared.sort_by_key(|(shared, _)| std::cmp::Reverse(*shared));
    compared.truncate(COMPARED_MAX);
    compared.into_iter().map(|(_, channel)| channel).collect()
}

fn has_words(channel: &GuideChannel<'_>, words: &[&str]) -> bool {
    let mut text = channel.id.to_lowercase();
    for name in channel.names() {
        text.push(' ');
        text.push_str(&fold_words(name));
    }
    words.iter().all(|word| text.contains(word))
}

fn candidate(guide: &str, channel: GuideChannel<'_>, likely: Option<(u8, String)>) -> Candidate {
    Candidate {
        guide: guide.to_owned(),
        channel: channel.id.to_owned(),
        names: channel.names().map(str::to_owned).collect(),
        likely,
    }
}
