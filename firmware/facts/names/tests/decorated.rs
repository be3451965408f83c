//! A channel is the same one however a provider decorates its name: channels of our own, put through
//! decorations of our own.

use names::{
    Country, NameEntry, Parts,
    merge::{Merger, Options},
    read,
};
use proptest::prelude::*;

/// A channel: all that must tell it apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Channel {
    name: &'static str,
    /// What is told behind the name: a feed, a shift, an edition.
    feed: &'static str,
    country: &'static str,
}

const fn channel(name: &'static str, feed: &'static str, country: &'static str) -> Channel {
    Channel {
        name,
        feed,
        country,
    }
}

/// Channels that are easily mistaken for each other.
const CHANNELS: [Channel; 40] = [
    channel("Lobo", "", "US"),
    channel("Lobo", "West", "US"),
    channel("Lobo", "Mountain", "US"),
    channel("Lobo", "", "GB"),
    channel("Lobo", "+1", "GB"),
    channel("Lobo", "+2", "GB"),
    channel("Lobo 2", "", "US"),
    channel("Lobo 2", "West", "US"),
    channel("Lobo 2", "", "GB"),
    channel("Lobo 2", "+1", "GB"),
    channel("Lobo Plus", "", "GB"),
    channel("Lobo+ 2", "", "GB"),
    channel("Lobo Sport", "", "GB"),
    channel("Lobo Sport 1", "", "GB"),
    channel("Lobo Sport 11", "", "GB"),
    channel("Lobo Sport F1", "", "GB"),
    channel("Lobo Sport F2", "", "GB"),
    channel("Lobo Kids", "", "DE"),
    channel("Lobo Kino", "", "DE"),
    channel("Lobo", "", "DE"),
    channel("Lobo", "Austria", "DE"),
    channel("TV Zorro", "", "FR"),
    channel("Zorro TV", "", "FR"),
    channel("Zorro 1+1", "", "UA"),
    channel("Zorro", "North", "MX"),
    channel("Zorro", "South", "MX"),
    channel("Zorro", "Este", "MX"),
    channel("Zorro", "Oeste", "MX"),
    channel("Канал Волк", "", "RU"),
    channel("Канал Волк", "+2", "RU"),
    channel("Канал Волк", "+4", "RU"),
    channel("Λύκος 1", "", "GR"),
    channel("Λύκος 2", "", "GR"),
    channel("قناة الذئب", "", "EG"),
    channel("قناة الذئب 2", "", "EG"),
    channel("狼电视 1", "", "CN"),
    channel("狼电视 2", "", "CN"),
    channel("3 Lobo", "", "IT"),
    channel("4 Lobo", "", "IT"),
    channel("Lobo 24", "", "IT"),
];

/// How a country is put before a name; `@` is its code.
const HEADS: [&str; 34] = [
    "@: ",
    "@| ",
    "@ | ",
    "|@| ",
    "[@] ",
    "(@) ",
    "@ - ",
    "@ – ",
    "@ ✦ ",
    "@⭐ ",
    "✪ @ ✪ ",
    "★@★ ",
    "◉ @: ",
    "🔥 @ ▎",
    "### @: ",
    "@ » ",
    "@ → ",
    "@ ● ",
    "<@> ",
    "【@】",
    "«@» ",
    "VIP @: ",
    "@ VIP: ",
    "VIP | @ | ",
    "(VIP) @: ",
    "4K-@: ",
    "@-4K | ",
    "@ HD: ",
    "|@| |HD| ",
    "(@) (HD) ",
    "HEVC | @ | ",
    "24/7 | @ | ",
    "@ ~ ",
    "@ ┃ ",
];

/// What is put behind a name and says nothing of which channel it is.
const TAILS: [&str; 44] = [
    "",
    " HD",
    " FHD",
    " UHD",
    " 4K",
    " 8K",
    " SD",
    " ᴴᴰ",
    " ᵁᴴᴰ",
    " ᶠᵘˡˡᴴᴰ",
    " ʰᵈ",
    " HD+",
    " FHD+",
    " Full HD",
    " Ultra HD",
    " HEVC",
    " H.265",
    " H265",
    " H 264",
    " x265",
    " HDR",
    " Dolby Vision",
    " 60fps",
    " 60 FPS",
    " ⁶⁰ᶠᵖˢ",
    " 1080p",
    " 1080p50",
    " 1920x1080",
    " (1080)",
    " (720p)",
    " [HEVC]",
    " (Backup)",
    " (Backup 2)",
    " Backup",
    " [Not 24/7]",
    " [Geo-blocked]",
    " (Only on match days)",
    " [VIP]",
    " {HD}",
    " 【HD】",
    " | HD",
    " - HD",
    " ◉",
    " ✦✦",
];

/// How the letters of a name are written.
#[derive(Clone, Copy, Debug)]
enum Letters {
    AsTheyAre,
    Small,
    Capitals,
    FullWidth,
    Mathematical,
}

const LETTERS: [Letters; 5] = [
    Letters::AsTheyAre,
    Letters::Small,
    Letters::Capitals,
    Letters::FullWidth,
    Letters::Mathematical,
];

fn written(name: &str, letters: Letters) -> String {
    let moved = |c: char, from: char, to: u32| {
        char::from_u32(to + u32::from(c) - u32::from(from)).expect("a letter of that row")
    };
    match letters {
        Letters::AsTheyAre => name.to_owned(),
        Letters::Small => name.to_lowercase(),
        Letters::Capitals => name.to_uppercase(),
        Letters::FullWidth => name
            .chars()
            .map(|c| match c {
                'A'..='Z' | 'a'..='z' | '0'..='9' => moved(c, '!', 0xff01),
                c => c,
            })
            .collect(),
        Letters::Mathematical => name
            .chars()
            .map(|c| match c {
                'A'..='Z' => moved(c, 'A', 0x1d400),
                'a'..='z' => moved(c, 'a', 0x1d41a),
                c => c,
            })
            .collect(),
    }
}

/// How a feed is put behind the name.
const FEEDS: [&str; 3] = [" @", " (@)", " [@]"];

#[derive(Clone, Copy, Debug)]
struct Decoration {
    head: &'static str,
    feed: &'static str,
    letters: Letters,
    tails: [&'static str; 2],
}

impl Decoration {
    const NONE: Self = Self {
        head: "@: ",
        feed: " @",
        letters: Letters::AsTheyAre,
        tails: ["", ""],
    };

    fn put_on(&self, channel: &Channel) -> String {
        let head = self.head.replace('@', channel.country);
        let feed = match channel.feed {
            "" => String::new(),
            feed => self.feed.replace('@', feed),
        };
        let name = written(&format!("{}{feed}", channel.name), self.letters);
        format!("{head}{name}{}{}", self.tails[0], self.tails[1])
    }
}

fn decoration() -> impl Strategy<Value = Decoration> {
    let tail = || prop::sample::select(&TAILS[..]);
    let head = prop::sample::select(&HEADS[..]);
    let feed = prop::sample::select(&FEEDS[..]);
    let letters = prop::sample::select(&LETTERS[..]);
    (head, feed, letters, tail(), tail()).prop_map(|(head, feed, letters, one, two)| Decoration {
        head,
        feed,
        letters,
        tails: [one, two],
    })
}

fn parts(name: &str) -> Parts {
    read(&NameEntry {
        name,
        ..NameEntry::default()
    })
}

/// All that tells channels apart.
fn identity(parts: &Parts) -> impl PartialEq + std::fmt::Debug + use<> {
    (
        parts.key().to_owned(),
        parts.country.map(Country::code),
        parts.feed,
        parts.area,
        parts.shift_hours,
        parts.language,
        parts.form,
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn decoration_changes_no_part_that_tells_channels_apart(
        channel in prop::sample::select(&CHANNELS[..]),
        decoration in decoration(),
    ) {
        let plain = Decoration::NONE.put_on(&channel);
        let decorated = decoration.put_on(&channel);
        prop_assert_eq!(identity(&parts(&decorated)), identity(&parts(&plain)), "{} / {}", decorated, plain);
    }

}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 48, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn each_channel_becomes_one_and_no_two_become_one(
        decorations in prop::collection::vec(decoration(), CHANNELS.len() * 3),
    ) {
        let mut merger = Merger::new(Options::default());
        let entries: Vec<(Channel, String)> = CHANNELS
            .iter()
            .cycle()
            .zip(&decorations)
            .map(|(channel, decoration)| (*channel, decoration.put_on(channel)))
            .collect();
        for (_, name) in &entries {
            merger.add(name, &parts(name), 0, "");
        }
        let merged = merger.finish();
        for ((channel, name), cluster) in entries.iter().zip(merged.clusters()) {
            for ((other, other_name), other_cluster) in entries.iter().zip(merged.clusters()) {
                prop_assert_eq!(channel == other, cluster == other_cluster, "{} / {}", name, other_name);
            }
        }
    }
}

/// Goal: a decoration never hides which feed it is. Method: each pair of feeds of one name, under each
/// decoration behind it, has different parts.
#[test]
fn feeds_shifts_and_numbers_stay_apart_under_every_decoration() {
    let names = [
        "Lobo West",
        "Lobo +1",
        "Lobo+2",
        "Lobo +24",
        "Lobo 1",
        "Lobo 2",
        "Lobo+",
        "Lobo 1 +1",
        "Lobo Plus West",
        "Lobo",
        "Lobo Mountain",
        "Lobo 2 West",
    ];
    for tail in TAILS {
        let read: Vec<_> = names
            .iter()
            .map(|name| identity(&parts(&format!("US: {name}{tail}"))))
            .collect();
        for (at, a) in read.iter().enumerate() {
            assert!(!read[..at].contains(a), "{} with {tail:?}", names[at]);
        }
    }
}
