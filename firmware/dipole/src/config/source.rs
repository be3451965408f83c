//! `[[source]]`: a channel list and how its provider is dealt with. The same settings come over the
//! API, so what they are and their ranges stand in `desk`.

use desk::SourceSettings;

use super::error::{ConfigError, within};

/// Ranges that the types do not hold; `again` where the name stood before.
pub(super) fn check(place: &str, source: &SourceSettings, again: bool) -> Result<(), ConfigError> {
    source.check().map_err(|error| ConfigError::Source {
        place: place.to_owned(),
        error,
    })?;
    within(
        !again,
        &format!("{place}: name"),
        &source.name,
        "stands twice; sources are known by it",
    )
}

#[cfg(test)]
mod tests {
    use desk::Sharing;

    use super::*;

    #[test]
    fn viewers_share_unless_the_file_says_otherwise() {
        let read = |line: &str| {
            let text = format!("name = \"a\"\nurl = \"u\"\n{line}");
            toml::from_str::<SourceSettings>(&text).map(|source| source.sharing)
        };
        assert_eq!(read(""), Ok(Sharing::Shared));
        assert_eq!(read("sharing = \"shared\""), Ok(Sharing::Shared));
        assert_eq!(read("sharing = \"direct\""), Ok(Sharing::Direct));
        let error = read("sharing = \"both\"").unwrap_err().to_string();
        assert!(error.contains("`shared` or `direct`"), "{error}");
    }
}
