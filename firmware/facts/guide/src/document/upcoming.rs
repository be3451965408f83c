//! What is on at one channel, and what comes: the beginning of its part of the document.

use lineup::ChannelId;
use xmltv::{Kind, time::DAY_S};

use super::Document;
use crate::{
    Found,
    pack::{BLOCK_BYTES_MAX, inflated, programmes},
    programme,
};

/// Bytes of a title, and of what a programme is about.
const TITLE_BYTES_MAX: usize = 256;
const TEXT_BYTES_MAX: usize = 1 << 10;

/// The next programmes of a channel, and the guide that they are of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Upcoming {
    /// Its name.
    pub guide: String,
    /// By their beginning; the first may be on.
    pub programmes: Vec<UpcomingProgramme>,
}

/// One of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UpcomingProgramme {
    /// Its title.
    pub title: String,
    /// What it is about; may be empty.
    pub description: String,
    /// Its beginning, in seconds since 1970.
    pub start: i64,
    /// Its end, in seconds since 1970.
    pub stop: i64,
}

impl Document {
    /// The next programmes of a channel, the one that is on included; `None` where no guide has any.
    ///
    /// # Errors
    /// Those of the store.
    pub fn upcoming(
        &self,
        channel: ChannelId,
        count: usize,
    ) -> Result<Option<Upcoming>, store::Error> {
        let Some(index) = self.view.lineup.index_of_id(channel) else {
            return Ok(None);
        };
        for found in self.view.found(index) {
            let programmes = self.next_of(index, found, count)?;
            if !programmes.is_empty() {
                let guide = self.view.guide_name(found.guide).unwrap_or_default();
                return Ok(Some(Upcoming {
                    guide: guide.to_owned(),
                    programmes,
                }));
            }
        }
        Ok(None)
    }

    /// Blocks are of a day at most: the one that now lies in began no longer ago than that.
    fn next_of(
        &self,
        index: usize,
        found: Found,
        count: usize,
    ) -> Result<Vec<UpcomingProgramme>, store::Error> {
        let shift_s = self.shift_s(index, found);
        let mut from = u32::try_from(self.now - shift_s - DAY_S).unwrap_or(0);
        let mut next = Vec::new();
        while next.len() < count {
            let row = self.store.guide_block(found.guide, found.key, from)?;
            let Some((start, block)) = row else {
                break;
            };
            from = start.saturating_add(1);
            let plain = inflated(&block, BLOCK_BYTES_MAX).unwrap_or_default();
            let told = programmes(&plain).filter_map(|(start, bytes)| {
                let programme = told(i64::from(start) + shift_s, bytes)?;
                (programme.stop > self.now).then_some(programme)
            });
            next.extend(told.take(count - next.len()));
        }
        Ok(next)
    }
}

fn told(start: i64, bytes: &[u8]) -> Option<UpcomingProgramme> {
    let (lasts, fields) = programme::decode(bytes)?;
    let mut told = UpcomingProgramme {
        start,
        stop: start + i64::from(lasts),
        ..UpcomingProgramme::default()
    };
    for field in fields {
        let (text, bytes_max) = match field.kind {
            Kind::Title => (&mut told.title, TITLE_BYTES_MAX),
            Kind::Description => (&mut told.description, TEXT_BYTES_MAX),
            _ => continue,
        };
        // Of several languages the first.
        if text.is_empty() {
            let end = field.text.floor_char_boundary(bytes_max);
            field.text[..end].clone_into(text);
        }
    }
    Some(told)
}
