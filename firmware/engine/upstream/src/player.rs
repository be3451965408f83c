//! From an address to the driver that plays it.

use std::fmt;
use std::path::Path;

use ::hls::Preference;
use ingest::Ingest;
use url::Url;

use crate::error::Error;
use crate::hls::{HlsConfig, RemuxSlots, SessionFetch};
use crate::{file, http, testchannel, ts};

/// What a [`Player`] plays with.
#[derive(Clone, Debug)]
pub struct PlayerConfig {
    /// Makes the connections.
    pub http: http::Client,
    /// Which variant of an HLS master playlist.
    pub hls_variant: Preference,
    /// How many streams may be remuxed at the same time.
    pub remux_slots: RemuxSlots,
}

/// A stream as it is asked for.
#[derive(Clone, Default)]
pub struct PlayRequest {
    /// Its address: http(s), and where that is allowed `dipole:test` and a file's path.
    pub url: String,
    /// Sent with every request.
    pub headers: Vec<(String, String)>,
    /// Goes before one among `headers`.
    pub user_agent: Option<String>,
    /// The address is not from a playlist but from Dipole itself or its configuration: it may name
    /// a local file or the test channel.
    pub is_built_in: bool,
}

impl fmt::Debug for PlayRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = Url::parse(&self.url).map(|url| http::redact(&url));
        f.debug_struct("PlayRequest")
            .field("url", &url.unwrap_or_default())
            .field("is_built_in", &self.is_built_in)
            .finish_non_exhaustive()
    }
}

/// Plays streams, each on its own connections. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Player {
    config: PlayerConfig,
}

impl Player {
    /// Opens nothing yet.
    #[must_use]
    pub fn new(config: PlayerConfig) -> Self {
        Self { config }
    }

    /// Plays until the stream ends; one try. What has come in by then is published at its pace
    /// before this returns `Ok`. Dropping the future closes every connection at once.
    pub async fn play(&self, request: &PlayRequest, ingest: &mut Ingest) -> Result<(), Error> {
        let address = request.url.trim();
        if address.starts_with('/') {
            return self.local(request, Path::new(address), ingest).await;
        }
        let url = Url::parse(address).map_err(|error| Error::BadAddress {
            reason: error.to_string(),
        })?;
        match url.scheme() {
            "http" | "https" => Box::pin(self.over_http(request, url, ingest)).await?,
            "dipole" if url.path() == "test" => {
                if !request.is_built_in {
                    return Err(Error::TestChannel);
                }
                testchannel::play(ingest).await?;
            }
            "file" => {
                let path = url.to_file_path().map_err(|()| Error::BadAddress {
                    reason: "it names a file of another machine".to_owned(),
                })?;
                return self.local(request, &path, ingest).await;
            }
            scheme => {
                return Err(Error::UnsupportedScheme {
                    scheme: scheme.to_owned(),
                });
            }
        }
        Ok(ingest.drain().await?)
    }

    async fn over_http(
        &self,
        request: &PlayRequest,
        url: Url,
        ingest: &mut Ingest,
    ) -> Result<(), Error> {
        let fetch = SessionFetch {
            session: self.config.http.session(),
            template: http::Request {
                headers: request.headers.clone(),
                user_agent: request.user_agent.clone(),
                ..http::Request::new(url)
            },
        };
        let hls = HlsConfig {
            preference: self.config.hls_variant,
            remux_slots: self.config.remux_slots.clone(),
            ..HlsConfig::default()
        };
        ts::play(fetch, &hls, ingest).await
    }

    async fn local(
        &self,
        request: &PlayRequest,
        path: &Path,
        ingest: &mut Ingest,
    ) -> Result<(), Error> {
        if !request.is_built_in {
            return Err(Error::LocalFile);
        }
        file::play(path, &self.config.remux_slots, ingest).await?;
        Ok(ingest.drain().await?)
    }
}
