//! A mutex that is held for a few instructions and never across I/O or an await.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// A guard of a [`Lock`].
pub type LockGuard<'a, T> = MutexGuard<'a, T>;

/// A mutex without poisoning: a panic under the lock ends the release build (`panic = "abort"`),
/// and in a test it fails that test; there is no third case that a caller could handle.
#[derive(Debug, Default)]
pub struct Lock<T>(Mutex<T>);

impl<T> Lock<T> {
    /// A lock around `value`.
    pub const fn new(value: T) -> Self {
        Self(Mutex::new(value))
    }

    /// Takes the lock, waiting for whoever holds it.
    pub fn lock(&self) -> LockGuard<'_, T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
