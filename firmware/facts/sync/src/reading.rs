//! A reading that goes on, and the orders that come meanwhile.

use std::{pin::pin, sync::Arc, time::SystemTime};

use desk::{Answer, BackupOrder, ChannelOrder, Order, Orders, Refused, RulesOrder, SourceOrder};
use lineup::decisions::Change;
use store::SourceState;

use crate::{
    Error,
    edit::Wish,
    job::Done,
    rebuild,
    refresh::{Attempt, Origin, Outcome, Reading},
    run::Imports,
};

impl Imports {
    /// Reads a source to the end. An order that needs the facts to stand still, as one does by which
    /// the lineup is made anew, breaks the reading off and waits for that: a person waits for it, and the
    /// list can be read again. What only lies over the lineup, as names do, is decided meanwhile.
    pub(crate) async fn follow(&mut self, id: u16, origin: Origin, orders: &mut Orders) -> Reading {
        let stop = self.shutdown.child_token();
        let before = self.board.state(id);
        let attempt = self.attempt(id);
        let mut reading = pin!(attempt.run(origin, &stop));
        let mut cancelled = None;
        let outcome = loop {
            let is_listening = self.postponed.is_none();
            tokio::select! {
                outcome = &mut reading => break outcome,
                Some(order) = orders.next(), if is_listening => {
                    match self.while_reading(id, order).await {
                        Meanwhile::Done => continue,
                        Meanwhile::Cancel(answer) => cancelled = Some(answer),
                        Meanwhile::Postpone(order) => self.postponed = Some(order),
                    }
                    stop.cancel();
                }
            }
        };
        let is_stopped = stop.is_cancelled() && matches!(outcome, Err(Error::Aborted));
        if let Some(answer) = cancelled {
            return self
                .cancelled(id, answer, is_stopped, outcome, before)
                .await;
        }
        if is_stopped {
            self.board.enter(id, before);
            return Reading::BrokenOff;
        }
        self.ended(id, outcome).await
    }

    fn attempt(&self, id: u16) -> Attempt {
        let known = self.sources.get(&id);
        Attempt {
            index: id,
            config: Arc::clone(&self.config),
            store: Arc::clone(&self.store),
            http: self.http.clone(),
            board: Arc::clone(&self.board),
            rules: self.rules.clone(),
            lineup: Arc::clone(&self.lineup.borrow()),
            state: known.map(|known| known.state.clone()).unwrap_or_default(),
            accepts: known.is_some_and(|known| known.accepts)
                || self.config.sources[usize::from(id)].accept_shrink,
            answered: self.config.sources.answered(id),
        }
    }

    async fn while_reading(&mut self, id: u16, order: Order) -> Meanwhile {
        match order {
            Order::Source(SourceOrder::Refresh { source, answer }) => {
                answer.give(self.make_due(source));
                Meanwhile::Done
            }
            Order::Source(SourceOrder::Cancel { source, answer }) if source.0 == id => {
                Meanwhile::Cancel(answer)
            }
            Order::Source(SourceOrder::Cancel { source, answer }) => {
                answer.give(Err(self.not_being_read(source)));
                Meanwhile::Done
            }
            Order::Backup(BackupOrder::Spool { answer }) => {
                answer.give(self.spool().await);
                Meanwhile::Done
            }
            // It shares its memory with what is read.
            Order::Rules(RulesOrder::Preview { answer, .. }) => {
                answer.give(Err(being_read()));
                Meanwhile::Done
            }
            Order::Channel(ChannelOrder::Similar { answer, .. }) => {
                answer.give(Err(being_read()));
                Meanwhile::Done
            }
            Order::Channel(ChannelOrder::Edit {
                changes,
                if_revision,
                answer,
            }) if changes.iter().all(Change::lies_over) => {
                answer.give(self.edit(Wish::Edit(changes), if_revision).await);
                Meanwhile::Done
            }
            order => Meanwhile::Postpone(order),
        }
    }

    /// What a cancelled reading leaves behind: nothing, unless the list was there already.
    async fn cancelled(
        &mut self,
        id: u16,
        answer: Answer<()>,
        is_stopped: bool,
        outcome: Result<Outcome, Error>,
        before: crate::State,
    ) -> Reading {
        if is_stopped {
            self.board.enter(id, before);
            answer.give(Ok(()));
            return Reading::Cancelled;
        }
        let why = "too late: the list is there and has been dealt with";
        answer.give(Err(Refused::Conflict(why.to_owned())));
        self.ended(id, outcome).await
    }

    async fn ended(&mut self, id: u16, outcome: Result<Outcome, Error>) -> Reading {
        self.heed_account(id);
        match outcome {
            Ok(Outcome::Imported(done)) => self.publish(id, *done),
            Ok(Outcome::Unchanged(state)) => self.unchanged(id, state).await,
            Err(error) => {
                self.failed(id, &error).await;
                return Reading::Failed(error.to_string());
            }
        }
        Reading::Over
    }

    fn publish(&mut self, id: u16, done: Done) {
        let Done {
            lineup,
            state,
            warnings,
        } = done;
        if let Some(known) = self.sources.get_mut(&id) {
            known.state = state;
            known.accepts = false;
        }
        // Names may have been decided while it was made.
        let decisions = Arc::clone(self.lineup.borrow().decisions());
        self.show(lineup.under(decisions));
        self.board.imported(id, SystemTime::now(), warnings);
    }

    /// Publishes a lineup that has been stored.
    pub(crate) fn show(&self, lineup: lineup::Lineup) {
        let lineup = Arc::new(lineup);
        self.lineup.send_replace(Arc::clone(&lineup));
        self.board.count(&rebuild::channels_of(&lineup));
    }

    async fn unchanged(&mut self, id: u16, state: Option<Box<SourceState>>) {
        let now = SystemTime::now();
        self.board.unchanged(id, now);
        if let Some(known) = self.sources.get_mut(&id) {
            if let Some(state) = state {
                known.state = *state;
            }
            known.accepts = false;
            known.state.last_success = Some(now);
            known.state.error.clear();
        }
        self.note(id).await;
    }

    async fn failed(&mut self, id: u16, error: &Error) {
        let text = error.to_string();
        let name = &self.config.sources[usize::from(id)].name;
        tracing::warn!(source = %name, error = %text, "not imported; its channels stay");
        if let Some(known) = self.sources.get_mut(&id) {
            known.state.error.clone_from(&text);
        }
        self.board.failed(id, text, error.is_held_back());
        self.note(id).await;
    }
}

/// What shares its memory with the list that is read has to wait.
fn being_read() -> Refused {
    Refused::Conflict("a list is being read: try again once it has been".to_owned())
}

/// What is to be done about an order while a list is read.
enum Meanwhile {
    /// It has been answered.
    Done,
    /// The reading ends, and this is answered then.
    Cancel(Answer<()>),
    /// The reading ends, and the order is carried out then.
    Postpone(Order),
}
