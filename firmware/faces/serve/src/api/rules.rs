//! `GET` and `PUT /api/v1/rules`: the owner's rules, read and changed as a whole.
//! `POST /api/v1/rules/preview`: what a set would make of the lists; nothing changes.
//!
//! Two browsers must not overwrite each other: the answer carries an `ETag`, and a change has to say
//! in `If-Match` which rules it has seen (RFC 9110, 13.1.1).

use std::sync::Arc;

use ::rules::RuleSet;
use desk::{Refused, RulesOrder};
use hyper::{
    Method, Response, StatusCode,
    header::{ETAG, HeaderValue},
};

use crate::{asked::Asked, body::Body, respond, shared::Shared};

pub(crate) async fn rules(shared: &Shared, asked: &Asked) -> Response<Body> {
    if asked.request.method() == Method::PUT {
        return save(shared, asked).await;
    }
    let view = Arc::clone(&shared.feeds.rules.borrow());
    let mut response = respond::json(&*view);
    response.headers_mut().insert(ETAG, tag(view.revision));
    response
}

async fn save(shared: &Shared, asked: &Asked) -> Response<Body> {
    if let Some(refusal) = super::refused(asked) {
        return refusal;
    }
    let Some(seen) = asked.header("if-match") else {
        return respond::problem(
            StatusCode::PRECONDITION_REQUIRED,
            "say in If-Match which rules this changes: the ETag of GET /api/v1/rules",
        );
    };
    let Some(seen) = revision(seen) else {
        return changed_meanwhile();
    };
    let set = match super::posted::<RuleSet>(asked) {
        Ok(set) => Box::new(set),
        Err(refused) => return super::not_done(&refused),
    };
    let order = |answer| RulesOrder::Save { set, seen, answer };
    match shared.feeds.desk.ask(order).await {
        Ok(revision) => {
            let mut response = respond::empty(StatusCode::NO_CONTENT);
            response.headers_mut().insert(ETAG, tag(revision));
            response
        }
        Err(Refused::Conflict(_)) => changed_meanwhile(),
        Err(refused) => super::not_done(&refused),
    }
}

pub(crate) async fn preview(shared: &Shared, asked: &Asked) -> Response<Body> {
    if let Some(refusal) = super::refused(asked) {
        return refusal;
    }
    let set = match super::posted::<RuleSet>(asked) {
        Ok(set) => Box::new(set),
        Err(refused) => return super::not_done(&refused),
    };
    let order = |answer| RulesOrder::Preview { set, answer };
    match shared.feeds.desk.ask(order).await {
        Ok(dry_run) => respond::json(&*dry_run),
        Err(refused) => super::not_done(&refused),
    }
}

fn changed_meanwhile() -> Response<Body> {
    respond::problem(
        StatusCode::PRECONDITION_FAILED,
        "the rules were changed meanwhile: read them again, then change them",
    )
}

fn tag(revision: u64) -> HeaderValue {
    HeaderValue::try_from(format!("\"{revision}\"")).unwrap_or(HeaderValue::from_static("\"\""))
}

/// One strong tag of ours; a list of them, or `*`, says too little.
fn revision(tag: &str) -> Option<u64> {
    let tag = tag.trim().strip_prefix('"')?.strip_suffix('"')?;
    tag.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_revisions() {
        assert_eq!(revision(tag(7).to_str().expect("digits")), Some(7));
        for tag in ["*", "7", "W/\"7\"", "\"7\", \"8\"", "\"x\"", ""] {
            assert_eq!(revision(tag), None, "{tag}");
        }
    }
}
