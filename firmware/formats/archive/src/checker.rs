//! Whether a file is a whole backup, before anything is made of it.

use crypto::digest;

use crate::{DIGEST_BYTES, Error, Head};

/// Goes over a file once, in pieces of any size: its head, and its checksum. No passphrase is needed.
pub struct Checker {
    /// The beginning, until the head has been read.
    begin: Vec<u8>,
    head: Option<Head>,
    digest: digest::Context,
    /// The last bytes that came: they may be the end.
    last: Vec<u8>,
}

impl Default for Checker {
    fn default() -> Self {
        Self {
            begin: Vec::new(),
            head: None,
            digest: digest::Context::new(&digest::SHA256),
            last: Vec::new(),
        }
    }
}

impl Checker {
    /// The next bytes.
    ///
    /// # Errors
    /// As soon as the file cannot be one.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), Error> {
        if self.head.is_none() {
            self.begin.extend_from_slice(bytes);
            if let Some((head, _)) = Head::decode(&self.begin)? {
                self.head = Some(head);
                self.begin = Vec::new();
            }
        }
        self.last.extend_from_slice(bytes);
        let is_no_end = self.last.len().saturating_sub(DIGEST_BYTES);
        self.digest
            .update(self.last.get(..is_no_end).unwrap_or_default());
        self.last.drain(..is_no_end);
        Ok(())
    }

    /// The head, where the file is whole.
    ///
    /// # Errors
    /// Where it is not.
    pub fn finish(self) -> Result<Head, Error> {
        let Some(head) = self.head else {
            return Err(Error::Damaged("it ends in its head"));
        };
        if self.digest.finish().as_ref() != &*self.last {
            return Err(Error::Damaged("its checksum is another one"));
        }
        Ok(head)
    }
}

impl std::fmt::Debug for Checker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Checker").finish_non_exhaustive()
    }
}
