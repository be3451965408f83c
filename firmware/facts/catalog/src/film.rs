//! Where a film or an episode lies.

use base::StreamSpec;
use desk::catalog::{FilmKind, TitleId};

use crate::Catalog;

/// Letters and digits of an extension.
const EXTENSION_BYTES_MAX: usize = 8;

impl Catalog {
    /// The address of a film at the host that answered last; `None` where its source lists no films. Whether
    /// there is such a film is for the panel to say.
    #[must_use]
    pub fn film(&self, kind: FilmKind, title: &TitleId, extension: &str) -> Option<StreamSpec> {
        let is_plain = (1..=EXTENSION_BYTES_MAX).contains(&extension.len())
            && extension.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let accounts = self.accounts.borrow();
        let account = accounts
            .iter()
            .find(|account| account.id == title.source && account.is_listed())?;
        let (_, at) = account.panel.in_order().next().filter(|_| is_plain)?;
        let url = match kind {
            FilmKind::Movie => at.movie(&title.id, extension),
            FilmKind::Episode => at.episode(&title.id, extension),
        };
        Some(StreamSpec {
            url: url.into(),
            headers: Vec::new(),
            source: title.source,
        })
    }
}

/// Where a film is played from.
pub(crate) fn path(kind: FilmKind, source: u16, id: &str, extension: &str) -> String {
    let kind = match kind {
        FilmKind::Movie => "movie",
        FilmKind::Episode => "episode",
    };
    format!("/vod/{kind}/{source}-{id}.{extension}")
}
