//! The owner's rules: those of the configuration file, and behind them those that are stored.

use std::sync::Arc;

use ::rules::{Action, Rule, RuleSet, Rules};
use desk::{DryRun, Refused, RulesView};
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

/// The rules in force. What is shown of them is what they are.
#[derive(Clone, Debug)]
pub(crate) struct RuleBook {
    bytes_max: usize,
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
            bytes_max: config.bytes_max,
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
                view.error = self.made_ready(&view).err();
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
            None => self
                .made_ready(&view)
                .map(Shaper::new)
                .map_err(Error::Rules),
        }
    }

    /// What lineups depend on by these rules, in one figure that is the same at every start; 0 where
    /// there are none. Where it changes, the lineup is made anew.
    pub(crate) fn fingerprint(&self) -> u64 {
        self.fingerprint_of(|_| true)
    }

    /// The same for numbers: of the rules that ask for some.
    pub(crate) fn numbers_fingerprint(&self) -> u64 {
        self.fingerprint_of(|rule| rule.action == Action::Renumber)
    }

    fn fingerprint_of(&self, counts: impl Fn(&Rule) -> bool) -> u64 {
        let view = self.view.borrow();
        let mut both = view.configured.followed_by(&view.stored);
        both.rules.retain(|rule| rule.enabled && counts(rule));
        if both.rules.is_empty() {
            return 0;
        }
        fnv_1a(serde_json::to_string(&both).unwrap_or_default().as_bytes()).max(1)
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
            book.made_ready(&next).map_err(Refused::Invalid)?;
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

    /// What these would make of the stored lists.
    pub(crate) async fn preview(
        &self,
        store: &Arc<Store>,
        sources: Sources,
        set: RuleSet,
    ) -> Result<Box<DryRun>, Refused> {
        let view = RulesView {
            stored: set,
            configured: self.view.borrow().configured.clone(),
            ..RulesView::default()
        };
        let (book, store) = (self.clone(), Arc::clone(store));
        let run = task::spawn_blocking(move || {
            let rules = book.made_ready(&view).map_err(Refused::Invalid)?;
            let configured = view.configured.rules.len();
            let count = configured + view.stored.rules.len();
            shape::dry_run(&store, &sources, rules, count, configured)
                .map(Box::new)
                .map_err(|error| Refused::Storage(error.to_string()))
        });
        run.await.unwrap_or(Err(Refused::Ending))
    }

    /// All of them together. Errors count the rules as the page shows them.
    fn made_ready(&self, view: &RulesView) -> Result<Rules, String> {
        let RulesView {
            configured, stored, ..
        } = view;
        let both = configured.followed_by(stored);
        Rules::compile(&both, self.bytes_max).map_err(|error| error.behind(configured).to_string())
    }
}

/// FNV-1a, 64 bit (RFC 9923): it is kept from start to start.
fn fnv_1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
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
        assert_ne!(later.fingerprint(), 0);
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
