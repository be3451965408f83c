//! The key files fetched last.

use std::collections::VecDeque;

use url::Url;

/// Bytes of a key file: exactly one AES-128 key (RFC 8216 5.1).
pub(super) const KEY_BYTES: usize = 16;
/// Keys kept. A live playlist holds one or two at a time.
const KEYS_MAX: usize = 8;

/// Keys by address; the one that was not used for the longest time goes first.
#[derive(Default)]
pub(super) struct KeyCache(VecDeque<(Url, [u8; KEY_BYTES])>);

impl KeyCache {
    /// The key of an address, if it is here.
    pub(super) fn find(&mut self, address: &Url) -> Option<[u8; KEY_BYTES]> {
        let index = self.0.iter().position(|(known, _)| known == address)?;
        let entry = self.0.remove(index)?;
        let key = entry.1;
        self.0.push_back(entry);
        Some(key)
    }

    /// Keeps a key.
    pub(super) fn keep(&mut self, address: Url, key: [u8; KEY_BYTES]) {
        if self.0.len() >= KEYS_MAX {
            self.0.pop_front();
        }
        self.0.push_back((address, key));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_used_goes_first() {
        let address = |n: usize| Url::parse(&format!("http://h/{n}")).expect("an address");
        let mut cache = KeyCache::default();
        for n in 0..KEYS_MAX {
            cache.keep(address(n), [0; KEY_BYTES]);
        }
        assert!(cache.find(&address(0)).is_some());
        cache.keep(address(KEYS_MAX), [1; KEY_BYTES]);
        assert!(cache.find(&address(0)).is_some());
        assert!(cache.find(&address(1)).is_none());
        assert_eq!(cache.find(&address(KEYS_MAX)), Some([1; KEY_BYTES]));
        assert_eq!(cache.0.len(), KEYS_MAX);
    }
}
