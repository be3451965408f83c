//! Facts as sections of rows, for whoever carries them to another box.
//!
//! A row begins with the version of its layout, as those in the tables do; a section has a version as
//! well, for changes of what its rows are about.

use lineup::EntryText;

use super::Facts;
use crate::{codec::Encoder, decisions, import};

pub(super) const LAYOUT: u8 = 1;

/// One kind of facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// Who the box is.
    Device,
    /// Which sources there are.
    Sources,
    /// State of the sources whose lists follow.
    States,
    /// The owner's rules.
    Rules,
    /// What the lineup was derived by.
    Choices,
    /// Numbers given.
    Numbers,
    /// Keys held.
    Held,
    /// What was decided of channels.
    Decisions,
    /// Entries that belong to a channel by hand.
    Homes,
    /// Guides that were set over the API.
    Guides,
}

impl Section {
    /// In the order in which they are written.
    pub const ALL: [Self; 10] = [
        Self::Device,
        Self::Sources,
        Self::States,
        Self::Rules,
        Self::Choices,
        Self::Numbers,
        Self::Held,
        Self::Decisions,
        Self::Homes,
        Self::Guides,
    ];
    /// Of all of them, up to now.
    pub const VERSION: u16 = 1;

    /// What it is called.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Device => "device",
            Self::Sources => "sources",
            Self::States => "states",
            Self::Rules => "rules",
            Self::Choices => "choices",
            Self::Numbers => "numbers",
            Self::Held => "held",
            Self::Decisions => "decisions",
            Self::Homes => "homes",
            Self::Guides => "guides",
        }
    }
}

impl Facts {
    /// Gives each row of a section to `each`, until it fails.
    ///
    /// # Errors
    /// Those of `each`.
    pub fn each_row<E>(
        &self,
        section: Section,
        each: &mut dyn FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let row = &mut Vec::new();
        match section {
            Section::Device => {
                self.device.encode(row);
                each(row)
            }
            Section::Sources => self.sources.iter().try_for_each(|source| {
                source.encode(row);
                each(&behind(source.id.into(), row))
            }),
            Section::States => self.states.iter().try_for_each(|(id, state)| {
                state.encode(row);
                each(&behind((*id).into(), row))
            }),
            Section::Rules => {
                self.rules.encode(row);
                each(row)
            }
            Section::Choices => {
                import::encode_lineup(&[], self.choices, row);
                each(row)
            }
            Section::Numbers => self.known.numbers.iter().try_for_each(|number| {
                Encoder::new(row, LAYOUT)
                    .u64(number.id.0)
                    .u16(number.number.major())
                    .u16(number.number.minor())
                    .u32(number.since)
                    .u32(number.last_seen)
                    .u16(u16::from(number.waits));
                each(row)
            }),
            Section::Held => self.known.held.iter().try_for_each(|held| {
                Encoder::new(row, LAYOUT)
                    .u64(held.key)
                    .u64(held.id.0)
                    .u32(held.last_seen);
                each(row)
            }),
            Section::Decisions => self.decisions.iter().try_for_each(|(id, decision)| {
                decisions::encode(&decision, row);
                each(&behind(id.0, row))
            }),
            Section::Homes => self.decisions.homes().iter().try_for_each(|home| {
                Encoder::new(row, LAYOUT)
                    .u64(home.keys.name)
                    .u64(home.keys.address)
                    .u64(home.channel.0);
                each(row)
            }),
            Section::Guides => self.guides.iter().try_for_each(|(name, settings)| {
                Encoder::new(row, LAYOUT).text(name).text(settings);
                each(row)
            }),
        }
    }
}

/// A row behind the number that it has in its table.
fn behind(id: u64, row: &[u8]) -> Vec<u8> {
    [&id.to_le_bytes(), row].concat()
}

/// An entry of a list, as a row.
pub fn encode_entry(entry: &EntryText<'_>, row: &mut Vec<u8>) {
    let mut fields = Encoder::new(row, LAYOUT);
    for text in entry.texts() {
        fields.text(text);
    }
}
