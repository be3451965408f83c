//! A document of a provider that is no list of channels, fetched as a list is: from a server, with
//! its validators, or from a file.

use std::time::Duration;

use bytes::Bytes;
use desk::SourceSettings;
use upstream::http;

use crate::{
    Error,
    fetch::{self, List, Opened, Validators},
};

/// A document being read.
pub struct Document(List);

impl Document {
    /// Opens what `source` names. `pause`: before a transfer that breaks off is taken up; `known` are `ETag` and `Last-Modified` of what we have, empty
    /// where the server gave none; `None` where it says that it still is the same.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn open(
        source: &SourceSettings,
        client: &http::Client,
        pause: Duration,
        known: Option<[&str; 2]>,
    ) -> Result<Option<Self>, Error> {
        let known = known.map(|[etag, last_modified]| Validators {
            etag: etag.to_owned(),
            last_modified: last_modified.to_owned(),
        });
        let known = known.filter(|known| *known != Validators::default());
        match fetch::open_list(source, client, pause, known.as_ref()).await? {
            Opened::Unchanged => Ok(None),
            Opened::List(list) => Ok(Some(Self(list))),
        }
    }

    /// `ETag` and `Last-Modified`, empty where there is none.
    #[must_use]
    pub fn validators(&self) -> [&str; 2] {
        let Validators {
            etag,
            last_modified,
        } = &self.0.validators;
        [etag, last_modified]
    }

    /// Bytes that will come, where that is known.
    #[must_use]
    pub const fn bytes_total(&self) -> Option<u64> {
        self.0.bytes_total
    }

    /// The next piece, some 64 KiB at most; `None` at the end.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn next(&mut self) -> Result<Option<Bytes>, Error> {
        self.0.next().await
    }
}

impl std::fmt::Debug for Document {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Document").finish_non_exhaustive()
    }
}
