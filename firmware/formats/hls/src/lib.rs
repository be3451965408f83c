//! HLS playlists: variant choice, live edge, reload timing, keys and ranges. No I/O.
