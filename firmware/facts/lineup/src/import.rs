//! One import: the entries of all sources in, a lineup out.

use std::sync::Arc;

use names::merge::Options;

use crate::{
    Channel, ChannelId, Choice, EntryText, Face, Full, GuideNumber, Held, Known, Lineup, Numbers,
    Shaping, SourceKey, Verdict, arena,
    choice::Standing,
    clusters::Clusters,
    collected::Collected,
    core::{Head, Row},
    decisions::Decisions,
    face, ids,
    numbering::{self, Numbering, Wish},
    title, twins,
};

/// What [`Importer::finish`] needs for an entry at most, besides the entry itself. When the lineup is
/// made: head, row and index 80 B, their order 40 B, its channel and its stream 12 B, id and number
/// 16 B, title 40 B, memory of the number and of two keys 100 B. Before that names are merged, which
/// takes about as much and is over by then: measured, 260 B in all for each of 30,000 different names.
const FINISH_BYTES_PER_ENTRY: usize = 80 + 40 + 12 + 16 + 40 + 100;

/// Collects the entries of all sources, within a number of bytes that holds until the import is
/// finished.
#[derive(Debug)]
pub struct Importer {
    text: String,
    rows: Vec<Collected>,
    bytes_max: usize,
    lineup_bytes_max: usize,
    decisions: Arc<Decisions>,
    choice: Arc<Choice>,
    is_later: bool,
    merging: Options,
    numbering: Numbering,
    is_anew: bool,
}

/// An import that has succeeded.
#[derive(Debug)]
pub struct Imported {
    /// The channels.
    pub lineup: Lineup,
    /// For the store and the next import.
    pub known: Known,
    /// The channel of each entry that no rule left out, in the order of sources and of lists.
    pub clusters: Vec<ChannelId>,
    /// Entries that were the same as another of their source.
    pub duplicates: usize,
    /// Entries that are backups of another. A channel keeps the best
    /// [`Lineup::STREAMS_MAX`] of its streams.
    pub backups: usize,
    /// Channels that no earlier import knew.
    pub new: usize,
}

impl Importer {
    /// Entries that an import can hold.
    pub const ENTRIES_MAX: usize = ChannelId::ORDINALS;

    /// An importer that uses at most `bytes_max` bytes, [`Importer::finish`] included, besides what is
    /// `known` of channels that are gone.
    #[must_use]
    pub fn new(bytes_max: usize) -> Self {
        let bytes_max = bytes_max.min(u32::MAX as usize);
        Self {
            text: String::new(),
            rows: Vec::new(),
            bytes_max,
            lineup_bytes_max: usize::MAX,
            decisions: Arc::default(),
            choice: Arc::default(),
            is_later: false,
            merging: Options::default(),
            numbering: Numbering::default(),
            is_anew: false,
        }
    }

    /// The same, under what the owner has decided.
    #[must_use]
    pub fn under(self, decisions: Arc<Decisions>) -> Self {
        Self { decisions, ..self }
    }

    /// The same, of which these channels are in use where nothing is decided. `is_later`: what is new
    /// comes of a list that is not the first of its source, and so may have to wait.
    #[must_use]
    pub fn chosen(self, choice: Arc<Choice>, is_later: bool) -> Self {
        Self {
            choice,
            is_later,
            ..self
        }
    }

    /// The same, for a lineup of at most so many bytes.
    #[must_use]
    pub fn for_lineup_of(self, lineup_bytes_max: usize) -> Self {
        Self {
            lineup_bytes_max,
            ..self
        }
    }

    /// The same, for names that must be as alike as `merging` says.
    #[must_use]
    pub fn merging(self, merging: Options) -> Self {
        Self { merging, ..self }
    }

    /// Channels get their numbers in this way. `is_anew`: it was another one at the last import, so
    /// that known channels keep only what they could have got today.
    #[must_use]
    pub fn numbered(self, numbering: Numbering, is_anew: bool) -> Self {
        Self {
            numbering,
            is_anew,
            ..self
        }
    }

    /// Entries added so far.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether nothing has been added.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Adds an entry, as `shaping` leaves it. Sources may come in any order, each in one piece.
    ///
    /// # Errors
    /// [`Full`] where it no longer fits. What was added before stays.
    pub fn add(
        &mut self,
        source: SourceKey<'_>,
        mut entry: EntryText<'_>,
        shaping: &dyn Shaping,
    ) -> Result<Verdict, Full> {
        let keys = entry.keys();
        if shaping.shape(source, &mut entry) == Verdict::Drop {
            return Ok(Verdict::Drop);
        }
        let EntryText {
            name,
            url,
            group,
            logo,
            tvg_id,
            headers,
            ..
        } = &entry;
        let texts = [name, group, logo, tvg_id, url, headers].map(|text| arena::cut(text));
        let text_bytes: usize = texts.iter().map(|text| text.len()).sum();
        self.check(text_bytes)?;
        if self.rows.len() == self.rows.capacity() {
            self.rows.reserve_exact((self.rows.len() / 4).max(64));
        }
        self.rows.push(Collected {
            keys,
            texts: arena::append(&mut self.text, texts),
            asked: entry.tvg_chno.trim().parse().ok(),
            range: entry.numbers,
            source: source.index,
            priority: source.priority,
            score: 0,
            reason: None,
            shift_minutes: entry.shift_minutes(),
        });
        Ok(Verdict::Keep)
    }

    /// Gives ids and numbers. `known` is what earlier imports gave. `built_in` is a channel of the
    /// house that is to be among them, under the number that it has in `known`.
    #[must_use]
    pub fn finish(self, mut known: Known, built_in: Option<Channel<'_>>) -> Imported {
        let Self {
            text,
            mut rows,
            decisions,
            choice,
            is_later,
            merging,
            numbering,
            is_anew,
            ..
        } = self;
        if !rows.is_sorted_by_key(|row| row.source) {
            rows.sort_by_key(|row| row.source);
        }
        let twin_of = twins::join(&text, &rows, &known.held);
        let channels = Clusters::of(&text, &mut rows, &twin_of, merging);
        let (mut channels, fixed) = channels.placed(&rows, &twin_of, &decisions);
        let keys = ids::keys(&rows, &channels);
        let ids = ids::give(&text, &rows, &channels, &keys, &known, &fixed);
        channels.pin(&rows, &ids, &decisions);
        let new_ones_wait = is_later && choice.new_ones_wait();
        let wishes: Vec<_> = channels
            .iter()
            .zip(&ids)
            .map(|(streams, &id)| wish(&text, &rows, streams, id))
            .collect();
        let wishes = told_apart(wishes, &choice, &decisions, |id| {
            let known = known.numbers.find(id);
            known.map_or(new_ones_wait, |row| row.waits)
        });
        let built_in = built_in.map(|channel| Channel {
            number: decisions.number(channel.id).unwrap_or(channel.number),
            ..channel
        });
        let of_house = built_in.map(|channel| (channel.id, channel.number));
        let chosen = (&numbering, is_anew);
        let numbers = numbering::give(&wishes, &known.numbers, of_house, &decisions, chosen);
        drop(wishes);
        let is_new = |id: &&ChannelId| known.numbers.find(**id).is_none();
        let new = ids.iter().filter(is_new).count();

        let present = ids.iter().copied().zip(numbers.iter().copied());
        let given = own_numbers(present.chain(of_house), &known.numbers, &decisions);
        known.numbers.renew(given.into_iter(), new_ones_wait);
        hold(&mut known, (&keys, &ids, &fixed), &decisions);
        drop(keys);

        let clusters = channels.channel_of.iter();
        let clusters = clusters.map(|&channel| ids[channel as usize]).collect();
        let (duplicates, backups) = (
            rows.len() - channels.streams(),
            channels.streams() - channels.len(),
        );
        let given: Vec<_> = ids
            .into_iter()
            .zip(numbers)
            .map(|given| Given::of(given, &known.numbers))
            .collect();
        Imported {
            lineup: lineup(text, &rows, &channels, &given, built_in)
                .under(decisions)
                .chosen(choice),
            known,
            clusters,
            duplicates,
            backups,
            new,
        }
    }

    /// Whether an entry with so much text still fits.
    fn check(&self, text_bytes: usize) -> Result<(), Full> {
        let rows = self.rows.len() + 1;
        let lineup_bytes = self.text.len() + text_bytes + rows * Lineup::BYTES_PER_CHANNEL;
        let full = |bytes_max| Full {
            bytes_max,
            channels: self.rows.len(),
        };
        if lineup_bytes > self.lineup_bytes_max {
            return Err(full(self.lineup_bytes_max));
        }
        if rows > Self::ENTRIES_MAX || self.bytes_with(text_bytes) > self.bytes_max {
            return Err(full(self.bytes_max));
        }
        Ok(())
    }

    /// Bytes used once `more` of text have been added; the slack of growing by a quarter counts.
    const fn bytes_with(&self, more: usize) -> usize {
        let grown = (self.text.len() + more) + (self.rows.len() + 1) * size_of::<Collected>();
        grown + grown / 4 + (self.rows.len() + 1) * FINISH_BYTES_PER_ENTRY
    }
}

/// What a channel asks for: the best of its streams that asks speaks for it.
fn wish<'t>(text: &'t str, rows: &[Collected], streams: &[u32], id: ChannelId) -> Wish<'t> {
    let kept = &streams[..streams.len().min(Lineup::STREAMS_MAX)];
    let texts = |&row: &u32| rows[row as usize].texts.of(text);
    let mut streams = streams.iter().map(|&row| rows[row as usize]);
    Wish {
        id,
        asked: streams.clone().find_map(|row| row.asked),
        range: streams.find_map(|row| row.range),
        group: face::group_of(&kept.iter().map(texts)),
        is_idle: false,
    }
}

/// Notes which channels hold the keys of the entries from now on, and forgets what was seen longest ago.
///
/// Entries that were put somewhere (`fixed`) go on being held by whom they were: there they belong once
/// nobody puts them elsewhere.
fn hold(
    known: &mut Known,
    (keys, ids, fixed): (&[ids::Present], &[ChannelId], &[Option<ChannelId>]),
    decisions: &Decisions,
) {
    let Known { numbers, held } = known;
    let holders: Vec<_> = keys
        .iter()
        .filter_map(|it| match fixed[it.channel as usize] {
            Some(_) => held.find(it.key).map(|held| (it.key, held.id)),
            None => Some((it.key, ids[it.channel as usize])),
        })
        .collect();
    held.renew(holders.into_iter(), numbers.generation());
    let decided = decisions.channels();
    numbers.forget(Numbers::REMEMBERED_MIN.max(2 * ids.len()), &decided);
    let remembered_max = Held::REMEMBERED_MIN.max(2 * keys.len());
    held.forget(numbers, remembered_max, &decided);
}

/// The same wishes, with what clients do not see told apart. `waits`: whether a channel was to wait.
fn told_apart<'t>(
    mut wishes: Vec<Wish<'t>>,
    choice: &Choice,
    decisions: &Decisions,
    waits: impl Fn(ChannelId) -> bool,
) -> Vec<Wish<'t>> {
    let is_favourite = |wish: &Wish<'_>| decisions.seen(wish.id).favourite == Some(true);
    let has_favourites = choice.asks_for_favourites() && wishes.iter().any(is_favourite);
    for wish in &mut wishes {
        let standing = Standing {
            seen: decisions.seen(wish.id),
            group: wish.group,
            waits: waits(wish.id),
            is_built_in: false,
        };
        wish.is_idle = choice.idle(standing, has_favourites).is_some();
    }
    wishes
}

/// The numbers to remember: of a channel whose number was decided, the one that it has by itself.
fn own_numbers(
    present: impl Iterator<Item = (ChannelId, GuideNumber)>,
    known: &Numbers,
    decisions: &Decisions,
) -> Vec<(ChannelId, GuideNumber)> {
    let own = present.map(|(id, number)| {
        let is_decided = decisions.number(id).is_some();
        let own = known.find(id).filter(|_| is_decided).map(|row| row.number);
        (id, own.unwrap_or(number))
    });
    own.collect()
}

/// What a channel was given.
#[derive(Clone, Copy)]
struct Given {
    id: ChannelId,
    number: GuideNumber,
    waits: bool,
}

impl Given {
    fn of((id, number): (ChannelId, GuideNumber), known: &Numbers) -> Self {
        let waits = known.find(id).is_some_and(|row| row.waits);
        Self { id, number, waits }
    }
}

/// The lineup, in the arena of the entries.
fn lineup(
    text: String,
    collected: &[Collected],
    channels: &Clusters,
    given: &[Given],
    built_in: Option<Channel<'_>>,
) -> Lineup {
    let mut rows: Vec<Row> = Vec::with_capacity(channels.streams() + 1);
    let mut heads: Vec<Head> = Vec::with_capacity(channels.len() + 1);
    let mut titles: Vec<title::Title> = Vec::with_capacity(channels.len());
    for ((channel, streams), given) in (0..).zip(channels.iter()).zip(given) {
        let kept = &streams[..streams.len().min(Lineup::STREAMS_MAX)];
        rows.extend((0..).zip(kept).map(|(order, &row)| {
            let Collected {
                keys,
                texts,
                source,
                score,
                reason,
                shift_minutes,
                ..
            } = collected[row as usize];
            Row {
                channel,
                keys,
                texts,
                source,
                score,
                shift_minutes,
                order,
                reason,
            }
        }));
        let texts = |&row: &u32| collected[row as usize].texts.of(&text);
        heads.push(Head {
            id: given.id,
            number: given.number,
            first: 0,
            name: arena::Piece::default(),
            face: face::of(&kept.iter().map(texts)),
            waits: given.waits,
        });
        let names = kept
            .iter()
            .map(texts)
            .map(|[name, group, ..]| (name, group));
        titles.push(title::of(names));
    }
    title::tell_apart(&mut titles);
    let mut text = if rows.len() == collected.len() {
        text
    } else {
        rows.sort_unstable_by_key(|row| row.texts.start());
        let text = arena::compact(text, rows.iter_mut().map(|row| &mut row.texts));
        rows.sort_unstable_by_key(|row| (row.channel, row.order));
        text
    };
    for row in rows.iter().filter(|row| row.order == 0) {
        let own = row.texts.name();
        let title = &titles[row.channel as usize].text;
        heads[row.channel as usize].name = if own.of(&text) == title {
            own
        } else {
            arena::append_one(&mut text, title)
        };
    }
    if let Some(channel) = built_in {
        put(channel, &mut text, &mut heads, &mut rows);
    }
    Lineup::from_parts(text, heads, rows)
}

/// Adds a channel of the house.
fn put(channel: Channel<'_>, text: &mut String, heads: &mut Vec<Head>, rows: &mut Vec<Row>) {
    let Channel {
        id,
        number,
        source,
        name,
        group,
        logo,
        tvg_id,
        url,
        headers,
        score,
        reason,
        shift_minutes,
        keys,
    } = channel;
    let texts = [name, group, logo, tvg_id, url, headers].map(arena::cut);
    let texts = arena::append(text, texts);
    rows.push(Row {
        channel: u32::try_from(heads.len()).unwrap_or(u32::MAX),
        keys,
        texts,
        source,
        score,
        shift_minutes,
        order: 0,
        reason,
    });
    heads.push(Head {
        id,
        number,
        first: 0,
        name: texts.name(),
        face: Face::default(),
        waits: false,
    });
}
