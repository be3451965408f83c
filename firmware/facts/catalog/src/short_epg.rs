//! What panels say is on, for channels that no guide knows.
//!
//! A page that shows fifty channels asks fifty times. So answers are kept for some minutes, panels are
//! asked one question at a time, and no more than so many in a minute.

use std::time::{SystemTime, UNIX_EPOCH};

use base::{Lock, StreamSpec};
use desk::catalog::{CatalogError, ProgrammeView, Programmes};
use tokio::time::Instant;
use xtream::{Action, Fields, Limits, Programme};

use crate::{
    Account, Catalog,
    epg_cache::Answer,
    job::clipped,
    limits::{
        EPG_BYTES_MAX, EPG_KEPT, EPG_PROGRAMMES_MAX, EPG_SILENT, EPG_TEXT_BYTES_MAX,
        EPG_TITLE_BYTES_MAX, OBJECT_BYTES_MAX,
    },
};

impl Catalog {
    /// What is on at the first of these streams that is an account's, from now on. Where no panel says
    /// anything, that is the answer.
    ///
    /// # Errors
    /// Where panels have been asked too much just now.
    pub async fn programmes(&self, streams: &[StreamSpec]) -> Result<Programmes, CatalogError> {
        for stream in streams {
            let Some((account, id)) = self.channel(stream) else {
                continue;
            };
            let programmes = self.of_channel(&account, &id).await?;
            let programmes = from_now(programmes, now_unix_s());
            if !programmes.is_empty() {
                return Ok(Programmes {
                    of: Some(account.settings.name),
                    is_guide: false,
                    programmes,
                });
            }
        }
        Ok(Programmes::default())
    }

    /// The account that a stream is of, and its id there.
    fn channel(&self, stream: &StreamSpec) -> Option<(Account, String)> {
        let accounts = self.accounts.borrow();
        let account = accounts.iter().find(|it| it.id == stream.source)?;
        let id = account.panel.live_id(&stream.url)?;
        Some((account.clone(), id.to_owned()))
    }

    async fn of_channel(
        &self,
        account: &Account,
        id: &str,
    ) -> Result<Vec<ProgrammeView>, CatalogError> {
        {
            let mut known = self.epg.0.lock();
            let now = Instant::now();
            if let Some(kept) = known.kept(account.id, id, now) {
                return Ok(kept);
            }
            if !known.may_ask(now) {
                return Err(CatalogError::Busy);
            }
        }
        let asked = self.ask_epg(account, id).await;
        let programmes = asked.unwrap_or_else(|why| {
            tracing::info!(source = %account.settings.name, %why, "the panel does not say what is on");
            Vec::new()
        });
        let lasts = if programmes.is_empty() {
            EPG_SILENT
        } else {
            EPG_KEPT
        };
        self.epg.0.lock().keep(Answer {
            source: account.id,
            id: id.to_owned(),
            until: Instant::now() + lasts,
            programmes: programmes.clone(),
        });
        Ok(programmes)
    }

    async fn ask_epg(
        &self,
        account: &Account,
        id: &str,
    ) -> Result<Vec<ProgrammeView>, CatalogError> {
        let limits = Limits {
            object_bytes_max: OBJECT_BYTES_MAX,
            answer_bytes_max: EPG_BYTES_MAX,
            ..Limits::default()
        };
        let count = u16::try_from(EPG_PROGRAMMES_MAX).unwrap_or(u16::MAX);
        let told = Lock::new(Vec::new());
        let mut begin = || told.lock().clear();
        let mut take = |_: &str, _: &str, fields: Fields<'_>| {
            let mut told = told.lock();
            // Those that are over are in many answers, too: the rest is chosen behind the last one.
            if told.len() < 4 * EPG_PROGRAMMES_MAX {
                told.extend(Programme::of(fields).map(|it| view(&it)));
            }
        };
        let action = Action::ShortEpg(id, count);
        self.ask(account, action, limits, &mut begin, &mut take)
            .await?;
        let mut programmes = std::mem::take(&mut *told.lock());
        programmes.sort_by_key(|programme| programme.start_unix_s);
        programmes.dedup_by_key(|programme| programme.start_unix_s);
        let mut programmes = from_now(programmes, now_unix_s());
        programmes.truncate(EPG_PROGRAMMES_MAX);
        Ok(programmes)
    }
}

fn view(programme: &Programme) -> ProgrammeView {
    ProgrammeView {
        title: clipped(&programme.title, EPG_TITLE_BYTES_MAX).to_owned(),
        description: clipped(&programme.description, EPG_TEXT_BYTES_MAX).to_owned(),
        start_unix_s: programme.start,
        stop_unix_s: programme.stop,
    }
}

/// Without those that are over.
fn from_now(mut programmes: Vec<ProgrammeView>, now: i64) -> Vec<ProgrammeView> {
    programmes.retain(|programme| programme.stop_unix_s > now);
    programmes
}

fn now_unix_s() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| {
        i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
    })
}
