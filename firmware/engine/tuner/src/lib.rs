//! Tuners: who watches what, sharing of upstreams, locks, linger.
