//! The end of a session: TEARDOWN, and the connection is closed before the drop returns.
//!
//! A server that is not told goes on sending to UDP ports until the session times out, and a SAT>IP
//! server keeps the tuner for that long. `retina` tells it from a task that it spawns when a session is
//! dropped, and which holds the connection, for seconds where the server does not answer. But a
//! provider's slot is given to the next one as soon as the stream's future is dropped, so the
//! connection must be gone by then. So a session is dropped inside a small runtime of its own: its
//! task runs until the request is written, which takes no waiting, and ends with that runtime.

/// `retina` writes the request when its task first runs, and puts the task behind at most one of ours.
const TURNS: usize = 3;
/// The thread does nothing but write one request.
const STACK_BYTES: usize = 256 * 1024;

/// Holds a session, or what it is part of.
pub(super) struct Farewell<T: Send>(Option<T>);

impl<T: Send> Farewell<T> {
    pub(super) const fn new(held: T) -> Self {
        Self(Some(held))
    }

    /// What is held; nothing only behind [`Self::into_inner`].
    pub(super) const fn held(&mut self) -> Option<&mut T> {
        self.0.as_mut()
    }

    /// For the next stage of the session, which is to be held again.
    pub(super) fn into_inner(mut self) -> Option<T> {
        self.0.take()
    }
}

impl<T: Send> Drop for Farewell<T> {
    fn drop(&mut self) {
        let Some(held) = self.0.take() else {
            return;
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build();
        let Ok(runtime) = runtime else {
            return;
        };
        // A thread that drives a runtime already cannot drive another. Where no thread can be had the
        // session is dropped here, and its connection is gone some seconds later.
        std::thread::scope(|scope| {
            let leave = move || {
                runtime.block_on(async move {
                    drop(held);
                    for _ in 0..TURNS {
                        tokio::task::yield_now().await;
                    }
                });
            };
            let thread = std::thread::Builder::new().stack_size(STACK_BYTES);
            if let Ok(thread) = thread.spawn_scoped(scope, leave) {
                // It cannot fail: nothing in it panics that would not have panicked here.
                let _ = thread.join();
            }
        });
    }
}
