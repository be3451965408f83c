//! The HTTP host: HDHomeRun documents, streams, the page and its API.
//!
//! The way of a request: [`listen`] binds, [`server`] accepts and bounds, [`connection`] lets
//! hyper read it, [`answer`] finds its [`route`], one module per dialect makes the response:
//! [`documents`], [`guide`], [`stream`], [`vod`], [`api`], [`page`]. A stream that is to be played leaves here: its
//! socket goes to the data plane ([`handover`]) and hyper never sees a byte of it.
//!
//! What does not belong here: what documents look like (`hdhomerun`), who may have a tuner
//! (`tuner`), sending streams (`fanout`), reading the configuration (the daemon).

mod address;
mod answer;
mod api;
mod asked;
mod body;
mod catalog;
mod config;
mod connection;
mod documents;
mod favourite;
mod file;
mod guide;
mod handover;
mod lineup_document;
mod listen;
mod notice;
mod page;
mod query;
mod respond;
mod route;
mod scan;
mod server;
mod shared;
mod stream;
mod view;
mod vod;

pub use catalog::{Answering, CatalogOpener};
pub use config::{
    AccountView, Config, Feeds, Gauge, GuideOrigin, GuideProgress, GuideView, PlanRow, Profile,
    ProgressView, ReadingPhase, Setting, SettingOrigin, SourceState, SourceView,
};
pub use guide::{
    GuideCandidate, GuideChannels, GuideDocument, GuideError, GuideMatch, GuideOpener, GuidePart,
    GuidePlaces, GuideQuery,
};
pub use listen::{BindError, BindErrorKind, bind};
pub use server::{Listeners, run};
pub use vod::{
    Opening, PIECE_BYTES_MAX, Reading, TRANSFER_BYTES_MAX, VodAnswer, VodBody, VodError, VodHead,
    VodOpener, VodPlaces,
};
