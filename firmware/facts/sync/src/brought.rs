//! Guides that sources bring along: those that the head of a playlist names (`url-tvg`,
//! `x-tvg-url`), and that of an account, at the host that answered last.
//!
//! They are asked for as their source is, but its headers, which may hold a token, go to no other
//! host than its own: whoever writes a playlist may name any.

use desk::{GuideSettings, SourceSettings};
use store::SourceState;
use url::Url;

use crate::{
    Sources,
    config::{self, Location},
};

/// Guides of all sources together. A playlist of a hundred countries may name as many.
const BROUGHT_MAX: usize = 32;

/// A guide that a source brings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BroughtGuide {
    /// The number of the source.
    pub source: u16,
    /// Its address, a name after that of the source, and how it is asked for. No two have one
    /// address.
    pub settings: GuideSettings,
}

/// The guides of the sources that are switched on and may bring some: those of a source of higher
/// priority come first.
pub(crate) fn of<'a>(
    sources: &Sources,
    state: impl Fn(u16) -> Option<&'a SourceState>,
) -> Vec<BroughtGuide> {
    let is_asked = |settings: &SourceSettings| settings.enabled && settings.guide;
    let mut ordered: Vec<_> = sources.iter().filter(|(_, it)| is_asked(it)).collect();
    ordered.sort_by_key(|(id, settings)| (-settings.priority, *id));
    let mut brought: Vec<BroughtGuide> = Vec::new();
    for (id, settings) in ordered {
        let addresses = state(id).map(|state| state.guides.as_slice());
        let of_account = sources.guide_address(id);
        let mut count = 0;
        for address in of_account.iter().chain(addresses.unwrap_or_default()) {
            let is_known =
                |guide: &BroughtGuide| guide.settings.url.as_deref() == Some(address.as_str());
            if brought.len() >= BROUGHT_MAX || brought.iter().any(is_known) {
                continue;
            }
            count += 1;
            brought.push(BroughtGuide {
                source: id,
                settings: guide(settings, address, count),
            });
        }
    }
    brought
}

fn guide(source: &SourceSettings, address: &str, count: usize) -> GuideSettings {
    let name = match count {
        1 => source.name.clone(),
        _ => format!("{} {count}", source.name),
    };
    let headers = if is_at_home(source, address) {
        source.headers.clone()
    } else {
        Default::default()
    };
    GuideSettings {
        priority: i32::from(source.priority),
        user_agent: source.user_agent.clone(),
        headers,
        tls_verify: source.tls_verify,
        ..GuideSettings::new(name, address)
    }
}

/// Whether a guide lies at the host of the list.
fn is_at_home(source: &SourceSettings, address: &str) -> bool {
    let Ok(Some(Location::Web(list))) = config::location(source) else {
        return false;
    };
    Url::parse(address).is_ok_and(|guide| guide.host() == list.host())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(name: &str, priority: i16) -> SourceSettings {
        let mut source = SourceSettings::new(name, "http://list.example/a.m3u");
        source.priority = priority;
        source.user_agent = Some("tv".to_owned());
        source.tls_verify = false;
        source
            .headers
            .insert("X-Token".to_owned(), "hush".to_owned());
        source
    }

    #[test]
    fn guides_come_in_the_order_of_their_sources_and_each_once() {
        let off = SourceSettings {
            guide: false,
            ..source("off", 9)
        };
        let asleep = SourceSettings {
            enabled: false,
            ..source("asleep", 9)
        };
        let sources: Sources = [source("low", 0), off, source("high", 1), asleep]
            .into_iter()
            .collect();
        let guides = |names: &[&str]| SourceState {
            guides: names.iter().map(|&name| name.to_owned()).collect(),
            ..SourceState::default()
        };
        let states = [
            guides(&["http://x.example/1", "http://list.example:81/2"]),
            guides(&["http://x.example/off"]),
            guides(&["http://x.example/1", "http://x.example/3"]),
            guides(&["http://x.example/asleep"]),
        ];
        let brought = of(&sources, |id| states.get(usize::from(id)));
        let shown: Vec<_> = brought
            .iter()
            .map(|BroughtGuide { source, settings }| {
                let url = settings.url.as_deref().unwrap();
                (*source, &*settings.name, url, settings.headers.len())
            })
            .collect();
        let expected = [
            (2, "high", "http://x.example/1", 0),
            (2, "high 2", "http://x.example/3", 0),
            (0, "low", "http://list.example:81/2", 1),
        ];
        assert_eq!(shown, expected, "a token stays at home");
        let first = &brought[0].settings;
        assert_eq!(first.user_agent.as_deref(), Some("tv"));
        assert!(!first.tls_verify && first.priority == 1);
    }

    #[test]
    fn an_account_brings_its_guide() {
        let account = SourceSettings {
            kind: desk::Kind::Xtream,
            username: Some("u".to_owned()),
            password: Some("p".to_owned()),
            backup_urls: vec!["http://b.example".to_owned()],
            url: Some("list.example:81".to_owned()),
            ..source("account", 0)
        };
        let sources: Sources = [account].into_iter().collect();
        let address = |sources: &Sources| of(sources, |_| None)[0].settings.url.clone();
        let at_main = "http://list.example:81/xmltv.php?username=u&password=p";
        assert_eq!(address(&sources).as_deref(), Some(at_main));
        assert_eq!(of(&sources, |_| None)[0].settings.headers.len(), 1);
        sources.panel(0).unwrap().broke_off(0);
        let at_backup = "http://b.example/xmltv.php?username=u&password=p";
        assert_eq!(address(&sources).as_deref(), Some(at_backup));
    }

    #[test]
    fn there_is_a_maximum() {
        let sources: Sources = [source("a", 0)].into_iter().collect();
        let state = SourceState {
            guides: (0..100).map(|n| format!("http://x.example/{n}")).collect(),
            ..SourceState::default()
        };
        assert_eq!(of(&sources, |_| Some(&state)).len(), BROUGHT_MAX);
    }
}
