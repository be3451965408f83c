//! Between an upstream and its ring: conditioning, pacing by the stream's own clock,
//! back-pressure.
