//! The name that remains, and the keys by which it is found again.

use super::draft::Draft;
use crate::language::NumberWord;
use crate::parts::Form;
use crate::scan::{Scan, is_latin_letter, is_letter, is_number, is_word};
use crate::tables::generic::{is_channel, is_generic, is_television};
use crate::tables::stations::NOT_CALLS;

/// Fewer letters than this are no key: then the words for television belong to it ("TV 2").
const KEY_LETTERS_MIN: usize = 2;

/// Writes words, key and form.
pub(super) fn finish(draft: &mut Draft, name: &str) {
    let words = &mut draft.words;
    if let [first, second, ..] = words.as_mut_slice()
        && first == "ch"
        && is_number(second)
    {
        "channel".clone_into(first);
    }
    if words.len() > 1
        && let Some(last) = words.last_mut()
        && let Some(number) = NumberWord::from_word(last)
    {
        draft.parts.number_word = Some(number);
        number.digits().clone_into(last);
    }
    if words.iter().any(|word| word != "and") {
        words.retain(|word| word != "and");
    }
    if words.is_empty() {
        words.push(unreadable(name));
    }
    let core = core(words);
    draft.parts.form = core.last().map_or(Form::Plain, |last| form(words, last));
    draft.parts.key = key(words, &core).into();
    draft.parts.maybe_call = words.first().is_some_and(|word| may_be_call(word, name));
    draft.parts.words = words.join(" ").into();
}

/// A name without letters or digits, as one word that no other name has.
fn unreadable(name: &str) -> String {
    let mut word = String::from('\0');
    word.extend(
        name.trim()
            .chars()
            .map(|c| if c == ' ' { '\u{1}' } else { c }),
    );
    word
}

/// The words that are not merely for television. Before "plus" such a word is the name: "Canal+".
fn core(words: &[String]) -> Vec<&str> {
    let next = words.iter().skip(1).map(String::as_str).chain([""]);
    words
        .iter()
        .zip(next)
        .filter(|(word, next)| !is_generic(word) || *next == "plus")
        .map(|(word, _)| word.as_str())
        .collect()
}

fn form(words: &[String], last_of_core: &str) -> Form {
    if words.first().is_some_and(|word| is_television(word)) {
        return Form::Leading;
    }
    for word in words.iter().rev() {
        if is_television(word) {
            return Form::Trailing;
        }
        if is_channel(word) {
            return Form::Channel;
        }
        if !is_generic(word) {
            break;
        }
    }
    match without_glued_tv(last_of_core) {
        Some(_) => Form::Trailing,
        None => Form::Plain,
    }
}

/// "Lobotv" without its ending, if three letters remain.
fn without_glued_tv(word: &str) -> Option<&str> {
    let name = word.strip_suffix("tv")?;
    (name.chars().count() > 2).then_some(name)
}

fn key(words: &[String], core: &[&str]) -> String {
    let glued = core.concat();
    let glued_tv = core.last().and_then(|last| without_glued_tv(last));
    let short = glued
        .strip_suffix("tv")
        .filter(|name| glued_tv.is_some() && name.chars().count() > 3)
        .unwrap_or(&glued);
    if short.chars().filter(|c| is_letter(*c)).count() >= KEY_LETTERS_MIN {
        short.to_owned()
    } else {
        words.concat()
    }
}

/// Whether the word could be a call sign: four letters beginning with K, W or C that the name
/// writes in capitals.
fn may_be_call(word: &str, name: &str) -> bool {
    let looks_so = word.len() == 4
        && word.starts_with(['k', 'w', 'c'])
        && word.bytes().all(|b| b.is_ascii_lowercase())
        && NOT_CALLS.binary_search(&word).is_err();
    looks_so && stands_in_capitals(word, name)
}

fn stands_in_capitals(word: &str, name: &str) -> bool {
    let chars: Vec<char> = name.chars().collect();
    let mut scan = Scan::new(&chars);
    while scan.peek().is_some() {
        let run = scan.run(usize::MAX, is_word);
        let same = run.len() == word.len()
            && run
                .iter()
                .zip(word.chars())
                .all(|(c, w)| *c == w.to_ascii_uppercase());
        if same && run.iter().copied().all(is_latin_letter) {
            return true;
        }
        scan.next();
    }
    false
}
