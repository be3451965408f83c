//! The guard before a list that has lost most of its entries.
//!
//! A provider whose database is half loaded, or whose subscription has just lapsed, sends a list
//! that is whole by every sign and lacks thousands of channels. The last good one stays until the
//! owner says that this is how it is now, or the list has grown again.

use store::SourceState;

use crate::Error;

/// Lists of fewer entries come and go as they like: a house's own file of ten channels may well lose
/// six.
const ENTRIES_MIN: u64 = 20;

/// Refuses a list with fewer than half of the entries of the last good one from the same address.
pub(crate) fn check(before: &SourceState, now: &SourceState) -> Result<(), Error> {
    let is_shrunk = before.url == now.url
        && before.entries >= ENTRIES_MIN
        && now.entries.saturating_mul(2) < before.entries;
    if is_shrunk {
        return Err(Error::Shrunk {
            before: before.entries,
            now: now.entries,
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_back_less_than_half_of_twenty_and_more() {
        let state = |url: &str, entries| SourceState {
            url: url.to_owned(),
            entries,
            ..SourceState::default()
        };
        for (before, now, url, is_good) in [
            (19, 1, "a", true),
            (20, 10, "a", true),
            (20, 9, "a", false),
            (30_000, 14_999, "a", false),
            (30_000, 15_000, "a", true),
            (30_000, 60_000, "a", true),
            // Another list altogether.
            (30_000, 10, "b", true),
        ] {
            let checked = check(&state("a", before), &state(url, now));
            assert_eq!(checked.is_ok(), is_good, "{before} {now} {url}");
        }
        let error = check(&state("a", 30_000), &state("a", 7)).unwrap_err();
        let text = error.to_string();
        assert!(text.contains("30000") && text.contains(" 7 ") && text.contains("accept_shrink"));
    }
}
