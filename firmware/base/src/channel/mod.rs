//! How a channel is named and played: the words that the lineup, the tuners and the faces share.

mod id;
mod number;
mod stream;

pub use id::ChannelId;
pub use number::{GuideNumber, GuideNumberError};
pub use stream::{ChannelSpec, StreamSpec};
