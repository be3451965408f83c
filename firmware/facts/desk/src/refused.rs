//! Why an order was not carried out.

/// What kept an order from being carried out, and what to do. After each of them the facts are what
/// they were before. The texts stand on the page: they name no password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// What the order is about is not there.
    #[error("{0}")]
    NotFound(String),
    /// The order asks for what cannot be: the reason, and what would do.
    #[error("{0}")]
    Invalid(String),
    /// The facts do not allow it as they are now.
    #[error("{0}")]
    Conflict(String),
    /// Who ordered it has not seen the latest facts.
    #[error("the channels have changed since: read them again, then decide")]
    Outdated,
    /// The change could not be stored.
    #[error("the change could not be stored: {0}")]
    Storage(String),
    /// Too many orders wait.
    #[error("too many changes wait to be made: try again in a moment")]
    Busy,
    /// Nobody changes facts any more.
    #[error("Dipole is ending or not ready yet: try again in a moment")]
    Ending,
}
