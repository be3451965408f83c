//! What faces ask for, carried out: one order after the other, and each stored before it holds.

use std::sync::Arc;

use desk::{
    ChannelOrder, Edited, ListPieces, Order, Orders, Refused, RulesOrder, SourceId, SourceOrder,
    SourceSettings,
};
use lineup::Similar;
use rules::RuleSet;
use store::SourceState;
use tokio::{task, time::Instant};

use crate::{
    Config, Error, Sources,
    change::{self, Rebuilding},
    config::{self, Location},
    edit::{Edit, Wish},
    panel::Answered,
    rebuild::{Fact, anew},
    refresh::{Origin, Reading},
    run::{Imports, Known},
    secrets,
    sources::{SOURCES_MAX, Source},
};

impl Imports {
    /// Carries out an order while nothing is being read.
    pub(crate) async fn carry_out(&mut self, order: Order, orders: &mut Orders) {
        match order {
            Order::Source(order) => self.carry_out_for_source(order, orders).await,
            Order::Rules(order) => self.carry_out_for_rules(order).await,
            Order::Backup(order) => self.carry_out_for_backups(order).await,
            Order::Channel(order) => self.carry_out_for_channels(order).await,
        }
    }

    async fn carry_out_for_channels(&mut self, order: ChannelOrder) {
        match order {
            ChannelOrder::Edit {
                changes,
                if_revision,
                answer,
            } => answer.give(self.edit(Wish::Edit(changes), if_revision).await),
            ChannelOrder::Undo {
                change,
                if_revision,
                answer,
            } => answer.give(self.edit(Wish::Undo(change), if_revision).await),
            ChannelOrder::Similar {
                after,
                limit,
                answer,
            } => {
                let lineup = Arc::clone(&self.lineup.borrow());
                let merging = self.config.merging;
                let looking =
                    task::spawn_blocking(move || Similar::of(&lineup, merging, after, limit));
                answer.give(looking.await.map_err(|_| Refused::Ending));
            }
        }
    }

    /// Decides, and publishes what follows.
    pub(crate) async fn edit(
        &mut self,
        wish: Wish,
        if_revision: Option<u64>,
    ) -> Result<Edited, Refused> {
        let edit = Edit {
            config: Arc::clone(&self.config),
            store: Arc::clone(&self.store),
            rules: self.rules.clone(),
            lineup: Arc::clone(&self.lineup.borrow()),
            if_revision,
        };
        let editing = task::spawn_blocking(move || edit.run(wish));
        let done = editing.await.unwrap_or(Err(Refused::Ending))?;
        if let Some(lineup) = done.lineup {
            self.show(lineup);
        }
        self.changes.send_replace(Arc::new(done.log));
        Ok(done.edited)
    }

    async fn carry_out_for_source(&mut self, order: SourceOrder, orders: &mut Orders) {
        match order {
            SourceOrder::Refresh { source, answer } => answer.give(self.make_due(source)),
            SourceOrder::Cancel { source, answer } => {
                answer.give(Err(self.not_being_read(source)));
            }
            SourceOrder::Add { settings, answer } => answer.give(self.add(*settings).await),
            SourceOrder::Change {
                source,
                settings,
                answer,
            } => answer.give(self.change(source, *settings).await),
            SourceOrder::Remove { source, answer } => answer.give(self.remove(source).await),
            SourceOrder::Accept { source, answer } => answer.give(self.accept(source)),
            SourceOrder::Upload {
                source,
                list,
                answer,
            } => answer.give(self.take(source, list, orders).await),
        }
    }

    async fn carry_out_for_rules(&mut self, order: RulesOrder) {
        match order {
            RulesOrder::Save { set, seen, answer } => {
                answer.give(self.save_rules(*set, seen).await);
            }
            RulesOrder::Preview { set, answer } => {
                let sources = self.config.sources.clone();
                let store = Arc::clone(&self.store);
                answer.give(self.rules.preview(store, sources, *set).await);
            }
        }
    }

    /// Other rules, and the lineup under them: both or none.
    async fn save_rules(&mut self, set: RuleSet, seen: u64) -> Result<u64, Refused> {
        let next = self.rules.changed(set, seen)?;
        let (config, store, rules) = (
            Arc::clone(&self.config),
            Arc::clone(&self.store),
            next.clone(),
        );
        let saving = task::spawn_blocking(move || {
            rules.check()?;
            let row = rules.row()?;
            let rebuilt = anew(&config, &store, &rules, Fact::Rules(&row));
            rebuilt.map_err(|error| match error {
                // They let in more than there is room for.
                Error::Full(full) => Refused::Invalid(full.to_string()),
                error => Refused::Storage(error.to_string()),
            })
        });
        let lineup = saving.await.unwrap_or(Err(Refused::Ending))?;
        self.rules.take(&next);
        self.show(lineup);
        Ok(self.rules.revision())
    }

    pub(crate) fn make_due(&mut self, source: Option<SourceId>) -> Result<(), Refused> {
        let now = Instant::now();
        let Some(id) = source else {
            for known in self.sources.values_mut() {
                known.schedule.hurry(now);
            }
            return Ok(());
        };
        let source = self.find(id)?;
        if !source.settings.enabled {
            let why = "the source is switched off: switch it on to have it read";
            return Err(Refused::Conflict(why.to_owned()));
        }
        if source.settings.url.is_none() {
            return Err(Refused::Conflict(Error::NoAddress.to_string()));
        }
        if let Some(known) = self.sources.get_mut(&id.0) {
            known.schedule.hurry(now);
        }
        Ok(())
    }

    pub(crate) fn not_being_read(&self, id: SourceId) -> Refused {
        let why = || Refused::Conflict("the source is not being read now".to_owned());
        self.find(id).map_or_else(|refused| refused, |_| why())
    }

    fn find(&self, id: SourceId) -> Result<&Source, Refused> {
        let source = self.config.sources.find(id.0);
        source.ok_or_else(|| Refused::NotFound(format!("there is no source {id}")))
    }

    /// A source that is there and may be changed.
    fn find_ours(&self, id: SourceId) -> Result<&Source, Refused> {
        let source = self.find(id)?;
        if source.is_of_file {
            let why = "the source is set in the configuration file: change it there";
            return Err(Refused::Conflict(why.to_owned()));
        }
        Ok(source)
    }

    async fn add(&mut self, settings: SourceSettings) -> Result<SourceId, Refused> {
        self.check(&settings, None)?;
        let id = self.config.sources.free().ok_or_else(|| {
            let why = format!("there are {SOURCES_MAX} sources already: remove one first");
            Refused::Conflict(why)
        })?;
        let mut sources = self.config.sources.clone();
        sources.put(id, ours(settings));
        // It has no list that would change the lineup.
        self.keep(sources, Rebuilding::No).await?;
        let known = Known::new(SourceState::default(), self.schedule(id));
        self.sources.insert(id, known);
        self.bring();
        Ok(SourceId(id))
    }

    async fn change(&mut self, id: SourceId, settings: SourceSettings) -> Result<(), Refused> {
        let kept = self.find_ours(id)?.clone();
        let settings = secrets::restored(settings, &kept.settings);
        self.check(&settings, Some(id.0))?;
        let is_same_list = change::asks_the_same(&kept.settings, &settings);
        let rebuilding = change::rebuilding(&kept.settings, &settings);
        let mut sources = self.config.sources.clone();
        let allowed = kept.allowed.filter(|_| is_same_list);
        let answered = match is_same_list {
            true => kept.answered,
            false => Answered::default(),
        };
        sources.put(
            id.0,
            Source {
                allowed,
                answered,
                ..ours(settings)
            },
        );
        self.keep(sources, rebuilding).await?;
        let schedule = self.schedule(id.0);
        if let Some(known) = self.sources.get_mut(&id.0) {
            known.schedule = if is_same_list {
                schedule.going_on(&known.schedule, Instant::now())
            } else {
                schedule
            };
        }
        self.bring();
        Ok(())
    }

    async fn remove(&mut self, id: SourceId) -> Result<(), Refused> {
        self.find_ours(id)?;
        let mut sources = self.config.sources.clone();
        sources.remove(id.0);
        self.keep(sources, Rebuilding::Yes).await?;
        self.sources.remove(&id.0);
        self.bring();
        Ok(())
    }

    fn accept(&mut self, id: SourceId) -> Result<(), Refused> {
        self.find(id)?;
        if !self.board.is_held_back(id.0) {
            let why = "no list of the source is held back";
            return Err(Refused::Conflict(why.to_owned()));
        }
        if let Some(known) = self.sources.get_mut(&id.0) {
            known.accepts = true;
            known.schedule.hurry(Instant::now());
        }
        Ok(())
    }

    /// Reads a list that is being uploaded.
    async fn take(
        &mut self,
        id: SourceId,
        list: ListPieces,
        orders: &mut Orders,
    ) -> Result<(), Refused> {
        let settings = &self.find(id)?.settings;
        if settings.url.is_some() {
            let why =
                "the list of the source comes from its address: a source for uploads has none";
            return Err(Refused::Conflict(why.to_owned()));
        }
        if !settings.enabled {
            let why = "the source is switched off: switch it on first";
            return Err(Refused::Conflict(why.to_owned()));
        }
        let why = match self.read(id.0, Origin::Upload(list), orders).await {
            Reading::Over => return Ok(()),
            Reading::Failed(why) if self.board.is_held_back(id.0) => {
                let why = format!("{why}; once that is accepted, send it again");
                return Err(Refused::Invalid(why));
            }
            Reading::Failed(why) => return Err(Refused::Invalid(why)),
            Reading::Cancelled => "the upload was cancelled",
            Reading::BrokenOff => "something was changed meanwhile: send the list again",
        };
        Err(Refused::Conflict(why.to_owned()))
    }

    /// Whether a source can be as somebody on the network wants it.
    fn check(&self, settings: &SourceSettings, id: Option<u16>) -> Result<(), Refused> {
        settings.check()?;
        self.config.sources.check_name(&settings.name, id)?;
        let location = config::location(settings);
        let location = location.map_err(|error| Refused::Invalid(error.to_string()))?;
        if settings.password_file.is_some() {
            // It could name any file of this machine, and send its first line anywhere.
            let why = "password_file: a file can only be named in the configuration file: give the password instead";
            return Err(Refused::Invalid(why.to_owned()));
        }
        if matches!(location, Some(Location::File(_))) {
            // It could name any file of this machine as a channel.
            let why = "url: a list that is a file of this machine can only be set in the configuration file: upload it instead";
            return Err(Refused::Invalid(why.to_owned()));
        }
        let is_known = |name: &String| self.config.commands.contains(name);
        if !settings.command.as_ref().is_none_or(is_known) {
            let why = format!(
                "command: the configuration file names no such command; it names: {}",
                self.config.commands.join(", ")
            );
            return Err(Refused::Invalid(why));
        }
        Ok(())
    }

    /// Stores the sources, and the lineup that is made of them where it is another one: both or none.
    /// From then on they hold.
    async fn keep(&mut self, sources: Sources, rebuilding: Rebuilding) -> Result<(), Refused> {
        let rows = sources.rows().map_err(|error| not_kept(&error.into()))?;
        let config = Config {
            sources,
            ..Config::clone(&self.config)
        };
        let (config, store) = (Arc::new(config), Arc::clone(&self.store));
        let (new, rules) = (Arc::clone(&config), self.rules.clone());
        let kept = task::spawn_blocking(move || match rebuilding {
            Rebuilding::Yes => anew(&new, &store, &rules, Fact::Book(&rows)).map(Some),
            Rebuilding::No => Ok(store.save_book(&rows).map(|()| None)?),
        });
        let lineup = match kept.await {
            Ok(kept) => kept.map_err(|error| not_kept(&error))?,
            Err(_) => return Err(Refused::Ending),
        };
        self.config = config;
        self.tell();
        if let Some(lineup) = lineup {
            self.show(lineup);
        }
        Ok(())
    }
}

fn not_kept(error: &Error) -> Refused {
    match error {
        // The lists of all sources together are too much: nothing is wrong with the storage.
        Error::Full(full) => Refused::Conflict(full.to_string()),
        error => Refused::Storage(error.to_string()),
    }
}

fn ours(settings: SourceSettings) -> Source {
    Source {
        settings,
        is_of_file: false,
        allowed: None,
        answered: Answered::default(),
    }
}
