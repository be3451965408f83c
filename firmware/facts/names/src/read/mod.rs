//! Reading a name apart, step by step. The order matters: each step takes away what the next ones
//! would misread.

mod brackets;
mod call_sign;
mod dial;
mod draft;
mod endings;
mod key;
mod plus;
mod prefix;
mod quality;
mod script;
mod shift;

use crate::country::Country;
use crate::fold::fold_words;
use crate::parts::Parts;
use crate::scan::{is_not_word, is_number, text_of};
use crate::tables::generic::misspelt_generic;
use draft::Draft;

/// Longest name that is read, in bytes; the rest is as if it were not there. The longest name of
/// the lists we know has 200.
pub const NAME_BYTES_MAX: usize = 1024;

/// Longest group and `tvg-id` that are looked at, in bytes.
const LABEL_BYTES_MAX: usize = 256;

/// What is known of an entry before its name is read.
#[derive(Clone, Copy, Debug, Default)]
pub struct NameEntry<'a> {
    /// The name as it was given.
    pub name: &'a str,
    /// Its group (`group-title`), or empty.
    pub group: &'a str,
    /// Its `tvg-id`, or empty.
    pub tvg_id: &'a str,
    /// The country, if it is known otherwise (the ending of a guide's channel id). Name and group
    /// come first.
    pub home: Option<Country>,
}

/// Reads a name apart.
#[must_use]
pub fn read(entry: &NameEntry<'_>) -> Parts {
    let name = cut(entry.name, NAME_BYTES_MAX);
    let mut draft = Draft::new(name.chars().collect());
    script::take_flags(&mut draft);
    script::compose_letters(&mut draft);
    prefix::take_country(&mut draft);
    prefix::take_country_behind(&mut draft);
    prefix::ask_group(&mut draft, cut(entry.group, LABEL_BYTES_MAX), entry.home);
    script::dots_are_spaces(&mut draft);
    script::take_number_of_copy(&mut draft);
    let dial_text = dial::text_to_look_at(&draft);
    call_sign::find(&mut draft, name);
    draft.parts.dial = dial::find(&dial_text, &draft);
    shift::take(&mut draft);
    draft.parts.plus_inside = plus::stands_between_letters(&draft.text);
    brackets::take(&mut draft);
    quality::part_words(&mut draft);
    plus::spell_out(&mut draft);
    draft.parts.latin = !draft.text.iter().copied().any(script::has_table);
    split_words(&mut draft);
    quality::take_words(&mut draft, name);
    endings::take(&mut draft, name);
    key::finish(&mut draft, name);
    draft.parts.tvg_id = readable_id(cut(entry.tvg_id, LABEL_BYTES_MAX)).into();
    draft.parts
}

/// The rest of the name becomes words. A number that is glued to "tv" is one of its own.
fn split_words(draft: &mut Draft) {
    let folded = fold_words(&text_of(&draft.text));
    for word in folded.split(' ').filter(|word| !word.is_empty()) {
        match word.strip_prefix("tv") {
            Some(number) if is_number(number) => {
                draft.words.push("tv".to_owned());
                draft.words.push(number.to_owned());
            }
            _ => draft
                .words
                .push(misspelt_generic(word).unwrap_or(word).to_owned()),
        }
    }
}

/// The id in lower case, or nothing where it is one of the words that stand for none.
fn readable_id(id: &str) -> String {
    let id = id.trim().to_lowercase();
    let says_nothing =
        matches!(id.as_str(), "none" | "null" | "n/a" | "0") || id.chars().all(is_not_word);
    if says_nothing { String::new() } else { id }
}

/// The beginning of `text`, at most so many bytes.
fn cut(text: &str, bytes_max: usize) -> &str {
    let mut end = text.len().min(bytes_max);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}
