//! `/api/v1/guides`: where programmes come from, shown and changed; and `/api/v1/guide/channels`, what of
//! them a channel can be given.
//!
//! - `GET` and `POST /api/v1/guides`: all of them; one more.
//! - `GET`, `PUT`, `PATCH` and `DELETE /api/v1/guides/<id>`: one of them.
//! - `POST /api/v1/guides/refresh`, and `…/<id>/refresh`, `/cancel`: what is to be done.
//! - `POST /api/v1/guides/<id>/file`: the guide itself, for one without an address (`upload`).
//! - `GET /api/v1/guide/channels?q=&limit=&channel=<id>`: channels of guides (`channels`).
//!
//! What is asked for goes to the desk; what is shown is a snapshot. Secrets are not in it.

mod change;
mod channels;
mod show;

pub(crate) use change::{guide_change, guide_order, guides_post};
pub(crate) use channels::guide_channels;
pub(crate) use show::{guide, guides};
