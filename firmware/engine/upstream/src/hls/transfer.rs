//! Single requests: a playlist, a key, a segment that streams through.

use std::io::{self, Read as _};

use bytes::Bytes;
use flate2::read::GzDecoder;
use hls::{ByteRange, Map, MapRequest, Playlist, SegmentKey, SegmentRequest};
use url::Url;

use super::decrypt::Decryptor;
use super::error::Error;
use super::keys::{KEY_BYTES, KeyCache};
use super::opened::Opened;
use super::outside::{Body, Fetch, Intake, Response};
use super::sniff::{self, Kind};
use crate::http::redact;

/// How gzip begins (RFC 1952 2.3.1). Some servers send playlists so without being asked, with or
/// without saying it.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// Longest header of fragmented MP4, in bytes: its `moov` and what stands around it.
const MAP_BYTES_MAX: usize = 2 * fmp4::HELD_BYTES_MAX;

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

    /// Asks for a segment. An error leaves the intake untouched, so that the segment can be asked
    /// for again. Safe to drop while waiting.
    pub(super) async fn open(
        &mut self,
        request: &SegmentRequest,
    ) -> Result<Opened<F::Body>, Error> {
        let decryptor = self.decryptor(request.key.as_ref()).await?;
        let response = self.request(&request.uri, request.byte_range).await?;
        let left = wanted(&request.uri, response.status, request.byte_range)?;
        Ok(Opened::new(&request.uri, response.body, decryptor).limited(left))
    }

    /// Asks for a part of a segment: these bytes of its resource. Where the server sends more, or
    /// decryption needs more, what is in front is passed over.
    pub(super) async fn open_part(
        &mut self,
        request: &SegmentRequest,
        (start, end): (u64, u64),
    ) -> Result<Opened<F::Body>, Error> {
        let length = end.saturating_sub(start);
        if request.key.is_some() {
            let base = request.byte_range.map_or(0, |range| range.offset);
            let opened = self.open(request).await?;
            return Ok(opened.behind(start.saturating_sub(base)));
        }
        let range = ByteRange {
            offset: start,
            length,
        };
        let response = self.request(&request.uri, Some(range)).await?;
        let opened = Opened::new(&request.uri, response.body, None);
        Ok(match response.status {
            206 => opened.limited(length),
            _ => opened.limited(end).behind(start),
        })
    }

    /// The next clear bytes of a segment; `None` at its end. Safe to drop while waiting.
    pub(super) async fn read(
        &mut self,
        opened: &mut Opened<F::Body>,
    ) -> Result<Option<Bytes>, Error> {
        loop {
            if let Some(bytes) = opened.clear() {
                return Ok(Some(bytes));
            }
            if opened.is_over() {
                return Ok(None);
            }
            let chunk = self.intake.during(opened.body.chunk()).await;
            let chunk = chunk.map_err(|source| Error::Fetch {
                address: redact(&opened.address),
                source,
            })?;
            opened.take(chunk)?;
        }
    }

    /// Streams a segment into the intake as it is.
    pub(super) async fn pass(&mut self, mut opened: Opened<F::Body>) -> Result<(), Error> {
        while let Some(bytes) = self.read(&mut opened).await? {
            self.intake.push(&bytes).await?;
        }
        Ok(())
    }

    /// What a segment is, by its front, which [`Self::read`] gives again.
    pub(super) async fn kind(&mut self, opened: &mut Opened<F::Body>) -> Result<Kind, Error> {
        let not_media = |opened: &Opened<F::Body>, content| Error::NotMedia {
            address: redact(&opened.address),
            content,
        };
        loop {
            if let Some(judged) = sniff::judge(&opened.front) {
                return judged.map_err(|content| not_media(opened, content));
            }
            let front = std::mem::take(&mut opened.front);
            let more = self.read(opened).await;
            match more? {
                Some(bytes) => opened.front = [front, bytes].concat().into(),
                None => return Err(not_media(opened, sniff::judge_whole(&front))),
            }
        }
    }

    /// A header of fragmented MP4, whole.
    pub(super) async fn map(&mut self, request: &MapRequest) -> Result<Vec<u8>, Error> {
        let Map {
            uri, byte_range, ..
        } = &*request.map;
        let decryptor = self.decryptor(request.key.as_ref()).await?;
        let response = self.request(uri, *byte_range).await?;
        let left = wanted(uri, response.status, *byte_range)?;
        let mut opened = Opened::new(uri, response.body, decryptor).limited(left);
        let mut header = Vec::new();
        while let Some(bytes) = self.read(&mut opened).await? {
            header.extend_from_slice(&bytes);
            if header.len() > MAP_BYTES_MAX {
                return Err(Error::MapTooLong {
                    address: redact(uri),
                    bytes_max: MAP_BYTES_MAX,
                });
            }
        }
        Ok(header)
    }

    async fn decryptor(&mut self, key: Option<&SegmentKey>) -> Result<Option<Decryptor>, Error> {
        match key {
            Some(key) => Ok(Some(Decryptor::new(&self.key(&key.uri).await?, &key.iv))),
            None => Ok(None),
        }
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
