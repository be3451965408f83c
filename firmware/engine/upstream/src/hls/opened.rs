//! A segment whose answer has begun: from the bytes of the body to the clear bytes of the segment.

use bytes::{Buf as _, Bytes};
use url::Url;

use super::decrypt::{self, Decryptor};
use super::error::Error;
use crate::http::redact;

/// A body and what is still to be done with it.
pub(super) struct Opened<B> {
    pub(super) address: Url,
    pub(super) body: B,
    /// Clear bytes that have come and were not read: what the kind was judged by.
    pub(super) front: Bytes,
    decryptor: Option<Decryptor>,
    /// Bytes of the body that have come and are not decrypted.
    sealed: Bytes,
    /// Bytes of the body that are still of the segment.
    left: u64,
    /// Clear bytes to be passed over.
    skip: u64,
    is_over: bool,
}

impl<B> Opened<B> {
    pub(super) fn new(address: &Url, body: B, decryptor: Option<Decryptor>) -> Self {
        Self {
            address: address.clone(),
            body,
            front: Bytes::new(),
            decryptor,
            sealed: Bytes::new(),
            left: u64::MAX,
            skip: 0,
            is_over: false,
        }
    }

    /// Only so many bytes of the body are of the segment.
    pub(super) fn limited(self, left: u64) -> Self {
        Self { left, ..self }
    }

    /// So many clear bytes are passed over.
    pub(super) fn behind(self, skip: u64) -> Self {
        Self { skip, ..self }
    }

    /// Whether everything was read.
    pub(super) fn is_over(&self) -> bool {
        self.is_over
    }

    /// Clear bytes that are there already.
    pub(super) fn clear(&mut self) -> Option<Bytes> {
        if !self.front.is_empty() {
            return Some(std::mem::take(&mut self.front));
        }
        while !self.sealed.is_empty() {
            let count = self.sealed.len().min(decrypt::STEP_BYTES);
            let step = self.sealed.split_to(count);
            let bytes = match &mut self.decryptor {
                Some(decryptor) => Bytes::copy_from_slice(decryptor.step(&step)),
                None => step,
            };
            let bytes = self.skipped(bytes);
            if !bytes.is_empty() {
                return Some(bytes);
            }
        }
        None
    }

    /// Takes what the body gave.
    pub(super) fn take(&mut self, chunk: Option<Bytes>) -> Result<(), Error> {
        // Looked at only now: a body that is read to its end leaves its connection in use.
        match chunk.filter(|_| self.left > 0) {
            Some(mut chunk) => {
                let length = usize::try_from(self.left).unwrap_or(usize::MAX);
                chunk.truncate(length);
                self.left = self.left.saturating_sub(chunk.len() as u64);
                self.sealed = chunk;
            }
            None => {
                self.is_over = true;
                if let Some(decryptor) = self.decryptor.take() {
                    let last = decryptor.finish();
                    let last = last.ok_or_else(|| Error::CutOff(redact(&self.address)))?;
                    self.front = self.skipped(last.into());
                }
            }
        }
        Ok(())
    }

    fn skipped(&mut self, mut bytes: Bytes) -> Bytes {
        let count = usize::try_from(self.skip)
            .unwrap_or(usize::MAX)
            .min(bytes.len());
        bytes.advance(count);
        self.skip -= count as u64;
        bytes
    }
}
