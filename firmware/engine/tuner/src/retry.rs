//! When a stream that ended is tried again.

use std::time::Duration;

/// Pause before the first try after a stream that had played: most ends are a server's restart.
const GRACE: Duration = Duration::from_millis(300);
/// Pause before the second try; each further one is longer by half.
const PAUSE: Duration = Duration::from_secs(1);
/// Tries in a row without a picture after one that played.
const TRIES_MAX: u32 = 5;
/// Tries while the client still waits for its first picture.
const FIRST_TRIES_MAX: u32 = 2;

/// Counts the tries of one stream.
#[derive(Debug, Default)]
pub(crate) struct Retry {
    failed: u32,
    has_played: bool,
}

impl Retry {
    /// A try ended. `played`: it brought a picture. The pause before the next try, or `None` when
    /// the stream is given up.
    pub(crate) fn after(&mut self, played: bool, is_temporary: bool) -> Option<Duration> {
        if played {
            self.has_played = true;
            self.failed = 0;
        }
        self.failed += 1;
        let tries_max = if self.has_played {
            TRIES_MAX
        } else {
            FIRST_TRIES_MAX
        };
        let hopeless = !self.has_played && !is_temporary;
        if hopeless || self.failed > tries_max {
            return None;
        }
        Some(match self.failed {
            1 => GRACE,
            n => PAUSE * 3_u32.pow(n - 2) / 2_u32.pow(n - 2),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pauses(retry: &mut Retry, mut played: bool) -> Vec<u128> {
        let mut pauses = Vec::new();
        while let Some(pause) = retry.after(played, true) {
            pauses.push(pause.as_millis());
            played = false;
        }
        pauses
    }

    #[test]
    fn a_stream_that_played_gets_five_growing_tries() {
        assert_eq!(
            pauses(&mut Retry::default(), true),
            [300, 1000, 1500, 2250, 3375]
        );
    }

    #[test]
    fn a_client_that_still_waits_is_told_soon() {
        assert_eq!(pauses(&mut Retry::default(), false), [300, 1000]);
        assert_eq!(Retry::default().after(false, false), None);
    }

    #[test]
    fn a_picture_makes_the_count_new() {
        let mut retry = Retry::default();
        pauses(&mut retry, true);
        assert_eq!(retry.after(true, false), Some(GRACE));
    }
}
