//! What the accounts at panels allow, asked for between the readings of their lists.

use std::{sync::Arc, time::Duration};

use desk::Kind;
use tokio::time::{Instant, timeout};

use crate::{
    Error, PanelError,
    panel::{Asker, Panel, login},
    run::Imports,
};

/// Between two questions; the reading of a list is one, too. An account that the provider has changed, or
/// that is about to end, is known so a quarter of a day later at most.
const ASK_EVERY: Duration = Duration::from_secs(6 * 3600);
/// For all hosts together: orders wait meanwhile.
const ASK_TIME_MAX: Duration = Duration::from_secs(15);

impl Imports {
    /// The first account that is to be asked for now.
    pub(crate) fn account_due(&self, now: Instant) -> Option<u16> {
        let mut accounts = self.accounts();
        accounts.find(|(_, due)| *due <= now).map(|(id, _)| id)
    }

    /// When one is to be asked for next.
    pub(crate) fn next_account(&self) -> Option<Instant> {
        self.accounts().map(|(_, due)| due).min()
    }

    fn accounts(&self) -> impl Iterator<Item = (u16, Instant)> {
        self.sources.iter().filter_map(|(id, known)| {
            let settings = self.config.sources.get(*id)?;
            let is_asked = settings.kind == Kind::Xtream && settings.enabled;
            is_asked.then_some((*id, known.account_due))
        })
    }

    /// Asks a panel what it says of the account. That it does not answer now changes nothing: the next
    /// reading of the list will tell.
    pub(crate) async fn ask_account(&mut self, id: u16) {
        let asked = tokio::select! {
            asked = timeout(ASK_TIME_MAX, self.account(id)) => asked,
            () = self.shutdown.cancelled() => return,
        };
        if let Ok(Err(error)) = asked {
            tracing::info!(source = id, %error, "the account was asked for in vain");
        }
        self.heed_account(id);
    }

    async fn account(&self, id: u16) -> Result<(), Error> {
        let Some(source) = self.config.sources.get(id) else {
            return Ok(());
        };
        let answered = self.config.sources.answered(id);
        let panel = Panel::of(source, answered).map_err(PanelError::from)?;
        let http = &self.http;
        let login = login(&panel, Asker { source, http }, &mut Vec::new()).await?;
        self.board.account(id, login.status);
        Ok(())
    }

    /// The panel has been asked: no more connections than the account allows, from now on.
    pub(crate) fn heed_account(&mut self, id: u16) {
        if let Some(known) = self.sources.get_mut(&id) {
            known.account_due = Instant::now() + ASK_EVERY;
        }
        let allowed = self.board.allowed(id);
        if Arc::make_mut(&mut self.config).sources.allow(id, allowed) {
            self.tell();
        }
    }
}
