//! Merging and matching on labelled names, from `../shared/data`, where that is at hand: the targets
//! of the product or what is reached beyond them, scored as the scorer there does it.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    path::PathBuf,
};

use names::{
    NameEntry,
    matching::{Matcher, Matches, THRESHOLD_PERCENT},
    merge::{Merger, Options},
    read,
};

/// A file of the shared data, if that is here.
fn shared(file: &str) -> Option<String> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(root.join("../../../../shared/data").join(file)).ok()
}

/// The lines of a table, as columns.
fn rows(text: &str) -> impl Iterator<Item = Vec<&str>> {
    let lines = text
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| line.split('\t').collect())
}

/// Name and group of an entry. These lists quote every attribute and have no comma in a group.
fn name_and_group(line: &str) -> (&str, &str) {
    let group = line
        .split_once("group-title=\"")
        .and_then(|(_, rest)| rest.split_once('"'));
    let behind_quotes = line.rsplit_once("\",").map(|(_, name)| name);
    let name = behind_quotes.or_else(|| line.split_once(',').map(|(_, name)| name));
    (
        name.unwrap_or_default().trim(),
        group.map_or("", |(group, _)| group),
    )
}

/// Where an entry belongs.
struct Label<'t> {
    cluster: &'t str,
    channel: &'t str,
    feed: &'t str,
}

/// Pairs of entries in one cluster.
#[derive(Debug, Default)]
struct Pairs {
    right: usize,
    predicted: usize,
    labelled: usize,
    /// Wrong ones that mix feeds of one channel: East and West, a shift and its base.
    mixing: usize,
}

impl Pairs {
    fn precision(&self) -> f64 {
        share(self.right, self.predicted)
    }

    fn recall(&self) -> f64 {
        share(self.right, self.labelled)
    }

    fn f1(&self) -> f64 {
        let (precision, recall) = (self.precision(), self.recall());
        2.0 * precision * recall / (precision + recall)
    }
}

fn share(part: usize, of: usize) -> f64 {
    let number = |count: usize| f64::from(u32::try_from(count).expect("fewer than four billion"));
    number(part) / number(of)
}

fn pairs_of(count: usize) -> usize {
    count * count.saturating_sub(1) / 2
}

fn score(clusters: &[u32], labels: &[Label<'_>]) -> Pairs {
    assert_eq!(clusters.len(), labels.len());
    let mut pairs = Pairs::default();
    let mut predicted: HashMap<u32, Vec<usize>> = HashMap::new();
    let mut labelled: HashMap<&str, usize> = HashMap::new();
    for (at, (&cluster, label)) in clusters.iter().zip(labels).enumerate() {
        predicted.entry(cluster).or_default().push(at);
        *labelled.entry(label.cluster).or_default() += 1;
    }
    pairs.labelled = labelled.values().map(|&count| pairs_of(count)).sum();
    for members in predicted.values() {
        pairs.predicted += pairs_of(members.len());
        for (at, &a) in members.iter().enumerate() {
            for &b in &members[..at] {
                let (a, b) = (&labels[a], &labels[b]);
                pairs.right += usize::from(a.cluster == b.cluster);
                pairs.mixing += usize::from(mixes_feeds(a, b));
            }
        }
    }
    pairs
}

fn mixes_feeds(a: &Label<'_>, b: &Label<'_>) -> bool {
    let is_zone =
        |feed: &str| ["East", "West", "Pacific", "Mountain", "Central", "Ontario"].contains(&feed);
    let is_shift = |feed: &str| {
        let digit = |sign| {
            let mut ends = feed.split(sign).skip(1);
            ends.any(|end| end.starts_with(|c: char| c.is_ascii_digit()))
        };
        digit("Plus") || digit("Minus")
    };
    let either = |such: &dyn Fn(&str) -> bool| such(a.feed) || such(b.feed);
    a.cluster != b.cluster && a.channel == b.channel && (either(&is_zone) || either(&is_shift))
}

fn merge(set: &str) -> Option<Pairs> {
    let list = shared(&format!("merge/merge_{set}.m3u"))?;
    let truth = shared(&format!("merge/merge_{set}.truth.tsv"))?;
    let mut merger = Merger::new(Options::default());
    for line in list.lines().filter(|line| line.starts_with("#EXTINF")) {
        let (name, group) = name_and_group(line);
        let parts = read(&NameEntry {
            name,
            group,
            ..NameEntry::default()
        });
        merger.add(name, &parts, 0, "");
    }
    let labels: Vec<Label<'_>> = rows(&truth)
        .map(|row| Label {
            cluster: row[1],
            channel: row[2],
            feed: row[3],
        })
        .collect();
    Some(score(merger.finish().clusters(), &labels))
}

#[test]
fn decorated_names_become_channels() {
    let Some(pairs) = merge("decorated") else {
        eprintln!("skipped: no ../shared");
        return;
    };
    let scores = (pairs.precision(), pairs.recall());
    assert!(pairs.precision() >= 0.985, "{scores:?}");
    assert!(pairs.recall() >= 0.91, "{scores:?}");
    assert_eq!(pairs.mixing, 0);
}

#[test]
fn published_names_become_channels() {
    let Some(pairs) = merge("real") else {
        eprintln!("skipped: no ../shared");
        return;
    };
    let scores = (pairs.precision(), pairs.f1());
    assert!(pairs.precision() >= 0.945, "{scores:?}");
    assert!(pairs.f1() >= 0.86, "{scores:?}");
    assert_eq!(pairs.mixing, 0);
}

/// The channels of the guide: ids and display names.
fn guide(xml: &str) -> Vec<(String, Vec<String>)> {
    let text = |escaped: &str| escaped.replace("&amp;", "&");
    let channels = xml.split("<channel id=\"").skip(1).map(|channel| {
        let (id, rest) = channel.split_once('"').expect("a closed id");
        let (names, _) = rest.split_once("</channel>").expect("a closed channel");
        let names = names.split("<display-name>").skip(1);
        let names = names.map(|name| text(name.split('<').next().unwrap_or_default()));
        (text(id), names.collect())
    });
    channels.collect()
}

/// Matches of a set of names in the guide.
fn matches(guide: &[(String, Vec<String>)], queries: &str) -> Matches {
    let mut matcher = Matcher::new(THRESHOLD_PERCENT);
    for (id, names) in guide {
        matcher.add_channel(id, names.iter().map(String::as_str));
    }
    for row in rows(queries) {
        let group = row.get(2).copied().unwrap_or_default();
        let name = row[1];
        let parts = read(&NameEntry {
            name,
            group,
            ..NameEntry::default()
        });
        matcher.add_entry(name, &parts);
    }
    matcher.finish()
}

/// Accuracy, and the share of wrong answers.
fn guide_scores(set: &str) -> Option<(f64, f64)> {
    let guide = guide(&shared("epg/epg_guide.xml")?);
    let queries = shared(&format!("epg/epg_{set}.tsv"))?;
    let truth = shared(&format!("epg/epg_{set}.truth.tsv"))?;
    let matches = matches(&guide, &queries);
    let (mut right, mut wrong, mut all) = (0, 0, 0);
    for (query, row) in (0..).zip(rows(&truth)) {
        let ids = row.get(2).copied().unwrap_or_default();
        let ids: HashSet<&str> = ids.split('|').filter(|id| !id.is_empty()).collect();
        all += 1;
        match matches.find(query) {
            Some(found) if ids.contains(guide[found.channel as usize].0.as_str()) => right += 1,
            Some(_) => wrong += 1,
            None => right += usize::from(ids.is_empty()),
        }
    }
    Some((share(right, all), share(wrong, all)))
}

#[test]
fn decorated_names_find_their_guide() {
    let Some((accuracy, wrong)) = guide_scores("decorated") else {
        eprintln!("skipped: no ../shared");
        return;
    };
    assert!(accuracy >= 0.895 && wrong <= 0.011, "{accuracy} {wrong}");
}

#[test]
fn published_names_find_their_guide() {
    let Some((accuracy, wrong)) = guide_scores("real") else {
        eprintln!("skipped: no ../shared");
        return;
    };
    assert!(accuracy >= 0.87 && wrong <= 0.013, "{accuracy} {wrong}");
}

#[test]
fn what_is_found_is_the_best_candidate() {
    let Some(xml) = shared("epg/epg_guide.xml") else {
        eprintln!("skipped: no ../shared");
        return;
    };
    let Some(queries) = shared("epg/epg_real.tsv") else {
        eprintln!("skipped: no ../shared");
        return;
    };
    let matches = matches(&guide(&xml), &queries);
    for (query, _) in (0..).zip(rows(&queries)) {
        let candidates = matches.candidates(query);
        assert!(candidates.len() <= 5);
        assert!(candidates.is_sorted_by_key(|found| 100 - found.confidence_percent));
        let channels: BTreeSet<u32> = candidates.iter().map(|found| found.channel).collect();
        assert_eq!(channels.len(), candidates.len());
        if let Some(found) = matches.find(query) {
            assert_eq!(candidates.first(), Some(&found));
            assert!(found.confidence_percent >= THRESHOLD_PERCENT);
        }
    }
}
