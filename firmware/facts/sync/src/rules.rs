//! The owner's rules: those of the configuration file, and behind them those that are stored.

use std::sync::Arc;

use ::rules::{Action, Rule, RuleSet, Rules};
use desk::{DryRun, Refused, RulesView};
use lineup::StableHash;
use serde::Serialize;
use store::{RulesRow, Store};
use tokio::{sync::watch, task};

use crate::{
    Error, Sources,
    shape::{self, Shaper},
};

/// What imports know of rules.
#[derive(Clone, Debug, Default)]
pub struct RulesConfig {
    /// Those of the configuration file, which run first.
    pub set: RuleSet,
    /// Bytes that all rules may hold while an import runs.
    pub bytes_max: usize,
}

impl RulesConfig {
    /// These with the `stored` ones behind them. Errors count the rules of each apart.
    fn with(&self, stored: &RuleSet) -> Result<Rules, String> {
        let both = self.set.followed_by(stored);
        Rules::compile(&both, self.bytes_max).map_err(|error| error.behind(&self.set).to_string())
    }

    /// These alone, ready to run.
    pub(crate) fn ready(&self) -> Result<Shaper, Error> {
        let rules = self.with(&RuleSet::default()).map_err(Error::Rules)?;
        Ok(Shaper::new(rules))
    }
}

/// The rules in force. What is shown of them is what they are.
#[derive(Clone, Debug)]
pub(crate) struct RuleBook {
    config: Arc<RulesConfig>,
    view: watch::Sender<Arc<RulesView>>,
}

impl RuleBook {
    /// Those of the configuration alone.
    pub(crate) fn new(config: &RulesConfig, view: watch::Sender<Arc<RulesView>>) -> Self {
        view.send_replace(Arc::new(RulesView {
            configured: config.set.clone(),
            ..RulesView::default()
        }));
        Self {
            config: Arc::new(config.clone()),
            view,
        }
    }

    /// Takes up what is stored. Rules that cannot be used any more, as the file's have changed, are
    /// shown with the reason, and no lineup is made without them: thousands of channels that were left
    /// out would come back.
    pub(crate) fn recall(&self, store: &Store) {
        let mut view = RulesView::clone(&self.view.borrow());
        match stored(store) {
            Ok((revision, set)) => {
                view.revision = revision;
                view.stored = set;
                view.error = self.config.with(&view.stored).err();
            }
            Err(error) => view.error = Some(format!("the stored rules cannot be read: {error}")),
        }
        if let Some(error) = &view.error {
            tracing::error!(%error, "the rules cannot be used; the lineup stays as it is");
        }
        self.view.send_replace(Arc::new(view));
    }

    /// Bytes that all rules may hold.
    pub(crate) fn bytes_max(&self) -> usize {
        self.config.bytes_max
    }

    /// The rules, ready to run.
    pub(crate) fn ready(&self) -> Result<Shaper, Error> {
        let view = Arc::clone(&self.view.borrow());
        match &view.error {
            Some(error) => Err(Error::Rules(error.clone())),
            None => {
                let rules = self.config.with(&view.stored);
                rules.map(Shaper::new).map_err(Error::Rules)
            }
        }
    }

    /// The book with these in the place of the stored rules, if `seen` says that they are made from
    /// those. It is in force once it has been taken.
    pub(crate) fn changed(&self, set: RuleSet, seen: u64) -> Result<Self, Refused> {
        let now = self.view.borrow();
        if now.revision != seen {
            let why = "the rules were changed meanwhile";
            return Err(Refused::Conflict(why.to_owned()));
        }
        let next = RulesView {
            revision: seen + 1,
            configured: now.configured.clone(),
            stored: set,
            error: None,
        };
        Ok(Self {
            config: Arc::clone(&self.config),
            view: watch::Sender::new(Arc::new(next)),
        })
    }

    /// Whether these rules go together.
    pub(crate) fn check(&self) -> Result<(), Refused> {
        let rules = self.config.with(&self.view.borrow().stored);
        rules.map(|_| ()).map_err(Refused::Invalid)
    }

    /// What of them is stored.
    pub(crate) fn row(&self) -> Result<RulesRow, Refused> {
        let view = self.view.borrow();
        let text = serde_json::to_string(&view.stored);
        Ok(RulesRow {
            revision: view.revision,
            text: text.map_err(|error| Refused::Storage(error.to_string()))?,
        })
    }

    /// Those of `next` are in force from now on.
    pub(crate) fn take(&self, next: &Self) {
        self.view.send_replace(Arc::clone(&next.view.borrow()));
    }

    pub(crate) fn revision(&self) -> u64 {
        self.view.borrow().revision
    }

    /// What lineups depend on by these rules, in one figure that is the same at every start. Where it
    /// changes, the lineup is made anew. 0 where there is no rule.
    pub(crate) fn fingerprint(&self, sources: &Sources) -> u64 {
        let rules = self.enabled(|_| true);
        if rules.is_empty() {
            return 0;
        }
        // A rule names sources as they are called.
        let names: Vec<_> = if rules.rules.iter().any(|rule| !rule.sources.is_empty()) {
            let names = sources.iter().map(|(id, settings)| (id, &settings.name));
            names.collect()
        } else {
            Vec::new()
        };
        figure(&(rules, names))
    }

    /// The same for numbers: of the rules that ask for some.
    pub(crate) fn numbers_fingerprint(&self) -> u64 {
        let rules = self.enabled(|rule| rule.action == Action::Renumber);
        if rules.is_empty() { 0 } else { figure(&rules) }
    }

    fn enabled(&self, counts: impl Fn(&Rule) -> bool) -> RuleSet {
        let view = self.view.borrow();
        let mut both = view.configured.followed_by(&view.stored);
        both.rules.retain(|rule| rule.enabled && counts(rule));
        if both.rules.is_empty() {
            both.templates.clear();
        }
        both
    }

    /// What these would make of the stored lists.
    pub(crate) async fn preview(
        &self,
        store: Arc<Store>,
        sources: Sources,
        set: RuleSet,
    ) -> Result<Box<DryRun>, Refused> {
        let config = Arc::clone(&self.config);
        let run = task::spawn_blocking(move || {
            let rules = config.with(&set).map_err(Refused::Invalid)?;
            let configured = config.set.rules.len();
            let count = configured + set.rules.len();
            shape::dry_run(&store, &sources, rules, count, configured)
                .map(Box::new)
                .map_err(|error| Refused::Storage(error.to_string()))
        });
        run.await.unwrap_or(Err(Refused::Ending))
    }
}

fn figure(of: &impl Serialize) -> u64 {
    // Names, numbers and texts always have a text.
    let text = serde_json::to_string(of).unwrap_or_default();
    StableHash::new().text(&text).value()
}

fn stored(store: &Store) -> Result<(u64, RuleSet), String> {
    let RulesRow { revision, text } = store.load_rules().map_err(|error| error.to_string())?;
    if text.is_empty() {
        return Ok((revision, RuleSet::default()));
    }
    let set = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    Ok((revision, set))
}

#[cfg(test)]
mod tests {
    use desk::SourceSettings;

    use super::*;

    fn set(text: &str) -> RuleSet {
        serde_json::from_str(text).expect("a set")
    }

    fn book(configured: RuleSet) -> (RuleBook, watch::Receiver<Arc<RulesView>>) {
        let (sender, receiver) = watch::channel(Arc::default());
        let config = RulesConfig {
            set: configured,
            bytes_max: 1 << 20,
        };
        (RuleBook::new(&config, sender), receiver)
    }

    fn store(folder: &tempfile::TempDir) -> Arc<Store> {
        let options = store::Options {
            cache_bytes: 1 << 20,
        };
        Arc::new(Store::open(folder.path(), options).expect("a new store"))
    }

    const NEWS: &str = r#"{"rules":[{"name":"news","action":"include","pattern":"news"}]}"#;

    /// What the imports do, but for the lineup.
    fn save(book: &RuleBook, store: &Store, set: RuleSet, seen: u64) -> Result<u64, Refused> {
        let next = book.changed(set, seen)?;
        next.check()?;
        let saved = store.save_rules(&next.row()?);
        saved.map_err(|error| Refused::Storage(error.to_string()))?;
        book.take(&next);
        Ok(book.revision())
    }

    #[test]
    fn a_change_is_stored_and_two_do_not_overwrite_each_other() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = store(&folder);
        let (book_of_rules, view) = book(RuleSet::default());
        book_of_rules.recall(&store);
        assert_eq!(save(&book_of_rules, &store, set(NEWS), 0), Ok(1));
        let again = save(&book_of_rules, &store, RuleSet::default(), 0);
        assert!(matches!(again, Err(Refused::Conflict(_))), "{again:?}");
        assert_eq!(
            (view.borrow().revision, &view.borrow().stored),
            (1, &set(NEWS))
        );
        let (later, view) = book(RuleSet::default());
        later.recall(&store);
        assert_eq!(
            (view.borrow().revision, &view.borrow().stored),
            (1, &set(NEWS))
        );
        assert!(later.ready().is_ok());
    }

    #[test]
    fn a_mistake_is_told_by_the_rule_that_the_page_shows() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = store(&folder);
        let (book, view) = book(set(NEWS));
        let bad = set(r#"{"rules":[{"name":"x","action":"exclude","pattern":"("}]}"#);
        let refused = save(&book, &store, bad, 0);
        let Err(Refused::Invalid(why)) = refused else {
            panic!("{refused:?}");
        };
        assert!(why.starts_with("rule 1 \"x\""), "{why}");
        assert_eq!(view.borrow().revision, 0);
    }

    #[test]
    fn rules_that_do_not_go_together_make_no_lineup() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = store(&folder);
        let (first, _view) = book(RuleSet::default());
        assert_eq!(save(&first, &store, set(NEWS), 0), Ok(1));
        // The file now has a rule of that name.
        let (later, view) = book(set(NEWS));
        later.recall(&store);
        let error = later.ready().expect_err("twice").to_string();
        assert!(error.contains("another one has this name"), "{error}");
        assert!(view.borrow().error.is_some());
        // The page mends it.
        assert_eq!(save(&later, &store, RuleSet::default(), 1), Ok(2));
        assert!(later.ready().is_ok());
    }

    #[test]
    fn a_figure_changes_with_what_counts() {
        let named = |name: &str| [SourceSettings::new(name, "http://a.example")];
        let figures = |text: &str, source: &str| {
            let (book, _view) = book(set(text));
            let sources = named(source).into_iter().collect();
            (book.fingerprint(&sources), book.numbers_fingerprint())
        };
        assert_eq!(figures("{}", "a"), (0, 0));
        let off = r#"{"rules":[{"name":"n","action":"exclude","enabled":false}]}"#;
        assert_eq!(figures(off, "a"), (0, 0));
        assert_ne!(figures(NEWS, "a").0, 0);
        assert_eq!(figures(NEWS, "a"), figures(NEWS, "b"));
        let of_a = r#"{"rules":[{"name":"n","action":"renumber","first":5,"sources":["a"]}]}"#;
        assert_ne!(figures(of_a, "a").0, figures(of_a, "b").0);
        assert_ne!(figures(of_a, "a").1, 0);
        assert_eq!(figures(NEWS, "a").1, 0);
    }
}
