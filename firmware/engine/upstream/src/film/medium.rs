//! Where the bytes of a film come from.

use bytes::Bytes;
use ingest::Ingest;
use remux::Ask;

use super::error::Error;
use super::local::Local;
use super::web::Web;

/// A file that can be read at any place, one place at a time.
pub(crate) enum Medium {
    /// On a server.
    Web(Box<Web>),
    /// On this machine.
    Local(Local),
}

impl Medium {
    /// The next bytes from `ask.at` on; `None` at the end of the file.
    pub(super) async fn read(
        &mut self,
        ask: Ask,
        ingest: &mut Ingest,
    ) -> Result<Option<Bytes>, Error> {
        match self {
            Self::Web(web) => web.read(ask, ingest).await,
            Self::Local(local) => local.read(ask.at, ingest).await,
        }
    }
}
