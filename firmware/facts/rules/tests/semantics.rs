//! What rules mean: each case is a set as its owner would write it, and what becomes of entries.

use rules::{Entry, Preview, RuleSet, Rules, Verdict};

const BYTES_MAX: usize = 2 << 20;

/// A set as it stands in the configuration file.
fn set(text: &str) -> RuleSet {
    #[derive(serde::Deserialize)]
    #[serde(default, deny_unknown_fields)]
    #[derive(Default)]
    struct File {
        template: Vec<rules::Template>,
        rule: Vec<rules::Rule>,
    }
    let File { template, rule } = toml::from_str(text).expect("the set of a test can be read");
    RuleSet {
        templates: template,
        rules: rule,
    }
}

fn rules(text: &str) -> Rules {
    Rules::compile(&set(text), BYTES_MAX).expect("the set of a test is good")
}

fn entry<'a>(name: &'a str, group: &'a str) -> Entry<'a> {
    Entry {
        source: "one",
        name,
        group,
        tvg_id: "id.us",
        logo: "",
        url: "http://a.example/movie/u/p/1.mkv",
    }
}

fn name_of(rules: &mut Rules, name: &str) -> String {
    rules.apply(&entry(name, "News")).name.into_owned()
}

#[test]
fn no_rule_changes_nothing() {
    let entry = entry(" CNN ", "");
    assert_eq!(rules("").apply(&entry), Verdict::unchanged(&entry));
    let mut off = rules("[[rule]]\nname='a'\nenabled=false\naction='exclude'\npattern='('");
    assert_eq!(off.apply(&entry), Verdict::unchanged(&entry));
}

#[test]
fn the_last_of_include_and_exclude_decides() {
    let mut rules = rules(
        "
        [[rule]]
        name = 'news and sport'
        fields = ['group']
        pattern = '^(news|sport)$'
        action = 'include'
        [[rule]]
        name = 'no shopping'
        pattern = 'shop'
        action = 'exclude'
        [[rule]]
        name = 'but this'
        pattern = '^Workshop$'
        action = 'include'
        ",
    );
    for (name, group, kept) in [
        ("CNN", "NEWS", true),
        ("CNN", "News & more", false),
        ("Shop TV", "News", false),
        ("Workshop", "Other", true),
        ("Workshop 2", "Sport", false),
    ] {
        assert_eq!(
            rules.apply(&entry(name, group)).is_kept,
            kept,
            "{name} in {group}"
        );
    }
}

#[test]
fn an_include_asks_only_for_its_sources() {
    let mut rules = rules(
        "
        [[rule]]
        name = 'little of one'
        sources = ['one']
        pattern = 'CNN'
        action = 'include'
        ",
    );
    let of = |source| Entry {
        source,
        ..entry("BBC", "")
    };
    let mut kept = |source| rules.apply(&of(source)).is_kept;
    assert_eq!(
        [kept("one"), kept("two"), kept("one")],
        [false, true, false]
    );
}

#[test]
fn later_rules_see_what_earlier_ones_made() {
    let mut rules = rules(
        r"
        [[rule]]
        name = 'prefix'
        pattern = '^(?<country>[A-Z]{2})\| *(.*)$'
        case_sensitive = true
        action = 'rename'
        with = '$2'
        [[rule]]
        name = 'group'
        pattern = '^BBC (\w+)'
        action = 'regroup'
        with = 'BBC ${1}s'
        [[rule]]
        name = 'gone'
        pattern = '^UK'
        action = 'exclude'
        [[rule]]
        name = 'id'
        fields = ['group', 'name']
        pattern = 'BBC'
        action = 'set_tvg_id'
        with = 'bbc.uk'
        [[rule]]
        name = 'logo'
        fields = ['url']
        pattern = '/movie/'
        action = 'set_logo'
        with = 'http://logos.example/film.png'
        ",
    );
    let verdict = rules.apply(&entry("UK| BBC One", "Films"));
    assert_eq!((&*verdict.name, &*verdict.group), ("BBC One", "BBC Ones"));
    assert_eq!((&*verdict.tvg_id, verdict.is_kept), ("bbc.uk", true));
    assert_eq!(verdict.logo, "http://logos.example/film.png");
    assert_eq!(rules.matched(), [0, 1, 3, 4]);
    assert_eq!(name_of(&mut rules, "uk| BBC One"), "uk| BBC One");
}

#[test]
fn renaming_puts_in_the_place_of_each_match() {
    for (pattern, with, name, renamed) in [
        ("hd|4k", "", "CNN HD 4K ", "CNN"),
        (" *[ᴴᴰ⁴ᴷ]+", "", "CNN ᴴᴰ News⁴ᴷ", "CNN News"),
        (".*", "X", "CNN", "X"),
        ("x*", "-", "axb", "-a-b-"),
        ("x*", "-", "é", "-é-"),
        ("(a)|(b)", "[$1$2]", "abc", "[a][b]c"),
        (r"\bsky\b", "Sky", "SKY é sky skyline", "Sky é Sky skyline"),
        ("CNN", "", "CNN", "CNN"),
        ("ärzte", "Z", "ÄRZTE tv", "Z tv"),
        (r"^\p{Arabic}+ ", "", "قناة one", "one"),
    ] {
        let text =
            format!("[[rule]]\nname='r'\npattern='{pattern}'\naction='rename'\nwith='{with}'");
        assert_eq!(
            name_of(&mut rules(&text), name),
            renamed,
            "{pattern} in {name}"
        );
    }
}

#[test]
fn found_elsewhere_the_name_becomes_the_text() {
    let mut rules = rules(
        r"
        [[rule]]
        name = 'from the id'
        fields = ['tvg_id']
        pattern = '^(\w+)\.us$'
        action = 'rename'
        with = 'US: $1'
        ",
    );
    assert_eq!(name_of(&mut rules, "whatever"), "US: id");
}

#[test]
fn the_last_renumbering_decides() {
    let mut rules = rules(
        "
        [[rule]]
        name = 'all'
        action = 'renumber'
        first = 1000
        [[rule]]
        name = 'sport'
        fields = ['group']
        pattern = 'sport'
        action = 'renumber'
        first = 200
        last = 299
        ",
    );
    let mut of = |group| {
        let numbers = rules.apply(&entry("x", group)).numbers.expect("a range");
        (numbers.first, numbers.last)
    };
    assert_eq!(of("News"), (1000, u16::MAX));
    assert_eq!(of("Sports"), (200, 299));
}

#[test]
fn templates_are_shared() {
    let mut rules = rules(
        "
        [[template]]
        name = 'news'
        pattern = 'cnn|bbc'
        [[template]]
        name = 'whole'
        pattern = '^{{news}}$'
        [[rule]]
        name = 'r'
        pattern = '{{whole}}'
        action = 'exclude'
        ",
    );
    let mut kept = |name| rules.apply(&entry(name, "")).is_kept;
    assert_eq!(
        [kept("CNN"), kept("BBC"), kept("CNN 2"), kept("{{whole}}")],
        [false, false, true, true]
    );
}

#[test]
fn what_a_rule_writes_has_a_length() {
    let text = "[[rule]]\nname='r'\npattern='a'\naction='rename'\nwith='éééééééééééééééé'";
    let name = name_of(&mut rules(text), &"a".repeat(1000));
    assert!(
        name.len() <= 1024 && name.starts_with('é'),
        "{}",
        name.len()
    );
}

#[test]
fn a_preview_is_what_then_happens() {
    let text = "
        [[rule]]
        name = 'films out'
        fields = ['group']
        pattern = 'films'
        action = 'exclude'
        [[rule]]
        name = 'off'
        enabled = false
        action = 'exclude'
        [[rule]]
        name = 'hd'
        pattern = ' HD$'
        action = 'rename'
        with = ''
        ";
    let names: Vec<String> = (0..100)
        .map(|n| format!("Name {n}{}", ["", " HD"][n % 2]))
        .collect();
    let entries = || {
        let group = |n| if n < 60 { "Films" } else { "News" };
        names
            .iter()
            .zip(0..)
            .map(move |(name, n)| entry(name, group(n)))
    };
    let mut rules = rules(text);
    let mut preview = Preview::new(3);
    entries().for_each(|entry| preview.add(&mut rules, &entry));
    assert_eq!(
        (preview.entries, preview.kept, preview.changed),
        (100, 40, 20)
    );
    assert_eq!(preview.matched, [60, 0, 50]);
    // Twenty for the first rule, of which ten are of the last, and ten more for that.
    assert_eq!(preview.samples.len(), 30);
    for sample in &preview.samples {
        let verdict = entries()
            .find(|entry| entry.name == sample.before.name)
            .map(|entry| rules.apply(&entry))
            .expect("a sample is one of the entries");
        assert_eq!(
            (verdict.is_kept, &*verdict.name),
            (sample.kept, &*sample.after.name)
        );
    }
    let json = serde_json::to_string(&preview).expect("plain values");
    assert!(!json.contains("a.example"), "no address: {json}");
}

#[test]
fn a_preview_shows_what_nobody_asked_for() {
    let mut rules = rules("[[rule]]\nname='r'\npattern='CNN'\naction='include'");
    let mut preview = Preview::new(1);
    for name in ["CNN", "BBC", "CNN 2"] {
        preview.add(&mut rules, &entry(name, ""));
    }
    let samples: Vec<_> = preview
        .samples
        .iter()
        .map(|sample| &*sample.before.name)
        .collect();
    assert_eq!((preview.kept, samples), (2, vec!["BBC"]));
}
