//! One memory figure becomes the Plan: a maximum count and size for every holder of memory.
//!
//! The Plan is made before the first socket opens. Whoever holds memory takes its maxima from
//! here; what does not fit is refused at start, with the figures that would.
//!
//! What does not belong here: taking the memory. Each holder does that within its row.

mod plan;
mod row;

pub use plan::{
    CATALOGUE_READING, CATALOGUE_STATE, DATAGRAMS_STATE, Demand, DoesNotFit, GUIDE_DOCUMENT, Plan,
    REMUX_STATE, TUNERS_MAX, VOD_RECEIVE_BUFFER, VOD_STATE,
};
pub use row::Row;
