//! What faces ask for, carried out: one order after the other, and each stored before it holds.

use std::sync::Arc;

use desk::{GuideId, GuideOrder, GuideSettings, ListPieces, Refused};
use store::GuideState;
use tokio::{task, time::Instant};

use crate::{
    Error,
    list::{GUIDES_MAX, Origin},
    reading::Reading,
    run::{Guide, Guides, Wishes},
};

impl Guides {
    /// Carries out an order while nothing is being read.
    pub(crate) async fn carry_out(&mut self, order: GuideOrder, wishes: &mut Wishes) {
        match order {
            GuideOrder::Refresh { guide, answer } => answer.give(self.make_due(guide)),
            GuideOrder::Cancel { guide, answer } => answer.give(Err(self.not_being_read(guide))),
            GuideOrder::Add { settings, answer } => answer.give(self.add(*settings, wishes).await),
            GuideOrder::Change {
                guide,
                settings,
                answer,
            } => answer.give(self.change(guide, *settings, wishes).await),
            GuideOrder::Remove { guide, answer } => answer.give(self.remove(guide, wishes).await),
            GuideOrder::Upload {
                guide,
                file,
                answer,
            } => answer.give(self.take(guide, file, wishes).await),
        }
    }

    pub(crate) fn make_due(&mut self, guide: Option<GuideId>) -> Result<(), Refused> {
        let now = Instant::now();
        let Some(id) = guide else {
            for guide in &mut self.guides {
                guide.due = guide.due.map(|_| now);
            }
            return Ok(());
        };
        let guide = self.guides.iter_mut().find(|it| it.state.id == id.0);
        let guide = guide.ok_or_else(|| no_guide(id))?;
        if guide.due.is_none() {
            let why = "the guide has no address, and nobody has uploaded it yet";
            return Err(Refused::Conflict(why.to_owned()));
        }
        guide.due = Some(now);
        Ok(())
    }

    pub(crate) fn not_being_read(&self, id: GuideId) -> Refused {
        match self.find(id.0) {
            Some(_) => Refused::Conflict("the guide is not being read now".to_owned()),
            None => no_guide(id),
        }
    }

    /// A guide that is there and may be changed.
    fn find_ours(&self, id: GuideId) -> Result<&Guide, Refused> {
        let guide = self.find(id.0).ok_or_else(|| no_guide(id))?;
        let why = match guide.listed.origin {
            Origin::Api => return Ok(guide),
            Origin::File => "the guide is set in the configuration file: change it there",
            Origin::Source(_) => {
                "the guide comes with a source: set `guide` to false there to be rid of it, or add its address as a guide to set more about it"
            }
        };
        Err(Refused::Conflict(why.to_owned()))
    }

    async fn add(
        &mut self,
        settings: GuideSettings,
        wishes: &mut Wishes,
    ) -> Result<GuideId, Refused> {
        self.check(&settings, None)?;
        if self.config.guides.len() + self.of_api.len() >= GUIDES_MAX {
            let why = format!("there are {GUIDES_MAX} guides already: remove one first");
            return Err(Refused::Conflict(why));
        }
        let id = self.keep(None, &settings, GuideState::default()).await?;
        self.of_api.push(settings);
        self.hold(wishes).await?;
        Ok(GuideId(id))
    }

    async fn change(
        &mut self,
        id: GuideId,
        settings: GuideSettings,
        wishes: &mut Wishes,
    ) -> Result<(), Refused> {
        let guide = self.find_ours(id)?;
        let (kept, state) = (guide.listed.settings.clone(), guide.state.clone());
        let settings = sync::secrets::restored_guide(&settings, &kept);
        self.check(&settings, Some(id))?;
        self.keep(Some(kept.name.clone()), &settings, state).await?;
        if let Some(place) = self.of_api.iter_mut().find(|it| it.name == kept.name) {
            *place = settings;
        }
        self.hold(wishes).await
    }

    async fn remove(&mut self, id: GuideId, wishes: &mut Wishes) -> Result<(), Refused> {
        let name = self.find_ours(id)?.listed.settings.name.clone();
        let place = self.of_api.iter().position(|it| it.name == name);
        let removed = place.map(|place| self.of_api.remove(place));
        if let Err(refused) = self.hold(wishes).await {
            // It is still there.
            self.of_api.extend(removed);
            return Err(refused);
        }
        let file = self.file(id.0);
        // There is one only if it was uploaded.
        let _ = task::spawn_blocking(move || std::fs::remove_file(file)).await;
        Ok(())
    }

    /// Reads a guide that is being uploaded.
    async fn take(
        &mut self,
        id: GuideId,
        file: ListPieces,
        wishes: &mut Wishes,
    ) -> Result<(), Refused> {
        if self.find_ours(id)?.listed.settings.url.is_some() {
            let why = "the guide comes from its address: a guide for uploads has none";
            return Err(Refused::Conflict(why.to_owned()));
        }
        let why = match Box::pin(self.read(id.0, Some(file), wishes)).await {
            Reading::Over => {
                self.rematch().await;
                return Ok(());
            }
            Reading::Failed(why) => return Err(Refused::Invalid(why)),
            Reading::Cancelled => "the upload was cancelled",
            Reading::BrokenOff => "something was changed meanwhile: send the guide again",
        };
        Err(Refused::Conflict(why.to_owned()))
    }

    /// Whether a guide can be as somebody on the network wants it.
    fn check(&self, settings: &GuideSettings, id: Option<GuideId>) -> Result<(), Refused> {
        settings.check()?;
        if sync::is_file(&settings.source()) {
            // It could name any file of this machine, and tell of it what is wrong with it.
            let why = "url: a guide that is a file of this machine can only be set in the configuration file: upload it instead";
            return Err(Refused::Invalid(why.to_owned()));
        }
        let others = self.guides.iter();
        let mut others = others.filter(|it| Some(it.state.id) != id.map(|id| id.0));
        let is_set = |guide: &Guide| !matches!(guide.listed.origin, Origin::Source(_));
        let other = others.find_map(|guide| {
            let other = &guide.listed.settings;
            if other.name.trim() == settings.name.trim() {
                return Some(format!(
                    "there is a guide named {:?} already: take another name",
                    other.name
                ));
            }
            let is_same = settings.url.is_some() && other.url == settings.url;
            (is_same && is_set(guide))
                .then(|| format!("the guide {:?} has this address already", other.name))
        });
        other.map_or(Ok(()), |why| Err(Refused::Conflict(why)))
    }

    /// Stores what is set about a guide, one called `before` or a new one. Its number.
    async fn keep(
        &self,
        before: Option<String>,
        settings: &GuideSettings,
        state: GuideState,
    ) -> Result<u32, Refused> {
        let text = serde_json::to_string(settings);
        let text = text.map_err(|error| Refused::Storage(error.to_string()))?;
        let state = GuideState {
            settings: Some(text),
            ..state
        };
        let (store, name) = (Arc::clone(&self.store), settings.name.clone());
        let keeping = task::spawn_blocking(move || match before {
            Some(before) => store.rename_guide(&before, &name, &state),
            None => store.save_guide(&name, &state),
        });
        let kept = keeping.await.map_err(|_| Refused::Ending)?;
        kept.map_err(|error| Refused::Storage(error.to_string()))
    }

    /// The guides are as they are set from now on.
    async fn hold(&mut self, wishes: &mut Wishes) -> Result<(), Refused> {
        let brought = wishes.brought.borrow().clone();
        let held = self.list(&brought).await;
        self.publish_status(None);
        held.map_err(|error| match error {
            Error::Store(error) => Refused::Storage(error.to_string()),
            _ => Refused::Ending,
        })
    }
}

fn no_guide(id: GuideId) -> Refused {
    Refused::NotFound(format!("there is no guide {id}"))
}
