//! Words about stations of North America.

/// Networks, folded and sorted. Stations of several share one call sign, so their names are needed
/// to tell sub-channels apart.
pub(crate) static NETWORKS: [&str; 15] = [
    "abc",
    "cbc",
    "cbs",
    "citytv",
    "ctv",
    "cw",
    "fox",
    "global",
    "ion",
    "mynetwork",
    "mynetworktv",
    "nbc",
    "pbs",
    "telemundo",
    "univision",
];

/// Networks whose sub-channel is the first one where several share a station.
#[allow(dead_code, reason = "the merging half of this crate reads it")]
pub(crate) static MAIN_NETWORKS: [&str; 5] = ["nbc", "cbs", "abc", "fox", "pbs"];

/// Postal codes of the United States with the District of Columbia and Puerto Rico, in lower case,
/// sorted.
pub(crate) static US_STATES: [&str; 52] = [
    "ak", "al", "ar", "az", "ca", "co", "ct", "dc", "de", "fl", "ga", "hi", "ia", "id", "il", "in",
    "ks", "ky", "la", "ma", "md", "me", "mi", "mn", "mo", "ms", "mt", "nc", "nd", "ne", "nh", "nj",
    "nm", "nv", "ny", "oh", "ok", "or", "pa", "pr", "ri", "sc", "sd", "tn", "tx", "ut", "va", "vt",
    "wa", "wi", "wv", "wy",
];

/// Common words with the letters of a call sign, sorted.
pub(crate) static NOT_CALLS: [&str; 23] = [
    "can", "cars", "chat", "cine", "city", "club", "cnn", "code", "col", "cool", "cor", "core",
    "cult", "east", "kids", "kino", "west", "what", "when", "wild", "wine", "with", "word",
];

/// Words that stand beside any station, sorted.
#[allow(dead_code, reason = "the merging half of this crate reads it")]
pub(crate) static STATION_WORDS: [&str; 8] = [
    "channel", "hd", "local", "news", "now", "the", "tv", "weather",
];
