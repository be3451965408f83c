//! What viewers see a channel called: its name in a person's list.
//!
//! `US| HBO ᴴᴰ (1080p) [Not 24/7]` is HBO. What `names` has read apart is looked for in the name as it
//! is written: the words of the name stay, with their capitals and signs; feed and time shift are
//! said behind them, as they make it another channel; country, quality and decoration are not. A
//! name of which that cannot be done stays as it is.

use std::collections::HashMap;

use names::{Country, NameEntry, Parts, Station, fold, fold_words};

/// Streams whose names are looked at, the best first.
const STREAMS_MAX: usize = 4;

/// A name, and what may be said behind it where another channel has the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Title {
    pub(crate) text: String,
    country: Option<Country>,
}

/// The title of a channel whose streams have these names and groups, the best first.
pub(crate) fn of<'a>(streams: impl Iterator<Item = (&'a str, &'a str)>) -> Title {
    let mut titles: Vec<(Title, bool)> = Vec::new();
    for (name, group) in streams.take(STREAMS_MAX) {
        let parts = names::read(&NameEntry {
            name,
            group,
            ..NameEntry::default()
        });
        let clean = clean(name, &parts);
        let is_clean = clean.is_some();
        let text = clean.unwrap_or_else(|| words(name).collect::<Vec<_>>().join(" "));
        let country = parts.country;
        titles.push((Title { text, country }, is_clean));
    }
    let votes = |title: &Title| {
        let folded = fold(&title.text);
        let same = titles.iter().filter(|(it, _)| fold(&it.text) == folded);
        same.count()
    };
    // Of those alike the first: that of the best stream.
    let best = titles
        .iter()
        .rev()
        .max_by_key(|(title, is_clean)| (*is_clean, votes(title), !is_shouted(&title.text)));
    best.map_or_else(
        || Title {
            text: String::new(),
            country: None,
        },
        |(title, _)| title.clone(),
    )
}

/// Says the country behind titles that channels of several countries have.
pub(crate) fn tell_apart(titles: &mut [Title]) {
    let mut alike: HashMap<String, (Option<Country>, bool)> = HashMap::new();
    for title in titles.iter() {
        alike
            .entry(fold(&title.text))
            .and_modify(|(country, are_several)| *are_several |= *country != title.country)
            .or_insert((title.country, false));
    }
    for title in titles {
        let are_several = alike.get(&fold(&title.text)).is_some_and(|(_, it)| *it);
        if let (true, Some(country)) = (are_several, title.country) {
            let code = country.code().to_uppercase();
            title.text = format!("{} ({code})", title.text);
        }
    }
}

/// The name as it is written, of the words that `parts` has read; `None` where they are not found.
fn clean(name: &str, parts: &Parts) -> Option<String> {
    if let Some(station) = parts.station.as_deref() {
        return Some(call_sign(station) + &behind(parts));
    }
    if parts.is_unreadable() {
        return None;
    }
    let spaced = spaced(name);
    // A country's code may look like a word cut short, so that words are looked for whole first.
    let mut ways = [matching as Matching, matching_short].into_iter();
    let (title, is_bare) = ways.find_map(|way| found(&spaced, parts, way))?;
    // A name that says nothing else may end in signs of its own.
    if is_bare {
        return Some(words(&spaced).collect::<Vec<_>>().join(" "));
    }
    Some(title + &behind(parts))
}

/// How many of the wanted words a word is.
type Matching = fn(&str, &[&str], &Parts) -> usize;

/// The words that `parts` has read, as they stand in the name, and whether nothing else stands there.
fn found(spaced: &str, parts: &Parts, matching: Matching) -> Option<(String, bool)> {
    let wanted: Vec<&str> = parts.words().collect();
    let (mut found, mut is_bare) = (0, true);
    let (mut title, mut between) = (String::new(), "");
    for word in words(spaced) {
        if matches!(word, "&" | "+" | "/" | "-") {
            if wanted.get(found) == Some(&"plus") && word == "+" {
                found += 1;
                push(&mut title, word);
            } else {
                between = word;
            }
            continue;
        }
        let between = std::mem::take(&mut between);
        match find(word, wanted.get(found..)?, parts, matching) {
            Some((shown, count)) => {
                found += count;
                is_bare &= fold_words(shown) == fold_words(word);
                if !title.is_empty() && !between.is_empty() {
                    push(&mut title, between);
                }
                push(&mut title, shown);
            }
            None => is_bare &= word.chars().all(|c| c.is_ascii_punctuation()),
        }
    }
    (found == wanted.len()).then_some((title, is_bare))
}

/// What a station is called: its network where that is one, its call sign, and which of its
/// sub-channels it is.
fn call_sign(station: &Station) -> String {
    const NETWORK_LETTERS_MAX: usize = 4;
    let suffix = match station.kind {
        Some(kind) if kind.is_low_power() => "-LD",
        _ => "-DT",
    };
    let mut call = station.call.to_uppercase();
    match station.subchannel {
        Some(number) if number > 1 => call.push_str(&format!("{suffix}{number}")),
        Some(_) | None => {}
    }
    if !station.extra.is_empty() {
        call.push(' ');
        call.push_str(&station.extra.to_uppercase());
    }
    let network = &*station.network;
    if network.is_empty() || network.len() > NETWORK_LETTERS_MAX {
        return call;
    }
    format!("{} ({call})", network.to_uppercase())
}

/// What of a word is shown, and how many of the wanted words it is.
fn find<'a>(
    word: &'a str,
    wanted: &[&str],
    parts: &Parts,
    matching: Matching,
) -> Option<(&'a str, usize)> {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '+' | '!' | '\''));
    let count = matching(word, wanted, parts);
    if count > 0 {
        let is_plus = word.ends_with('+');
        let next = wanted.get(count);
        return match (is_plus, next) {
            (true, Some(&"plus")) => Some((word, count + 1)),
            (true, _) if wanted.get(count - 1) != Some(&"plus") => {
                Some((word.trim_end_matches('+'), count))
            }
            _ => Some((word, count)),
        };
    }
    if let Some(bare) = without_mark(word, parts) {
        let count = matching(bare, wanted, parts);
        return (count > 0).then_some((bare, count));
    }
    // `Profit.ro`: the country is a part of how it writes itself.
    let (bare, _) = word.rsplit_once('.')?;
    let count = matching(bare, wanted, parts);
    (count > 0).then_some((word, count))
}

/// A word that ends in its quality or its time shift without a space: `NewsHD`, `Ktla-Hd`, `TLC+1`.
fn without_mark<'a>(word: &'a str, parts: &Parts) -> Option<&'a str> {
    let shifted = word
        .rsplit_once('+')
        .filter(|(_, hours)| parts.shift_hours > 0 && hours.parse() == Ok(parts.shift_hours));
    if let Some((bare, _)) = shifted {
        return Some(bare);
    }
    let marks = ["UHD", "FHD", "HD", "SD", "4K"];
    let is_mark = |text: &str| marks.iter().any(|mark| mark.eq_ignore_ascii_case(text));
    let behind_dash = word.rsplit_once('-').filter(|(_, mark)| is_mark(mark));
    let glued = || marks.iter().find_map(|mark| word.strip_suffix(mark));
    behind_dash.map(|(bare, _)| bare).or_else(glued)
}

/// How many of the wanted words this one is: `TV5` may be read as two.
fn matching(word: &str, wanted: &[&str], parts: &Parts) -> usize {
    // `Crime+Inv`.
    let plus = word.trim_end_matches('+').replace('+', " plus ");
    let glued: String = fold_words(&plus).split(' ').collect();
    if glued.is_empty() {
        return 0;
    }
    let number = parts.number_word.filter(|number| number.word() == glued);
    if let (Some(number), Some(first)) = (number, wanted.first())
        && number.digits() == *first
    {
        return 1;
    }
    let mut rest = &*glued;
    for (at, word) in wanted.iter().enumerate() {
        match rest.strip_prefix(word) {
            Some("") => return at + 1,
            Some(behind) => rest = behind,
            None => return 0,
        }
    }
    0
}

/// The same, or one of them cut short.
fn matching_short(word: &str, wanted: &[&str], parts: &Parts) -> usize {
    let is_short = |first: &&str| is_short_for(&fold_words(word), first);
    match matching(word, wanted, parts) {
        0 => usize::from(wanted.first().is_some_and(is_short)),
        count => count,
    }
}

/// Whether `short` has the first letter and then some of a longer word, in their order: `Jr`, `Ch`,
/// `Netwrk`. What names were read as words is known; this only finds where they stand.
fn is_short_for(short: &str, word: &str) -> bool {
    let mut letters = word.chars();
    let starts_alike = short.chars().next() == word.chars().next();
    let is_shorter = (2..word.len()).contains(&short.len());
    starts_alike && is_shorter && short.chars().all(|c| letters.any(|letter| letter == c))
}

/// What makes it another channel than the one of the bare name.
fn behind(parts: &Parts) -> String {
    let mut behind = String::new();
    if let Some(feed) = parts.feed {
        push_behind(&mut behind, feed.name());
    }
    if let Some(area) = parts.area {
        push_behind(&mut behind, area.name());
    }
    if let Some(language) = parts.language {
        push_behind(&mut behind, &format!("({})", language.name()));
    }
    if parts.shift_hours > 0 {
        push_behind(&mut behind, &format!("+{}", parts.shift_hours));
    }
    behind
}

fn push(title: &mut String, word: &str) {
    if !title.is_empty() {
        title.push(' ');
    }
    title.push_str(word);
}

fn push_behind(behind: &mut String, word: &str) {
    behind.push(' ');
    behind.push_str(word);
}

/// The name with spaces where words end: at brackets, bars and ornaments, before small capitals, and at
/// dots where a name has nothing else between its words.
fn spaced(name: &str) -> String {
    let has_spaces = name.trim().contains(char::is_whitespace);
    let are_dots_spaces = !has_spaces && name.matches('.').count() >= 2;
    let space = |c: char| match c {
        '|' | ':' | '[' | ']' | '(' | ')' | '{' | '}' | '_' | '"' | ',' | ';' => ' ',
        '.' if are_dots_spaces => ' ',
        // Modifier letters and superscripts: ᴴᴰ.
        '\u{2b0}'..='\u{2ff}' | '\u{1d2c}'..='\u{1d6a}' | '\u{2070}'..='\u{209f}' => ' ',
        c if c.is_control() || is_ornament(c) => ' ',
        c => c,
    };
    name.chars().map(space).collect()
}

/// What providers draw between and around words: bars, boxes, bullets, stars, brackets of other
/// scripts, flags.
const fn is_ornament(c: char) -> bool {
    matches!(
        c,
        '¦' | '«' | '»' | '‖' | '•' | '‣' | '‹' | '›' | '※' | '｜' | '（' | '）' | '［' | '］'
            // Arrows, technical signs, boxes and blocks, shapes, symbols and dingbats, more arrows.
            | '\u{2190}'..='\u{21ff}' | '\u{2300}'..='\u{27bf}' | '\u{2900}'..='\u{297f}' | '\u{2b00}'..='\u{2bff}'
            // CJK brackets; variation selectors; pictures, flags among them.
            | '\u{3008}'..='\u{3011}' | '\u{3014}'..='\u{301b}' | '\u{fe0e}' | '\u{fe0f}' | '\u{1f000}'..='\u{1faff}'
    )
}

fn words(name: &str) -> impl Iterator<Item = &str> {
    name.split_whitespace()
}

/// Longer than an abbreviation, and all capitals or none.
fn is_shouted(title: &str) -> bool {
    const ABBREVIATION_LETTERS_MAX: usize = 5;
    let letters = || title.chars().filter(|c| c.is_alphabetic());
    let is_lower = letters().all(char::is_lowercase);
    let is_upper = letters().all(char::is_uppercase);
    is_lower || is_upper && letters().count() > ABBREVIATION_LETTERS_MAX
}

#[cfg(test)]
mod tests {
    use super::*;

    fn title(names: &[&str]) -> String {
        of(names.iter().map(|name| (*name, ""))).text
    }

    #[test]
    fn a_name_is_that_of_a_persons_list() {
        for (name, expected) in [
            ("HBO", "HBO"),
            ("US| HBO ᴴᴰ (1080p) [Not 24/7]", "HBO"),
            ("US: HBO Family FHD", "HBO Family"),
            ("HBO.Family.HD", "HBO Family"),
            ("DE ▎ Das Erste HEVC", "Das Erste"),
            ("DE▎Das Erste ᴿᴬᵂ", "Das Erste"),
            ("UK • TLC+1 FHD", "TLC +1"),
            ("US| Ktla-Hd", "Ktla"),
            ("JP ★ JOHP-DTV ᴴᴰ ᴿᴬᵂ", "JOHP-DTV"),
            ("BY: SLUHAY.BY 60FPS", "SLUHAY.BY"),
            ("UK| Disney Jr. HEVC", "Disney Jr"),
            ("CN| Sichuan Rural Ch SD", "Sichuan Rural Ch"),
            ("UK| Crime+Inv HD", "Crime+Inv"),
            ("🇩🇪Das Erste★HD", "Das Erste"),
            ("UK: Film4 +1", "Film4 +1"),
            ("US: HBO West HD", "HBO West"),
            ("Disney+ HD", "Disney+"),
            ("A&E HD", "A&E"),
            ("Crime + Investigation", "Crime + Investigation"),
            ("UK| BBC One HD", "BBC One"),
            ("FR: TV5 Monde SD", "TV5 Monde"),
            ("NewsHD", "News"),
            ("Первый канал HD", "Первый канал"),
            ("  Two   spaces ", "Two spaces"),
            ("★★★", "★★★"),
            ("Seven & one <>", "Seven & one <>"),
            ("Jeopardy!", "Jeopardy!"),
            ("Lobo ◉", "Lobo"),
            (
                "USA | nbc (wnbc-dt1) new york, ny | HD+ BACKUP",
                "NBC (WNBC)",
            ),
            ("US: KMYA-DT 49.1", "KMYA"),
            ("WNBC-DT2 HD", "WNBC-DT2"),
        ] {
            assert_eq!(title(&[name]), expected, "{name}");
        }
    }

    #[test]
    fn most_streams_decide_and_nobody_shouts() {
        assert_eq!(
            title(&["US: DISCOVERY FHD", "Discovery HD", "discovery"]),
            "Discovery"
        );
        assert_eq!(title(&["CNN HD", "cnn"]), "CNN");
    }

    #[test]
    fn countries_tell_apart() {
        let mut titles: Vec<Title> = ["US: HBO", "PL: HBO", "PL: TVN", "TVN 2", "HBO 2"]
            .iter()
            .map(|name| of(std::iter::once((*name, ""))))
            .collect();
        tell_apart(&mut titles);
        let texts: Vec<_> = titles.iter().map(|title| title.text.as_str()).collect();
        assert_eq!(texts, ["HBO (US)", "HBO (PL)", "TVN", "TVN 2", "HBO 2"]);
    }
}
