//! `/auto/vN`, `/tunerK/vN`, `/auto/ch<Hz>[-program]`: from a request to a stream that is ready
//! to be sent, or to the reason why not.

use std::{future::pending, time::Duration};

use base::ChannelSpec;
use hdhomerun::frequency::Mux;
use hyper::{
    Response, StatusCode,
    header::{CACHE_CONTROL, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue},
};
use lineup::{GuideNumber, Lineup};
use tuner::{Refusal, Want};

use crate::{
    asked::Asked,
    body::Body,
    handover::{Playing, Seat},
    query, respond,
    shared::Shared,
};

/// Content-Type of streams, as real devices say it.
const VIDEO: &str = "video/mpeg";

pub(crate) const UNKNOWN_CHANNEL: &str = "801 Unknown Channel";
const UNKNOWN_TRANSCODE_PROFILE: &str = "802 Unknown Transcode Profile";
/// All client places of the memory plan are taken. Not 805: another tuner would not help.
pub(crate) const CONNECTION_LIMIT: &str = "809 Playback Connection Limit";

/// What a stream's path asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct StreamPath {
    want: Want,
    channel: ChannelAt,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ChannelAt {
    Number(GuideNumber),
    Frequency { mux: Mux, program: u16 },
}

impl StreamPath {
    /// Whether a path is below `/auto/` or `/tunerK/`, and what it asks for where that can be
    /// read.
    pub(crate) fn looks_like(path: &str) -> Option<Option<Self>> {
        let (place, channel) = path.strip_prefix('/')?.split_once('/')?;
        let want = match place.strip_prefix("tuner") {
            Some(index) => Want::Tuner(decimal(index)?),
            None if place == "auto" => Want::Any,
            None => return None,
        };
        let channel = ChannelAt::parse(channel);
        Some(channel.map(|channel| Self { want, channel }))
    }

    fn find(self, lineup: &Lineup) -> Option<ChannelSpec> {
        let index = match self.channel {
            ChannelAt::Number(number) => lineup.index_of(number),
            ChannelAt::Frequency { mux, program } => mux.index_of(program),
        };
        lineup.spec(index?)
    }
}

impl ChannelAt {
    /// `v5.1`, or `ch474000000` with `-3` for program 3 of that frequency.
    fn parse(text: &str) -> Option<Self> {
        if let Some(number) = text.strip_prefix('v') {
            return number.parse().ok().map(Self::Number);
        }
        let place = text.strip_prefix("ch")?;
        let (hz, program) = match place.split_once('-') {
            Some((hz, program)) => (hz, decimal(program)?),
            None => (place, 1),
        };
        let mux = Mux::at(decimal(hz)?)?;
        Some(Self::Frequency { mux, program })
    }
}

/// A number of digits only: no sign, no space.
pub(crate) fn decimal<N: std::str::FromStr>(text: &str) -> Option<N> {
    let is_decimal = text.bytes().all(|byte| byte.is_ascii_digit());
    is_decimal.then(|| text.parse().ok()).flatten()
}

/// Answers a request for a stream. Where it can be played this never returns: the connection's
/// task takes the connection away from hyper, and this future with it. A client that hangs up
/// while its channel is tuned has this future dropped as well, and with it the tuner's lease.
pub(crate) async fn respond(
    shared: &Shared,
    seat: &Seat,
    asked: &Asked,
    path: Option<StreamPath>,
) -> Response<Body> {
    let found = path.and_then(|path| {
        let spec = path.find(&shared.feeds.lineup.borrow())?;
        Some((path.want, spec))
    });
    let Some((want, spec)) = found else {
        return refused(StatusCode::NOT_FOUND, UNKNOWN_CHANNEL);
    };
    if matches!(want, Want::Tuner(index) if index >= shared.feeds.tuners.count()) {
        return refusal(&Refusal::UnknownTuner);
    }
    let options = Options::of(asked.query());
    if options.transcode {
        return refused(StatusCode::SERVICE_UNAVAILABLE, UNKNOWN_TRANSCODE_PROFILE);
    }
    if asked.is_head() {
        return head_only(want);
    }
    match tuned(shared, seat, want, spec, options.duration).await {
        Ok(playing) => {
            seat.play(playing);
            pending().await
        }
        Err(response) => response,
    }
}

async fn tuned(
    shared: &Shared,
    seat: &Seat,
    want: Want,
    spec: ChannelSpec,
    duration: Option<Duration>,
) -> Result<Playing, Response<Body>> {
    let permit = shared.feeds.fanout.reserve().map_err(|full| {
        tracing::warn!(client = %seat.client(), "refused a stream: {full}");
        refused(StatusCode::SERVICE_UNAVAILABLE, CONNECTION_LIMIT)
    })?;
    // Tuning takes seconds; from here on the connection is bounded by the data plane's permit.
    seat.leave_pages();
    let (number, client) = (spec.number, seat.client());
    let viewing = shared.feeds.tuners.watch(want, spec, client, None).await;
    let viewing = viewing.map_err(|why| {
        tracing::info!(%client, %number, ?why, "refused a stream: {why}");
        refusal(&why)
    })?;
    tracing::info!(%client, %number, tuner = viewing.tuner, "a stream began");
    Ok(Playing {
        head: head(viewing.tuner),
        viewing,
        permit,
        duration,
    })
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Options {
    duration: Option<Duration>,
    /// Whether a change of the stream is asked for: there is no transcoder here.
    transcode: bool,
}

impl Options {
    /// A duration that is no number of seconds from 1 on counts as none.
    fn of(query: Option<&str>) -> Self {
        let mut options = Self::default();
        for (key, value) in query::pairs(query) {
            match &*key {
                "duration" => {
                    let seconds = decimal(&value).filter(|seconds| *seconds > 0);
                    options.duration = seconds.map(Duration::from_secs);
                }
                "transcode" => options.transcode = !matches!(&*value, "" | "none"),
                _ => {}
            }
        }
        options
    }
}

/// The head of a stream: no length, not chunked, ended by closing. A Range asked for is ignored,
/// as real devices do. Written here and not by hyper, which frames every HTTP/1.1 body.
fn head(tuner: usize) -> Vec<u8> {
    let server = respond::SERVER_NAME;
    format!(
        "HTTP/1.1 200 OK\r\n\
         Server: {server}\r\n\
         Content-Type: {VIDEO}\r\n\
         Cache-Control: no-cache\r\n\
         X-HDHomeRun-Resource: tuner{tuner}\r\n\
         Connection: close\r\n\r\n"
    )
    .into_bytes()
}

/// The answer to HEAD: what GET would say, without taking a tuner; so `/auto` names none.
fn head_only(want: Want) -> Response<Body> {
    let mut response = respond::document(VIDEO, Body::Empty);
    let headers = response.headers_mut();
    headers.insert(CONNECTION, HeaderValue::from_static("close"));
    if let Want::Tuner(index) = want
        && let Ok(resource) = HeaderValue::try_from(format!("tuner{index}"))
    {
        headers.insert("x-hdhomerun-resource", resource);
    }
    response
}

pub(crate) fn refusal(refusal: &Refusal) -> Response<Body> {
    let status = match refusal {
        Refusal::UnknownTuner => StatusCode::NOT_FOUND,
        Refusal::TunerInUse
        | Refusal::AllTunersInUse
        | Refusal::TuneFailed(_)
        | Refusal::NoVideoData => StatusCode::SERVICE_UNAVAILABLE,
    };
    refused(status, &refusal.to_string())
}

/// A refusal, with an empty body: Jellyfin plays whatever a refused stream's body holds.
pub(crate) fn refused(status: StatusCode, error: &str) -> Response<Body> {
    let mut response = respond::empty(status);
    let headers = response.headers_mut();
    headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
    headers.insert(CONNECTION, HeaderValue::from_static("close"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(VIDEO));
    if let Ok(error) = HeaderValue::from_str(error) {
        headers.insert(respond::HDHOMERUN_ERROR, error);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_paths() {
        let number = |text: &str| ChannelAt::Number(text.parse().unwrap());
        let frequency = |hz, program| ChannelAt::Frequency {
            mux: Mux::at(hz).unwrap(),
            program,
        };
        for (path, expected) in [
            ("/auto/v5.1", Some((Want::Any, number("5.1")))),
            ("/tuner0/v7", Some((Want::Tuner(0), number("7")))),
            ("/tuner12/v7-2", Some((Want::Tuner(12), number("7.2")))),
            (
                "/auto/ch474000000",
                Some((Want::Any, frequency(474_000_000, 1))),
            ),
            (
                "/auto/ch482000000-3",
                Some((Want::Any, frequency(482_000_000, 3))),
            ),
            ("/auto/v0", None),
            ("/auto/v", None),
            ("/auto/", None),
            ("/auto/5", None),
            ("/auto/ch1-1", None),
            ("/auto/ch474000000-x", None),
            ("/auto/ch99999999999", None),
        ] {
            let read = StreamPath::looks_like(path).expect(path);
            let expected = expected.map(|(want, channel)| StreamPath { want, channel });
            assert_eq!(read, expected, "{path}");
        }
        for path in [
            "/",
            "/auto",
            "/tuner/x/v5",
            "/tunerx/v5",
            "/tuner+1/v5",
            "/page/v5",
        ] {
            assert_eq!(StreamPath::looks_like(path), None, "{path}");
        }
    }

    #[test]
    fn reads_options() {
        let options = |seconds: Option<u64>, transcode| Options {
            duration: seconds.map(Duration::from_secs),
            transcode,
        };
        for (query, expected) in [
            (None, options(None, false)),
            (Some("duration=30"), options(Some(30), false)),
            (Some("duration=0"), options(None, false)),
            (Some("duration=-1&transcode=none"), options(None, false)),
            (Some("transcode=&duration=5"), options(Some(5), false)),
            (Some("transcode=heavy&duration=5"), options(Some(5), true)),
        ] {
            assert_eq!(Options::of(query), expected, "{query:?}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(path: String) {
            let _ = StreamPath::looks_like(&path);
            let _ = StreamPath::looks_like(&format!("/auto/{path}"));
        }
    }
}
