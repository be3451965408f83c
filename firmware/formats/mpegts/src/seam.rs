//! Where bytes of one origin end and others begin.

/// How the bytes that follow are related to the bytes before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Seam {
    /// The same timeline is expected to go on: the next HLS segment.
    Continuous,
    /// A new timeline: EXT-X-DISCONTINUITY, the next pass of a looped file, a reconnect.
    Discontinuity,
    /// Another stream of the same channel, or the same one joined again in the middle.
    ///
    /// What was given out ends here. Of the new stream nothing is given out before its tables and
    /// a random access point of its video are known (the wait is bounded, see `splicer::seek`);
    /// then it goes on under the PIDs, the program number, the counters and the clock of before.
    ///
    /// No discontinuity_indicator is set. Clause 2.4.3.4 asks for one where the system time base
    /// or a continuity counter is discontinuous, and here neither is: the clock runs on over the
    /// seam in steps of at most 100 ms (clause 2.7.2) and counters count on. Where the content of
    /// the program differs its map comes under a new version before anything of it.
    Switch,
}
