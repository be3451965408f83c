//! Finds a short clip that comes round again and again: "this channel is offline", for ever.
//!
//! Providers send such clips with a good status, a good clock and a new timeline each round, so
//! only the pictures tell. Each key picture is reduced to a fingerprint; when the same sequence of
//! at least two different pictures has come round three times more, that is counted, and every
//! further round with it. A clip that is encoded anew for each viewer, round by round, differs in
//! every byte and is not found.
//!
//! A still picture must not count: radio with a logo is a good channel. Its key pictures may even
//! have two fingerprints in turn, because x264 and others toggle `idr_pic_id` in the slice header
//! (ISO/IEC 14496-10 clause 7.4.3). So two pictures are held to be different only where their sizes
//! differ too, by more than the packet that a longer header may cost. A clip with a single key
//! picture is therefore never found: it cannot be told from a still one.
//!
//! Where the source's clock goes back in each round, as when a server sends the same piece again as
//! it is, that is a second sign: a round less is enough, and a single key picture will do. Either
//! sign alone is none: each HLS segment may begin on a clock of its own. What the two mistake for a
//! clip is a still picture in such segments; whoever judges has it play on where nothing else does.
//!
//! What a repeat means is the caller's matter: the built-in test channel and looped files repeat
//! by design.

/// Key pictures remembered: 30 s of two a second, and as many again.
const KEYS_MAX: usize = 128;
/// Length of a clip, in 27 MHz ticks of the stream.
const CLIP_TICKS_MIN: u64 = 27_000_000 / 2;
const CLIP_TICKS_MAX: u64 = 30 * 27_000_000;
/// Rounds behind the first one before anything is counted ...
const ROUNDS_MIN: usize = 3;
/// ... and where the clock of the source has come round in each of them as well.
const CLOCK_ROUNDS_MIN: usize = 2;
/// Packets by which the sizes of different pictures differ at least.
const SIZES_DIFFER_PACKETS: u32 = 2;

/// What is remembered of a key picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Key {
    /// Of its first bytes.
    pub(crate) fingerprint: u64,
    /// Its size in packets.
    pub(crate) packets: u32,
    /// Time of the stream at which it came, 27 MHz ticks.
    pub(crate) ticks: u64,
    /// The clock of the source went back in front of it.
    pub(crate) went_back: bool,
}

/// The last key pictures, and the sequence that they are found to repeat.
#[derive(Debug)]
pub(crate) struct Repeats {
    keys: [Key; KEYS_MAX],
    /// Key pictures seen; the next one takes the place of this number.
    seen: usize,
    /// Key pictures in a round, and how many in a row were those of the round before.
    round: usize,
    run: usize,
    count: u64,
    clip_ticks: u64,
}

impl Repeats {
    pub(crate) const fn new() -> Self {
        Self {
            keys: [Key {
                fingerprint: 0,
                packets: 0,
                ticks: 0,
                went_back: false,
            }; KEYS_MAX],
            seen: 0,
            round: 0,
            run: 0,
            count: 0,
            clip_ticks: 0,
        }
    }

    /// How often a clip has come round, from the third time on.
    pub(crate) const fn count(&self) -> u64 {
        self.count
    }

    /// Length of the clip that came round last.
    pub(crate) const fn clip_ticks(&self) -> u64 {
        self.clip_ticks
    }

    /// Another stream: what came before is no part of its rounds.
    pub(crate) const fn restart(&mut self) {
        self.seen = 0;
        self.run = 0;
    }

    /// Takes the next key picture.
    pub(crate) fn push(&mut self, key: Key) {
        let is_same = |back: usize| {
            let before = self.back(back);
            before.is_some_and(|before| before.fingerprint == key.fingerprint)
        };
        if self.run > 0 && is_same(self.round) {
            self.run += 1;
        } else {
            let found = (1..=KEYS_MAX).find(|back| is_same(*back));
            self.round = found.unwrap_or(0);
            self.run = usize::from(found.is_some());
        }
        if let Some(place) = self.keys.get_mut(self.seen % KEYS_MAX) {
            *place = key;
        }
        self.seen += 1;
        self.judge();
    }

    /// Counts when a round has just ended.
    fn judge(&mut self) {
        let is_round = self.round > 0 && self.run.is_multiple_of(self.round);
        let has_clock_round = is_round && self.clock_comes_round();
        let rounds_min = if has_clock_round {
            CLOCK_ROUNDS_MIN
        } else {
            ROUNDS_MIN
        };
        if !is_round || self.run / self.round < rounds_min {
            return;
        }
        let Some((last, before)) = self.back(1).zip(self.back(1 + self.round)) else {
            return;
        };
        let ticks = last.ticks.saturating_sub(before.ticks);
        let differs = |back: usize| {
            self.back(back).is_some_and(|key| {
                key.fingerprint != last.fingerprint
                    && key.packets.abs_diff(last.packets) >= SIZES_DIFFER_PACKETS
            })
        };
        let is_clip = has_clock_round || (2..=self.round).any(differs);
        if (CLIP_TICKS_MIN..=CLIP_TICKS_MAX).contains(&ticks) && is_clip {
            self.count += 1;
            self.clip_ticks = ticks;
        }
    }

    /// Whether the clock went back in the last round and in the one before.
    fn clock_comes_round(&self) -> bool {
        let went_back = |back: usize| self.back(back).is_some_and(|key| key.went_back);
        (1..=self.round).any(went_back) && (self.round + 1..=2 * self.round).any(went_back)
    }

    /// The key picture so many before the next one, 1 the last; if it is remembered.
    fn back(&self, back: usize) -> Option<Key> {
        let at = self.seen.checked_sub(back).filter(|_| back <= KEYS_MAX)?;
        self.keys.get(at % KEYS_MAX).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 27_000_000;

    /// Key pictures half a second apart; equal names are equal pictures, size by name.
    fn count(names: impl IntoIterator<Item = u64>) -> u64 {
        let mut repeats = Repeats::new();
        for (number, name) in (0..).zip(names) {
            repeats.push(Key {
                fingerprint: name,
                packets: u32::try_from(10 + name * 5).unwrap(),
                ticks: number * SECOND / 2,
                went_back: false,
            });
        }
        repeats.count()
    }

    #[test]
    fn a_clip_whose_clock_comes_round_counts_from_its_second_return_on() {
        for (clip, went_back_each, wanted) in [
            // A single picture, or several.
            (1_u64, 1_u64, 6),
            (3, 3, 6),
            // The clock goes back once, not in each round.
            (3, 100, 5),
            (1, 100, 0),
        ] {
            let mut repeats = Repeats::new();
            for number in 0..8 * clip {
                repeats.push(Key {
                    fingerprint: number % clip,
                    packets: u32::try_from(10 + number % clip * 5).unwrap(),
                    ticks: number * SECOND,
                    went_back: number > 0 && number % went_back_each == 0,
                });
            }
            assert_eq!(repeats.count(), wanted, "{clip} pictures");
            if wanted > 0 {
                assert_eq!(repeats.clip_ticks(), clip * SECOND);
            }
        }
        // Segments of a film, each on a clock of its own.
        let mut repeats = Repeats::new();
        for number in 0..100 {
            repeats.push(Key {
                fingerprint: number,
                packets: 10,
                ticks: number * SECOND,
                went_back: true,
            });
        }
        assert_eq!(repeats.count(), 0);
    }

    #[test]
    fn a_clip_counts_from_its_third_return_on() {
        for clip in [2_u64, 3, 7, 60] {
            let rounds = |rounds: u64| count((0..rounds * clip).map(|n| n % clip));
            assert_eq!(rounds(3), 0, "{clip} pictures");
            assert_eq!(rounds(4), 1, "{clip} pictures");
            assert_eq!(rounds(9), 6, "{clip} pictures");
        }
    }

    #[test]
    fn a_stream_before_the_clip_does_not_hide_it() {
        let film = 100..400;
        assert_eq!(count(film.chain((0..40).map(|n| n % 10))), 1);
        // A picture more than once in the clip, as with black between two cards: its length is not
        // known before the second round.
        assert_eq!(count([1, 1, 2, 3, 1].into_iter().cycle().take(25)), 1);
    }

    #[test]
    fn what_is_no_short_clip_does_not_count() {
        assert_eq!(count(0..1000), 0, "a film");
        assert_eq!(count(std::iter::repeat_n(3, 1000)), 0, "a still picture");
        assert_eq!(count((0..1000).map(|n| n % 61)), 0, "longer than 30 s");
        assert_eq!(
            count((0..1000).map(|n| n % 200)),
            0,
            "longer than is remembered"
        );
    }

    #[test]
    fn a_still_picture_with_two_headers_in_turn_does_not_count() {
        for (size, wanted) in [(10, 0), (11, 0), (12, 1)] {
            let mut repeats = Repeats::new();
            for number in 0..8 {
                repeats.push(Key {
                    fingerprint: number % 2,
                    packets: if number % 2 == 0 { 10 } else { size },
                    ticks: number * SECOND,
                    went_back: false,
                });
            }
            assert_eq!(repeats.count(), wanted, "{size}");
        }
    }

    #[test]
    fn another_stream_begins_anew() {
        let mut repeats = Repeats::new();
        for number in 0..100 {
            if number % 8 == 0 {
                repeats.restart();
            }
            repeats.push(Key {
                fingerprint: number % 4,
                packets: u32::try_from(number % 4).unwrap() * 9,
                ticks: number * SECOND,
                went_back: false,
            });
        }
        assert_eq!(repeats.count(), 0);
    }
}
