//! How the data plane serves.

use std::time::Duration;

/// How the data plane serves.
#[derive(Clone, Copy, Debug)]
pub struct Config {
    /// Clients at once, at most; from the plan.
    pub clients_max: usize,
    /// Bytes that all send buffers may hold together; from the plan.
    pub send_pool_bytes: u64,
    /// How often rings are looked at. Default 25 ms.
    pub tick: Duration,
    /// A ring is sent to its clients when this many bytes are new. Default 32 KiB, near the knee of
    /// the cost curve: fewer cost more calls, more save little.
    pub flush_bytes: u64,
    /// … or when the oldest new byte is this old. Default 200 ms.
    pub hold_max: Duration,
    /// A client that takes no byte for this long is given up. Default 30 s.
    pub stall_max: Duration,
    /// A client that is moved ahead more often than this within [`Config::skips_window`] is given
    /// up. Default 30.
    pub skips_max: u32,
    /// Default 60 s.
    pub skips_window: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            clients_max: 1024,
            send_pool_bytes: 32 << 20,
            tick: Duration::from_millis(25),
            flush_bytes: 32 * 1024,
            hold_max: Duration::from_millis(200),
            stall_max: Duration::from_secs(30),
            skips_max: 30,
            skips_window: Duration::from_secs(60),
        }
    }
}
