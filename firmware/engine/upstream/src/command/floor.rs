//! How many commands run at once, and those of which the kernel has not let go yet.

use std::process::Child;
use std::sync::Arc;

use base::Lock;

/// The room for commands. Clones are the same room.
#[derive(Clone, Debug)]
pub(super) struct Floor {
    inner: Arc<Lock<Inner>>,
    max: usize,
}

#[derive(Debug)]
struct Inner {
    in_use: usize,
    /// Killed, and not dead: a program in a system call that cannot be interrupted. Each keeps its
    /// place until it is gone.
    unreaped: Vec<Child>,
}

/// A place for one command.
#[derive(Debug)]
pub(super) struct Place {
    floor: Floor,
    left_behind: Option<Child>,
}

impl Floor {
    pub(super) fn new(max: usize) -> Self {
        let inner = Inner {
            in_use: 0,
            unreaped: Vec::new(),
        };
        Self {
            inner: Arc::new(Lock::new(inner)),
            max,
        }
    }

    pub(super) const fn max(&self) -> usize {
        self.max
    }

    pub(super) fn take(&self) -> Option<Place> {
        let mut inner = self.inner.lock();
        inner
            .unreaped
            .retain_mut(|child| matches!(child.try_wait(), Ok(None)));
        if inner.in_use + inner.unreaped.len() >= self.max {
            return None;
        }
        inner.in_use += 1;
        Some(Place {
            floor: self.clone(),
            left_behind: None,
        })
    }
}

impl Place {
    /// The command was killed and lives on: its place is free when it is dead.
    pub(super) fn leave_behind(&mut self, child: Child) {
        self.left_behind = Some(child);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut inner = self.floor.inner.lock();
        inner.in_use -= 1;
        inner.unreaped.extend(self.left_behind.take());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_as_many_places_as_were_said() {
        let floor = Floor::new(2);
        let first = floor.take().unwrap();
        let second = floor.take();
        assert!(second.is_some() && floor.take().is_none());
        drop(first);
        assert!(floor.take().is_some());
    }

    #[test]
    fn one_that_does_not_die_keeps_its_place() {
        let floor = Floor::new(1);
        let mut stubborn = std::process::Command::new("sleep")
            .arg("1000")
            .spawn()
            .unwrap();
        stubborn.kill().unwrap();
        stubborn.wait().unwrap();
        let mut place = floor.take().unwrap();
        place.leave_behind(stubborn);
        drop(place);
        // This one is dead: it is let go of when the next place is asked for.
        assert!(floor.take().is_some());
        assert!(floor.inner.lock().unreaped.is_empty());
    }
}
