//! A lineup under construction, within a number of bytes.

use crate::{
    Channel, ChannelId, Face, GuideNumber, Lineup,
    arena::{Piece, append, append_one, cut},
    core::{Head, Row},
};

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
    heads: Vec<Head>,
    rows: Vec<Row>,
    bytes_max: usize,
}

impl LineupBuilder {
    /// A builder that refuses to hold more than `bytes_max` bytes.
    #[must_use]
    pub fn new(bytes_max: usize) -> Self {
        Self {
            text: String::new(),
            heads: Vec::new(),
            rows: Vec::new(),
            bytes_max: bytes_max.min(u32::MAX as usize),
        }
    }

    /// Adds a channel of this name, which the streams behind it belong to, the primary first: what
    /// they say of id and number does not count. One without streams is none.
    ///
    /// A text longer than 65,535 bytes is cut at a character.
    ///
    /// # Errors
    /// [`Full`] where the channel no longer fits.
    pub fn channel<'a>(
        &mut self,
        (id, number): (ChannelId, GuideNumber),
        name: &str,
        face: Face,
        streams: impl IntoIterator<Item = Channel<'a>>,
    ) -> Result<(), Full> {
        let before = self.rows.len();
        self.heads.push(Head {
            id,
            number,
            first: 0,
            name: Piece::default(),
            face,
            waits: false,
        });
        let pushed = streams
            .into_iter()
            .try_for_each(|stream| self.stream(stream))
            .and_then(|()| self.name(name, before));
        if self.rows.len() == before || pushed.is_err() {
            self.heads.pop();
            self.rows.truncate(before);
        }
        pushed
    }

    /// The last channel came late, and was to wait: see [`crate::NewChannels`].
    pub fn wait(&mut self) {
        if let Some(head) = self.heads.last_mut() {
            head.waits = true;
        }
    }

    /// Names the last channel, whose primary is the row at `first`. Mostly it has that name itself.
    fn name(&mut self, name: &str, first: usize) -> Result<(), Full> {
        let own = self.rows.get(first).map(|row| row.texts.name());
        let own = own.filter(|own| own.of(&self.text) == cut(name));
        let name = match own {
            Some(own) => own,
            None => {
                self.check(name.len(), 0)?;
                append_one(&mut self.text, name)
            }
        };
        if let Some(head) = self.heads.last_mut() {
            head.name = name;
        }
        Ok(())
    }

    /// Adds a channel of one stream, or a stream to one: what has the same id and number is one
    /// channel, whose streams stay in the order in which they came. Of several channels with one
    /// number [`LineupBuilder::build`] keeps the first.
    ///
    /// # Errors
    /// [`Full`] where the channel no longer fits.
    pub fn push(&mut self, channel: Channel<'_>) -> Result<(), Full> {
        let head = (channel.id, channel.number);
        self.channel(head, channel.name, Face::default(), [channel])
    }

    /// Adds a stream to the last channel.
    fn stream(&mut self, stream: Channel<'_>) -> Result<(), Full> {
        let Channel {
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
            ..
        } = stream;
        let texts = [name, group, logo, tvg_id, url, headers].map(cut);
        self.check(texts.iter().map(|text| text.len()).sum(), 1)?;
        let texts = append(&mut self.text, texts);
        self.rows.push(Row {
            channel: u32::try_from(self.heads.len() - 1).unwrap_or(u32::MAX),
            keys,
            texts,
            source,
            score,
            shift_minutes,
            order: 0,
            reason,
        });
        Ok(())
    }

    /// Whether so much more still fits.
    fn check(&self, text_bytes: usize, rows: usize) -> Result<(), Full> {
        let bytes = self.text.len()
            + text_bytes
            + self.heads.len() * (size_of::<Head>() + size_of::<u32>())
            + (self.rows.len() + rows) * size_of::<Row>();
        if bytes > self.bytes_max {
            return Err(Full {
                bytes_max: self.bytes_max,
                channels: self.heads.len(),
            });
        }
        Ok(())
    }

    /// The finished lineup, in the order of GuideNumbers.
    #[must_use]
    pub fn build(self) -> Lineup {
        Lineup::from_parts(self.text, self.heads, self.rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn channel(major: u16, name: &str) -> Channel<'_> {
        let id = ChannelId(u64::from(major) ^ 0xffff);
        let number = GuideNumber::new(major, 0).unwrap();
        Channel {
            group: "News",
            tvg_id: "x",
            ..Channel::new(id, number, name, "http://a.example/1")
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
        assert_eq!(names, ["Third", "First", "Second", "Again"]);
        assert_eq!(lineup.by_id(channel(7, "").id).unwrap().name, "Third");
        assert_eq!(lineup.streams_of(ChannelId(1)).len(), 0);
        assert_eq!(lineup.all_streams().len(), 5);
        let spec = lineup.spec(0).unwrap();
        let urls: Vec<_> = spec
            .streams
            .iter()
            .map(|stream| stream.url.as_str())
            .collect();
        assert_eq!(urls, ["u3", "u1", "u2"], "an address counts once");
        assert_eq!(lineup.spec(2), None);
    }

    #[test]
    fn a_channel_has_a_name_and_lent_texts() {
        let mut builder = LineupBuilder::new(100_000);
        let bare = Channel {
            group: "",
            tvg_id: "",
            ..channel(7, "US| SEVEN HD")
        };
        let backup = Channel {
            logo: "l",
            ..channel(1, "Seven SD")
        };
        let face = Face {
            group: 1,
            logo: 1,
            tvg_id: 9,
        };
        let (id, number) = (bare.id, bare.number);
        builder
            .channel((id, number), "Seven", face, [bare, backup])
            .unwrap();
        builder.channel((id, number), "Again", face, []).unwrap();
        let lineup = builder.build();
        let seven = lineup.get(0).unwrap();
        assert_eq!(
            (seven.name, seven.group, seven.logo),
            ("Seven", "News", "l")
        );
        assert_eq!(seven.tvg_id, "", "of no stream that is there");
        assert_eq!((lineup.len(), lineup.face(0)), (1, face));
        let streams: Vec<_> = lineup.streams(0).collect();
        assert_eq!(streams[0], bare);
        assert_eq!(
            streams[1],
            Channel {
                id,
                number,
                ..backup
            }
        );
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
