//! The lineup as one compact, immutable value: a text arena, a head per channel and a row per
//! stream, in the order of channels.
//!
//! 30,000 channels of a real list take about 6.2 MiB; a lineup under construction has a stated
//! maximum and is refused as a whole beyond it (`builder`).

use std::sync::Arc;

use base::ChannelSpec;

use crate::{
    Channel, ChannelId, GuideNumber,
    core::{Core, Face, Head, Row},
    over::Shown,
};

/// All channels at one moment, in the order of their GuideNumbers: as the lists make them, under what
/// the owner has decided. Those that are out of use by decision stand behind the others, and nobody
/// comes upon them who does not ask for them.
#[derive(Clone, Debug, Default)]
pub struct Lineup {
    pub(crate) core: Arc<Core>,
    pub(crate) shown: Arc<Shown>,
}

impl Lineup {
    /// Streams that a channel keeps; further ones are left out.
    pub const STREAMS_MAX: usize = ChannelSpec::STREAMS_MAX;

    /// What a channel of one stream takes besides its texts.
    pub(crate) const BYTES_PER_CHANNEL: usize =
        size_of::<Head>() + size_of::<Row>() + size_of::<u32>();

    /// How many channels clients see.
    #[must_use]
    pub fn len(&self) -> usize {
        self.shown.active
    }

    /// Whether clients see no channel.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The channel at `index`, counted in the order of GuideNumbers; from [`Lineup::len`] on those
    /// that clients do not see.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<Channel<'_>> {
        let head = self.head(index)?;
        let mut streams = self.streams(index);
        let primary = streams.next()?;
        let lender = |place: u8| match place {
            0 => Some(primary),
            _ => streams.clone().nth(usize::from(place) - 1),
        };
        let Face {
            group,
            logo,
            tvg_id,
        } = head.face;
        let seen = self.shown.decisions.seen(head.id);
        let own = || head.name.of(&self.core.text);
        let own_group = || lender(group).unwrap_or(primary).group;
        Some(Channel {
            name: seen.name.unwrap_or_else(own),
            group: seen.group.unwrap_or_else(own_group),
            logo: seen
                .logo
                .unwrap_or_else(|| lender(logo).unwrap_or(primary).logo),
            tvg_id: lender(tvg_id).unwrap_or(primary).tvg_id,
            shift_minutes: seen.shift_min.unwrap_or(primary.shift_minutes),
            ..primary
        })
    }

    /// Which streams of the channel at `index` lend it their texts.
    #[must_use]
    pub fn face(&self, index: usize) -> Face {
        self.head(index).map_or(Face::default(), |head| head.face)
    }

    /// The streams of the channel at `index`, the primary first. Each is given as the channel would
    /// be were it the only one: its backups have names and logos of their own.
    pub fn streams(&self, index: usize) -> impl ExactSizeIterator<Item = Channel<'_>> + Clone {
        let Core { heads, rows, .. } = &*self.core;
        let begin = |place: usize| {
            let head = heads.get(place);
            head.map_or(rows.len(), |head| head.first as usize)
        };
        let place = self.shown.place(index).unwrap_or(heads.len());
        let own = rows.get(begin(place)..begin(place.saturating_add(1)));
        own.unwrap_or_default().iter().map(|row| self.stream(row))
    }

    /// The streams of the channel with this id.
    pub fn streams_of(&self, id: ChannelId) -> impl ExactSizeIterator<Item = Channel<'_>> + Clone {
        self.streams(self.index_of_id(id).unwrap_or(usize::MAX - 1))
    }

    /// Every stream of every channel.
    pub fn all_streams(&self) -> impl ExactSizeIterator<Item = Channel<'_>> + Clone {
        self.core.rows.iter().map(|row| self.stream(row))
    }

    /// What a tuner is asked to play: the channel at `index` with all its streams. Where two sources
    /// name the same address, it is one stream.
    #[must_use]
    pub fn spec(&self, index: usize) -> Option<ChannelSpec> {
        let channel = self.get(index)?;
        let mut streams = Vec::new();
        for stream in self.streams(index) {
            let stream = stream.stream();
            if !streams
                .iter()
                .any(|known: &base::StreamSpec| known.url == stream.url)
            {
                streams.push(stream);
            }
        }
        Some(ChannelSpec {
            channel: channel.id,
            number: channel.number,
            name: channel.name.to_owned(),
            streams,
        })
    }

    fn stream(&self, row: &Row) -> Channel<'_> {
        let Head { id, number, .. } = self.core.heads[row.channel as usize];
        let [name, group, logo, tvg_id, url, headers] = row.texts.of(&self.core.text);
        Channel {
            id,
            number,
            source: row.source,
            name,
            group,
            logo,
            tvg_id,
            url,
            headers,
            score: row.score,
            reason: row.reason,
            shift_minutes: row.shift_minutes,
            keys: row.keys,
        }
    }

    /// Every channel that clients see, in the order of GuideNumbers.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Channel<'_>> {
        (0..self.len()).map(|index| self.get(index).expect("each channel has a stream"))
    }

    /// Where the channel with this number stands, if clients see it.
    #[must_use]
    pub fn index_of(&self, number: GuideNumber) -> Option<usize> {
        self.find_number(number)
            .filter(|&index| self.is_active(index))
    }

    /// The channel with this number.
    #[must_use]
    pub fn by_number(&self, number: GuideNumber) -> Option<Channel<'_>> {
        self.get(self.index_of(number)?)
    }

    /// The channel with this id.
    #[must_use]
    pub fn by_id(&self, id: ChannelId) -> Option<Channel<'_>> {
        self.get(self.index_of_id(id)?)
    }

    /// Where the channel with this id stands, if clients see it.
    #[must_use]
    pub fn index_of_id(&self, id: ChannelId) -> Option<usize> {
        self.find(id).filter(|&index| self.is_active(index))
    }

    pub(crate) fn head(&self, index: usize) -> Option<&Head> {
        self.core.heads.get(self.shown.place(index)?)
    }

    /// A lineup of finished heads and rows; those of one channel come in the order of its streams.
    /// Heads with one id and number are one channel; of several channels with one number the first
    /// counts. No head is without a stream.
    pub(crate) fn from_parts(mut text: String, listed: Vec<Head>, mut rows: Vec<Row>) -> Self {
        let (mut heads, place_of) = in_order(&listed);
        drop(listed);
        for row in &mut rows {
            row.channel = place_of[row.channel as usize];
        }
        rows.retain(|row| row.channel != NOWHERE);
        // Stable: the streams of a channel stay in their order.
        rows.sort_by_key(|row| row.channel);
        keep_so_many_streams(&mut rows);
        rows.shrink_to_fit();
        text.shrink_to_fit();
        for (at, row) in (0..).zip(&rows).filter(|(_, row)| row.order == 0) {
            heads[row.channel as usize].first = at;
        }
        let mut by_id: Vec<u32> = (0..).zip(&heads).map(|(index, _)| index).collect();
        by_id.sort_by_key(|&index| heads[index as usize].id);
        Self::of_core(Core {
            text,
            heads,
            rows,
            by_id,
        })
    }

    /// Bytes that this lineup holds, for the plan's books; what was decided included.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let Core {
            text,
            heads,
            rows,
            by_id,
        } = &*self.core;
        text.capacity()
            + heads.capacity() * size_of::<Head>()
            + rows.capacity() * size_of::<Row>()
            + by_id.capacity() * size_of::<u32>()
            + self.shown.bytes()
    }
}

/// The place of a head that another one's number keeps out.
const NOWHERE: u32 = u32::MAX;

/// The heads in the order of numbers, and where each of them went.
fn in_order(heads: &[Head]) -> (Vec<Head>, Vec<u32>) {
    let mut order: Vec<u32> = (0..).zip(heads).map(|(index, _)| index).collect();
    // Stable: heads with one number stay in the order in which they came.
    order.sort_by_key(|&index| heads[index as usize].number);
    let mut place_of = vec![NOWHERE; heads.len()];
    let mut kept: Vec<Head> = Vec::with_capacity(heads.len());
    for index in order {
        let head = heads[index as usize];
        match kept.last() {
            Some(last) if last.number == head.number && last.id != head.id => continue,
            Some(last) if last.number == head.number => {}
            Some(_) | None => kept.push(head),
        }
        place_of[index as usize] = u32::try_from(kept.len() - 1).unwrap_or(NOWHERE);
    }
    (kept, place_of)
}

/// `rows` are sorted by channel.
fn keep_so_many_streams(rows: &mut Vec<Row>) {
    let (mut channel, mut count) = (NOWHERE, 0);
    rows.retain_mut(|row| {
        count = if row.channel == channel { count + 1 } else { 1 };
        channel = row.channel;
        let order = u8::try_from(count - 1).unwrap_or(u8::MAX);
        row.order = order;
        count <= Lineup::STREAMS_MAX
    });
}
