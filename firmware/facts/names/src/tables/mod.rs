//! Tables of general knowledge. Nothing here comes from a database of channels.
//!
//! All are sorted by their first column, for binary search; a test holds that. What does not
//! belong here: brands of channels. Of their names only those of the North American networks
//! stand here, in [`stations`].

pub(crate) mod area_members;
pub(crate) mod areas;
pub(crate) mod countries;
pub(crate) mod country_codes;
pub(crate) mod country_names;
pub(crate) mod endings;
pub(crate) mod generic;
pub(crate) mod letters;
pub(crate) mod markets;
pub(crate) mod numbers;
pub(crate) mod quality;
pub(crate) mod stations;

/// The value of `key` in a sorted table.
pub(crate) fn look_up<V: Copy>(table: &[(&'static str, V)], key: &str) -> Option<V> {
    let at = table.binary_search_by(|(word, _)| (*word).cmp(key)).ok()?;
    table.get(at).map(|(_, value)| *value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::country::Country;

    /// Goal: binary search finds every row. Method: each first column is strictly ascending.
    #[track_caller]
    fn ascends<K: Ord + std::fmt::Debug>(keys: impl IntoIterator<Item = K>) {
        let keys: Vec<K> = keys.into_iter().collect();
        assert!(!keys.is_empty(), "an empty table");
        for pair in keys.windows(2) {
            assert!(
                pair[0] < pair[1],
                "{:?} stands before {:?}",
                pair[0],
                pair[1]
            );
        }
    }

    fn firsts<K: Copy, V>(table: &[(K, V)]) -> impl Iterator<Item = K> {
        table.iter().map(|(first, _)| *first)
    }

    #[test]
    fn every_table_is_sorted() {
        ascends(area_members::AREA_MEMBERS.map(|(code, _)| code));
        ascends(firsts(&areas::AREA_NAMES));
        ascends(firsts(&areas::AREA_PREFIXES));
        ascends(countries::COUNTRIES);
        ascends(firsts(&country_codes::CODES));
        ascends(firsts(&country_names::COUNTRY_NAMES));
        ascends(firsts(&endings::FEEDS));
        ascends(firsts(&endings::ABBREVIATIONS));
        ascends(firsts(&endings::LANGUAGE_LETTERS));
        ascends(firsts(&endings::LANGUAGES_OF));
        ascends(firsts(&endings::ZONES));
        ascends(generic::GENERIC);
        ascends(generic::TELEVISION);
        ascends(generic::CHANNEL);
        ascends(firsts(&letters::LETTERS));
        ascends(firsts(&markets::CARRIES));
        ascends(firsts(&numbers::NUMBER_WORDS));
        ascends(firsts(&quality::QUALITY_WORDS));
        ascends(quality::DECORATION);
        ascends(quality::MARKS);
        ascends(stations::NETWORKS);
        ascends(stations::US_STATES);
        ascends(stations::NOT_CALLS);
        ascends(stations::STATION_WORDS);
    }

    #[test]
    fn every_code_in_a_table_is_a_country() {
        let members = area_members::AREA_MEMBERS.iter().flat_map(|(_, m)| *m);
        let markets = markets::MARKETS.iter().flat_map(|market| *market);
        let carries = markets::CARRIES
            .iter()
            .flat_map(|(small, large)| [small, large]);
        let codes = country_codes::CODES.iter().map(|(_, code)| code);
        let names = country_names::COUNTRY_NAMES.iter().map(|(_, code)| code);
        let languages = endings::LANGUAGE_LETTERS
            .iter()
            .flat_map(|(_, (_, in_))| *in_);
        for code in members
            .chain(markets)
            .chain(carries)
            .chain(codes)
            .chain(names)
            .chain(languages)
        {
            assert!(Country::from_alpha2(code).is_some(), "{code}");
        }
    }

    #[test]
    fn every_word_is_written_as_it_is_folded() {
        let names = firsts(&country_names::COUNTRY_NAMES).chain(firsts(&areas::AREA_NAMES));
        let words = generic::GENERIC.into_iter().chain(quality::DECORATION);
        for word in names.chain(words).chain(firsts(&numbers::NUMBER_WORDS)) {
            assert_eq!(crate::fold_words(word), word);
        }
    }
}
