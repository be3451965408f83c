//! M3U and M3U+ channel lists, read as a stream. No I/O.
