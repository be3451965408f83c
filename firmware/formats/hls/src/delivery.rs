//! A playlist that is asked for with the number of what is missing comes when that is there
//! (delivery directives, draft-pantos-hls-rfc8216bis 6.2.5.2).

use url::Url;

/// Query parameters of this kind are the protocol's own.
const RESERVED: &str = "_HLS_";

/// What is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blocking {
    /// `_HLS_msn`: the segment's number.
    pub sequence: u64,
    /// `_HLS_part`: the part of it, from 0.
    pub part: usize,
}

impl Blocking {
    /// The address to ask. The rest of its query stays as it is: it may be signed.
    #[must_use]
    pub fn ask(&self, playlist: &Url) -> Url {
        let mut address = plain(playlist);
        let own = format!("_HLS_msn={}&_HLS_part={}", self.sequence, self.part);
        let query = match address.query().filter(|query| !query.is_empty()) {
            Some(query) => format!("{query}&{own}"),
            None => own,
        };
        address.set_query(Some(&query));
        address
    }
}

/// The address without what [`Blocking::ask`] has put there.
#[must_use]
pub fn plain(address: &Url) -> Url {
    let mut plain = address.clone();
    if let Some(query) = address.query().filter(|query| query.contains(RESERVED)) {
        let others = query.split('&').filter(|pair| !pair.starts_with(RESERVED));
        let rest = others.collect::<Vec<_>>().join("&");
        plain.set_query((!rest.is_empty()).then_some(rest.as_str()));
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directives_come_and_go_and_leave_the_rest_as_it_is() {
        let missing = Blocking {
            sequence: 7,
            part: 2,
        };
        for (playlist, asked) in [
            ("http://h/l.m3u8", "http://h/l.m3u8?_HLS_msn=7&_HLS_part=2"),
            (
                "http://h/l?t=a%2Bb+c&s=",
                "http://h/l?t=a%2Bb+c&s=&_HLS_msn=7&_HLS_part=2",
            ),
        ] {
            let playlist = Url::parse(playlist).expect("an address");
            let address = missing.ask(&playlist);
            assert_eq!(address.as_str(), asked);
            assert_eq!(missing.ask(&address), address);
            assert_eq!(plain(&address), playlist);
        }
    }
}
