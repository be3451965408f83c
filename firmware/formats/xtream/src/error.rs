//! Why an answer is refused as a whole.

use crate::AccountInfo;

/// An answer that cannot be used. Objects that were handed out before it must be thrown away.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Not a single character: what several panels say to a wrong password.
    #[error(
        "the panel's answer is empty: check user name and password, and whether the account is still valid"
    )]
    Empty,
    /// HTML or XML.
    #[error(
        "the panel answered with a web page{}: it blocks this address or program, is being repaired, or is no Xtream panel; open it in a browser, or try another user_agent", titled(.title)
    )]
    Page {
        /// What its `<title>` says; empty where it has none.
        title: String,
    },
    /// Some words, such as `Blocked`.
    #[error("the panel answered {said:?} instead of a list: ask the provider what it means")]
    Words {
        /// The words, at most 80 characters.
        said: String,
    },
    /// The account's data instead of a list: it is not logged in.
    #[error("the panel does not accept the account: check user name and password")]
    NotLoggedIn(Box<AccountInfo>),
    /// JSON, and not what was asked for.
    #[error("the panel answered with JSON that holds nothing of what was asked for")]
    NotAList,
    /// More objects than allowed.
    #[error("the panel lists more than {objects_max} entries")]
    TooMany {
        /// The limit.
        objects_max: u64,
    },
    /// More bytes than allowed.
    #[error("the panel's answer is longer than {bytes_max} bytes")]
    TooLong {
        /// The limit.
        bytes_max: u64,
    },
    /// The callback asked to stop.
    #[error("reading was stopped by whoever takes the objects")]
    Stopped,
}

fn titled(title: &str) -> String {
    if title.is_empty() {
        String::new()
    } else {
        format!(" titled {title:?}")
    }
}
