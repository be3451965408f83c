//! What panels told of channels, for some minutes, and how often they were asked.

use std::time::Duration;

use base::Lock;
use desk::catalog::ProgrammeView;
use tokio::time::Instant;

use crate::limits::{EPG_ASKED_A_MINUTE_MAX, EPG_CHANNELS_MAX};

const MINUTE: Duration = Duration::from_secs(60);

/// Both, for whoever asks.
#[derive(Debug, Default)]
pub(crate) struct ShortEpg(pub(crate) Lock<Known>);

/// What was told, and how often panels were asked.
#[derive(Debug, Default)]
pub(crate) struct Known {
    /// At most [`EPG_CHANNELS_MAX`]; the oldest goes first.
    channels: Vec<Answer>,
    /// When the minute began, and how often panels were asked in it.
    minute: Option<(Instant, u32)>,
}

/// What a panel told of one stream.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) source: u16,
    /// The stream's id at the panel.
    pub(crate) id: String,
    pub(crate) until: Instant,
    pub(crate) programmes: Vec<ProgrammeView>,
}

impl Known {
    /// What was told of a stream, while that holds.
    pub(crate) fn kept(&self, source: u16, id: &str, now: Instant) -> Option<Vec<ProgrammeView>> {
        let mut channels = self.channels.iter();
        let kept = channels.find(|it| it.source == source && it.id == id && it.until > now);
        kept.map(|it| it.programmes.clone())
    }

    /// In the place of what was told before.
    pub(crate) fn keep(&mut self, answer: Answer) {
        let is_other = |it: &Answer| it.source != answer.source || it.id != answer.id;
        self.channels.retain(is_other);
        if self.channels.len() >= EPG_CHANNELS_MAX {
            self.channels.remove(0);
        }
        self.channels.push(answer);
    }

    /// Whether a panel may be asked now.
    pub(crate) fn may_ask(&mut self, now: Instant) -> bool {
        let (began, asked) = match self.minute {
            Some((began, asked)) if now < began + MINUTE => (began, asked),
            _ => (now, 0),
        };
        if asked >= EPG_ASKED_A_MINUTE_MAX {
            return false;
        }
        self.minute = Some((began, asked + 1));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::EPG_KEPT;

    fn answer(id: usize, until: Instant) -> Answer {
        Answer {
            source: 1,
            id: id.to_string(),
            until,
            programmes: vec![ProgrammeView::default()],
        }
    }

    #[test]
    fn answers_are_kept_for_a_while_and_not_all() {
        let now = Instant::now();
        let mut known = Known::default();
        for n in 0..EPG_CHANNELS_MAX + 3 {
            known.keep(answer(n, now + EPG_KEPT));
        }
        known.keep(answer(5, now + EPG_KEPT));
        assert_eq!(known.channels.len(), EPG_CHANNELS_MAX);
        assert!(known.kept(1, "2", now).is_none(), "the oldest is gone");
        assert!(known.kept(1, "5", now).is_some());
        assert!(known.kept(2, "5", now).is_none());
        assert!(known.kept(1, "5", now + EPG_KEPT).is_none());
    }

    #[test]
    fn panels_are_asked_so_often_in_a_minute() {
        let now = Instant::now();
        let mut known = Known::default();
        let asked = (0..100).filter(|_| known.may_ask(now)).count();
        assert_eq!(asked, EPG_ASKED_A_MINUTE_MAX as usize);
        assert!(!known.may_ask(now + Duration::from_secs(59)));
        assert!(known.may_ask(now + MINUTE));
    }
}
