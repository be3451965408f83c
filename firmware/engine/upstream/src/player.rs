//! From an address to the driver that plays it.

use std::fmt;
use std::path::Path;

use ::hls::Preference;
use ingest::Ingest;
use url::Url;

use crate::datagrams::{self, DatagramConfig};
use crate::error::Error;
use crate::hls::{HlsConfig, RemuxSlots, SessionFetch};
use crate::{command, file, http, rtsp, testchannel, ts};

/// What a [`Player`] plays with.
#[derive(Clone, Debug)]
pub struct PlayerConfig {
    /// Makes the connections.
    pub http: http::Client,
    /// Which variant of an HLS master playlist.
    pub hls_variant: Preference,
    /// How many streams may be remuxed at the same time.
    pub remux_slots: RemuxSlots,
    /// Limits of streams of datagrams.
    pub datagrams: DatagramConfig,
}

/// A stream as it is asked for.
#[derive(Clone, Default)]
pub struct PlayRequest {
    /// Its address: http(s), udp, rtp, rtsp, and where that is allowed `dipole:test` and a file's path.
    pub url: String,
    /// Sent with every request.
    pub headers: Vec<(String, String)>,
    /// Goes before one among `headers`.
    pub user_agent: Option<String>,
    /// Whose certificate is accepted over https.
    pub trust: http::Trust,
    /// Name or address of the interface at which groups are joined; goes before the one that the
    /// address names.
    pub interface: Option<String>,
    /// How the packets of an rtsp address are to come, where it does not say so itself.
    pub rtsp_transport: rtsp::Transport,
    /// The address is not from a playlist but from Dipole itself or its configuration: it may name
    /// a local file or the test channel.
    pub is_built_in: bool,
    /// The playlist is a file of this machine, so it may name others.
    pub names_files: bool,
    /// Whose output is the stream, instead of what the address brings by itself.
    pub command: Option<command::Profile>,
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
        if let Some(profile) = request.command.as_ref().filter(|_| !request.is_built_in) {
            let user_agent = self.user_agent(request);
            Box::pin(command::play(profile, address, user_agent, ingest)).await?;
            return Ok(ingest.drain().await?);
        }
        if address.starts_with('/') {
            return self.local(request, Path::new(address), ingest).await;
        }
        if let Some(address) = datagrams::Address::parse(address) {
            let (address, interface) = (address?, request.interface.as_deref());
            let config = &self.config.datagrams;
            Box::pin(datagrams::play(&address, interface, config, ingest)).await?;
            return Ok(ingest.drain().await?);
        }
        let url = Url::parse(address).map_err(|error| Error::BadAddress {
            reason: error.to_string(),
        })?;
        match url.scheme() {
            "http" | "https" => Box::pin(self.over_http(request, url, ingest)).await?,
            "rtsp" | "rtsps" | "rtspt" | "rtspu" => {
                Box::pin(self.over_rtsp(request, &url, ingest)).await?;
            }
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

    /// What a command introduces itself with: as a request would, and nothing that it could take for
    /// an option or a line of its own.
    fn user_agent<'a>(&'a self, request: &'a PlayRequest) -> &'a str {
        let of_headers = request.headers.iter();
        let of_entry = of_headers
            .filter(|(name, _)| name.eq_ignore_ascii_case("User-Agent"))
            .map(|(_, value)| value.as_str());
        let mut asked = request.user_agent.as_deref().into_iter().chain(of_entry);
        let fits = |agent: &&str| !agent.starts_with('-') && !agent.contains(char::is_control);
        asked
            .find(fits)
            .unwrap_or_else(|| self.config.http.user_agent())
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
                trust: request.trust,
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

    async fn over_rtsp(
        &self,
        request: &PlayRequest,
        url: &Url,
        ingest: &mut Ingest,
    ) -> Result<(), Error> {
        let config = self.config.http.config();
        let is_agent = |(name, _): &&(String, String)| name.eq_ignore_ascii_case("User-Agent");
        let of_headers = request.headers.iter().find(is_agent);
        let user_agent = request
            .user_agent
            .as_deref()
            .or(of_headers.map(|(_, value)| value.as_str()))
            .unwrap_or(&config.user_agent);
        let ask = rtsp::Ask {
            url,
            user_agent,
            transport: request.rtsp_transport,
            config,
            remux_slots: &self.config.remux_slots,
        };
        rtsp::play(&ask, ingest).await
    }

    async fn local(
        &self,
        request: &PlayRequest,
        path: &Path,
        ingest: &mut Ingest,
    ) -> Result<(), Error> {
        if !(request.is_built_in || request.names_files) {
            return Err(Error::LocalFile);
        }
        file::play(path, &self.config.remux_slots, ingest).await?;
        Ok(ingest.drain().await?)
    }
}
