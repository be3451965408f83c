//! What is known of a catalogue: a row for each shelf of each source.

use std::time::SystemTime;

use crate::{
    codec::{Decoder, Encoder},
    fault::Fault,
};

const LAYOUT: u8 = 1;

/// A catalogue, and the last dealings with its panel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CatalogState {
    /// Whose it is: another figure is another account, whose ids mean other titles.
    pub account: u64,
    /// When it was last read in full.
    pub last_success: Option<SystemTime>,
    /// Why the last attempt failed; empty where it did not.
    pub error: String,
    /// Why titles are missing at the end; empty where none are.
    pub cut: String,
    /// Its titles, in their order.
    pub pieces: Vec<PieceRow>,
}

/// A piece that is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PieceRow {
    pub(super) key: u64,
    pub(super) titles: u32,
}

impl CatalogState {
    /// How many titles it has.
    #[must_use]
    pub fn titles(&self) -> u64 {
        self.pieces
            .iter()
            .map(|piece| u64::from(piece.titles))
            .sum()
    }

    pub(super) fn encode(&self, buffer: &mut Vec<u8>) {
        let count = u32::try_from(self.pieces.len()).unwrap_or(u32::MAX);
        let mut fields = Encoder::new(buffer, LAYOUT);
        fields
            .u64(self.account)
            .maybe_time(self.last_success)
            .text(&self.error)
            .text(&self.cut)
            .u32(count);
        for piece in &self.pieces {
            fields.u64(piece.key).u32(piece.titles);
        }
    }

    pub(super) fn decode(bytes: &[u8]) -> Result<Self, Fault> {
        let mut fields = Decoder::new(bytes, LAYOUT)?;
        let mut state = Self {
            account: fields.u64()?,
            last_success: fields.maybe_time()?,
            error: fields.text()?.to_owned(),
            cut: fields.text()?.to_owned(),
            pieces: Vec::new(),
        };
        for _ in 0..fields.u32()? {
            state.pieces.push(PieceRow {
                key: fields.u64()?,
                titles: fields.u32()?,
            });
        }
        fields.end()?;
        Ok(state)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::{collection::vec, prelude::*};

    use super::*;

    proptest! {
        #[test]
        fn a_state_comes_back(account: u64, error: String, seconds: Option<u32>, pieces in vec(any::<(u64, u32)>(), 0..9)) {
            let at = |seconds: u32| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds.into());
            let pieces = pieces.into_iter().map(|(key, titles)| PieceRow { key, titles });
            let state = CatalogState {
                account,
                error,
                last_success: seconds.map(at),
                cut: "cut".to_owned(),
                pieces: pieces.collect(),
            };
            let mut value = Vec::new();
            state.encode(&mut value);
            prop_assert_eq!(CatalogState::decode(&value).unwrap(), state);
        }

        #[test]
        fn garbage_is_an_error_or_a_state(mut value in vec(any::<u8>(), 0..80)) {
            if let Some(first) = value.first_mut() {
                *first = LAYOUT;
            }
            let _ = CatalogState::decode(&value);
        }
    }
}
