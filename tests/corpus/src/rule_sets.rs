//! Rules: a pattern, a `with` and a text, a line each.

use rules::{Action, Entry, Field, Preview, Rule, RuleSet, Rules, Template};

const BYTES_MAX: usize = 1 << 20;
const ACTIONS: [Action; 4] = [
    Action::Exclude,
    Action::Include,
    Action::Rename,
    Action::SetTvgId,
];

/// Lines: a template, a pattern, a `with`, and a text. Each action and each way to look at case.
pub(crate) fn feed(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let mut lines = text.splitn(4, '\n');
    let mut line = || lines.next().unwrap_or_default();
    let (template, pattern, with, text) = (line(), line(), line(), line());
    for action in ACTIONS {
        for case_sensitive in [false, true] {
            let rule = Rule {
                name: "fuzz".to_owned(),
                enabled: true,
                sources: Vec::new(),
                fields: vec![Field::Name, Field::Group],
                pattern: pattern.to_owned(),
                case_sensitive,
                action,
                with: action.writes().then(|| with.to_owned()),
                first: None,
                last: None,
            };
            run(rule, template, text);
        }
    }
}

fn run(rule: Rule, template: &str, text: &str) {
    let set = RuleSet {
        templates: vec![Template {
            name: "t".to_owned(),
            pattern: template.to_owned(),
        }],
        rules: vec![rule],
    };
    let mut rules = match Rules::compile(&set, BYTES_MAX) {
        Ok(rules) => rules,
        Err(error) => {
            assert!(!error.to_string().is_empty(), "a refusal has words");
            return;
        }
    };
    assert!(rules.bytes() <= BYTES_MAX, "a set keeps to its bytes");
    let entry = Entry {
        name: text,
        group: text,
        ..Entry::default()
    };
    let once = rules.apply(&entry);
    assert_eq!(
        once,
        rules.apply(&entry),
        "the same entry, the same verdict"
    );
    assert!(!once.name.is_empty() || text.is_empty(), "no name is lost");
    let mut preview = Preview::new(1);
    preview.add(&mut rules, &entry);
    assert_eq!(preview.kept, usize::from(once.is_kept));
}
