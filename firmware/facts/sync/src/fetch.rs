//! The bytes of a list, from a server or a file.

use std::path::{Path, PathBuf};

use bytes::{Bytes, BytesMut};
use tokio::{fs::File, io::AsyncReadExt as _};
use upstream::http;
use url::Url;

use crate::{
    AccountStatus, Error, PanelConfig, SourceConfig,
    config::Location,
    panel::{self, Asker, LiveList},
};

/// Bytes of a file read at a time.
const PIECE_BYTES: usize = 64 << 10;

/// What a server gave with a list to recognise it by (RFC 9110, 8.8); empty where it gave nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Validators {
    pub(crate) etag: String,
    pub(crate) last_modified: String,
}

pub(crate) enum Opened {
    /// The server says that the list is the one that these validators came with.
    Unchanged,
    List(List),
}

/// A list being read.
pub(crate) struct List {
    pub(crate) validators: Validators,
    /// What a panel's list is to be read with.
    pub(crate) panel: Option<Box<LiveList>>,
    body: Body,
}

enum Body {
    Web(Box<http::Body>),
    Panel(Box<panel::Download>),
    File { file: File, path: PathBuf },
}

/// Opens the list of a source. `known` are validators of a list whose channels we still have; `tell` is
/// told what a panel says of its account.
pub(crate) async fn open(
    source: &SourceConfig,
    client: &http::Client,
    known: Option<&Validators>,
    tell: &(dyn Fn(AccountStatus) + Sync),
) -> Result<Opened, Error> {
    if let Some(panel) = &source.panel {
        return open_panel(source, panel, client, tell).await;
    }
    match source.location()? {
        Location::Web(url) => open_web(request(source, url, known), client, known.is_some()).await,
        Location::File(path) => open_file(&path).await.map(Opened::List),
    }
}

async fn open_panel(
    source: &SourceConfig,
    panel: &PanelConfig,
    http: &http::Client,
    tell: &(dyn Fn(AccountStatus) + Sync),
) -> Result<Opened, Error> {
    let asker = Asker { source, http };
    let (list, download) = panel::open(panel, asker, tell).await?;
    Ok(Opened::List(List {
        validators: Validators::default(),
        panel: Some(Box::new(list)),
        body: Body::Panel(Box::new(download)),
    }))
}

/// A request in the manner of a source.
pub(crate) fn request(
    source: &SourceConfig,
    url: Url,
    known: Option<&Validators>,
) -> http::Request {
    let mut request = http::Request::new(url);
    request.user_agent.clone_from(&source.user_agent);
    request.headers.clone_from(&source.headers);
    request.accept_gzip = true;
    if let Some(Validators {
        etag,
        last_modified,
    }) = known
    {
        let conditions = [
            ("If-None-Match", etag),
            ("If-Modified-Since", last_modified),
        ];
        for (name, value) in conditions
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
        {
            request.headers.push((name.to_owned(), value.clone()));
        }
    }
    request
}

async fn open_web(
    request: http::Request,
    client: &http::Client,
    is_conditional: bool,
) -> Result<Opened, Error> {
    let response = client.get(request).await?;
    if response.status == 304 && is_conditional {
        return Ok(Opened::Unchanged);
    }
    let header = |name| response.header(name).unwrap_or_default().to_owned();
    let validators = Validators {
        etag: header("etag"),
        last_modified: header("last-modified"),
    };
    Ok(Opened::List(List {
        validators,
        panel: None,
        body: Body::Web(Box::new(response.body)),
    }))
}

async fn open_file(path: &Path) -> Result<List, Error> {
    let failed = |cause| Error::File {
        path: path.to_owned(),
        cause,
    };
    // Asked before opening: to open a pipe is to wait for its writer.
    let metadata = tokio::fs::metadata(path).await.map_err(failed)?;
    if !metadata.is_file() {
        return Err(Error::NotAFile {
            path: path.to_owned(),
        });
    }
    let mut file = File::open(path).await.map_err(failed)?;
    file.set_max_buf_size(PIECE_BYTES);
    Ok(List {
        validators: Validators::default(),
        panel: None,
        body: Body::File {
            file,
            path: path.to_owned(),
        },
    })
}

impl List {
    /// The next piece, some 64 KiB at most; `None` at the end. A body shorter than its
    /// `Content-Length` ends in an error.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, Error> {
        match &mut self.body {
            Body::Web(body) => Ok(body.next().await?),
            Body::Panel(download) => Ok(download.next().await?),
            Body::File { file, path } => {
                let mut piece = BytesMut::with_capacity(PIECE_BYTES);
                let read = file.read_buf(&mut piece).await;
                let len = read.map_err(|cause| Error::File {
                    path: path.clone(),
                    cause,
                })?;
                Ok((len > 0).then(|| piece.freeze()))
            }
        }
    }
}
