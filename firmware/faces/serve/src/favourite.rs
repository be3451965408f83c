//! `POST /lineup.post?favorite=<mark><GuideNumber>`: how HDHomeRun's own clients mark channels.

use desk::{ChannelOrder, Refused};
use hyper::{Response, StatusCode};
use lineup::decisions::{Change, Patch, Set};

use crate::{asked::Asked, body::Body, respond, shared::Shared};

/// Marks the channel, active or not, that `mark` names: `+5.1`, `-5.1` or `x5.1`.
///
/// Clients send neither a body nor a header of ours, so a browser is kept out by what it says of
/// itself: another site's page cannot choose `Sec-Fetch-Site`.
pub(crate) async fn mark(shared: &Shared, asked: &Asked, mark: &str) -> Result<(), Response<Body>> {
    let is_foreign = matches!(
        asked.header("sec-fetch-site"),
        Some("cross-site" | "same-site")
    );
    if is_foreign || !asked.reached.is_ours(&shared.config.names) {
        let why = "channels are marked from Dipole's own page or by a client, not by another site";
        return Err(respond::problem(StatusCode::FORBIDDEN, why));
    }
    let Some((patch, number)) = patch_of(mark) else {
        let why = "`favorite` is `+`, `-` or `x` and a channel's number";
        return Err(respond::problem(StatusCode::BAD_REQUEST, why));
    };
    let id = number.parse().ok().and_then(|number| {
        let lineup = shared.feeds.lineup.borrow();
        let index = lineup.find_number(number)?;
        Some(lineup.get(index)?.id)
    });
    let Some(id) = id else {
        return Err(respond::problem(
            StatusCode::NOT_FOUND,
            "no channel has this number",
        ));
    };
    let order = |answer| ChannelOrder::Edit {
        changes: vec![Change::Set {
            channels: vec![id],
            patch: Box::new(patch),
        }],
        if_revision: None,
        answer,
    };
    match shared.feeds.desk.ask(order).await {
        Ok(_) => Ok(()),
        Err(Refused::NotFound(why)) => Err(respond::problem(StatusCode::NOT_FOUND, &why)),
        Err(refused) => {
            let status = StatusCode::SERVICE_UNAVAILABLE;
            Err(respond::problem(status, &refused.to_string()))
        }
    }
}

/// What a mark means, and the number behind it.
fn patch_of(mark: &str) -> Option<(Patch, &str)> {
    let mut patch = Patch::default();
    let (sign, number) = mark.split_at_checked(1)?;
    match sign {
        "+" => {
            patch.favourite = Set::To(true);
            patch.enabled = Set::Automatic;
        }
        "-" => {
            patch.favourite = Set::Automatic;
            patch.enabled = Set::Automatic;
        }
        "x" => patch.enabled = Set::To(false),
        _ => return None,
    }
    Some((patch, number))
}
