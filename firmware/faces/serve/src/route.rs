//! Which path means what, and which methods it takes.

use desk::catalog::Shelf;
use hdhomerun::documents::LineupFormat;
use hyper::Method;
use lineup::{ChannelId, GuideNumber};

use crate::{
    api::Verb,
    guide::GuidePath,
    page::AssetName,
    stream::{StreamPath, decimal},
    vod::VodPath,
};

/// What a path names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    /// `discover.json`
    Discover,
    /// `device.xml`
    DeviceXml,
    /// `lineup.json|xml|m3u`
    Lineup(LineupFormat),
    /// `lineup_status.json`
    LineupStatus,
    /// `lineup.post`
    LineupPost,
    /// `status.json`
    TunerStatus,
    /// `/auto/…`, `/tunerK/…`; `None` where the rest names no channel.
    Stream(Option<StreamPath>),
    /// `/vod/…`; `None` where the rest names no channel.
    Vod(Option<VodPath>),
    /// `xmltv.xml`, `xmltv.xml.gz`
    Guide(GuidePath),
    /// A file of the page.
    Asset(AssetName),
    /// The page's state.
    ApiStatus,
    /// The page's channel list.
    ApiChannels,
    /// The owner's rules.
    ApiRules,
    /// What rules would make of the lists.
    ApiRulesPreview,
    /// One channel: shown, or decided on.
    ApiChannel(ChannelId),
    /// Channels whose names are alike.
    ApiChannelsSimilar,
    /// Decides on many channels.
    ApiChannelsEdit,
    /// Makes several channels one.
    ApiChannelsMerge,
    /// Makes streams of a channel one of their own.
    ApiChannelSplit(ChannelId),
    /// Films or series of accounts.
    ApiTitles(Shelf),
    /// One of them; which one is read from the path again.
    ApiTitle(Shelf),
    /// What is on.
    ApiProgrammes(ChannelId),
    /// What was decided.
    ApiChanges,
    /// Takes one of these changes back.
    ApiUndo(u64),
    /// All sources, or one more.
    ApiSources,
    /// Public lists to choose from.
    ApiPublicLists,
    /// One source.
    ApiSource(u16),
    /// What is to be done with one source, or with all.
    ApiSourceOrder(Option<u16>, Verb),
    /// The list of a source that has no address.
    ApiSourceList(u16),
    /// All guides, or one more.
    ApiGuides,
    /// One guide.
    ApiGuide(u32),
    /// What is to be done with one guide, or with all.
    ApiGuideOrder(Option<u32>, Verb),
    /// A guide that has no address.
    ApiGuideFile(u32),
    /// What a channel's programmes can be taken from.
    ApiGuideChannels,
    /// Leaves a channel's stream for its next one.
    ApiFailover(GuideNumber),
    /// Leaves the stream of one tuner for the next one of its channel.
    ApiTunerFailover(usize),
    /// The facts as a file.
    ApiBackup,
    /// The facts of such a file in the place of ours.
    ApiRestore,
    /// Any other path of the API.
    ApiUnknown,
}

impl Route {
    /// The route of a decoded path.
    pub(crate) fn of(path: &str) -> Option<Self> {
        Some(match path {
            "/discover.json" => Self::Discover,
            "/device.xml" => Self::DeviceXml,
            "/lineup.json" => Self::Lineup(LineupFormat::Json),
            "/lineup.xml" => Self::Lineup(LineupFormat::Xml),
            "/lineup.m3u" => Self::Lineup(LineupFormat::M3u),
            "/xmltv.xml" => Self::Guide(GuidePath::Xml),
            "/xmltv.xml.gz" => Self::Guide(GuidePath::Gzip),
            "/lineup_status.json" => Self::LineupStatus,
            "/lineup.post" => Self::LineupPost,
            "/status.json" => Self::TunerStatus,
            "/api/v1/status" => Self::ApiStatus,
            "/api/v1/channels" => Self::ApiChannels,
            "/api/v1/channels/similar" => Self::ApiChannelsSimilar,
            "/api/v1/channels/edit" => Self::ApiChannelsEdit,
            "/api/v1/channels/merge" => Self::ApiChannelsMerge,
            "/api/v1/changes" => Self::ApiChanges,
            "/api/v1/movies" => Self::ApiTitles(Shelf::Movies),
            "/api/v1/series" => Self::ApiTitles(Shelf::Series),
            "/api/v1/sources" => Self::ApiSources,
            "/api/v1/sources/public" => Self::ApiPublicLists,
            "/api/v1/sources/refresh" => Self::ApiSourceOrder(None, Verb::Refresh),
            "/api/v1/backup" => Self::ApiBackup,
            "/api/v1/restore" => Self::ApiRestore,
            "/api/v1/guides" => Self::ApiGuides,
            "/api/v1/guides/refresh" => Self::ApiGuideOrder(None, Verb::Refresh),
            "/api/v1/guide/channels" => Self::ApiGuideChannels,
            "/api/v1/rules" => Self::ApiRules,
            "/api/v1/rules/preview" => Self::ApiRulesPreview,
            _ if path.starts_with("/api/") => failover_of(path)
                .or_else(|| decided_of(path))
                .or_else(|| source_of(path))
                .or_else(|| guide_of(path))
                .unwrap_or(Self::ApiUnknown),
            _ => match (StreamPath::looks_like(path), VodPath::looks_like(path)) {
                (Some(rest), _) => Self::Stream(rest),
                (None, Some(rest)) => Self::Vod(rest),
                (None, None) => Self::Asset(AssetName::of(path)?),
            },
        })
    }

    /// The methods it takes, as `Allow` says them (RFC 9110, 10.2.1).
    pub(crate) fn allow(self) -> &'static str {
        match self {
            Self::LineupPost
            | Self::ApiRulesPreview
            | Self::ApiBackup
            | Self::ApiRestore
            | Self::ApiSourceOrder(..)
            | Self::ApiSourceList(_)
            | Self::ApiGuideOrder(..)
            | Self::ApiGuideFile(_)
            | Self::ApiFailover(_)
            | Self::ApiTunerFailover(_)
            | Self::ApiChannelsEdit
            | Self::ApiChannelsMerge
            | Self::ApiChannelSplit(_)
            | Self::ApiUndo(_) => "POST",
            Self::ApiChannel(_) => "GET, HEAD, PATCH",
            Self::ApiRules => "GET, HEAD, PUT",
            Self::ApiSources | Self::ApiGuides => "GET, HEAD, POST",
            Self::ApiGuide(_) => "GET, HEAD, PUT, PATCH, DELETE",
            Self::ApiSource(_) => "GET, HEAD, PUT, DELETE",
            _ => "GET, HEAD",
        }
    }

    pub(crate) fn allows(self, method: &Method) -> bool {
        self.allow().split(", ").any(|name| name == method.as_str())
    }

    /// Whether a profile has it as well: what a client asks of a device. Streams are everybody's.
    pub(crate) fn is_of_a_profile(self) -> bool {
        matches!(
            self,
            Self::Discover
                | Self::DeviceXml
                | Self::Lineup(_)
                | Self::LineupStatus
                | Self::LineupPost
                | Self::TunerStatus
                | Self::Guide(_)
        )
    }

    /// Whether it belongs to the API, which only our own page may use in a browser.
    pub(crate) fn is_api(self) -> bool {
        matches!(
            self,
            Self::ApiStatus
                | Self::ApiChannels
                | Self::ApiChannelsSimilar
                | Self::ApiRules
                | Self::ApiRulesPreview
                | Self::ApiBackup
                | Self::ApiRestore
                | Self::ApiChannel(_)
                | Self::ApiChannelsEdit
                | Self::ApiChannelsMerge
                | Self::ApiChannelSplit(_)
                | Self::ApiTitles(_)
                | Self::ApiTitle(_)
                | Self::ApiProgrammes(_)
                | Self::ApiChanges
                | Self::ApiUndo(_)
                | Self::ApiSources
                | Self::ApiPublicLists
                | Self::ApiSource(_)
                | Self::ApiSourceOrder(..)
                | Self::ApiSourceList(_)
                | Self::ApiGuides
                | Self::ApiGuide(_)
                | Self::ApiGuideOrder(..)
                | Self::ApiGuideFile(_)
                | Self::ApiGuideChannels
                | Self::ApiFailover(_)
                | Self::ApiTunerFailover(_)
                | Self::ApiUnknown
        )
    }
}

/// `/api/v1/channels/<GuideNumber>/failover` and `/api/v1/tuners/<index>/failover`.
fn failover_of(path: &str) -> Option<Route> {
    let (kind, which) = path
        .strip_prefix("/api/v1/")?
        .strip_suffix("/failover")?
        .split_once('/')?;
    match kind {
        "channels" => which.parse().ok().map(Route::ApiFailover),
        "tuners" => decimal(which).map(Route::ApiTunerFailover),
        _ => None,
    }
}

/// `/api/v1/channels/<id>` and what may stand behind it, `/api/v1/changes/<n>/undo`, and
/// `/api/v1/movies/<id>` and `/api/v1/series/<id>`.
fn decided_of(path: &str) -> Option<Route> {
    let (kind, rest) = path.strip_prefix("/api/v1/")?.split_once('/')?;
    match (kind, rest.split_once('/')) {
        ("channels", None) => channel_id(rest).map(Route::ApiChannel),
        ("movies", None) => Some(Route::ApiTitle(Shelf::Movies)),
        ("series", None) => Some(Route::ApiTitle(Shelf::Series)),
        ("channels", Some((id, "epg"))) => channel_id(id).map(Route::ApiProgrammes),
        ("channels", Some((id, "split"))) => channel_id(id).map(Route::ApiChannelSplit),
        ("changes", Some((n, "undo"))) => n.parse().ok().map(Route::ApiUndo),
        _ => None,
    }
}

/// As the channel list writes it.
fn channel_id(text: &str) -> Option<ChannelId> {
    let is_hex = text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hex.then(|| text.parse().ok()).flatten()
}

/// `/api/v1/guides/<id>`, and what may stand behind it.
fn guide_of(path: &str) -> Option<Route> {
    let rest = path.strip_prefix("/api/v1/guides/")?;
    let (id, verb) = match rest.split_once('/') {
        Some((id, verb)) => (id, Some(verb)),
        None => (rest, None),
    };
    let id = decimal(id)?;
    Some(match verb {
        None => Route::ApiGuide(id),
        Some("refresh") => Route::ApiGuideOrder(Some(id), Verb::Refresh),
        Some("cancel") => Route::ApiGuideOrder(Some(id), Verb::Cancel),
        Some("file") => Route::ApiGuideFile(id),
        Some(_) => return None,
    })
}

/// `/api/v1/sources/<id>`, and what may stand behind it.
fn source_of(path: &str) -> Option<Route> {
    let rest = path.strip_prefix("/api/v1/sources/")?;
    let (id, verb) = match rest.split_once('/') {
        Some((id, verb)) => (id, Some(verb)),
        None => (rest, None),
    };
    let id = decimal(id)?;
    Some(match verb {
        None => Route::ApiSource(id),
        Some("refresh") => Route::ApiSourceOrder(Some(id), Verb::Refresh),
        Some("cancel") => Route::ApiSourceOrder(Some(id), Verb::Cancel),
        Some("accept") => Route::ApiSourceOrder(Some(id), Verb::Accept),
        Some("list") => Route::ApiSourceList(id),
        Some(_) => return None,
    })
}
