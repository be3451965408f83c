//! `{{name}}` in patterns.

use crate::{Problem, RuleSet, Template};

/// A pattern with its templates put in, each as a group of its own: what follows `{{news}}` follows
/// all of it.
pub(crate) fn expand(pattern: &str, templates: &[Template]) -> Result<String, Problem> {
    let mut expansion = Expansion {
        templates,
        within: Vec::new(),
        text: String::new(),
    };
    expansion.add(pattern)?;
    Ok(expansion.text)
}

/// A template with those that it uses.
pub(crate) fn expand_template(at: usize, templates: &[Template]) -> Result<String, Problem> {
    let mut expansion = Expansion {
        templates,
        within: vec![at],
        text: String::new(),
    };
    expansion.add(&templates[at].pattern)?;
    Ok(expansion.text)
}

struct Expansion<'a> {
    templates: &'a [Template],
    /// Templates that are being put in, each within the one before.
    within: Vec<usize>,
    text: String,
}

impl Expansion<'_> {
    /// Ends: each template costs five bytes of a text with a maximum, and none is within itself.
    fn add(&mut self, pattern: &str) -> Result<(), Problem> {
        let mut rest = pattern;
        while let Some(at) = rest.find(['\\', '{']) {
            let (before, found) = rest.split_at(at);
            self.push(before)?;
            rest = found;
            if let Some(escaped) = rest.strip_prefix('\\') {
                let len = 1 + escaped.chars().next().map_or(0, char::len_utf8);
                let (pair, behind) = rest.split_at(len);
                self.push(pair)?;
                rest = behind;
            } else if let Some((name, behind)) = reference(rest) {
                self.put_in(name)?;
                rest = behind;
            } else {
                self.push("{")?;
                rest = &rest[1..];
            }
        }
        self.push(rest)
    }

    fn put_in(&mut self, name: &str) -> Result<(), Problem> {
        let at = self.templates.iter().position(|known| known.name == name);
        let at = at.ok_or_else(|| Problem::NoSuchTemplate(name.to_owned()))?;
        if let Some(begin) = self.within.iter().position(|&outer| outer == at) {
            return Err(self.circle(begin));
        }
        self.push("(?:")?;
        self.within.push(at);
        let templates = self.templates;
        self.add(&templates[at].pattern)?;
        self.within.pop();
        self.push(")")
    }

    fn push(&mut self, text: &str) -> Result<(), Problem> {
        if self.text.len() + text.len() > RuleSet::EXPANDED_BYTES_MAX {
            return Err(Problem::Expanded);
        }
        self.text.push_str(text);
        Ok(())
    }

    /// `news -> world -> news`.
    fn circle(&self, begin: usize) -> Problem {
        let circle = self.within[begin..].iter().chain([&self.within[begin]]);
        let names: Vec<&str> = circle.map(|&at| self.templates[at].name.as_str()).collect();
        Problem::Circle(names.join(" -> "))
    }
}

/// The name at the beginning, as in `{{news}}`, and what follows.
fn reference(text: &str) -> Option<(&str, &str)> {
    let (name, behind) = text.strip_prefix("{{")?.split_once("}}")?;
    is_name(name).then_some((name, behind))
}

/// Whether a template may have this name.
pub(crate) fn is_name(name: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    !name.is_empty() && name.bytes().all(is_letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn templates(of: &[(&str, &str)]) -> Vec<Template> {
        let template = |&(name, pattern): &(&str, &str)| Template {
            name: name.to_owned(),
            pattern: pattern.to_owned(),
        };
        of.iter().map(template).collect()
    }

    #[test]
    fn are_put_in() {
        let known = templates(&[
            ("news", "CNN|BBC"),
            ("all", "^{{news}}$|Ⅻ{{hd-2}}"),
            ("hd-2", "x"),
        ]);
        for (pattern, expanded) in [
            ("", ""),
            ("a{2}é", "a{2}é"),
            ("{{news}} HD", "(?:CNN|BBC) HD"),
            ("é{{all}}", "é(?:^(?:CNN|BBC)$|Ⅻ(?:x))"),
            (r"\{{news}}", r"\{{news}}"),
            (r"\\{{hd-2}}\", r"\\(?:x)\"),
            ("{{ news }} {{}} {{{hd-2}}", "{{ news }} {{}} {(?:x)"),
        ] {
            assert_eq!(
                expand(pattern, &known).as_deref(),
                Ok(expanded),
                "{pattern}"
            );
        }
        assert_eq!(
            expand("{{nwes}}", &known),
            Err(Problem::NoSuchTemplate("nwes".to_owned()))
        );
    }

    #[test]
    fn circles_are_told() {
        let known = templates(&[
            ("a", "{{b}}"),
            ("b", "x{{c}}"),
            ("c", "{{b}}"),
            ("d", "{{d}}"),
        ]);
        let circle = |path: &str| Err(Problem::Circle(path.to_owned()));
        assert_eq!(expand("{{a}}", &known), circle("b -> c -> b"));
        assert_eq!(expand_template(1, &known), circle("b -> c -> b"));
        assert_eq!(expand_template(3, &known), circle("d -> d"));
    }

    #[test]
    fn no_template_grows_without_end() {
        let mut known = templates(&[("t0", "")]);
        for n in 1..RuleSet::TEMPLATES_MAX {
            known.push(Template {
                name: format!("t{n}"),
                pattern: format!("{{{{t{0}}}}}{{{{t{0}}}}}", n - 1),
            });
        }
        assert_eq!(expand("{{t99}}", &known), Err(Problem::Expanded));
        assert!(expand("{{t8}}", &known).is_ok());
    }
}
