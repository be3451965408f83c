//! Bytes into a TCP socket: copied, or by reference to the pages they lie in.
//!
//! The socket is non-blocking; what it does not take is offered again on a later tick.

use std::{
    io::IoSlice,
    net::TcpStream,
    os::fd::{AsFd, AsRawFd, BorrowedFd},
};

use nix::{
    errno::Errno,
    libc,
    sys::{
        sendfile::sendfile64,
        socket::{MsgFlags, sendmsg},
    },
};
use ring::{Chunk, Place};

/// Bytes offered to the kernel at once, at most. More would be work for nothing: a capped send
/// buffer cannot take it.
pub(crate) const SEND_BYTES_MAX: usize = 256 * 1024;

/// More follows at once (tcp(7)); nix has no name for it.
const MSG_MORE: MsgFlags = MsgFlags::from_bits_retain(libc::MSG_MORE);

/// Sends what is owed and up to two chunks behind it; (sent, offered).
pub(crate) fn send(
    socket: &TcpStream,
    owed: &[u8],
    chunks: [Option<&Chunk>; 2],
) -> Result<(usize, usize), Errno> {
    let mut parts = heapless::Vec::<_, 3>::new();
    let mut room = SEND_BYTES_MAX;
    let owed = Some(Place::Memory(owed)).filter(|_| !owed.is_empty());
    let places = chunks.map(|chunk| chunk.map(Chunk::place));
    for place in [owed].into_iter().chain(places).flatten() {
        let part = front(place, room);
        room -= bytes(&part);
        // Three places for three parts.
        let _ = parts.push(part);
    }
    let sent = send_parts(socket, &parts)?;
    Ok((sent, SEND_BYTES_MAX - room))
}

fn bytes(place: &Place<'_>) -> usize {
    match place {
        Place::Memory(memory) => memory.len(),
        Place::File { bytes, .. } => *bytes,
    }
}

/// The first bytes of a place, at most `room`.
fn front(place: Place<'_>, room: usize) -> Place<'_> {
    match place {
        Place::Memory(memory) => Place::Memory(&memory[..memory.len().min(room)]),
        Place::File { file, start, bytes } => Place::File {
            file,
            start,
            bytes: bytes.min(room),
        },
    }
}

/// One call where all parts lie in memory, which may be copied together; else a call for each, until
/// the socket is full.
fn send_parts(socket: &TcpStream, parts: &[Place<'_>]) -> Result<usize, Errno> {
    let mut sent = 0;
    let mut rest = parts;
    while let Some(part) = rest.first() {
        let (count, offered) = match *part {
            Place::File { file, start, bytes } => {
                rest = &rest[1..];
                (send_pages(socket, file, start, bytes)?, bytes)
            }
            Place::Memory(_) => {
                let memory = rest.iter().map_while(|part| match part {
                    Place::Memory(memory) => Some(IoSlice::new(memory)),
                    Place::File { .. } => None,
                });
                let memory: heapless::Vec<_, 3> = memory.collect();
                rest = &rest[memory.len()..];
                let offered = memory.iter().map(|part| part.len()).sum();
                (send_copy(socket, &memory, !rest.is_empty())?, offered)
            }
        };
        sent += count;
        if count < offered {
            break;
        }
    }
    Ok(sent)
}

/// Copies into the socket. `more` follows in the same breath: no packet of its own for a head.
fn send_copy(socket: &TcpStream, parts: &[IoSlice<'_>], more: bool) -> Result<usize, Errno> {
    let mut flags = MsgFlags::MSG_DONTWAIT | MsgFlags::MSG_NOSIGNAL;
    if more {
        flags |= MSG_MORE;
    }
    none_if_full(sendmsg::<()>(socket.as_raw_fd(), parts, &[], flags, None))
}

/// Gives the socket the pages. There is no `MSG_NOSIGNAL` here: Rust's runtime has the kernel ignore
/// SIGPIPE.
fn send_pages(
    socket: &TcpStream,
    file: BorrowedFd<'_>,
    mut start: i64,
    bytes: usize,
) -> Result<usize, Errno> {
    none_if_full(sendfile64(socket.as_fd(), file, Some(&mut start), bytes))
}

/// A full socket takes nothing; that is no failure.
fn none_if_full(result: Result<usize, Errno>) -> Result<usize, Errno> {
    match result {
        Err(Errno::EAGAIN | Errno::EINTR | Errno::ENOBUFS | Errno::ENOMEM) => Ok(0),
        other => other,
    }
}
