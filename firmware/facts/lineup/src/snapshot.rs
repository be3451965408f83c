//! The lineup as one compact, immutable value: a text arena and a row per stream, in the order of
//! channels.
//!
//! 30,000 channels of a real list take about 6 MiB; a lineup under construction has a stated
//! maximum and is refused as a whole beyond it.

use base::ChannelSpec;

use crate::{
    Channel, ChannelId, GuideNumber,
    arena::{Span, append, cut},
};

#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    pub id: ChannelId,
    pub number: GuideNumber,
    pub source: u16,
    /// Place among the channel's streams of this source.
    pub order: u16,
    pub texts: Span,
}

/// All channels at one moment, in the order of their GuideNumbers.
#[derive(Debug, Default)]
pub struct Lineup {
    text: String,
    /// Channel by channel, the primary first.
    rows: Vec<Row>,
    /// Where each channel begins in `rows`.
    first: Vec<u32>,
    /// Indices into `first`, in the order of ids.
    by_id: Vec<u32>,
}

impl Lineup {
    /// Streams that a channel keeps; further ones are left out.
    pub const STREAMS_MAX: usize = ChannelSpec::STREAMS_MAX;

    /// How many channels there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.first.len()
    }

    /// Whether there is no channel.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.first.is_empty()
    }

    /// The channel at `index`, counted in the order of GuideNumbers, as its primary stream says.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<Channel<'_>> {
        self.streams(index).next()
    }

    /// The streams of the channel at `index`, the primary first. Each is given as the channel would
    /// be were it the only one: its backups have names and logos of their own.
    pub fn streams(&self, index: usize) -> impl ExactSizeIterator<Item = Channel<'_>> + Clone {
        let begin = self
            .first
            .get(index)
            .map_or(self.rows.len(), |&at| at as usize);
        let next = self.first.get(index + 1).map(|&at| at as usize);
        let rows = self.rows.get(begin..next.unwrap_or(self.rows.len()));
        rows.unwrap_or_default().iter().map(|row| self.channel(row))
    }

    /// The streams of the channel with this id.
    pub fn streams_of(&self, id: ChannelId) -> impl ExactSizeIterator<Item = Channel<'_>> + Clone {
        self.streams(self.index_of_id(id).unwrap_or(usize::MAX - 1))
    }

    /// Every stream of every channel.
    pub fn all_streams(&self) -> impl ExactSizeIterator<Item = Channel<'_>> + Clone {
        self.rows.iter().map(|row| self.channel(row))
    }

    /// What a tuner is asked to play: the channel at `index` with all its streams. Where two sources
    /// name the same address, it is one stream.
    #[must_use]
    pub fn spec(&self, index: usize) -> Option<ChannelSpec> {
        let primary = self.get(index)?;
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
            channel: primary.id,
            number: primary.number,
            name: primary.name.to_owned(),
            streams,
        })
    }

    fn channel(&self, row: &Row) -> Channel<'_> {
        let [name, group, logo, tvg_id, url, headers] = row.texts.of(&self.text);
        Channel {
            id: row.id,
            number: row.number,
            source: row.source,
            name,
            group,
            logo,
            tvg_id,
            url,
            headers,
        }
    }

    /// Every channel, in the order of GuideNumbers.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Channel<'_>> {
        self.first
            .iter()
            .map(|&at| self.channel(&self.rows[at as usize]))
    }

    /// Where the channel with this number stands.
    #[must_use]
    pub fn index_of(&self, number: GuideNumber) -> Option<usize> {
        self.first
            .binary_search_by_key(&number, |&at| self.rows[at as usize].number)
            .ok()
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

    /// Where the channel with this id stands.
    #[must_use]
    pub fn index_of_id(&self, id: ChannelId) -> Option<usize> {
        let found = self
            .by_id
            .binary_search_by_key(&id, |&index| self.row_of(index).id)
            .ok()?;
        Some(self.by_id[found] as usize)
    }

    /// The primary's row of the channel at `index`, which comes from `by_id`.
    fn row_of(&self, index: u32) -> &Row {
        &self.rows[self.first[index as usize] as usize]
    }

    /// A lineup of finished rows, those of one channel in the order of its streams where they are of
    /// one source. Of several channels with one number the first counts.
    pub(crate) fn from_rows(mut text: String, mut rows: Vec<Row>) -> Self {
        // Stable: rows with one number stay in the order in which they came.
        rows.sort_by_key(|row| row.number);
        keep_one_channel_per_number(&mut rows);
        rows.sort_by_key(|row| (row.number, row.source, row.order));
        keep_so_many_streams(&mut rows);
        rows.shrink_to_fit();
        text.shrink_to_fit();
        let mut first = Vec::new();
        for (at, row) in (0..).zip(&rows) {
            let before: Option<&u32> = first.last();
            if before.is_none_or(|&before| rows[before as usize].number != row.number) {
                first.push(at);
            }
        }
        first.shrink_to_fit();
        let count = u32::try_from(first.len()).unwrap_or(u32::MAX);
        let mut lineup = Self {
            text,
            rows,
            first,
            by_id: Vec::new(),
        };
        let mut by_id: Vec<u32> = (0..count).collect();
        by_id.sort_by_key(|&index| lineup.row_of(index).id);
        lineup.by_id = by_id;
        lineup
    }

    /// Bytes that this lineup holds, for the plan's books.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.text.capacity()
            + self.rows.capacity() * size_of::<Row>()
            + (self.first.capacity() + self.by_id.capacity()) * size_of::<u32>()
    }
}

/// `rows` are sorted by number.
fn keep_one_channel_per_number(rows: &mut Vec<Row>) {
    let mut owner: Option<(GuideNumber, ChannelId)> = None;
    rows.retain(|row| match owner {
        Some((number, id)) if number == row.number => id == row.id,
        Some(_) | None => {
            owner = Some((row.number, row.id));
            true
        }
    });
}

/// `rows` are sorted by number.
fn keep_so_many_streams(rows: &mut Vec<Row>) {
    let mut last: Option<(GuideNumber, usize)> = None;
    rows.retain(|row| {
        let before = last.map_or(
            0,
            |(number, count)| if number == row.number { count } else { 0 },
        );
        last = Some((row.number, before + 1));
        before < Lineup::STREAMS_MAX
    });
}

/// A lineup grew beyond what the plan allows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the lineup does not fit into the {bytes_max} bytes that the plan gives it after {channels} channels: raise memory.budget or leave channels out"
)]
pub struct Full {
    /// The bytes allowed.
    pub bytes_max: usize,
    /// Channels that did fit.
    pub channels: usize,
}

/// Collects channels for a [`Lineup`] within a number of bytes.
#[derive(Debug)]
pub struct LineupBuilder {
    text: String,
    rows: Vec<Row>,
    bytes_max: usize,
}

impl LineupBuilder {
    /// A builder that refuses to hold more than `bytes_max` bytes.
    #[must_use]
    pub fn new(bytes_max: usize) -> Self {
        Self {
            text: String::new(),
            rows: Vec::new(),
            bytes_max: bytes_max.min(u32::MAX as usize),
        }
    }

    /// Adds a channel, or a stream to one: what has the same id and number is one channel, whose
    /// streams are sorted by source and else stay in the order in which they came. Of several
    /// channels with one number [`LineupBuilder::build`] keeps the first.
    ///
    /// A text longer than 65,535 bytes is cut at a character.
    ///
    /// # Errors
    /// [`Full`] where the channel no longer fits.
    pub fn push(&mut self, channel: Channel<'_>) -> Result<(), Full> {
        let Channel {
            name,
            group,
            logo,
            tvg_id,
            url,
            headers,
            ..
        } = channel;
        let texts = [name, group, logo, tvg_id, url, headers].map(cut);
        let text_bytes: usize = texts.iter().map(|text| text.len()).sum();
        let rows = self.rows.len() + 1;
        let bytes = self.text.len() + text_bytes + rows * (size_of::<Row>() + 2 * size_of::<u32>());
        if bytes > self.bytes_max {
            return Err(Full {
                bytes_max: self.bytes_max,
                channels: rows - 1,
            });
        }
        let Channel {
            id, number, source, ..
        } = channel;
        let texts = append(&mut self.text, texts);
        self.rows.push(Row {
            id,
            number,
            source,
            order: 0,
            texts,
        });
        Ok(())
    }

    /// The finished lineup, in the order of GuideNumbers.
    #[must_use]
    pub fn build(self) -> Lineup {
        Lineup::from_rows(self.text, self.rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn channel(major: u16, name: &str) -> Channel<'_> {
        Channel {
            id: ChannelId(u64::from(major) ^ 0xffff),
            number: GuideNumber::new(major, 0).unwrap(),
            source: 0,
            name,
            group: "News",
            logo: "",
            tvg_id: "x",
            url: "http://a.example/1",
            headers: "",
        }
    }

    #[test]
    fn finds_by_number_and_by_id() {
        let mut builder = LineupBuilder::new(10_000);
        for (major, name) in [(7, "Seven"), (2, "Two"), (5, "Five")] {
            builder.push(channel(major, name)).unwrap();
        }
        let lineup = builder.build();
        let names: Vec<_> = lineup.iter().map(|channel| channel.name).collect();
        assert_eq!(names, ["Two", "Five", "Seven"]);
        let five = lineup.by_number("5".parse().unwrap()).unwrap();
        assert_eq!(five, channel(5, "Five"));
        assert_eq!(lineup.by_id(five.id), Some(five));
        assert_eq!(lineup.by_id(ChannelId(1)), None);
    }

    #[test]
    fn what_has_the_same_id_is_one_channel() {
        let mut builder = LineupBuilder::new(100_000);
        let of = |source, url, name| Channel {
            source,
            url,
            ..channel(7, name)
        };
        builder.push(of(2, "u3", "Third")).unwrap();
        builder.push(channel(9, "Nine")).unwrap();
        builder.push(of(0, "u1", "First")).unwrap();
        builder.push(of(0, "u2", "Second")).unwrap();
        builder.push(of(1, "u1", "Again")).unwrap();
        let other = Channel {
            id: ChannelId(1),
            ..of(0, "x", "Of another id")
        };
        builder.push(other).unwrap();
        let lineup = builder.build();
        assert_eq!(lineup.len(), 2);
        let names: Vec<_> = lineup.streams(0).map(|stream| stream.name).collect();
        assert_eq!(names, ["First", "Second", "Again", "Third"]);
        assert_eq!(lineup.by_id(channel(7, "").id).unwrap().name, "First");
        assert_eq!(lineup.streams_of(ChannelId(1)).len(), 0);
        assert_eq!(lineup.all_streams().len(), 5);
        let spec = lineup.spec(0).unwrap();
        let urls: Vec<_> = spec
            .streams
            .iter()
            .map(|stream| stream.url.as_str())
            .collect();
        assert_eq!(urls, ["u1", "u2", "u3"], "an address counts once");
        assert_eq!(lineup.spec(2), None);
    }

    #[test]
    fn a_channel_keeps_so_many_streams() {
        let mut builder = LineupBuilder::new(100_000);
        for _ in 0..100 {
            builder.push(channel(7, "Seven")).unwrap();
        }
        builder.push(channel(8, "Eight")).unwrap();
        let lineup = builder.build();
        assert_eq!(lineup.streams(0).len(), Lineup::STREAMS_MAX);
        assert_eq!((lineup.streams(1).len(), lineup.len()), (1, 2));
    }

    #[test]
    fn refuses_what_does_not_fit() {
        let mut builder = LineupBuilder::new(200);
        builder.push(channel(1, "One")).unwrap();
        let full = (2..100)
            .find_map(|n| builder.push(channel(n, "More")).err())
            .unwrap();
        assert!(full.channels < 4 && full.to_string().contains("memory.budget"));
    }
}
