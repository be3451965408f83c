//! The `player_api` of Xtream Codes panels, as a client of it: the addresses to ask, and what comes
//! back, read as a stream. No I/O.
//!
//! Nobody has written this interface down. Panels of many makers speak it, and they agree on
//! the names of fields and on little else: numbers come as texts and texts as numbers, an empty list
//! is `[]`, `{}`, `null`, `false` or `""`, a list is an array or an object with numbers for names,
//! PHP's warnings stand before it, and where the account has ended comes a web page with status 200. So
//! nothing is required here but what a value is of no use without.
//!
//! An [`Account`] knows the addresses. A [`Reader`] takes bytes as they arrive and hands out one
//! object at a time, as [`Fields`]; it holds one object and no list. [`Live`], [`Movie`], [`Series`],
//! [`Episode`], [`Category`] and [`Programme`] are what such objects say; [`AccountInfo`] is what the panel
//! says of the account.
//!
//! The bytes pass these stages, each a module: `prelude` (what stands before the JSON) → `splitter`
//! (objects) → `fields`.
//!
//! What does not belong here: requests and their order (`sync`), what a channel is (`lineup`), the
//! panel's side of the interface, XMLTV.
#![deny(clippy::indexing_slicing)]

mod account;
mod address;
mod base64;
mod date;
mod error;
mod fields;
mod items;
mod limits;
mod login;
mod mend;
mod prelude;
mod programme;
mod reader;
mod splitter;

pub use account::{AccountInfo, Formats, Server, Standing};
pub use address::{Account, Action, AddressError, Output};
pub use date::day;
pub use error::Error;
pub use fields::Fields;
pub use items::{Category, Episode, Live, Movie, Series};
pub use limits::Limits;
pub use login::AccountReader;
pub use programme::Programme;
pub use reader::{Item, Reader, Summary};
