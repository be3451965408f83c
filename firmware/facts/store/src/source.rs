//! What is known of a source from one start to the next.

use std::time::SystemTime;

use crate::{
    codec::{Decoder, Encoder},
    fault::Fault,
};

const LAYOUT: u8 = 3;
/// Without the guides that the list names: written by earlier versions, still read.
const GUIDELESS_LAYOUT: u8 = 2;
/// Without the hash of the list: written by earlier versions, still read.
const LISTLESS_LAYOUT: u8 = 1;

/// The last dealings with one source. Texts that are not known are empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceState {
    /// The address that the validators below belong to: they say nothing about another one.
    pub url: String,
    /// `ETag` of the last good answer (RFC 9110, 8.8.3), as sent.
    pub etag: String,
    /// `Last-Modified` of the last good answer (RFC 9110, 8.8.2), as sent.
    pub last_modified: String,
    /// When the list was last read in full, or found unchanged.
    pub last_success: Option<SystemTime>,
    /// Why the last attempt failed; empty where it did not.
    pub error: String,
    /// Entries of the last good list.
    pub entries: u64,
    /// [`crate::List::hash`] of that list as the store keeps it; 0 of one that was made from the
    /// channels of a Dipole which kept no lists. `None` where there is no list.
    pub list: Option<u64>,
    /// Addresses of guides that the head of that list names.
    pub guides: Vec<String>,
}

impl SourceState {
    pub(crate) fn encode(&self, buffer: &mut Vec<u8>) {
        let mut fields = Encoder::new(buffer, LAYOUT);
        fields
            .text(&self.url)
            .text(&self.etag)
            .text(&self.last_modified)
            .maybe_time(self.last_success)
            .text(&self.error)
            .u64(self.entries)
            .maybe_u64(self.list)
            .u16(u16::try_from(self.guides.len()).unwrap_or(u16::MAX));
        for guide in self.guides.iter().take(usize::from(u16::MAX)) {
            fields.text(guide);
        }
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, Fault> {
        const LAYOUTS: [u8; 3] = [LAYOUT, GUIDELESS_LAYOUT, LISTLESS_LAYOUT];
        let (mut fields, layout) = Decoder::of_any(bytes, &LAYOUTS)?;
        let mut state = Self {
            url: fields.text()?.to_owned(),
            etag: fields.text()?.to_owned(),
            last_modified: fields.text()?.to_owned(),
            last_success: fields.maybe_time()?,
            error: fields.text()?.to_owned(),
            entries: fields.u64()?,
            list: match layout {
                LISTLESS_LAYOUT => None,
                _ => fields.maybe_u64()?,
            },
            guides: Vec::new(),
        };
        if layout == LAYOUT {
            for _ in 0..fields.u16()? {
                state.guides.push(fields.text()?.to_owned());
            }
        } else {
            // The list is read once more, to see which guides it names.
            state.etag.clear();
            state.last_modified.clear();
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
        fn a_source_comes_back(
            url: String,
            seconds: Option<u32>,
            list: Option<u64>,
            guides in vec(any::<String>(), 0..3),
        ) {
            let at = |seconds: u32| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds.into());
            let state = SourceState {
                url,
                last_success: seconds.map(at),
                entries: u64::MAX,
                list,
                guides: guides.clone(),
                ..SourceState::default()
            };
            let mut value = Vec::new();
            state.encode(&mut value);
            prop_assert_eq!(&SourceState::decode(&value).unwrap(), &state);
            // As earlier versions wrote it.
            value[0] = GUIDELESS_LAYOUT;
            let of_guides: usize = guides.iter().map(|guide| 2 + guide.len()).sum();
            value.truncate(value.len() - 2 - of_guides);
            let state = SourceState { guides: Vec::new(), ..state };
            prop_assert_eq!(&SourceState::decode(&value).unwrap(), &state);
            value[0] = LISTLESS_LAYOUT;
            value.truncate(value.len() - if list.is_some() { 9 } else { 1 });
            let state = SourceState { list: None, ..state };
            prop_assert_eq!(SourceState::decode(&value).unwrap(), state);
        }

        #[test]
        fn garbage_is_an_error(mut value in vec(any::<u8>(), 0..80), version in 0..5_u8) {
            if let Some(first) = value.first_mut() {
                *first = version;
            }
            let _ = SourceState::decode(&value);
        }
    }
}
