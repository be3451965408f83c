//! What is shown in place of secrets, and how it is told from what replaces them.

use desk::SourceSettings;

use crate::config::Location;

/// In place of a header's value: it may be a password, whatever its name.
const HIDDEN: &str = "…";

/// Settings as they may be shown.
pub(crate) fn shown(settings: &SourceSettings) -> SourceSettings {
    let mut shown = settings.clone();
    shown.url = settings.url.as_deref().map(Location::shown);
    for value in shown.headers.values_mut() {
        HIDDEN.clone_into(value);
    }
    shown
}

/// Settings that come back, with what is kept in place of what was shown.
pub(crate) fn restored(mut settings: SourceSettings, kept: &SourceSettings) -> SourceSettings {
    if settings.url.is_some() && settings.url == shown(kept).url {
        settings.url.clone_from(&kept.url);
    }
    for (name, value) in &mut settings.headers {
        if let Some(secret) = kept.headers.get(name).filter(|_| value == HIDDEN) {
            value.clone_from(secret);
        }
    }
    settings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept() -> SourceSettings {
        let mut kept = SourceSettings::new("a", "http://u:hush@h/get.php?username=u&password=hush");
        kept.headers.insert("X-Token".to_owned(), "hush".to_owned());
        kept
    }

    #[test]
    fn nothing_secret_is_shown_and_what_is_shown_stands_for_it() {
        let mut shown = shown(&kept());
        let text = serde_json::to_string(&shown).unwrap();
        assert!(
            !text.contains("hush") && text.contains("h/get.php"),
            "{text}"
        );
        shown.name = "b".to_owned();
        let back = restored(shown, &kept());
        assert_eq!((back.url, back.headers), (kept().url, kept().headers));
        assert_eq!(back.name, "b");
    }

    #[test]
    fn another_address_or_value_takes_the_place() {
        let mut asked = SourceSettings::new("a", "http://other/");
        asked.headers.insert("X-Token".to_owned(), "new".to_owned());
        assert_eq!(restored(asked.clone(), &kept()), asked);
        asked.url = None;
        assert_eq!(restored(asked.clone(), &kept()), asked);
    }
}
