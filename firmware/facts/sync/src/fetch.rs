//! The bytes of a list: from a server, a file, or whoever uploads it.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use bytes::{Bytes, BytesMut};
use desk::{Kind, ListPieces, SourceSettings};
use tokio::{fs::File, io::AsyncReadExt as _};
use upstream::http;

use crate::{
    AccountStatus, Error,
    config::{self, Location},
    download::Download,
    panel::{self, Answered, Asker, LiveList, Panel, PanelError},
    request::request,
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
    /// Bytes that will come, where that is known.
    pub(crate) bytes_total: Option<u64>,
    /// What a panel's list is to be read with.
    pub(crate) panel: Option<Box<LiveList>>,
    body: Body,
}

enum Body {
    Web(Box<Download>),
    Panel(Box<panel::Download>),
    File { file: File, path: PathBuf },
    Upload(ListPieces),
}

/// What a panel is asked with besides its settings.
pub(crate) struct Door<'a> {
    /// Place of the host that answered last.
    pub(crate) answered: &'a Answered,
    /// Told what the panel says of the account.
    pub(crate) tell: &'a (dyn Fn(AccountStatus) + Send + Sync),
}

/// Opens the list of a source. `pause`: before one that breaks off is taken up; `known` are validators
/// of a list whose channels we still have.
pub(crate) async fn open(
    source: &SourceSettings,
    client: &http::Client,
    pause: Duration,
    known: Option<&Validators>,
    door: Door<'_>,
) -> Result<Opened, Error> {
    match source.kind {
        Kind::M3u => open_list(source, client, pause, known).await,
        Kind::Xtream => open_panel(source, client, door).await,
    }
}

async fn open_panel(
    source: &SourceSettings,
    http: &http::Client,
    door: Door<'_>,
) -> Result<Opened, Error> {
    let panel = Panel::of(source, door.answered.clone()).map_err(PanelError::from)?;
    let asker = Asker { source, http };
    let (list, download) = panel::open(&panel, asker, door.tell).await?;
    Ok(Opened::List(List {
        validators: Validators::default(),
        bytes_total: None,
        panel: Some(Box::new(list)),
        body: Body::Panel(Box::new(download)),
    }))
}

/// Opens what lies at the address of a source, whatever it is.
pub(crate) async fn open_list(
    source: &SourceSettings,
    client: &http::Client,
    pause: Duration,
    known: Option<&Validators>,
) -> Result<Opened, Error> {
    match config::location(source)?.ok_or(Error::NoAddress)? {
        Location::Web(url) => open_web(request(source, url), client, pause, known).await,
        Location::File(path) => open_file(&path).await.map(Opened::List),
    }
}

/// The same request on condition that the list is another one.
fn unless_same(request: &http::Request, known: Option<&Validators>) -> http::Request {
    let mut request = request.clone();
    let conditions = known.into_iter().flat_map(|known| {
        [
            ("If-None-Match", &known.etag),
            ("If-Modified-Since", &known.last_modified),
        ]
    });
    for (name, value) in conditions.filter(|(_, value)| !value.is_empty()) {
        request.headers.push((name.to_owned(), value.clone()));
    }
    request
}

async fn open_web(
    request: http::Request,
    client: &http::Client,
    pause: Duration,
    known: Option<&Validators>,
) -> Result<Opened, Error> {
    let answer = client.get(unless_same(&request, known)).await?;
    if answer.status == 304 && known.is_some() {
        return Ok(Opened::Unchanged);
    }
    let header = |name| answer.header(name).unwrap_or_default().to_owned();
    Ok(Opened::List(List {
        validators: Validators {
            etag: header("etag"),
            last_modified: header("last-modified"),
        },
        bytes_total: answer.content_length(),
        panel: None,
        body: Body::Web(Box::new(Download::new(
            client.clone(),
            request,
            pause,
            answer,
        ))),
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
        bytes_total: Some(metadata.len()),
        panel: None,
        body: Body::File {
            file,
            path: path.to_owned(),
        },
    })
}

impl List {
    /// A list that somebody hands in.
    pub(crate) fn uploaded(pieces: ListPieces) -> Self {
        Self {
            validators: Validators::default(),
            bytes_total: None,
            panel: None,
            body: Body::Upload(pieces),
        }
    }

    /// The next piece, some 64 KiB at most; `None` at the end. A body shorter than its
    /// `Content-Length` ends in an error.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, Error> {
        match &mut self.body {
            Body::Web(download) => download.next().await,
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
            Body::Upload(pieces) => pieces.next().await.map_err(Error::Upload),
        }
    }
}
