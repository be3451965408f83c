//! Openers that fill a ring: MPEG-TS over HTTP, HLS, files, the built-in test channel.
