//! Panels that are asked while somebody waits: one at a time, and not for long.

use desk::catalog::CatalogError;
use sync::{Asker, HostCause};
use tokio::time::timeout;
use xtream::{Action, Fields, Limits, Reader};

use crate::{Account, Catalog, limits::ASK_TIME_MAX};

/// Takes the objects of an answer: the name that each stands under, and that of its season.
pub(crate) type Take<'a> = &'a mut (dyn FnMut(&str, &str, Fields<'_>) + Send);

impl Catalog {
    /// Asks the hosts of an account in order until one answers, and hands out the objects of its answer,
    /// which is seen through at `member`. Those of a host that broke off have been handed out, too:
    /// `begin` is called before the first of each.
    pub(crate) async fn ask(
        &self,
        account: &Account,
        action: Action<'_>,
        limits: Limits,
        begin: &mut (dyn FnMut() + Send),
        take: Take<'_>,
    ) -> Result<(), CatalogError> {
        let asked = timeout(ASK_TIME_MAX, async {
            let Ok(_turn) = self.asking.acquire().await else {
                return Err(CatalogError::Busy);
            };
            let mut why = None;
            for (place, at) in account.panel.in_order() {
                begin();
                match self.ask_at(account, at, action, limits, take).await {
                    Ok(()) => {
                        account.panel.answered(place);
                        return Ok(());
                    }
                    Err(cause) => why = Some(cause),
                }
            }
            let why = why.map(|cause| cause.to_string());
            Err(CatalogError::Panel(why.unwrap_or_default()))
        });
        asked.await.unwrap_or_else(|_| {
            let why = format!("it took longer than {} s", ASK_TIME_MAX.as_secs());
            Err(CatalogError::Panel(why))
        })
    }

    async fn ask_at(
        &self,
        account: &Account,
        at: &xtream::Account,
        action: Action<'_>,
        limits: Limits,
        take: Take<'_>,
    ) -> Result<(), HostCause> {
        let asker = Asker {
            source: &account.settings,
            http: &self.http,
        };
        let member = match action {
            Action::SeriesInfo(_) => "episodes",
            _ => "",
        };
        let mut body = asker.open(at.api(action)).await?;
        let mut reader = Reader::seeing_through(limits, member);
        while let Some(piece) = body.next().await? {
            reader.push(&piece, &mut |item| {
                take(item.name, item.inner, item.fields);
                std::ops::ControlFlow::Continue(())
            })?;
        }
        match reader.finish() {
            Ok(summary) if !summary.is_whole => Err(HostCause::Cut),
            // A panel that knows nothing of it may say just that.
            Ok(_) | Err(xtream::Error::Empty) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}
