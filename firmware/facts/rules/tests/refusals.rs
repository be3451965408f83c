//! What is refused, and in which words.

use rules::{Action, Field, Rule, RuleSet, Rules, Template};

const BYTES_MAX: usize = 2 << 20;

fn rule(pattern: &str) -> Rule {
    Rule {
        name: "mine".to_owned(),
        enabled: true,
        sources: Vec::new(),
        fields: vec![Field::Name],
        pattern: pattern.to_owned(),
        case_sensitive: false,
        action: Action::Exclude,
        with: None,
        first: None,
        last: None,
    }
}

fn writing(action: Action, with: &str) -> Rule {
    Rule {
        action,
        with: Some(with.to_owned()),
        ..rule("(a)(?<b>b)")
    }
}

fn template(name: &str, pattern: &str) -> Template {
    Template {
        name: name.to_owned(),
        pattern: pattern.to_owned(),
    }
}

fn refusal(set: &RuleSet) -> String {
    Rules::compile(set, BYTES_MAX)
        .expect_err("it is refused")
        .to_string()
}

fn refusal_of(rule: Rule) -> String {
    refusal(&RuleSet {
        rules: vec![rule],
        ..RuleSet::default()
    })
}

#[test]
fn a_pattern_that_cannot_be_read_says_where() {
    for (pattern, parts) in [
        ("CNN (", ["`CNN (`", "unclosed group"]),
        ("*", ["`*`", "repetition operator missing expression"]),
        ("a{3,2}", ["`a{3,2}`", "invalid repetition count range"]),
        (r"\1", [r"`\1`", "backreferences are not supported"]),
        ("(?=x)", ["`(?=x)`", "look-around"]),
        ("[z-a]", ["`[z-a]`", "invalid character class range"]),
        (r"\p{Klingon}", ["Klingon", "Unicode property not found"]),
        ("{{none}}", ["no template `none`", "define it"]),
    ] {
        let refusal = refusal_of(rule(pattern));
        assert!(refusal.starts_with("rule 1 \"mine\": "), "{refusal}");
        assert!(parts.iter().all(|part| refusal.contains(part)), "{refusal}");
        assert!(refusal.len() < 250, "{refusal}");
    }
}

#[test]
fn keys_that_do_not_fit_the_action_are_told() {
    let with_text = Rule {
        with: Some("x".to_owned()),
        ..rule("a")
    };
    let without_text = Rule {
        with: None,
        ..writing(Action::Rename, "")
    };
    let patternless = Rule {
        pattern: String::new(),
        ..writing(Action::Rename, "x")
    };
    let numbers = |first, last| Rule {
        action: Action::Renumber,
        first,
        last,
        ..rule("a")
    };
    let blind = Rule {
        fields: Vec::new(),
        ..rule("a")
    };
    let of_address = Rule {
        fields: vec![Field::Name, Field::Url],
        ..writing(Action::SetLogo, "http://x/$1")
    };
    for (rule, part) in [
        (with_text, "`with` means nothing to `exclude`"),
        (without_text, "`rename` needs `with`"),
        (patternless, "`rename` needs `pattern`"),
        (numbers(None, None), "`renumber` needs `first`"),
        (numbers(Some(0), None), "from 1 to 65535"),
        (numbers(Some(9), Some(8)), "`last` is not before `first`"),
        (blind, "`fields` is empty"),
        (of_address, "may be a password"),
        (writing(Action::Regroup, "$3"), "`$3`"),
        (
            writing(Action::Regroup, "$1HD"),
            "`$1HD`, which the pattern has not",
        ),
        (writing(Action::Regroup, "a\nb"), "line break"),
    ] {
        let refusal = refusal_of(rule);
        assert!(refusal.contains(part), "{part}: {refusal}");
    }
    for with in ["$0", "${b}$1$$", "plain"] {
        let set = RuleSet {
            rules: vec![writing(Action::Rename, with)],
            ..RuleSet::default()
        };
        assert!(Rules::compile(&set, BYTES_MAX).is_ok(), "{with}");
    }
}

#[test]
fn texts_that_do_not_fit_are_told() {
    for (rule, part) in [
        (
            Rule {
                name: " ".to_owned(),
                ..rule("a")
            },
            "`name` is empty",
        ),
        (
            Rule {
                sources: vec!["s".to_owned(); 65],
                ..rule("a")
            },
            "65 sources",
        ),
        (
            Rule {
                sources: vec!["s".repeat(65)],
                ..rule("a")
            },
            "`sources` has 65 bytes",
        ),
        (rule(&"a".repeat(2049)), "`pattern` has 2049 bytes"),
        (rule(&"()".repeat(17)), "17 groups"),
    ] {
        let refusal = refusal_of(rule);
        assert!(refusal.contains(part), "{part}: {refusal}");
    }
}

#[test]
fn sets_have_maxima() {
    let many = |count: usize| RuleSet {
        rules: (0..count)
            .map(|n| Rule {
                name: format!("r{n}"),
                ..rule(r"^(US|UK)\| .*shop(ping)?\b")
            })
            .collect(),
        ..RuleSet::default()
    };
    assert!(refusal(&many(201)).contains("201 rules"));
    let full = Rules::compile(&many(200), BYTES_MAX).expect("200 usual rules fit");
    assert!(full.bytes() <= BYTES_MAX);
    assert!(
        Rules::compile(&many(200), 256 << 10)
            .expect_err("they do not fit into that")
            .to_string()
            .contains("raise memory.budget")
    );
    let twice = RuleSet {
        rules: vec![rule("a"), rule("b")],
        ..RuleSet::default()
    };
    assert!(refusal(&twice).starts_with("rule 2 \"mine\": another one"));
    let mut long = many(100);
    long.rules
        .iter_mut()
        .for_each(|rule| rule.pattern = "a".repeat(2000));
    assert!(refusal(&long).contains("share patterns by templates"));
}

#[test]
fn templates_are_checked_by_themselves() {
    for (templates, part) in [
        (
            vec![template("a", "(")],
            "template 1 \"a\": `pattern`, at `(`: unclosed group",
        ),
        (
            vec![template("a b", "x")],
            "template 1 \"a b\": `name` of a template",
        ),
        (
            vec![template("a", ""), template("a", "")],
            "template 2 \"a\": another one",
        ),
        (
            vec![template("a", "{{b}}"), template("b", "{{a}}")],
            "a -> b -> a",
        ),
        (vec![template("x", ""); 101], "101 templates"),
    ] {
        let refusal = refusal(&RuleSet {
            templates,
            ..RuleSet::default()
        });
        assert!(refusal.contains(part), "{part}: {refusal}");
    }
}

#[test]
fn hostile_patterns_are_refused_in_a_moment() {
    for pattern in [
        r"\w{1000}",
        "((a{100}){100}){100}",
        r"(\b|a){4000000000}",
        r"(\pL{200}|\w{200}){200}",
        r"[\w&&[^\p{Lu}]]{999}",
    ] {
        let refusal = refusal_of(rule(pattern));
        assert!(
            refusal.contains("repeat less") || refusal.contains("at `"),
            "{refusal}"
        );
    }
    let deep = format!("{}a{}", "(?:".repeat(300), ")".repeat(300));
    assert!(refusal_of(rule(&deep)).contains("nest"));
}

#[test]
fn an_unknown_key_is_refused() {
    let read = |text: &str| serde_json::from_str::<RuleSet>(text);
    let error = read(r#"{"rules":[{"name":"a","action":"exclude","patern":"x"}]}"#);
    assert!(error.expect_err("misspelt").to_string().contains("patern"));
    assert!(read(r#"{"rules":[{"name":"a","action":"delete"}]}"#).is_err());
    assert_eq!(read("{}").expect("nothing"), RuleSet::default());
}
