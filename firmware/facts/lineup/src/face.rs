//! What viewers see of a channel: which of its streams lend it their texts.

use crate::{Face, arena::TEXTS};

/// The face of a channel whose streams have these texts, the primary first.
pub(crate) fn of<'a>(streams: &(impl ExactSizeIterator<Item = [&'a str; TEXTS]> + Clone)) -> Face {
    let first = |text: usize| {
        let place = streams.clone().position(|texts| !texts[text].is_empty());
        u8::try_from(place.unwrap_or(0)).unwrap_or(0)
    };
    const LOGO: usize = 2;
    const TVG_ID: usize = 3;
    Face {
        group: group(streams),
        logo: first(LOGO),
        tvg_id: first(TVG_ID),
    }
}

/// The group that most streams are in; of those alike the one that the best stream is in. No group
/// is none.
fn group<'a>(streams: &(impl ExactSizeIterator<Item = [&'a str; TEXTS]> + Clone)) -> u8 {
    let groups = streams.clone().map(|[_, group, ..]| group);
    let (mut best, mut most) = (0, 0);
    for (place, group) in (0..).zip(groups.clone()) {
        let count = match group {
            "" => 0,
            _ => groups.clone().filter(|other| *other == group).count(),
        };
        if count > most {
            (best, most) = (place, count);
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_what_there_is() {
        let face = |streams: &[[&'static str; 3]]| {
            let texts = |&[group, logo, id]: &[&'static str; 3]| ["N", group, logo, id, "u", ""];
            let Face {
                group,
                logo,
                tvg_id,
            } = of(&streams.iter().map(texts));
            (group, logo, tvg_id)
        };
        assert_eq!(face(&[["", "", ""]]), (0, 0, 0));
        assert_eq!(
            face(&[["", "", ""], ["A", "", "i"], ["B", "l", "j"]]),
            (1, 2, 1)
        );
        assert_eq!(
            face(&[["A", "l", "i"], ["B", "m", "j"], ["B", "", ""]]),
            (1, 0, 0)
        );
        assert_eq!(
            face(&[["A", "", ""], ["B", "", ""], ["", "", ""], ["", "", ""]]),
            (0, 0, 0)
        );
    }
}
