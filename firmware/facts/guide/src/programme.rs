//! A programme as bytes: `duration u32, count u8`, then each text as `kind u8, attribute, text`, both
//! behind a `u16` that says how long they are. Little-endian.

use xmltv::{Field, Kind, Limits, Programme};

/// What is kept of a programme. Its bytes stay within [`PROGRAMME_BYTES_MAX`].
pub(crate) const LIMITS: Limits = Limits {
    bytes_max: 1 << 30,
    prelude_bytes_max: 64 << 10,
    tag_bytes_max: 16 << 10,
    text_bytes_max: 2 << 10,
    fields_max: 32,
    item_bytes_max: 6 << 10,
};

/// Bytes of a programme: its texts, one attribute beyond their maximum, and what stands around.
pub(crate) const PROGRAMME_BYTES_MAX: usize = (6 << 10) + (2 << 10) + 5 + 32 * 5;

/// Writes a programme behind what is in `out`.
pub(crate) fn encode(programme: &Programme<'_>, out: &mut Vec<u8>) {
    let lasts = programme.stop.map_or(0, |stop| stop - programme.start);
    let lasts = u32::try_from(lasts).unwrap_or(u32::MAX);
    out.extend_from_slice(&lasts.to_le_bytes());
    let count_at = out.len();
    out.push(0);
    for kind in Kind::ALL {
        for field in programme.fields.of(kind) {
            out.push(kind as u8);
            text(field.attribute, out);
            text(field.text, out);
            out[count_at] = out[count_at].saturating_add(1);
        }
    }
}

fn text(text: &str, out: &mut Vec<u8>) {
    let text = &text[..text.floor_char_boundary(LIMITS.text_bytes_max)];
    let len = u16::try_from(text.len()).unwrap_or_default();
    out.extend_from_slice(&len.to_le_bytes());
    out.extend_from_slice(text.as_bytes());
}

/// How long a programme lasts in seconds, 0 where its guide does not say, and its texts. What was
/// damaged on the disk ends the texts.
pub(crate) fn decode(bytes: &[u8]) -> Option<(u32, impl Iterator<Item = Field<'_>>)> {
    let (lasts, rest) = bytes.split_first_chunk::<4>()?;
    let (count, mut rest) = rest.split_first()?;
    let mut left = *count;
    let fields = std::iter::from_fn(move || {
        left = left.checked_sub(1)?;
        let (kind, behind) = rest.split_first()?;
        let (attribute, behind) = take_text(behind)?;
        let (text, behind) = take_text(behind)?;
        rest = behind;
        Some(Field {
            kind: Kind::of(*kind)?,
            attribute,
            text,
        })
    });
    Some((u32::from_le_bytes(*lasts), fields))
}

fn take_text(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let (len, rest) = bytes.split_first_chunk::<2>()?;
    let (text, rest) = rest.split_at_checked(usize::from(u16::from_le_bytes(*len)))?;
    Some((std::str::from_utf8(text).ok()?, rest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use xmltv::FieldsBuf;

    use super::*;

    proptest! {
        #[test]
        fn what_is_encoded_is_decoded(
            lasts in 1_i64..100_000,
            texts in proptest::collection::vec((1_u8..14, ".{0,20}", ".{0,40}"), 0..20),
        ) {
            let mut fields = FieldsBuf::default();
            for (kind, attribute, text) in &texts {
                fields.push(Field { kind: Kind::of(*kind).unwrap(), attribute, text });
            }
            let programme = Programme {
                channel: "a",
                start: 100,
                stop: Some(100 + lasts),
                fields: fields.view(),
            };
            let mut bytes = Vec::new();
            encode(&programme, &mut bytes);
            let (read, decoded) = decode(&bytes).unwrap();
            prop_assert_eq!(i64::from(read), lasts);
            let decoded: Vec<_> = decoded.collect();
            let mut expected: Vec<_> = fields.view().iter().collect();
            expected.sort_by_key(|field| field.kind);
            prop_assert_eq!(decoded, expected);
        }

        #[test]
        fn damage_is_no_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            if let Some((_, fields)) = decode(&bytes) {
                prop_assert!(fields.count() <= 255);
            }
        }
    }
}
