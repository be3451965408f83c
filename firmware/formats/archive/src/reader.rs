//! Reading a backup, piece by piece.

use std::ops::ControlFlow;

use crypto::digest;

use crate::{
    CHUNK_BYTES_MAX, DIGEST_BYTES, Error, Head, Item, Key, LAST, LENGTH_BYTES, inflate::Inflater,
    seal::TAG_BYTES,
};

/// Takes the bytes of a file and hands its sections and records out.
pub struct Reader {
    key: Option<Key>,
    /// As it stands in the file: chunks are sealed with it.
    head: Vec<u8>,
    /// What was left of the last piece: less than a head, a chunk or the end.
    held: Vec<u8>,
    stage: Stage,
    number: u64,
    inflater: Inflater,
    digest: digest::Context,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Head,
    Chunks,
    End,
    Over,
}

impl Reader {
    /// A reader of a file with this key; without one, of a file that is not sealed.
    #[must_use]
    pub fn new(key: Option<Key>) -> Self {
        Self {
            key,
            head: Vec::new(),
            held: Vec::new(),
            stage: Stage::Head,
            number: 0,
            inflater: Inflater::new(),
            digest: digest::Context::new(&digest::SHA256),
        }
    }

    /// The next bytes of the file, from its first one on. What they hold goes to `each`, until it has had
    /// enough: then there is no more to be pushed.
    ///
    /// # Errors
    /// Where the file is none that can be read; what was handed out before is to be forgotten.
    pub fn push(
        &mut self,
        bytes: &[u8],
        each: &mut dyn FnMut(Item<'_>) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, Error> {
        let mut held = std::mem::take(&mut self.held);
        held.extend_from_slice(bytes);
        let mut begin = 0;
        loop {
            let rest = held.get_mut(begin..).unwrap_or_default();
            let taken = match self.stage {
                Stage::Head => self.take_head(rest)?,
                Stage::Chunks => match self.take_chunk(rest, each)? {
                    ControlFlow::Break(()) => return Ok(ControlFlow::Break(())),
                    ControlFlow::Continue(taken) => taken,
                },
                Stage::End => self.take_end(rest)?,
                Stage::Over if rest.is_empty() => 0,
                Stage::Over => return Err(Error::Damaged("it goes on behind its end")),
            };
            if taken == 0 {
                break;
            }
            begin += taken;
        }
        held.drain(..begin);
        self.held = held;
        Ok(ControlFlow::Continue(()))
    }

    /// That was all of the file.
    ///
    /// # Errors
    /// Where it is not whole.
    pub fn finish(self) -> Result<(), Error> {
        match self.stage {
            Stage::Over => Ok(()),
            _ => Err(Error::Damaged("it ends too early")),
        }
    }

    /// How many bytes that takes; 0 where they are not there.
    fn take_head(&mut self, bytes: &[u8]) -> Result<usize, Error> {
        let Some((head, len)) = Head::decode(bytes)? else {
            return Ok(0);
        };
        match (&head.sealing, &self.key) {
            (Some(_), None) => return Err(Error::NeedsPassphrase),
            // Whoever gives a key to an open file is told nothing wrong.
            (None, Some(_)) => self.key = None,
            _ => {}
        }
        self.head = bytes.get(..len).unwrap_or_default().to_vec();
        self.digest.update(&self.head);
        self.stage = Stage::Chunks;
        Ok(len)
    }

    fn take_chunk(
        &mut self,
        bytes: &mut [u8],
        each: &mut dyn FnMut(Item<'_>) -> ControlFlow<()>,
    ) -> Result<ControlFlow<(), usize>, Error> {
        let Some((&mut length, rest)) = bytes.split_first_chunk_mut::<LENGTH_BYTES>() else {
            return Ok(ControlFlow::Continue(0));
        };
        let word = u32::from_le_bytes(length);
        let len = (word & !LAST) as usize;
        let tag = self.key.as_ref().map_or(0, |_| TAG_BYTES);
        if len > CHUNK_BYTES_MAX + tag {
            return Err(Error::Damaged("a chunk is too long"));
        }
        let Some(chunk) = rest.get_mut(..len) else {
            return Ok(ControlFlow::Continue(0));
        };
        self.digest.update(&length);
        self.digest.update(chunk);
        let content = match &self.key {
            None => &*chunk,
            Some(key) => {
                let opened = key.open(self.number, &self.head, length, chunk);
                // Of the first one it is the passphrase; behind it the passphrase was right.
                opened.ok_or(match self.number {
                    0 => Error::WrongPassphrase,
                    _ => Error::Damaged("a chunk has been changed"),
                })?
            }
        };
        self.number += 1;
        if self.inflater.push(content, each)?.is_break() {
            return Ok(ControlFlow::Break(()));
        }
        if word & LAST != 0 {
            if !self.inflater.has_ended() {
                return Err(Error::Damaged("its content ends too early"));
            }
            self.stage = Stage::End;
        }
        Ok(ControlFlow::Continue(LENGTH_BYTES + len))
    }

    fn take_end(&mut self, bytes: &[u8]) -> Result<usize, Error> {
        let Some(end) = bytes.get(..DIGEST_BYTES) else {
            return Ok(0);
        };
        if self.digest.clone().finish().as_ref() != end {
            return Err(Error::Damaged("its checksum is another one"));
        }
        self.stage = Stage::Over;
        Ok(DIGEST_BYTES)
    }
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reader").finish_non_exhaustive()
    }
}
