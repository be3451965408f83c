//! A guide of three pieces.

use std::task::{Context, Poll};

use bytes::Bytes;
use lineup::ChannelId;
use serve::{
    GuideCandidate, GuideChannels, GuideDocument, GuideError, GuideMatch, GuideOpener, GuidePart,
    GuideQuery,
};

pub(crate) const REVISION: u64 = 0xabc;

/// Gives it, gzipped in name only.
pub(crate) struct Programmes;

struct Pieces {
    text: &'static str,
    left: usize,
}

impl GuideOpener for Programmes {
    fn revision(&self, part: Option<&GuidePart>) -> u64 {
        REVISION + u64::from(part.is_some())
    }

    fn found(&self, channel: ChannelId) -> Vec<GuideMatch> {
        let of_first = GuideMatch {
            guide: "House".to_owned(),
            confidence_percent: 87,
            reason: "the name is the same".to_owned(),
        };
        let is_first = channel == ChannelId(1);
        is_first.then_some(of_first).into_iter().collect()
    }

    /// What was asked for, as a candidate.
    fn channels(&self, query: GuideQuery) -> GuideChannels {
        let candidate = GuideCandidate {
            source: "House".to_owned(),
            channel: query.channel.map(|id| id.to_string()).unwrap_or_default(),
            names: vec![query.text],
            confidence_percent: u8::try_from(query.limit).ok(),
            reason: None,
        };
        Box::pin(async { Ok(vec![candidate]) })
    }

    fn open(&self, is_gzipped: bool, _: Option<GuidePart>) -> Box<dyn GuideDocument> {
        let text = if is_gzipped { "packed " } else { "plain " };
        Box::new(Pieces { text, left: 3 })
    }
}

impl GuideDocument for Pieces {
    fn poll_piece(&mut self, _: &mut Context<'_>) -> Poll<Option<Result<Bytes, GuideError>>> {
        let Some(left) = self.left.checked_sub(1) else {
            return Poll::Ready(None);
        };
        self.left = left;
        Poll::Ready(Some(Ok(self.text.into())))
    }
}
