//! `/xmltv.xml` and `/xmltv.xml.gz`: the guide of the lineup, or of a profile, written while it is sent.
//!
//! Jellyfin takes gzip only under a name that ends in `.gz`, everybody else by `Accept-Encoding`, so
//! there are both. A client that has the guide of this revision is told so (RFC 9110, 13.1.2).
//!
//! What does not belong here: what is in a guide ([`door`]).

mod answer;
pub(crate) mod body;
pub(crate) mod door;
mod places;

pub(crate) use answer::{GuidePath, respond};
pub use door::{
    GuideCandidate, GuideChannels, GuideDocument, GuideError, GuideMatch, GuideOpener, GuidePart,
    GuideQuery,
};
pub use places::GuidePlaces;
