//! `POST /api/v1/backup`: the facts as a file, sealed with the passphrase of the body.
//! `POST /api/v1/restore`: the facts of such a file, the body, in the place of ours.
//!
//! A backup holds passwords, so it is made with a passphrase, or somebody has to say that they are to be left
//! out. The passphrase of a restore stands in a header, percent-encoded as UTF-8: addresses get into
//! histories and logs. One of these goes on at a time.

use std::{io::Seek as _, pin::pin, sync::Arc, time::SystemTime};

use bytes::Bytes;
use desk::{BackupOrder, Passphrase, Refused};
use hyper::{
    Response, StatusCode,
    body::{Body as _, Incoming},
    header::{CONTENT_DISPOSITION, HeaderValue},
};
use serde::Deserialize;
use tokio::{fs::File, io::AsyncWriteExt as _, sync::OwnedSemaphorePermit};

use super::{
    not_done, posted, refused,
    upload::{Fed, Take, closing, feed},
};
use crate::{asked::Asked, body::Body, file::FileBody, query, respond, shared::Shared};

/// Bytes of a backup that is uploaded: far above what a lineup and uploaded lists come to.
const BACKUP_BYTES_MAX: u64 = 256 << 20;
const PASSPHRASE: &str = "x-dipole-passphrase";
const AS_NEW_DEVICE: &str = "as_new_device=true";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    #[serde(default)]
    passphrase: Option<String>,
    /// Nothing secret is in it, and it is not sealed.
    #[serde(default)]
    without_secrets: bool,
}

/// `POST /api/v1/backup`
pub(crate) async fn backup(shared: &Shared, asked: &Asked) -> Response<Body> {
    if let Some(refusal) = refused(asked) {
        return refusal;
    }
    let passphrase = match posted(asked).and_then(wanted) {
        Ok(passphrase) => passphrase,
        Err(refused) => return not_done(&refused),
    };
    let Some(place) = place(shared) else {
        return not_done(&another());
    };
    let made = shared
        .feeds
        .desk
        .ask(|answer| BackupOrder::Make { passphrase, answer })
        .await;
    let sent = made.and_then(|file| {
        let body = FileBody::new(file, place);
        body.map_err(|error| Refused::Storage(error.to_string()))
    });
    match sent {
        Ok(file) => download(shared, file),
        Err(refused) => not_done(&refused),
    }
}

fn wanted(wanted: Wanted) -> Result<Option<Passphrase>, Refused> {
    match (wanted.passphrase, wanted.without_secrets) {
        (Some(passphrase), false) => Ok(Some(Passphrase::new(passphrase)?)),
        (None, true) => Ok(None),
        (Some(_), true) => Err(Refused::Invalid(
            "either a passphrase or without_secrets, not both".to_owned(),
        )),
        (None, false) => Err(Refused::Invalid(
            "a backup holds passwords: give a passphrase that it is encrypted with, or say without_secrets to leave them out".to_owned(),
        )),
    }
}

fn download(shared: &Shared, file: FileBody) -> Response<Body> {
    let mut response = respond::document("application/octet-stream", Body::File(file));
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let name = format!(
        "attachment; filename=\"dipole-{}-{}.dipole\"",
        shared.config.identity.device_id,
        since.map_or(0, |since| since.as_secs()),
    );
    if let Ok(name) = HeaderValue::from_str(&name) {
        response.headers_mut().insert(CONTENT_DISPOSITION, name);
    }
    response
}

/// `POST /api/v1/restore`, with `?as_new_device=true` where this box is to stay who it is.
pub(crate) async fn restore(shared: &Shared, asked: &Asked, body: Incoming) -> Response<Body> {
    if let Some(refusal) = refused(asked) {
        return closing(refusal);
    }
    if body.size_hint().lower() > BACKUP_BYTES_MAX {
        return closing(too_large());
    }
    let passphrase = match passphrase_of(asked) {
        Ok(passphrase) => passphrase,
        Err(refused) => return closing(not_done(&refused)),
    };
    let Some(_place) = place(shared) else {
        return closing(not_done(&another()));
    };
    let desk = &shared.feeds.desk;
    let spool = desk.ask(|answer| BackupOrder::Spool { answer }).await;
    let mut spool = match spool {
        Ok(file) => Spool::new(file),
        Err(refused) => return closing(not_done(&refused)),
    };
    let fed = pin!(feed(body, BACKUP_BYTES_MAX, &mut spool)).await;
    match fed {
        Fed::Whole => {}
        Fed::TooLarge => return closing(too_large()),
        Fed::Lost | Fed::Unwanted => return closing(not_done(&spool.why(fed))),
    }
    let file = match spool.into_std().await {
        Ok(file) => file,
        Err(error) => return not_done(&Refused::Storage(error.to_string())),
    };
    let as_new_device = asked.query() == Some(AS_NEW_DEVICE);
    let order = |answer| BackupOrder::Restore {
        file,
        passphrase,
        as_new_device,
        answer,
    };
    match desk.ask(order).await {
        Ok(restored) => respond::json(&*restored),
        Err(refused) => not_done(&refused),
    }
}

fn passphrase_of(asked: &Asked) -> Result<Option<Passphrase>, Refused> {
    let Some(encoded) = asked.header(PASSPHRASE).filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    Ok(Some(Passphrase::new(query::decoded(encoded))?))
}

fn place(shared: &Shared) -> Option<OwnedSemaphorePermit> {
    Arc::clone(&shared.backups).try_acquire_owned().ok()
}

fn another() -> Refused {
    let why = "another backup is being made or restored: wait for that one";
    Refused::Conflict(why.to_owned())
}

fn too_large() -> Response<Body> {
    respond::problem(
        StatusCode::PAYLOAD_TOO_LARGE,
        "a backup is at most 256 MiB: this is another file",
    )
}

/// The upload, as it comes to the disk.
struct Spool {
    file: File,
    failed: Option<std::io::Error>,
}

impl Spool {
    fn new(file: std::fs::File) -> Self {
        let mut file = File::from_std(file);
        file.set_max_buf_size(64 << 10);
        Self { file, failed: None }
    }

    fn why(self, fed: Fed) -> Refused {
        match self.failed {
            Some(error) => Refused::Storage(error.to_string()),
            None if fed == Fed::Lost => Refused::Invalid("it did not come to its end".to_owned()),
            None => Refused::Ending,
        }
    }

    /// From its first byte on.
    async fn into_std(mut self) -> std::io::Result<std::fs::File> {
        self.file.flush().await?;
        let mut file = self.file.into_std().await;
        file.rewind()?;
        Ok(file)
    }
}

impl Take for Spool {
    async fn take(&mut self, piece: Bytes) -> bool {
        self.failed = self.file.write_all(&piece).await.err();
        self.failed.is_none()
    }

    async fn end(&mut self, _: &Fed) -> bool {
        true
    }
}
