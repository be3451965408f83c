//! What is on at one channel, and what comes: the beginning of its part of the document.

use lineup::ChannelId;
use xmltv::Kind;

use super::Document;
use crate::{layers::Layers, programme};

/// Bytes of a title, and of what a programme is about.
const TITLE_BYTES_MAX: usize = 256;
const TEXT_BYTES_MAX: usize = 1 << 10;

/// The next programmes of a channel, and the guide that they are of but for its gaps.
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
        let mut layers = Layers::open(&self.view, &self.store, index)?;
        let Some(guide) = layers.first_guide() else {
            return Ok(None);
        };
        let mut programmes = Vec::new();
        while programmes.len() < count {
            let Some((times, bytes)) = layers.next(&self.store)? else {
                break;
            };
            if times[1] > self.now {
                programmes.extend(told(times, bytes));
            }
        }
        let guide = self.view.guide_name(guide).unwrap_or_default().to_owned();
        Ok((!programmes.is_empty()).then_some(Upcoming { guide, programmes }))
    }
}

fn told([start, stop]: [i64; 2], bytes: &[u8]) -> Option<UpcomingProgramme> {
    let (_, fields) = programme::decode(bytes)?;
    let mut told = UpcomingProgramme {
        start,
        stop,
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
