//! The packets of a session, by the handful.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

use futures_core::Stream as _;
use retina::client::{PacketItem, Playing, Session};

/// What a handful ended with.
#[derive(Debug)]
pub(super) enum Came {
    /// All that were there.
    All,
    /// As many as were wanted; more may be there.
    Enough,
    /// The server closed the connection.
    Last,
    /// It broke.
    Broken(retina::Error),
}

/// Waits for packets, and hands all that are there to `take` until it says that it has enough.
pub(super) async fn handful(
    session: &mut Session<Playing>,
    mut take: impl FnMut(&PacketItem) -> bool,
) -> Came {
    let mut count = 0_usize;
    poll_fn(|context| {
        loop {
            match Pin::new(&mut *session).poll_next(context) {
                Poll::Ready(Some(Ok(item))) => {
                    count += 1;
                    if take(&item) {
                        return Poll::Ready(Came::Enough);
                    }
                }
                Poll::Ready(Some(Err(error))) => return Poll::Ready(Came::Broken(error)),
                Poll::Ready(None) => return Poll::Ready(Came::Last),
                Poll::Pending if count > 0 => return Poll::Ready(Came::All),
                Poll::Pending => return Poll::Pending,
            }
        }
    })
    .await
}
