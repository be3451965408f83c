//! The owner's rules: those of the configuration file, and behind them those that are stored.

use std::sync::Arc;

use ::rules::{RuleSet, Rules};
use desk::{Refused, RulesView};
use store::{RulesRow, Store};
use tokio::{sync::watch, task};

use crate::{Error, shape::Shaper};

/// What imports know of rules.
#[derive(Clone, Debug, Default)]
pub struct RulesConfig {
    /// Those of the configuration file, which run first.
    pub set: RuleSet,
    /// Names of groups that there are, in any case; empty: all.
    pub groups: Vec<String>,
    /// Names of groups that there are not.
    pub groups_off: Vec<String>,
    /// Bytes that all rules may hold while an import runs.
    pub bytes_max: usize,
}

impl RulesConfig {
    /// These with the `stored` ones behind them. Errors count the rules of each apart.
    fn with(&self, stored: &RuleSet) -> Result<Rules, String> {
        let both = self.set.followed_by(stored);
        Rules::compile(&both, self.bytes_max)
            .map(|rules| rules.of_groups(&self.groups, &self.groups_off))
            .map_err(|error| error.behind(&self.set).to_string())
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

    /// Puts these in the place of the stored ones, if `seen` says that they are made from those; the
    /// new revision.
    pub(crate) async fn save(
        &self,
        store: &Arc<Store>,
        set: RuleSet,
        seen: u64,
    ) -> Result<u64, Refused> {
        let now = Arc::clone(&self.view.borrow());
        if now.revision != seen {
            return Err(Refused::Conflict(
                "the rules were changed meanwhile".to_owned(),
            ));
        }
        let next = RulesView {
            revision: seen + 1,
            configured: now.configured.clone(),
            stored: set,
            error: None,
        };
        let (book, store) = (self.clone(), Arc::clone(store));
        let saved = task::spawn_blocking(move || {
            let rules = book.config.with(&next.stored);
            rules.map_err(Refused::Invalid)?;
            let text = serde_json::to_string(&next.stored);
            let text = text.map_err(|error| Refused::Storage(error.to_string()))?;
            let revision = next.revision;
            let saved = store.save_rules(&RulesRow { revision, text });
            saved.map_err(|error| Refused::Storage(error.to_string()))?;
            Ok(next)
        });
        let next = saved.await.unwrap_or(Err(Refused::Ending))?;
        self.view.send_replace(Arc::new(next));
        Ok(seen + 1)
    }
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
    use super::*;

    fn set(text: &str) -> RuleSet {
        serde_json::from_str(text).expect("a set")
    }

    fn book(configured: RuleSet) -> (RuleBook, watch::Receiver<Arc<RulesView>>) {
        let (sender, receiver) = watch::channel(Arc::default());
        let config = RulesConfig {
            set: configured,
            bytes_max: 1 << 20,
            ..RulesConfig::default()
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

    #[tokio::test(flavor = "current_thread")]
    async fn a_change_is_stored_and_two_do_not_overwrite_each_other() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = store(&folder);
        let (book_of_rules, view) = book(RuleSet::default());
        book_of_rules.recall(&store);
        assert_eq!(book_of_rules.save(&store, set(NEWS), 0).await, Ok(1));
        let again = book_of_rules.save(&store, RuleSet::default(), 0).await;
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

    #[tokio::test(flavor = "current_thread")]
    async fn a_mistake_is_told_by_the_rule_that_the_page_shows() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = store(&folder);
        let (book, view) = book(set(NEWS));
        let bad = set(r#"{"rules":[{"name":"x","action":"exclude","pattern":"("}]}"#);
        let refused = book.save(&store, bad, 0).await;
        let Err(Refused::Invalid(why)) = refused else {
            panic!("{refused:?}");
        };
        assert!(why.starts_with("rule 1 \"x\""), "{why}");
        assert_eq!(view.borrow().revision, 0);
    }

    #[tokio::test(flavor = "current_thread")]
    async fn rules_that_do_not_go_together_make_no_lineup() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = store(&folder);
        let (first, _view) = book(RuleSet::default());
        assert_eq!(first.save(&store, set(NEWS), 0).await, Ok(1));
        // The file now has a rule of that name.
        let (later, view) = book(set(NEWS));
        later.recall(&store);
        let error = later.ready().expect_err("twice").to_string();
        assert!(error.contains("another one has this name"), "{error}");
        assert!(view.borrow().error.is_some());
        // The page mends it.
        assert_eq!(later.save(&store, RuleSet::default(), 1).await, Ok(2));
        assert!(later.ready().is_ok());
    }
}
