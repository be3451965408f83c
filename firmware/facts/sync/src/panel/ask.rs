//! One question to one host.

use std::ops::ControlFlow;

use desk::SourceSettings;
use upstream::http;
use url::Url;
use xtream::{Account, AccountInfo, AccountReader, Action, Category, Limits, Reader};

use super::error::HostCause;
use crate::request::request;

/// Bytes of what a panel says of an account.
const ACCOUNT_BYTES_MAX: u64 = 256 << 10;
/// Bytes of the names of all groups; a panel has some hundred.
const GROUPS_BYTES_MAX: u64 = 4 << 20;
/// Groups at most, and bytes of their names and ids that are kept: some kilobytes in fact.
const GROUPS_MAX: u64 = 4096;
/// See [`GROUPS_MAX`].
pub const GROUPS_HELD_BYTES_MAX: usize = 192 << 10;
/// Bytes of the name of a group that are kept.
const GROUP_BYTES_MAX: usize = 256;

/// Names of groups by their ids.
pub type Groups = std::collections::HashMap<String, String>;

/// Asks the hosts of one source, in the manner of that source.
#[derive(Clone, Copy, Debug)]
pub struct Asker<'a> {
    /// How it wants to be asked.
    pub source: &'a SourceSettings,
    /// By whom.
    pub http: &'a http::Client,
}

impl Asker<'_> {
    /// The bytes of what lies at an address.
    ///
    /// # Errors
    /// What the host did instead.
    pub async fn open(self, url: Url) -> Result<http::Body, HostCause> {
        let mut request = request(self.source, url);
        // What is read here as it comes is not inflated.
        request.accept_gzip = false;
        Ok(self.http.get(request).await?.body)
    }

    /// What the panel says of the account.
    pub(super) async fn account(self, account: &Account) -> Result<AccountInfo, HostCause> {
        let mut body = self.open(account.api(Action::Account)).await?;
        let mut reader = AccountReader::new(Limits {
            answer_bytes_max: ACCOUNT_BYTES_MAX,
            ..Limits::default()
        });
        while let Some(piece) = body.next().await? {
            reader.push(&piece)?;
        }
        Ok(reader.finish()?)
    }

    /// The groups that an action asks for. A panel without groups is one; a list of them that breaks off is
    /// not.
    ///
    /// # Errors
    /// What the host did instead.
    pub async fn groups(
        self,
        account: &Account,
        categories: Action<'_>,
    ) -> Result<Groups, HostCause> {
        let mut body = self.open(account.api(categories)).await?;
        let mut reader = Reader::new(Limits {
            answer_bytes_max: GROUPS_BYTES_MAX,
            objects_max: GROUPS_MAX,
            ..Limits::default()
        });
        let mut groups = Groups::new();
        let mut held = 0;
        while let Some(piece) = body.next().await? {
            reader.push(&piece, &mut |item| {
                if let Some(Category { id, name }) = Category::of(item.fields) {
                    let name = &name[..name.floor_char_boundary(GROUP_BYTES_MAX)];
                    held += id.len() + name.len();
                    if held <= GROUPS_HELD_BYTES_MAX {
                        groups.insert(id.into_owned(), name.to_owned());
                    }
                }
                ControlFlow::Continue(())
            })?;
        }
        match reader.finish() {
            Ok(summary) if !summary.is_whole => Err(HostCause::Cut),
            Ok(_) | Err(xtream::Error::Empty) => Ok(groups),
            Err(error) => Err(error.into()),
        }
    }
}

/// Host and port of an address, as they may be shown.
pub(super) fn host_of(account: &Account) -> String {
    let base = account.base();
    let host = base.host_str().unwrap_or_default();
    match base.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}
