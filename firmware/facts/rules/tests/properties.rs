//! What holds for all patterns and all texts.

use proptest::{collection::vec, option, prelude::*};
use rules::{Action, Entry, Field, Preview, Rule, RuleSet, Rules, Template, Verdict};

const BYTES_MAX: usize = 1 << 20;

fn pattern() -> impl Strategy<Value = String> {
    let atom = prop_oneof![
        Just("a"),
        Just("é"),
        Just("."),
        Just(r"\w"),
        Just(r"\b"),
        Just("(a|b)"),
        Just("(?<n>.*)"),
        Just("[^ ]"),
        Just("^"),
        Just("$"),
        Just("*"),
        Just("+"),
        Just("?"),
        Just("{1,3}"),
        Just("|"),
        Just("{{t}}"),
        Just("{"),
        Just("("),
        Just(")"),
        Just(r"\d+"),
        Just("(?-u:x)"),
    ];
    vec(atom, 0..8).prop_map(|atoms| atoms.concat())
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        Just(Action::Include),
        Just(Action::Exclude),
        Just(Action::Rename),
        Just(Action::Regroup),
        Just(Action::SetLogo),
        Just(Action::SetTvgId),
        Just(Action::Renumber),
    ]
}

prop_compose! {
    fn rule()(
        pattern in pattern(), action in action(), case_sensitive: bool, field in 0..4_usize,
        with in prop_oneof![Just("$1"), Just("$n x"), Just("$$"), Just(""), Just("é$0é")],
        sources in option::of(Just("one".to_owned())),
    ) -> Rule {
        Rule {
            name: "r".to_owned(),
            enabled: true,
            sources: sources.into_iter().collect(),
            fields: vec![[Field::Name, Field::Group, Field::TvgId, Field::Url][field]],
            pattern,
            case_sensitive,
            action,
            with: action.writes().then(|| with.to_owned()),
            first: (action == Action::Renumber).then_some(5),
            last: None,
        }
    }
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[abé ]{0,30}", ".{0,20}", "a{0,300}"]
}

proptest! {
    #[test]
    fn nothing_panics_and_a_preview_says_the_same(
        rules in vec(rule(), 0..4), name in text(), group in text(), tvg_id in text(), url in text(),
    ) {
        let mut set = RuleSet {
            templates: vec![Template { name: "t".to_owned(), pattern: "b+".to_owned() }],
            rules,
        };
        for (n, rule) in set.rules.iter_mut().enumerate() {
            rule.name = format!("r{n}");
        }
        if let Ok(mut rules) = Rules::compile(&set, BYTES_MAX) {
            prop_assert!(rules.bytes() <= BYTES_MAX);
            let entry = Entry {
                source: "one", name: &name, group: &group, tvg_id: &tvg_id, logo: "", url: &url,
            };
            let first = rules.apply(&entry);
            prop_assert_eq!(&first, &rules.apply(&entry));
            prop_assert!(!first.name.is_empty() || name.is_empty());
            let mut preview = Preview::new(set.rules.len());
            preview.add(&mut rules, &entry);
            prop_assert_eq!(preview.kept, usize::from(first.is_kept));
        }
    }

    #[test]
    fn any_pattern_is_read_or_refused(pattern: String, text: String) {
        let rule = Rule {
            name: "r".to_owned(),
            enabled: true,
            sources: Vec::new(),
            fields: vec![Field::Name],
            pattern,
            case_sensitive: false,
            action: Action::Rename,
            with: Some("x".to_owned()),
            first: None,
            last: None,
        };
        let set = RuleSet { templates: Vec::new(), rules: vec![rule] };
        match Rules::compile(&set, BYTES_MAX) {
            Ok(mut rules) => {
                let name = rules.apply(&Entry { name: &text, ..Entry::default() }).name;
                prop_assert!(name.len() <= text.len().max(1024));
            }
            Err(error) => prop_assert!(!error.to_string().is_empty()),
        }
    }

    #[test]
    fn an_empty_set_is_the_identity(name: String, group: String, source: String) {
        let mut rules = Rules::compile(&RuleSet::default(), 0).expect("nothing fits into nothing");
        let entry = Entry { source: &source, name: &name, group: &group, ..Entry::default() };
        prop_assert_eq!(rules.apply(&entry), Verdict::unchanged(&entry));
    }
}

/// Patterns that take exponential time where an engine tries one way after the other. The work is
/// measured against that of a harmless pattern, so that a slow machine does not matter.
#[test]
fn hostile_patterns_take_linear_time() {
    let compiled = |pattern: &str| {
        let rule = serde_json::json!({
            "name": "r", "pattern": pattern, "action": "rename", "with": "x",
        });
        let set = serde_json::json!({ "rules": [rule] });
        let set = serde_json::from_value(set).expect("a set");
        Rules::compile(&set, BYTES_MAX).expect("a good set")
    };
    let text = format!("{}!", "a".repeat(8000));
    let entry = Entry {
        name: &text,
        ..Entry::default()
    };
    for pattern in [
        "(a+)+$",
        "(a|a)*b",
        "^(a?){50}a{50}b",
        "(.*)(.*)(.*)(.*)(.*)[^a!]",
        r"(\w+\s?)*\bé",
    ] {
        let verdict = compiled(pattern).apply(&entry);
        assert!(verdict.is_kept, "{pattern} ends");
    }
}
