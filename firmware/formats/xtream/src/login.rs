//! Reading what a panel says of an account.

use std::ops::ControlFlow;

use crate::{AccountInfo, Error, Limits, Reader, Server};

/// Reads the answer as it arrives.
#[derive(Debug)]
pub struct AccountReader {
    reader: Reader,
    info: AccountInfo,
    has_user: bool,
}

impl AccountReader {
    /// A reader at the beginning of an answer.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self {
            reader: Reader::of_account(limits),
            info: AccountInfo::default(),
            has_user: false,
        }
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    /// Why it is not an account.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let Self {
            reader,
            info,
            has_user,
        } = self;
        reader.push(bytes, &mut |item| {
            match item.name {
                "user_info" => {
                    let server = std::mem::take(&mut info.server);
                    *info = AccountInfo {
                        server,
                        ..AccountInfo::of(Some(item.fields), None)
                    };
                    *has_user = true;
                }
                "server_info" => info.server = Server::of(item.fields),
                _ => {}
            }
            ControlFlow::Continue(())
        })
    }

    /// The end of the answer.
    ///
    /// # Errors
    /// [`Error::NotLoggedIn`] where the panel does not accept the account; else why there is none.
    pub fn finish(self) -> Result<AccountInfo, Error> {
        let Self {
            reader,
            info,
            has_user,
        } = self;
        let summary = reader.finish()?;
        match (has_user, info.is_accepted) {
            (true, true) => Ok(info),
            (true, false) => Err(Error::NotLoggedIn(Box::new(info))),
            // `[]`, `{}` and `null` are how some panels say that nobody is logged in.
            (false, _) if summary.objects == 0 && summary.is_whole => Err(Error::Empty),
            (false, _) => Err(Error::NotAList),
        }
    }
}
