//! `[[template]]` and `[[rule]]`: the owner's rules, and `[[profile]]`: parts of the lineup by name.

use rules::{RuleSet, Rules};
use serde::Deserialize;

use super::error::{ConfigError, within};

/// What a plan of any size may give to rules: whether they fit into the one there is, is asked when
/// they are used.
const RULES_BYTES_MAX: usize = 4 << 20;
const PROFILES_MAX: usize = 16;
const NAME_BYTES_MAX: usize = 32;
/// Groups, sources or ranges of one profile.
const PARTS_MAX: usize = 256;

/// `[[profile]]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Profile {
    /// Name; stands in its address.
    pub(crate) name: String,
    /// Groups that belong to it; empty: all.
    #[serde(default)]
    pub(crate) groups: Vec<String>,
    /// Sources that belong to it; empty: all.
    #[serde(default)]
    pub(crate) sources: Vec<String>,
    /// First and last numbers that belong to it; empty: all.
    #[serde(default)]
    pub(crate) numbers: Vec<[u16; 2]>,
    /// Whether favourites alone belong to it.
    #[serde(default)]
    pub(crate) favourites_only: bool,
}

/// Whether the rules can be used, and the profiles offered.
pub(super) fn check(set: &RuleSet, profiles: &[Profile]) -> Result<(), ConfigError> {
    Rules::compile(set, RULES_BYTES_MAX)?;
    check_profiles(profiles)
}

fn check_profiles(profiles: &[Profile]) -> Result<(), ConfigError> {
    let count = profiles.len();
    within(count <= PROFILES_MAX, "profile", &count, "at most 16")?;
    for (index, profile) in profiles.iter().enumerate() {
        let key = |key: &str| format!("profile {}: {key}", index + 1);
        let name = &profile.name;
        let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        let fits = (1..=NAME_BYTES_MAX).contains(&name.len()) && name.bytes().all(is_letter);
        let letters = "1 to 32 letters a-z, digits, _ and -: it stands in an address";
        within(fits, &key("name"), name, letters)?;
        let again = profiles[..index].iter().any(|other| other.name == *name);
        within(!again, &key("name"), name, "stands twice")?;
        for (part, count) in [
            ("groups", profile.groups.len()),
            ("sources", profile.sources.len()),
            ("numbers", profile.numbers.len()),
        ] {
            within(count <= PARTS_MAX, &key(part), &count, "at most 256")?;
        }
        let range = |&&[first, last]: &&[u16; 2]| first == 0 || last < first;
        if let Some([first, last]) = profile.numbers.iter().find(range) {
            let found = format!("[{first}, {last}]");
            within(
                false,
                &key("numbers"),
                &found,
                "first and last, from 1 to 65535",
            )?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use rules::{Rule, Template};

    use super::*;

    /// What of a file is about rules and profiles.
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields, default)]
    #[derive(Default)]
    struct File {
        template: Vec<Template>,
        rule: Vec<Rule>,
        profile: Vec<Profile>,
    }

    fn refusal(text: &str) -> String {
        let file: File = toml::from_str(text).expect("keys that there are");
        let set = RuleSet {
            templates: file.template,
            rules: file.rule,
        };
        check(&set, &file.profile).expect_err(text).to_string()
    }

    #[test]
    fn rules_that_cannot_be_used_are_refused() {
        for (text, begin) in [
            (
                "[[rule]]\nname='a'\naction='exclude'\npattern='('",
                "rule 1 \"a\": `pattern`, at `(`",
            ),
            (
                "[[template]]\nname='t'\npattern='{{t}}'",
                "template 1 \"t\": templates use each other",
            ),
            ("[[profile]]\nname='a b'", "profile 1: name"),
            (
                "[[profile]]\nname='a'\n[[profile]]\nname='a'",
                "profile 2: name",
            ),
            (
                "[[profile]]\nname='a'\nnumbers=[[9,1]]",
                "profile 1: numbers = [9, 1]",
            ),
        ] {
            let refusal = refusal(text);
            assert!(refusal.starts_with(begin), "{refusal}");
        }
    }

    #[test]
    fn a_key_that_is_unknown_is_told() {
        let text = "[[rule]]\nname='a'\naction='exclude'\npatern='x'";
        let error = toml::from_str::<File>(text).err().expect("misspelt");
        assert!(error.to_string().contains("patern"), "{error}");
    }
}
