//! MPEG transport streams: packets, PSI, clocks, continuity, random access points. No I/O.
