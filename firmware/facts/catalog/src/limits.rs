//! What catalogues and questions may cost.

use std::time::Duration;

/// Titles of one catalogue. Panels list 100,000 films; those that list more list them twice.
pub(crate) const TITLES_MAX: u64 = 250_000;
/// Bytes of one catalogue on the disk: twice what 250,000 usual titles take.
pub(crate) const CATALOG_BYTES_MAX: u64 = 48 << 20;
/// Bytes of pieces that are stored in one transaction.
pub(crate) const BATCH_BYTES: usize = 128 << 10;
/// Bytes of one object of a list: a film with plot and cast has some 5,000.
pub(crate) const OBJECT_BYTES_MAX: usize = 16 << 10;
/// What is made of such an object while it is read, in bytes.
const OBJECT_STATE: usize = 8 * OBJECT_BYTES_MAX;
/// Pieces of an answer that may wait for the thread that reads them, and bytes of one.
pub(crate) const PIECES_MAX: usize = 2;
const PIECE_BYTES_MAX: usize = 64 << 10;
/// From the request to the last byte of one catalogue.
pub(crate) const READ_TIME_MAX: Duration = Duration::from_secs(900);

/// Questions that look through a catalogue at once.
pub(crate) const QUERIES_MAX: usize = 1;
/// How long one waits for those before it.
pub(crate) const QUERY_WAIT_MAX: Duration = Duration::from_secs(5);
/// Titles that are looked at for one page: some tenths of a second on a small board.
pub(crate) const LOOKED_AT_MAX: u64 = 50_000;
/// Titles of a page at most, and bytes of their texts.
pub(crate) const PAGE_TITLES_MAX: usize = 200;
pub(crate) const PAGE_BYTES_MAX: usize = 64 << 10;
/// A question holds a piece, compressed and not, and its page as values and as JSON.
const QUERY_BYTES_MAX: usize = 2 * (80 << 10) + 3 * PAGE_BYTES_MAX;

/// Panels that are asked by somebody who waits, at once.
pub(crate) const ASKED_MAX: usize = 1;
/// How long somebody waits for a panel, those before included.
pub(crate) const ASK_TIME_MAX: Duration = Duration::from_secs(12);
/// Bytes of a panel's answer about a series.
pub(crate) const SERIES_BYTES_MAX: u64 = 8 << 20;
/// Episodes of a series that are listed.
pub(crate) const EPISODES_MAX: usize = 500;
/// Bytes of an episode's title.
pub(crate) const EPISODE_TITLE_BYTES_MAX: usize = 96;
/// An episode as a value and as JSON.
const EPISODE_BYTES_MAX: usize = 2 * (EPISODE_TITLE_BYTES_MAX + 3 * 80);

/// Channels whose programmes are kept, as panels told them, and for how long.
pub(crate) const EPG_CHANNELS_MAX: usize = 48;
pub(crate) const EPG_KEPT: Duration = Duration::from_secs(300);
/// For how long a panel that gave nothing is not asked again.
pub(crate) const EPG_SILENT: Duration = Duration::from_secs(60);
/// Programmes of a channel that are asked for and kept.
pub(crate) const EPG_PROGRAMMES_MAX: usize = 8;
/// Bytes of a title, and of what a programme is about.
pub(crate) const EPG_TITLE_BYTES_MAX: usize = 192;
pub(crate) const EPG_TEXT_BYTES_MAX: usize = 512;
/// Bytes of a panel's answer about a channel.
pub(crate) const EPG_BYTES_MAX: u64 = 256 << 10;
/// Channels that panels are asked about in a minute: a page that shows a screen of them, and scrolls.
pub(crate) const EPG_ASKED_A_MINUTE_MAX: u32 = 60;
const EPG_CHANNEL_BYTES_MAX: usize =
    EPG_PROGRAMMES_MAX * (EPG_TITLE_BYTES_MAX + EPG_TEXT_BYTES_MAX + 64) + 256;

/// Names of groups while a catalogue is read, and the table around them.
const GROUPS_STATE: usize = sync::GROUPS_HELD_BYTES_MAX + (64 << 10);

/// What reading a catalogue holds, in bytes, beside the connections of the HTTP client. Guides are read in
/// the same memory.
pub const READING_BYTES_MAX: usize = OBJECT_STATE
    + GROUPS_STATE
    + (PIECES_MAX + 1) * PIECE_BYTES_MAX
    + store::TITLE_WRITER_BYTES
    + BATCH_BYTES
    + (64 << 10);

/// What questions hold at once at most, and what is kept of the answers, in bytes.
pub const BYTES_MAX: usize = QUERIES_MAX * QUERY_BYTES_MAX
    + ASKED_MAX * (OBJECT_STATE + EPISODES_MAX * EPISODE_BYTES_MAX)
    + EPG_CHANNELS_MAX * EPG_CHANNEL_BYTES_MAX;
