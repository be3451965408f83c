//! Gzip (RFC 1952) as a push stage: any number of members, output in bounded steps, and what was
//! readable of a cut or damaged file is kept. Anything that is not gzip passes unchanged.

mod header;

use flate2::{Crc, Decompress, FlushDecompress, Status};

use self::header::{Header, Step};
use crate::Trouble;

/// Inflated bytes handed on at once: a bomb is met in steps of this size.
const STEP_BYTES: usize = 16 << 10;

type Sink<'s, E> = dyn FnMut(&[u8]) -> Result<(), E> + 's;

/// Takes bytes as they come and hands on what they were before gzip.
pub struct Gunzip {
    stage: Stage,
    trouble: Option<Trouble>,
    is_whole: bool,
}

enum Stage {
    /// Nothing seen, or only the first byte of gzip's two.
    Sniff {
        has_first: bool,
    },
    Plain,
    Header(Header),
    Deflate(Box<Member>),
    /// Checksum and length (2.3.1), eight bytes.
    Tail {
        member: Box<Member>,
        bytes: [u8; 8],
        len: usize,
    },
    /// Behind a member: another one, padding with zeros, or the end.
    Between,
    /// The rest is not looked at.
    Ended,
}

struct Member {
    inflate: Decompress,
    crc: Crc,
    out: [u8; STEP_BYTES],
}

impl Default for Gunzip {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for Gunzip {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Gunzip")
            .field("is_whole", &self.is_whole)
            .finish_non_exhaustive()
    }
}

impl Gunzip {
    /// At the beginning of a file.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            stage: Stage::Sniff { has_first: false },
            trouble: None,
            is_whole: true,
        }
    }

    /// What went wrong; the caller knows the line.
    pub const fn take_trouble(&mut self) -> Option<Trouble> {
        self.trouble.take()
    }

    /// Whether nothing is missing, as far as gzip knows.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    /// Those of `sink`.
    pub fn push<E>(&mut self, mut bytes: &[u8], sink: &mut Sink<'_, E>) -> Result<(), E> {
        while let Some((&first, rest)) = bytes.split_first() {
            match std::mem::replace(&mut self.stage, Stage::Ended) {
                Stage::Sniff { has_first } => {
                    let (stage, is_taken) = sniff(has_first, first, sink)?;
                    self.stage = stage;
                    bytes = if is_taken { rest } else { bytes };
                }
                Stage::Plain => {
                    self.stage = Stage::Plain;
                    return sink(bytes);
                }
                Stage::Header(header) => {
                    bytes = rest;
                    self.header(header, first);
                }
                Stage::Deflate(member) => bytes = self.deflate(member, bytes, sink)?,
                Stage::Tail {
                    member,
                    bytes: tail,
                    len,
                } => {
                    bytes = rest;
                    self.tail(member, tail, len, first);
                }
                Stage::Between => {
                    bytes = rest;
                    self.between(first);
                }
                Stage::Ended => return Ok(()),
            }
        }
        Ok(())
    }

    /// The end of the transfer.
    ///
    /// # Errors
    /// Those of `sink`.
    pub fn finish<E>(&mut self, sink: &mut Sink<'_, E>) -> Result<(), E> {
        match self.stage {
            Stage::Sniff { has_first: true } => sink(&[0x1f])?,
            Stage::Header(_) | Stage::Deflate(_) | Stage::Tail { .. } => {
                self.fail(Trouble::GzipCut);
            }
            Stage::Sniff { .. } | Stage::Plain | Stage::Between | Stage::Ended => {}
        }
        Ok(())
    }

    const fn fail(&mut self, trouble: Trouble) {
        self.trouble = Some(trouble);
        self.is_whole = false;
    }

    fn header(&mut self, mut header: Header, byte: u8) {
        match header.push(byte) {
            Step::More => self.stage = Stage::Header(header),
            Step::Done => {
                self.stage = Stage::Deflate(Box::new(Member {
                    inflate: Decompress::new(false),
                    crc: Crc::new(),
                    out: [0; STEP_BYTES],
                }));
            }
            Step::NoMagic => self.trouble = Some(Trouble::GzipTrailer),
            Step::Bad => self.fail(Trouble::GzipDamaged),
        }
    }

    /// Inflates all of `bytes`, or up to the end of the member; returns what is left.
    fn deflate<'b, E>(
        &mut self,
        mut member: Box<Member>,
        mut bytes: &'b [u8],
        sink: &mut Sink<'_, E>,
    ) -> Result<&'b [u8], E> {
        loop {
            let Member { inflate, crc, out } = &mut *member;
            let (before_in, before_out) = (inflate.total_in(), inflate.total_out());
            let status = inflate.decompress(bytes, out, FlushDecompress::None);
            let read = usize::try_from(inflate.total_in() - before_in).unwrap_or(usize::MAX);
            let written = usize::try_from(inflate.total_out() - before_out).unwrap_or(usize::MAX);
            let made = out.get(..written).unwrap_or_default();
            crc.update(made);
            sink(made)?;
            bytes = bytes.get(read..).unwrap_or_default();
            match status {
                Ok(Status::StreamEnd) => {
                    self.stage = Stage::Tail {
                        member,
                        bytes: [0; 8],
                        len: 0,
                    };
                    return Ok(bytes);
                }
                Ok(_) if written == STEP_BYTES => {}
                Ok(_) if bytes.is_empty() => {
                    self.stage = Stage::Deflate(member);
                    return Ok(bytes);
                }
                Ok(_) if read + written > 0 => {}
                Ok(_) | Err(_) => {
                    self.fail(Trouble::GzipDamaged);
                    return Ok(&[]);
                }
            }
        }
    }

    fn tail(&mut self, member: Box<Member>, mut tail: [u8; 8], mut len: usize, byte: u8) {
        if let Some(place) = tail.get_mut(len) {
            *place = byte;
        }
        len += 1;
        if len < tail.len() {
            self.stage = Stage::Tail {
                member,
                bytes: tail,
                len,
            };
            return;
        }
        let [a, b, c, d, e, f, g, h] = tail;
        let is_whole = u32::from_le_bytes([a, b, c, d]) == member.crc.sum()
            && u32::from_le_bytes([e, f, g, h]) == member.crc.amount();
        if is_whole {
            self.stage = Stage::Between;
        } else {
            self.fail(Trouble::GzipDamaged);
        }
    }

    /// gzip(1) pads with zeros on tapes and warns about anything else; so does this.
    fn between(&mut self, byte: u8) {
        match byte {
            0x1f => self.stage = Stage::Header(Header::behind_first_byte()),
            0 => self.stage = Stage::Between,
            _ => self.trouble = Some(Trouble::GzipTrailer),
        }
    }
}

/// The stage that follows, and whether `byte` belongs to gzip's header.
fn sniff<E>(has_first: bool, byte: u8, sink: &mut Sink<'_, E>) -> Result<(Stage, bool), E> {
    Ok(match (has_first, byte) {
        (false, 0x1f) => (Stage::Sniff { has_first: true }, true),
        (false, _) => (Stage::Plain, false),
        (true, 0x8b) => (Stage::Header(Header::behind_magic()), true),
        (true, _) => {
            sink(&[0x1f])?;
            (Stage::Plain, false)
        }
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, GzBuilder};

    use super::*;

    fn member(text: &[u8]) -> Vec<u8> {
        let mut writer = GzBuilder::new()
            .filename("a.m3u")
            .comment("c")
            .extra(vec![1, 2, 3])
            .write(Vec::new(), Compression::default());
        writer.write_all(text).unwrap();
        writer.finish().unwrap()
    }

    fn inflate<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> (Vec<u8>, Option<Trouble>) {
        let (mut gunzip, mut out) = (Gunzip::new(), Vec::new());
        let mut sink = |bytes: &[u8]| {
            assert!(bytes.len() <= STEP_BYTES);
            out.extend_from_slice(bytes);
            Ok::<(), crate::Error>(())
        };
        for piece in pieces {
            gunzip.push(piece, &mut sink).unwrap();
        }
        gunzip.finish(&mut sink).unwrap();
        (out, gunzip.take_trouble())
    }

    #[test]
    fn reads_members_padding_and_trailers() {
        let (one, two) = (member(b"one\n"), member(&[b'x'; 100_000]));
        let both = [one.as_slice(), &two].concat();
        let text = [b"one\n".as_slice(), &[b'x'; 100_000]].concat();
        for (behind, trouble) in [
            (b"".as_slice(), None),
            (&[0; 512], None),
            (b"junk", Some(Trouble::GzipTrailer)),
            (b"\x1fjunk", Some(Trouble::GzipTrailer)),
            (b"\x1f\x8b", Some(Trouble::GzipCut)),
            (b"\x1f\x8b\x09", Some(Trouble::GzipDamaged)),
        ] {
            let file = [both.as_slice(), behind].concat();
            for piece_bytes in [1, 7, file.len()] {
                assert_eq!(
                    inflate(file.chunks(piece_bytes)),
                    (text.clone(), trouble),
                    "{behind:?}"
                );
            }
        }
    }

    #[test]
    fn keeps_what_was_read_of_a_cut_or_damaged_file() {
        let text: Vec<u8> = (0..20_000_u32).flat_map(u32::to_le_bytes).collect();
        let file = member(&text);
        for cut in [11, file.len() / 2, file.len() - 9, file.len() - 1] {
            let (out, trouble) = inflate(file[..cut].chunks(1000));
            assert!(text.starts_with(&out));
            assert_eq!(trouble, Some(Trouble::GzipCut), "{cut}");
        }
        let mut damaged = file;
        let crc_at = damaged.len() - 8;
        damaged[crc_at] ^= 1;
        assert_eq!(
            inflate(damaged.chunks(1000)),
            (text, Some(Trouble::GzipDamaged))
        );
    }

    #[test]
    fn lets_plain_bytes_pass() {
        for plain in [
            b"#EXTM3U\n".as_slice(),
            b"\x1f",
            b"\x1fx",
            b"\x1f\x1f\x8b",
            b"",
        ] {
            for piece_bytes in [1, 100] {
                assert_eq!(inflate(plain.chunks(piece_bytes)), (plain.to_vec(), None));
            }
        }
    }
}
