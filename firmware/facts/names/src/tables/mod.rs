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
