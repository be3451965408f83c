//! `/api/v1/sources`: where channels come from, shown and changed.
//!
//! - `GET` and `POST /api/v1/sources`: all of them; one more.
//! - `GET`, `PUT` and `DELETE /api/v1/sources/<id>`: one of them.
//! - `POST /api/v1/sources/refresh`, and `…/<id>/refresh`, `/cancel`, `/accept`: what is to be done.
//! - `POST /api/v1/sources/<id>/list`: its list, for one without an address (`api::uploaded`).
//! - `GET /api/v1/sources/public`: public lists to choose from.
//!
//! What is asked for goes to the desk; what is shown is a snapshot. Secrets are not in it.

mod change;
mod show;

pub(crate) use change::{order, source_change, sources_post};
pub(crate) use show::{public_lists, source, sources};

/// What can be asked for by an address of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    /// Read the list now.
    Refresh,
    /// Break off the reading.
    Cancel,
    /// Take the list that was held back.
    Accept,
}
