//! The file of a backup: sections of records, compressed, sealed by a passphrase, checksummed. No I/O.
//!
//! A [`Writer`] takes sections and records and gives bytes as they come ready; a [`Reader`] takes bytes in
//! pieces of any size and hands the same sections and records out. Neither holds more than a chunk and a
//! record, however large the backup is. A file is gone over by a [`Checker`] first: one that was damaged on
//! its way is told from one whose passphrase is another, and nothing is done with either.
//!
//! ```text
//! head     magic (8), version (2), protection (1), bytes of the maker (1), seconds since 1970 (8),
//!          rounds (4), salt (16), maker: the version of the Dipole that wrote the file
//! chunks   length (4; the top bit marks the last one), that many bytes
//! end      SHA-256 (FIPS 180-4) of all bytes before it (32)
//! ```
//!
//! All numbers are little-endian. The chunks together are one DEFLATE stream (RFC 1951) of marks: a section
//! begins (its name, the version of its records), a record (its length, its bytes), the end.
//!
//! With a passphrase every chunk is sealed on its own by ChaCha20-Poly1305 (RFC 8439): its number is the
//! nonce, head and length are authenticated with it, so that no chunk can be changed, moved, left out or
//! cut off, and no field of the head either. All of the content is sealed, not passwords alone: which
//! channels somebody has, and which they prefer, is nobody's business either.
//!
//! The key comes of the passphrase by PBKDF2 with HMAC-SHA256 (RFC 8018) and [`ROUNDS`] rounds, which OWASP's
//! Password Storage Cheat Sheet asks for. Argon2id would resist graphics cards better, but the 19 MiB that
//! it wants are not there on a box of 48 MiB, and it would be a further dependency in the program; PBKDF2,
//! SHA-256 and the cipher are in the one that TLS uses already. The rounds stand in the file and can grow.
//!
//! What does not belong here: what is in a backup (`store`), where it comes from and goes to (`sync`).
#![deny(clippy::indexing_slicing)]

mod checker;
mod error;
mod head;
mod inflate;
mod marks;
mod reader;
mod seal;
mod writer;

pub use checker::Checker;
pub use error::Error;
pub use head::{Head, MAKER_BYTES_MAX, VERSION};
pub use marks::{Item, NAME_BYTES_MAX, RECORD_BYTES_MAX};
pub use reader::Reader;
pub use seal::{Key, ROUNDS, ROUNDS_MAX, SALT_BYTES, Sealing};
pub use writer::{RecordTooLong, Writer};

/// Bytes of the end.
const DIGEST_BYTES: usize = 32;
/// Bytes of a chunk's length.
const LENGTH_BYTES: usize = 4;
/// In a chunk's length: it is the last one.
const LAST: u32 = 1 << 31;
/// Bytes of a chunk before it is sealed.
const CHUNK_BYTES_MAX: usize = 64 << 10;
