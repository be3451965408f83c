//! From what a client wants to a provider that answers.

use std::{sync::Arc, time::Duration};

use base::StreamSpec;
use bytes::Bytes;
use tokio::time::{Instant, timeout_at};
use tuner::{Priority, Slot, Slots, Tuners};

use super::{
    door::{VodBody, VodOpener},
    portion::{Portion, Unusable, Verdict, judge},
    range::ByteRange,
};

/// How long a client waits for a connection of the provider, and for a place here: a player that
/// seeks asks anew before it has closed what it had.
const SLOT_WAIT_MAX: Duration = Duration::from_secs(3);
/// From the request to the first byte, whichever provider it is from.
const OPEN_MAX: Duration = Duration::from_secs(25);
/// The same of one provider while there is another one to ask.
const OPEN_ONE_MAX: Duration = Duration::from_secs(8);
/// What no film begins with: web pages, messages, playlists under the name of a film.
const NO_FILM: [&[u8]; 5] = [b"<!", b"<?", b"<html", b"{\"", b"#EXTM3U"];

/// What a client wants of a film.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wish {
    /// Which part; `None` is all.
    pub(crate) range: Option<ByteRange>,
    /// `If-Range`.
    pub(crate) if_range: Option<String>,
    /// Other conditions, which the provider judges.
    pub(crate) conditions: Vec<(&'static str, String)>,
}

/// A connection to a provider, and its place among those that the provider allows.
pub(crate) struct Connected {
    /// Dropped before the slot is: the connection is closed when the slot is given on.
    pub(crate) body: Box<dyn VodBody>,
    pub(crate) slot: Slot,
    /// What was read of the body already.
    pub(crate) front: Option<Bytes>,
}

/// A provider's answer.
pub(crate) struct Opened {
    pub(crate) verdict: Verdict,
    pub(crate) stream: StreamSpec,
    pub(crate) connected: Connected,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refused {
    /// Every connection that the provider allows is in use.
    #[error("every connection of the provider is in use")]
    NoSlot,
    /// No stream of the film can be had; the text is for the log.
    #[error("{0}")]
    Failed(String),
}

/// Asks for the film at one of `streams` after the other until one answers.
pub(crate) async fn open(
    tuners: &Tuners,
    opener: &Arc<dyn VodOpener>,
    mut streams: Vec<StreamSpec>,
    wish: &Wish,
) -> Result<Opened, Refused> {
    let began = Instant::now();
    let mut refused = Refused::Failed("it has no stream".to_owned());
    while !streams.is_empty() {
        let sources: Vec<u16> = streams.iter().map(|stream| stream.source).collect();
        let Some(slot) = slot(tuners, &sources, began + SLOT_WAIT_MAX).await else {
            return Err(Refused::NoSlot);
        };
        let at = streams.iter().position(|it| it.source == slot.source());
        let stream = streams.remove(at.unwrap_or(0));
        let until = match streams.is_empty() {
            true => began + OPEN_MAX,
            false => (Instant::now() + OPEN_ONE_MAX).min(began + OPEN_MAX),
        };
        match timeout_at(until, begun(opener, &stream, wish)).await {
            Ok(Ok((verdict, body, front))) => {
                return Ok(Opened {
                    verdict,
                    stream,
                    connected: Connected { body, slot, front },
                });
            }
            Ok(Err(why)) => refused = Refused::Failed(why),
            Err(_) => refused = Refused::Failed("the provider took too long".to_owned()),
        }
    }
    Err(refused)
}

async fn slot(tuners: &Tuners, sources: &[u16], until: Instant) -> Option<Slot> {
    let slots: &Arc<Slots> = tuners.slots();
    if !sources.iter().any(|&source| slots.has_room(source)) {
        tuners.stop_lingering(sources);
    }
    slots.take(sources, Priority::Viewer, until).await
}

/// Asks one provider, and reads until there is a byte: another one can be asked only as long as the
/// client was told nothing.
async fn begun(
    opener: &Arc<dyn VodOpener>,
    stream: &StreamSpec,
    wish: &Wish,
) -> Result<(Verdict, Box<dyn VodBody>, Option<Bytes>), String> {
    let (verdict, mut body) = ask(opener, stream, wish).await?;
    let Verdict::Portion(portion) = &verdict else {
        return Ok((verdict, body, None));
    };
    let front = body.next().await.map_err(|error| error.to_string())?;
    let front = front.ok_or("the provider sent nothing of the film")?;
    let is_page = NO_FILM.iter().any(|no| {
        let begin = front.trim_ascii_start().get(..no.len());
        begin.is_some_and(|begin| begin.eq_ignore_ascii_case(no))
    });
    if portion.first == 0 && is_page {
        return Err("the provider sent a page or a message in place of a film".to_owned());
    }
    Ok((verdict, body, Some(front)))
}

/// Asks one provider, twice where its answer to a range cannot be true: without a range it may be.
async fn ask(
    opener: &Arc<dyn VodOpener>,
    stream: &StreamSpec,
    wish: &Wish,
) -> Result<(Verdict, Box<dyn VodBody>), String> {
    let answer = opener.open(stream, headers(wish)).await;
    let answer = answer.map_err(|error| error.to_string())?;
    match judge(&answer.head, wish.range, wish.if_range.is_some()) {
        Ok(verdict) => return Ok((verdict, answer.body)),
        Err(Unusable::Lie) if wish.range.is_some() => tracing::info!("{}", Unusable::Lie),
        Err(why) => return Err(why.to_string()),
    }
    // Closed before it is asked again: it is one connection that was granted.
    drop(answer);
    let answer = opener.open(stream, wish.conditions.clone()).await;
    let answer = answer.map_err(|error| error.to_string())?;
    let mut verdict = judge(&answer.head, None, false).map_err(|why| why.to_string())?;
    if let Verdict::Portion(portion) = &mut verdict {
        portion.takes_ranges = Some(false);
    }
    Ok((verdict, answer.body))
}

fn headers(wish: &Wish) -> Vec<(&'static str, String)> {
    let mut headers = wish.conditions.clone();
    if let Some(range) = wish.range {
        headers.push(("range", range.to_string()));
        headers.extend(wish.if_range.clone().map(|value| ("if-range", value)));
    }
    headers
}

/// What is asked for to go on with a portion from `next` on.
pub(crate) fn rest(portion: &Portion, next: u64) -> Vec<(&'static str, String)> {
    let is_to_the_end = portion.end == portion.film.total;
    let range = match portion.end {
        Some(end) if !is_to_the_end => ByteRange::Between(next, end.saturating_sub(1).max(next)),
        _ => ByteRange::From(next),
    };
    let mut headers = vec![("range", range.to_string())];
    let validator = portion.film.validator();
    headers.extend(validator.map(|value| ("if-range", value.to_owned())));
    headers
}
