//! What is shown in place of secrets, and how it is told from what replaces them.

use desk::{GuideSettings, SourceSettings};

use crate::config;

/// In place of a password and of a header's value: that may be one, whatever its name.
const HIDDEN: &str = "…";

/// Settings as they may be shown.
#[must_use]
pub fn shown(settings: &SourceSettings) -> SourceSettings {
    let mut shown = settings.clone();
    let address = |address: &str| config::shown(settings.kind, address);
    shown.url = settings.url.as_deref().map(address);
    for host in &mut shown.backup_urls {
        *host = address(host);
    }
    if let Some(password) = &mut shown.password {
        HIDDEN.clone_into(password);
    }
    for value in shown.headers.values_mut() {
        HIDDEN.clone_into(value);
    }
    shown
}

/// Settings that come back, with what is kept in place of what was shown.
#[must_use]
pub fn restored(mut settings: SourceSettings, kept: &SourceSettings) -> SourceSettings {
    let was_shown = shown(kept);
    if settings.url.is_some() && settings.url == was_shown.url {
        settings.url.clone_from(&kept.url);
    }
    for host in &mut settings.backup_urls {
        let place = was_shown.backup_urls.iter().position(|it| it == host);
        if let Some(secret) = place.and_then(|place| kept.backup_urls.get(place)) {
            host.clone_from(secret);
        }
    }
    if settings.password.as_deref() == Some(HIDDEN) {
        settings.password.clone_from(&kept.password);
    }
    for (name, value) in &mut settings.headers {
        if let Some(secret) = kept.headers.get(name).filter(|_| value == HIDDEN) {
            value.clone_from(secret);
        }
    }
    settings
}

/// Settings of a guide as they may be shown.
#[must_use]
pub fn shown_guide(settings: &GuideSettings) -> GuideSettings {
    with(settings, shown(&settings.source()))
}

/// Settings of a guide that come back, as [`restored`] gives them.
#[must_use]
pub fn restored_guide(settings: &GuideSettings, kept: &GuideSettings) -> GuideSettings {
    with(settings, restored(settings.source(), &kept.source()))
}

fn with(settings: &GuideSettings, source: SourceSettings) -> GuideSettings {
    GuideSettings {
        url: source.url,
        headers: source.headers,
        ..settings.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept() -> SourceSettings {
        let mut kept = SourceSettings::new("a", "http://u:hush@h/get.php?username=u&password=hush");
        kept.headers.insert("X-Token".to_owned(), "hush".to_owned());
        kept.kind = desk::Kind::Xtream;
        kept.password = Some("hush".to_owned());
        kept.backup_urls = vec!["h2:81/get.php?username=u&password=hush".to_owned()];
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
        assert_eq!(
            (back.password, back.backup_urls),
            (kept().password, kept().backup_urls)
        );
        assert_eq!(back.name, "b");
    }

    #[test]
    fn guides_have_the_same_secrets() {
        let mut kept =
            GuideSettings::new("a", "http://u:hush@h/xmltv.php?username=u&password=hush");
        kept.headers.insert("X-Token".to_owned(), "hush".to_owned());
        let shown = shown_guide(&kept);
        let text = serde_json::to_string(&shown).unwrap();
        assert!(
            !text.contains("hush") && text.contains("h/xmltv.php"),
            "{text}"
        );
        assert_eq!(restored_guide(&shown, &kept), kept);
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
