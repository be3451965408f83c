//! What the owner is to know of how many channels a lineup has, on the page and in the log.

use std::sync::Arc;

use lineup::Lineup;

use crate::shared::Shared;

/// Channels of one device that Plex shows, as its users found out; what lies beyond is missing or
/// warned of, depending on its version.
const PLEX_CHANNELS: usize = 480;
/// So few more, and a list that grows a little passes it.
const PLEX_CHANNELS_NEAR: usize = 450;

/// How a number of channels stands to what clients take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Crowd {
    /// There are channels, of which clients see none.
    Nobody,
    Fits,
    Near,
    Beyond,
}

impl Crowd {
    /// Of `channels` that a view has, of a lineup with so many in all.
    pub(crate) const fn of(channels: usize, total: usize) -> Self {
        match channels {
            0 if total > 0 => Self::Nobody,
            0..PLEX_CHANNELS_NEAR => Self::Fits,
            PLEX_CHANNELS_NEAR..=PLEX_CHANNELS => Self::Near,
            _ => Self::Beyond,
        }
    }

    /// What to know about it.
    pub(crate) fn words(self, channels: usize) -> Option<String> {
        let remedy =
            "choose groups by [lineup], leave channels out by rules, or give Plex a [[profile]]";
        Some(match self {
            Self::Fits => return None,
            Self::Nobody => "clients see no channel: none is among the groups or favourites that were chosen, or all are switched off".to_owned(),
            Self::Beyond => format!("{channels} channels: Plex shows about {PLEX_CHANNELS} of a device and may miss the rest; {remedy}"),
            Self::Near => format!("{channels} channels: Plex shows about {PLEX_CHANNELS} of a device; before there are more, {remedy}"),
        })
    }
}

/// What to know of a view with so many channels of this lineup.
pub(crate) fn of(channels: usize, lineup: &Lineup) -> Option<String> {
    Crowd::of(channels, lineup.total()).words(channels)
}

/// Writes into the log what is to be known of the lineup and of each profile, once for each time that it
/// comes to be so.
pub(crate) async fn log(shared: Arc<Shared>) {
    let mut lineups = shared.feeds.lineup.clone();
    let mut before = Vec::new();
    loop {
        let lineup = Arc::clone(&lineups.borrow_and_update());
        let now = views(&shared, &lineup);
        for (place, &(crowd, channels)) in now.iter().enumerate() {
            if before.get(place).is_some_and(|&(was, _)| was == crowd) {
                continue;
            }
            if let Some(words) = crowd.words(channels) {
                let profile = shared.views.get(place).name();
                tracing::warn!(profile, "{words}");
            }
        }
        before = now;
        tokio::select! {
            () = shared.shutdown.cancelled() => return,
            changed = lineups.changed() => if changed.is_err() {
                return;
            },
        }
    }
}

/// The whole lineup, then each profile.
fn views(shared: &Shared, lineup: &Lineup) -> Vec<(Crowd, usize)> {
    let sources = shared.feeds.sources.borrow();
    let count = |place: usize| {
        let selection = shared.views.get(place).selection(&sources);
        let channels = selection.count(lineup);
        (Crowd::of(channels, lineup.total()), channels)
    };
    (0..=shared.views.profiles().count()).map(count).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crowds_are_told_apart() {
        for (channels, total, crowd) in [
            (0, 0, Crowd::Fits),
            (0, 1, Crowd::Nobody),
            (1, 1, Crowd::Fits),
            (449, 9000, Crowd::Fits),
            (450, 9000, Crowd::Near),
            (480, 480, Crowd::Near),
            (481, 481, Crowd::Beyond),
        ] {
            let found = Crowd::of(channels, total);
            assert_eq!(found, crowd, "{channels} of {total}");
            let is_told = found.words(channels).is_some();
            assert_eq!(is_told, crowd != Crowd::Fits);
        }
    }
}
