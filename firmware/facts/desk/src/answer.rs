//! The way back of an order.

use tokio::sync::oneshot;

use crate::Refused;

/// What an order is answered through. One that is dropped unanswered tells whoever asked that the
/// facts are no longer being changed.
#[derive(Debug)]
pub struct Answer<T>(oneshot::Sender<Result<T, Refused>>);

/// Where the answer arrives.
pub(crate) type Awaited<T> = oneshot::Receiver<Result<T, Refused>>;

impl<T> Answer<T> {
    pub(crate) fn new() -> (Self, Awaited<T>) {
        let (sender, receiver) = oneshot::channel();
        (Self(sender), receiver)
    }

    /// Answers. Whoever asked may have gone away meanwhile; what was ordered is done all the same.
    pub fn give(self, answer: Result<T, Refused>) {
        let _ = self.0.send(answer);
    }
}
