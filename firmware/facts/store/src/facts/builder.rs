//! Facts that come from elsewhere, row by row, each looked at.

use lineup::{
    ChannelId, ENTRY_TEXTS, EntryText, HeldKey, Known, Numbers, Remembered,
    decisions::{Decisions, Home, Keys},
};

use super::{Facts, Section, section::LAYOUT};
use crate::{
    Choices, Device, RulesRow, SourceRow, SourceState, channels, codec::Decoder, decisions,
    fault::Fault, import,
};

/// However little the plan gives an import: the channels and keys that are remembered at least
/// ([`lineup::Numbers::REMEMBERED_MIN`]) take so much.
const BYTES_MIN: usize = 8 << 20;
/// Sources that there can be numbers for, far above what anybody sets.
const SOURCES_MAX: usize = 1024;
/// The same for guides.
const GUIDES_MAX: usize = 256;

/// Facts that cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadFacts {
    /// Of a later Dipole.
    #[error("it holds {what:?}, which only a newer Dipole knows")]
    Newer {
        /// The section.
        what: String,
    },
    /// Not as anybody writes it.
    #[error("its {section} are damaged: {what}")]
    Row {
        /// In which section.
        section: &'static str,
        /// What is wrong.
        what: &'static str,
    },
    /// More than the plan has room for.
    #[error(
        "it holds more than the {bytes_max} bytes that the plan gives an import: raise memory.budget"
    )]
    Full {
        /// The room.
        bytes_max: usize,
    },
    /// It does not say whose facts they are.
    #[error("the identity of the device is not in it")]
    NoDevice,
}

/// Takes rows in the order in which [`Facts::each_row`] gives them.
#[derive(Debug)]
pub struct FactsBuilder {
    device: Option<Device>,
    sources: Vec<SourceRow>,
    states: Vec<(u16, SourceState)>,
    numbers: Numbers,
    held: Vec<HeldKey>,
    choices: Choices,
    decisions: Decisions,
    /// The channel of the last decision: they come in order.
    last_decided: Option<u64>,
    rules: RulesRow,
    guides: Vec<(String, String)>,
    bytes: usize,
    bytes_max: usize,
}

impl FactsBuilder {
    /// Of facts that take `bytes_max` bytes at most, or 8 MiB.
    #[must_use]
    pub fn new(bytes_max: usize) -> Self {
        Self {
            device: None,
            sources: Vec::new(),
            states: Vec::new(),
            numbers: Numbers::new(),
            held: Vec::new(),
            choices: Choices::default(),
            decisions: Decisions::new(),
            last_decided: None,
            rules: RulesRow::default(),
            guides: Vec::new(),
            bytes: 0,
            bytes_max: bytes_max.max(BYTES_MIN),
        }
    }

    /// The section of this name.
    ///
    /// # Errors
    /// [`BadFacts::Newer`] where it is not known, or in a later shape.
    pub fn section(name: &str, version: u16) -> Result<Section, BadFacts> {
        let known = Section::ALL.into_iter().find(|it| it.name() == name);
        let known = known.filter(|_| version == Section::VERSION);
        known.ok_or_else(|| BadFacts::Newer {
            what: name.to_owned(),
        })
    }

    /// A row of a section.
    ///
    /// # Errors
    /// Where it is none, or there is no room for it.
    pub fn row(&mut self, section: Section, row: &[u8]) -> Result<(), BadFacts> {
        self.bytes = self.bytes.saturating_add(cost(section, row));
        if self.bytes > self.bytes_max {
            let bytes_max = self.bytes_max;
            return Err(BadFacts::Full { bytes_max });
        }
        self.take(section, row)
            .map_err(|fault| bad(section, &fault))
    }

    fn take(&mut self, section: Section, row: &[u8]) -> Result<(), Fault> {
        match section {
            Section::Device => self.device = Some(Device::decode(row)?),
            Section::Sources => {
                let (id, row) = source_number(row)?;
                let last = self.sources.last().map(|row| row.id);
                let is_next = last.is_none_or(|last| last < id);
                hold(is_next && self.sources.len() < SOURCES_MAX)?;
                self.sources.push(SourceRow::decode(id, row)?);
            }
            Section::States => {
                let (id, row) = source_number(row)?;
                hold(self.sources.iter().any(|source| source.id == id))?;
                self.states.push((id, SourceState::decode(row)?));
            }
            Section::Rules => self.rules = RulesRow::decode(row)?,
            Section::Choices => self.choices = import::decode_lineup(row)?.choices(),
            Section::Numbers => self.numbers.insert(number(row)?),
            Section::Held => self.held.push(held(row)?),
            Section::Decisions => {
                let (id, row) = number_in_front(row)?;
                hold(self.last_decided.is_none_or(|last| last < id) && self.has_place())?;
                self.last_decided = Some(id);
                self.decisions.push(ChannelId(id), decisions::decode(row)?);
            }
            Section::Homes => {
                let home = home(row)?;
                let last = self.decisions.homes().last();
                hold(last.is_none_or(|last| last.keys < home.keys) && self.has_place())?;
                self.decisions.push_home(home);
            }
            Section::Guides => {
                let guide = guide(row)?;
                let is_new = self.guides.iter().all(|(name, _)| *name != guide.0);
                hold(is_new && self.guides.len() < GUIDES_MAX)?;
                self.guides.push(guide);
            }
        }
        Ok(())
    }

    fn has_place(&self) -> bool {
        self.decisions.len() < Decisions::ROWS_MAX
    }

    /// All of them.
    ///
    /// # Errors
    /// [`BadFacts::NoDevice`]
    pub fn finish(self) -> Result<Facts, BadFacts> {
        Ok(Facts {
            device: self.device.ok_or(BadFacts::NoDevice)?,
            sources: self.sources,
            states: self.states,
            known: Known {
                numbers: self.numbers,
                held: self.held.into_iter().collect(),
            },
            choices: self.choices,
            decisions: self.decisions,
            rules: self.rules,
            guides: self.guides,
        })
    }
}

/// Bytes that a row takes in memory.
const fn cost(section: Section, row: &[u8]) -> usize {
    match section {
        Section::Numbers => 48,
        Section::Held | Section::Homes => 24,
        _ => row.len() + 96,
    }
}

fn number(row: &[u8]) -> Result<Remembered, Fault> {
    let mut fields = Decoder::new(row, LAYOUT)?;
    let row = Remembered {
        id: ChannelId(fields.u64()?),
        number: channels::decode_number(&mut fields)?,
        since: fields.u32()?,
        last_seen: fields.u32()?,
        waits: fields.u16()? != 0,
    };
    fields.end()?;
    Ok(row)
}

fn guide(row: &[u8]) -> Result<(String, String), Fault> {
    let mut fields = Decoder::new(row, LAYOUT)?;
    let guide = (fields.text()?.to_owned(), fields.text()?.to_owned());
    fields.end()?;
    Ok(guide)
}

fn held(row: &[u8]) -> Result<HeldKey, Fault> {
    let mut fields = Decoder::new(row, LAYOUT)?;
    let row = HeldKey {
        key: fields.u64()?,
        id: ChannelId(fields.u64()?),
        last_seen: fields.u32()?,
    };
    fields.end()?;
    Ok(row)
}

fn home(row: &[u8]) -> Result<Home, Fault> {
    let mut fields = Decoder::new(row, LAYOUT)?;
    let keys = Keys {
        name: fields.u64()?,
        address: fields.u64()?,
    };
    let channel = ChannelId(fields.u64()?);
    fields.end()?;
    Ok(Home { keys, channel })
}

/// The texts of an entry that [`super::section::encode_entry`] wrote.
///
/// # Errors
/// Where it did not.
pub fn decode_entry(row: &[u8]) -> Result<EntryText<'_>, BadFacts> {
    let texts = || -> Result<EntryText<'_>, Fault> {
        let mut fields = Decoder::new(row, LAYOUT)?;
        let mut texts = [""; ENTRY_TEXTS];
        for text in &mut texts {
            *text = fields.text()?;
        }
        fields.end()?;
        Ok(EntryText::of_texts(texts))
    };
    texts().map_err(|fault| BadFacts::Row {
        section: "lists",
        what: words(&fault),
    })
}

/// The number that a row stands behind.
fn number_in_front(row: &[u8]) -> Result<(u64, &[u8]), Fault> {
    let (id, row) = row.split_first_chunk().ok_or(DISORDER)?;
    Ok((u64::from_le_bytes(*id), row))
}

fn source_number(row: &[u8]) -> Result<(u16, &[u8]), Fault> {
    let (id, row) = number_in_front(row)?;
    Ok((u16::try_from(id).map_err(|_| DISORDER)?, row))
}

const fn hold(is_good: bool) -> Result<(), Fault> {
    if is_good { Ok(()) } else { Err(DISORDER) }
}

const DISORDER: Fault = Fault::Row("a row is not where it belongs");

fn bad(section: Section, fault: &Fault) -> BadFacts {
    BadFacts::Row {
        section: section.name(),
        what: words(fault),
    }
}

const fn words(fault: &Fault) -> &'static str {
    match fault {
        Fault::Row(what) => what,
        _ => "a row cannot be read",
    }
}
