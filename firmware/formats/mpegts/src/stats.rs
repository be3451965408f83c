//! What a conditioner counted since it was made.

/// Counters of one [`Conditioner`](crate::Conditioner). All of them only grow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Whole packets found in the input.
    pub packets_in: u64,
    /// Null packets among them: they hold a connection open and bring nothing.
    pub null_packets_in: u64,
    /// Packets given to the sink, inserted ones included.
    pub packets_out: u64,
    /// Packets of other programs, on PIDs that the PMT does not list, of no program before the first
    /// PMT was known, of a new stream before the point at which it begins, and scrambled ones.
    pub packets_dropped: u64,
    /// PAT and PMT packets that the source did not send, packets with nothing but its clock, and
    /// those that tell of a loss.
    pub packets_inserted: u64,
    /// Bytes that were in no packet. The trailers of 192 and 204 byte packets are not counted.
    pub bytes_dropped: u64,
    /// Times that sync was lost after it had been found.
    pub sync_losses: u64,
    /// Jumps of a continuity counter in the input, seams excepted.
    pub continuity_errors: u64,
    /// Packets repeated with the same continuity counter.
    pub duplicates: u64,
    /// Packets dropped because they are damaged: marked so by the sender
    /// (transport_error_indicator), or with fields that cannot be.
    pub transport_errors: u64,
    /// Calls of [`Conditioner::seam`](crate::Conditioner::seam).
    pub seams: u64,
    /// Jumps of the source's clock that were evened out, at seams and in a run.
    pub clock_jumps: u64,
    /// Join points given to the sink.
    pub random_access_points: u64,
    /// PMTs given out whose content differed from the one before.
    pub program_changes: u64,
    /// PES headers cut by the end of a packet, so that their timestamps could not be moved.
    pub timestamps_split: u64,
}
