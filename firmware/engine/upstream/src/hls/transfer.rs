//! Single requests: a playlist, a key, a segment that streams through.

use std::io::{self, Read as _};

use bytes::Bytes;
use flate2::read::GzDecoder;
use hls::{ByteRange, Playlist, SegmentRequest};
use url::Url;

use super::decrypt::{self, Decryptor};
use super::error::Error;
use super::keys::{KEY_BYTES, KeyCache};
use super::outside::{Body, Fetch, Intake, Response};
use super::sniff::Sniffer;
use crate::http::redact;

/// How gzip begins (RFC 1952 2.3.1). Some servers send playlists so without being asked, with or
/// without saying it.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// Sends requests, publishing what becomes due while they are under way.
pub(super) struct Transfer<'a, F, I> {
    pub(super) fetch: &'a mut F,
    pub(super) intake: &'a mut I,
    pub(super) limits: hls::Limits,
    pub(super) keys: KeyCache,
}

impl<F: Fetch, I: Intake> Transfer<'_, F, I> {
    /// Loads a playlist; returns the address that answered as well.
    pub(super) async fn playlist(&mut self, address: &Url) -> Result<(Url, Playlist), Error> {
        let response = self.request(address, None).await?;
        let base = response.address.clone();
        let bytes_max = self.limits.playlist_bytes_max;
        let mut bytes = self.gather(address, response, bytes_max).await?;
        // Longer ones are cut off here and refused below, inflated or not.
        if bytes.starts_with(&GZIP) && bytes.len() <= bytes_max {
            bytes = inflate(&bytes, bytes_max).map_err(|_| Error::Gzip(redact(&base)))?;
        }
        let playlist = Playlist::parse_within(&bytes, &base, &self.limits)?;
        Ok((base, playlist))
    }

    /// Streams a segment into the intake. An error from [`Self::request`] leaves the intake
    /// untouched, so that the segment can be asked for again.
    pub(super) async fn segment(&mut self, request: &SegmentRequest) -> Result<(), Error> {
        let mut decryptor = match &request.key {
            Some(key) => Some(Decryptor::new(&self.key(&key.uri).await?, &key.iv)),
            None => None,
        };
        let address = &request.uri;
        let mut response = self.request(address, request.byte_range).await?;
        let mut left = wanted(address, response.status, request.byte_range)?;
        let mut sniffer = Sniffer::default();
        while let Some(chunk) = self.chunk(address, &mut response.body).await? {
            // Looked at only now: a body that is read to its end leaves its connection in use.
            if left == 0 {
                break;
            }
            let length = usize::try_from(left).unwrap_or(usize::MAX).min(chunk.len());
            left = left.saturating_sub(length as u64);
            let chunk = chunk.slice(..length);
            let Some(decryptor) = &mut decryptor else {
                self.push(address, &mut sniffer, &chunk).await?;
                continue;
            };
            for step in chunk.chunks(decrypt::STEP_BYTES) {
                self.push(address, &mut sniffer, decryptor.step(step))
                    .await?;
            }
        }
        if let Some(decryptor) = decryptor {
            let last = decryptor
                .finish()
                .ok_or_else(|| Error::CutOff(redact(address)))?;
            self.push(address, &mut sniffer, &last).await?;
        }
        sniffer
            .finish()
            .map_err(|content| not_transport_stream(address, content))
    }

    async fn push(
        &mut self,
        address: &Url,
        sniffer: &mut Sniffer,
        bytes: &[u8],
    ) -> Result<(), Error> {
        let passed = sniffer
            .pass(bytes)
            .map_err(|content| not_transport_stream(address, content))?;
        for part in [passed.held, passed.bytes] {
            if !part.is_empty() {
                self.intake.push(part).await?;
            }
        }
        Ok(())
    }

    async fn key(&mut self, address: &Url) -> Result<[u8; KEY_BYTES], Error> {
        if let Some(key) = self.keys.find(address) {
            return Ok(key);
        }
        let response = self.request(address, None).await?;
        let wrong = || Error::Key(redact(address));
        let bytes = self.gather(address, response, KEY_BYTES).await?;
        let key: [u8; KEY_BYTES] = bytes.as_slice().try_into().map_err(|_| wrong())?;
        self.keys.keep(address.clone(), key);
        Ok(key)
    }

    async fn request(
        &mut self,
        address: &Url,
        range: Option<ByteRange>,
    ) -> Result<Response<F::Body>, Error> {
        let answer = self.intake.during(self.fetch.fetch(address, range)).await;
        answer.map_err(|source| Error::Fetch {
            address: redact(address),
            source,
        })
    }

    /// Reads a body up to one byte beyond `bytes_max`, so that the reader of it can tell that it is
    /// too long.
    async fn gather(
        &mut self,
        address: &Url,
        mut response: Response<F::Body>,
        bytes_max: usize,
    ) -> Result<Vec<u8>, Error> {
        let mut bytes = Vec::new();
        while let Some(chunk) = self.chunk(address, &mut response.body).await? {
            let room = (bytes_max + 1).saturating_sub(bytes.len());
            bytes.extend_from_slice(&chunk.slice(..room.min(chunk.len())));
            if bytes.len() > bytes_max {
                break;
            }
        }
        Ok(bytes)
    }

    async fn chunk(&mut self, address: &Url, body: &mut F::Body) -> Result<Option<Bytes>, Error> {
        let chunk = self.intake.during(body.chunk()).await;
        chunk.map_err(|source| Error::Fetch {
            address: redact(address),
            source,
        })
    }
}

/// Inflates up to one byte beyond `bytes_max`, for the same reason as [`Transfer::gather`].
fn inflate(gzipped: &[u8], bytes_max: usize) -> io::Result<Vec<u8>> {
    let bytes_max = u64::try_from(bytes_max).unwrap_or(u64::MAX);
    let mut text = Vec::new();
    let mut decoder = GzDecoder::new(gzipped).take(bytes_max.saturating_add(1));
    io::copy(&mut decoder, &mut text)?;
    Ok(text)
}

/// How many bytes of the body are the segment. A server may answer a range from the first byte on
/// with the whole resource (RFC 9110 14.2); from another byte on it would have to be read for
/// nothing.
fn wanted(address: &Url, status: u16, range: Option<ByteRange>) -> Result<u64, Error> {
    match range {
        None => Ok(u64::MAX),
        Some(range) if status == 206 || range.offset == 0 => Ok(range.length),
        Some(_) => Err(Error::RangeIgnored(redact(address))),
    }
}

fn not_transport_stream(address: &Url, content: super::sniff::Content) -> Error {
    Error::NotTransportStream {
        address: redact(address),
        content,
    }
}
