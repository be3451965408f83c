//! The lineup as one compact, immutable value: a text arena and a row per channel.
//!
//! 30,000 channels of a real list take about 6 MiB; a lineup under construction has a stated
//! maximum and is refused as a whole beyond it.

use crate::{
    Channel, ChannelId, GuideNumber,
    arena::{Span, append, cut},
};

#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    pub id: ChannelId,
    pub number: GuideNumber,
    pub source: u16,
    pub texts: Span,
}

/// All channels at one moment, in the order of their GuideNumbers.
#[derive(Debug, Default)]
pub struct Lineup {
    text: String,
    rows: Vec<Row>,
    /// Indices into `rows`, in the order of ids.
    by_id: Vec<u32>,
}

impl Lineup {
    /// How many channels there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is no channel.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The channel at `index`, counted in the order of GuideNumbers.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<Channel<'_>> {
        let row = self.rows.get(index)?;
        let [name, group, logo, tvg_id, url, headers] = row.texts.of(&self.text);
        Some(Channel {
            id: row.id,
            number: row.number,
            source: row.source,
            name,
            group,
            logo,
            tvg_id,
            url,
            headers,
        })
    }

    /// Every channel, in the order of GuideNumbers.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Channel<'_>> {
        (0..self.rows.len()).map(|index| self.get(index).expect("index is below len"))
    }

    /// Where the channel with this number stands.
    #[must_use]
    pub fn index_of(&self, number: GuideNumber) -> Option<usize> {
        self.rows
            .binary_search_by_key(&number, |row| row.number)
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
        let found = self
            .by_id
            .binary_search_by_key(&id, |&index| self.rows[index as usize].id)
            .ok()?;
        self.get(self.by_id[found] as usize)
    }

    /// A lineup of finished rows. Of several with one number the first counts.
    pub(crate) fn from_rows(mut text: String, mut rows: Vec<Row>) -> Self {
        rows.sort_by_key(|row| row.number);
        rows.dedup_by_key(|row| row.number);
        rows.shrink_to_fit();
        text.shrink_to_fit();
        let count = u32::try_from(rows.len()).unwrap_or(u32::MAX);
        let mut by_id: Vec<u32> = (0..count).collect();
        by_id.sort_by_key(|&index| rows[index as usize].id);
        Self { text, rows, by_id }
    }

    /// Bytes that this lineup holds, for the plan's books.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.text.capacity()
            + self.rows.capacity() * size_of::<Row>()
            + self.by_id.capacity() * size_of::<u32>()
    }
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

    /// Adds a channel. Numbers and ids must be unique: [`LineupBuilder::build`] keeps the first.
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
        let bytes = self.text.len() + text_bytes + rows * (size_of::<Row>() + size_of::<u32>());
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
    fn refuses_what_does_not_fit() {
        let mut builder = LineupBuilder::new(200);
        builder.push(channel(1, "One")).unwrap();
        let full = (2..100)
            .find_map(|n| builder.push(channel(n, "More")).err())
            .unwrap();
        assert!(full.channels < 4 && full.to_string().contains("memory.budget"));
    }
}
