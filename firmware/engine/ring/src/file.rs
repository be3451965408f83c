//! Segments in pages that the kernel can send from: an anonymous file.
//!
//! `send` copies a byte into the socket of each client; `sendfile` puts the page itself there. What
//! is queued for a slow client then *is* the segment, for as long as that client takes. So before a
//! segment is filled anew its pages are taken out of the file (a hole is punched) and new ones come
//! in: whoever refers to the old ones keeps them until they are sent, and nobody sees them change.
//! Without that a slow client receives a foreign picture, and no error shows anywhere.
//!
//! The file is written and not mapped: a page that is written whole need not be cleared first, and
//! no memory is shared with anybody that would need a proof.

use std::{
    os::fd::{AsFd, BorrowedFd, OwnedFd},
    sync::Arc,
};

use nix::{
    errno::Errno,
    fcntl::{FallocateFlags, fallocate},
    libc::off_t,
    sys::{
        memfd::{MFdFlags, memfd_create},
        uio::{pread, pwrite},
    },
    unistd::ftruncate,
};

use crate::sizes::SEGMENT_BYTES;

/// From one segment to the next in the file: whole pages, of 4 KiB and of 16 KiB (Raspberry Pi 5).
const SLOT_BYTES: usize = 256 * 1024;
const _: () = assert!(SEGMENT_BYTES <= SLOT_BYTES);

/// The place of one segment.
#[derive(Debug)]
pub(crate) struct Slot {
    file: Arc<OwnedFd>,
    start: off_t,
    /// No page of it is in the file.
    is_hollow: bool,
}

/// Places for `count` segments. They take memory once they are written.
pub(crate) fn slots(count: usize) -> Result<Vec<Slot>, Errno> {
    let start = |index: usize| {
        index
            .checked_mul(SLOT_BYTES)
            .and_then(|start| off_t::try_from(start).ok())
            .ok_or(Errno::EFBIG)
    };
    let file = Arc::new(memfd_create("dipole-ring", MFdFlags::MFD_CLOEXEC)?);
    ftruncate(&file, start(count)?)?;
    let slot = |index| {
        Ok(Slot {
            file: Arc::clone(&file),
            start: start(index)?,
            is_hollow: true,
        })
    };
    (0..count).map(slot).collect()
}

impl Slot {
    /// The file, and where in it the byte `at` of the segment stands.
    #[allow(
        clippy::useless_conversion,
        reason = "an off_t is 32 bits long on 32-bit boards"
    )]
    pub(crate) fn place(&self, at: usize) -> (BorrowedFd<'_>, i64) {
        (self.file.as_fd(), i64::from(self.offset(at)))
    }

    /// Takes the pages out of the file. Their memory goes back to the kernel once the last socket
    /// that refers to them has sent them.
    pub(crate) fn hollow(&mut self) -> Result<(), Errno> {
        if !self.is_hollow {
            let mode = FallocateFlags::FALLOC_FL_PUNCH_HOLE | FallocateFlags::FALLOC_FL_KEEP_SIZE;
            fallocate(
                &self.file,
                mode,
                self.start,
                self.offset(SLOT_BYTES) - self.start,
            )?;
            self.is_hollow = true;
        }
        Ok(())
    }

    /// Makes the segment ready to be filled, with pages that nobody refers to.
    pub(crate) fn renew(&mut self) -> Result<(), Errno> {
        self.hollow()?;
        self.is_hollow = false;
        Ok(())
    }

    /// Writes `bytes` at byte `at` of the segment.
    pub(crate) fn write(&self, mut at: usize, mut bytes: &[u8]) -> Result<(), Errno> {
        debug_assert!(at + bytes.len() <= SEGMENT_BYTES);
        while !bytes.is_empty() {
            match pwrite(&self.file, bytes, self.offset(at)) {
                Ok(0) => return Err(Errno::ENOSPC),
                Ok(count) => (at, bytes) = (at + count, &bytes[count..]),
                Err(Errno::EINTR) => {}
                Err(errno) => return Err(errno),
            }
        }
        Ok(())
    }

    /// Reads what stands from byte `at` of the segment on.
    pub(crate) fn read(&self, mut at: usize, mut into: &mut [u8]) -> Result<(), Errno> {
        while !into.is_empty() {
            match pread(&self.file, into, self.offset(at)) {
                Ok(0) => return Err(Errno::ENODATA),
                Ok(count) => (at, into) = (at + count, &mut into[count..]),
                Err(Errno::EINTR) => {}
                Err(errno) => return Err(errno),
            }
        }
        Ok(())
    }

    /// Where in the file the byte `at` of the segment stands: below the end of the file, which is
    /// an `off_t`.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_possible_wrap,
        reason = "at most SLOT_BYTES, in 32 bits and in 64"
    )]
    const fn offset(&self, at: usize) -> off_t {
        self.start + at as off_t
    }
}
