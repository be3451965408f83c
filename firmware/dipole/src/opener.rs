//! The adapter between tuners, which want streams played, and `upstream`, which plays them.

use std::sync::atomic::Ordering;

use base::StreamSpec;
use ingest::{Ingest, throttle::Throttle};
use tuner::{FailureKind, Opener, PlayError, Playing};
use upstream::{DatagramError, PlayRequest, Player, command, film, hls, http};

use crate::{
    chosen::Chosen,
    hosts::{self, Hosts},
    manners::{AllManners, Manners},
};

/// Plays the streams of all sources.
pub(crate) struct Upstreams {
    player: Player,
    manners: AllManners,
    hosts: Hosts,
    throttle: Throttle,
    commands: Chosen,
}

impl Upstreams {
    /// Plays with `player`, asking as `manners` says, as fast as `throttle` lets it, and what
    /// `commands` names by a command.
    pub(crate) fn new(
        player: Player,
        manners: AllManners,
        hosts: Hosts,
        throttle: Throttle,
        commands: Chosen,
    ) -> Self {
        Self {
            player,
            manners,
            hosts,
            throttle,
            commands,
        }
    }
}

/// How a stream is asked for: as its playlist entry says, and where that is silent, its source.
pub(crate) fn request(manners: &Manners, stream: &StreamSpec) -> PlayRequest {
    let is_users = |name: &str| {
        stream
            .headers
            .iter()
            .any(|(own, _)| own.eq_ignore_ascii_case(name))
    };
    let mut headers = manners.headers.clone();
    headers.retain(|(name, _)| !is_users(name));
    headers.extend(stream.headers.iter().cloned());
    PlayRequest {
        url: stream.url.clone(),
        trust: manners.trust,
        user_agent: manners
            .user_agent
            .clone()
            .filter(|_| !is_users("User-Agent")),
        rtsp_transport: manners.rtsp_transport,
        headers,
        interface: manners.interface.clone(),
        is_built_in: stream.is_built_in(),
        names_files: manners.is_file,
        command: None,
    }
}

impl Opener for Upstreams {
    fn play<'a>(&'a self, stream: &'a StreamSpec, ingest: &'a mut Ingest) -> Playing<'a> {
        Box::pin(async move {
            let manners = self.manners.of(stream.source);
            let command = self.commands.of(stream, manners.command.as_ref());
            ingest.throttle(self.throttle.stream(stream.source));
            let mut doors = self.hosts.doors(stream);
            while let Some(door) = doors.next() {
                let request = PlayRequest {
                    command: command.clone(),
                    ..request(&manners, &door.stream(stream))
                };
                let received = received(ingest);
                let Err(error) = self.player.play(&request, ingest).await else {
                    return Ok(());
                };
                let is_silent = received == self::received(ingest);
                if is_silent && is_of_host(&error) {
                    doors.failed(&door);
                    if !doors.is_last() {
                        continue;
                    }
                }
                return Err(PlayError {
                    message: error.to_string(),
                    kind: kind_of(&error),
                });
            }
            Err(PlayError {
                message: "the account has no host".to_owned(),
                kind: FailureKind::Hopeless,
            })
        })
    }
}

fn received(ingest: &Ingest) -> u64 {
    ingest.counters().received.load(Ordering::Relaxed)
}

/// Whether it is the host that does not work, and not the account or the stream that is refused: another
/// host of the account may give what this one does not.
fn is_of_host(error: &upstream::Error) -> bool {
    use http::Error;
    let upstream::Error::Http(error) = error else {
        return false;
    };
    match error {
        Error::Dns { .. }
        | Error::Connect { .. }
        | Error::Tls { .. }
        | Error::TimedOut { .. }
        | Error::NotHttp { .. }
        | Error::NoAnswer { .. } => true,
        Error::Status { code, .. } => hosts::is_out_of_order(*code),
        _ => false,
    }
}

/// What may be done about an error.
fn kind_of(error: &upstream::Error) -> FailureKind {
    use upstream::Error;
    match error {
        _ if says_no(error) => FailureKind::Refused,
        Error::Command(command::Error::Silent { .. })
        | Error::Hls(hls::Error::Stalled(_))
        | Error::Datagrams(DatagramError::Ceased { .. }) => FailureKind::Stalled,
        _ if error.is_temporary() => FailureKind::Broken,
        _ => FailureKind::Hopeless,
    }
}

/// An answer came, and it is not a stream: to ask again at once is to be told so again. An error of
/// the server itself or "too many connections" passes sooner.
fn says_no(error: &upstream::Error) -> bool {
    use upstream::Error;
    match error {
        Error::NotAStream { .. } | Error::Empty => true,
        Error::Datagrams(error) => matches!(error, DatagramError::NoStream { .. }),
        Error::Command(error) => matches!(error, command::Error::NotTransportStream { .. }),
        Error::Http(error) => is_refusal(error),
        Error::Hls(error) => says_no_in_hls(error),
        Error::Rtsp(error) => error.is_refusal(),
        Error::Film(film::Error::Http(error)) => is_refusal(error),
        _ => false,
    }
}

fn says_no_in_hls(error: &hls::Error) -> bool {
    use hls::Error;
    match error {
        Error::Fetch { source, .. } => is_refusal(source),
        Error::NotMedia { content, .. } => *content == hls::Content::Nothing,
        Error::SegmentsLost { last, .. } => says_no_in_hls(last),
        // It was a playlist a moment ago, and is a web page or nothing now.
        Error::PlaylistLost(last) => {
            matches!(**last, Error::Playlist(_) | Error::NestedMaster(_)) || says_no_in_hls(last)
        }
        _ => false,
    }
}

fn is_refusal(error: &http::Error) -> bool {
    // Not for ever: an account may be unlocked and an address come back.
    matches!(
        error,
        http::Error::Status {
            code: 401 | 403 | 404 | 410,
            ..
        }
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use upstream::{DatagramContent, kind::Kind, rtsp};

    #[test]
    fn errors_are_told_apart_by_what_may_be_done() {
        let status = |code| http::Error::Status {
            host: "h:80".to_owned(),
            code,
        };
        let fetch = |code| hls::Error::Fetch {
            address: "http://h/".to_owned(),
            source: status(code),
        };
        let lost = |code| hls::Error::SegmentsLost {
            in_row: 8,
            last: Box::new(fetch(code)),
        };
        let unanswered = || hls::Error::NoAnswer {
            address: "http://h/".to_owned(),
            seconds: 2,
        };
        let playlist_lost = |last| hls::Error::PlaylistLost(Box::new(last));
        let rtsp = |code| rtsp::Error::Status {
            host: "h:554".to_owned(),
            code,
        };
        let absent = command::Error::Absent {
            name: "n".to_owned(),
            program: "p".to_owned(),
        };
        let kind = Kind::Html;
        let address = || "239.0.0.1:1234".to_owned();
        let no_stream = || DatagramError::NoStream {
            address: address(),
            what: DatagramContent::Bytes(Kind::Unknown),
        };
        let ceased = || DatagramError::Ceased {
            address: address(),
            after: std::time::Duration::from_secs(15),
        };
        for (error, kind) in [
            (upstream::Error::from(status(404)), FailureKind::Refused),
            (status(403).into(), FailureKind::Refused),
            (status(503).into(), FailureKind::Broken),
            (status(458).into(), FailureKind::Broken),
            (status(400).into(), FailureKind::Hopeless),
            (fetch(410).into(), FailureKind::Refused),
            (fetch(502).into(), FailureKind::Broken),
            (lost(404).into(), FailureKind::Refused),
            (hls::Error::Stalled(None).into(), FailureKind::Stalled),
            (playlist_lost(fetch(404)).into(), FailureKind::Refused),
            (playlist_lost(fetch(503)).into(), FailureKind::Broken),
            (playlist_lost(unanswered()).into(), FailureKind::Broken),
            (
                playlist_lost(hls::Error::NestedMaster("http://h/".to_owned())).into(),
                FailureKind::Refused,
            ),
            (rtsp(401).into(), FailureKind::Refused),
            (rtsp(454).into(), FailureKind::Refused),
            (rtsp(453).into(), FailureKind::Broken),
            (rtsp(501).into(), FailureKind::Hopeless),
            (upstream::Error::NotAStream { kind }, FailureKind::Refused),
            (upstream::Error::Empty, FailureKind::Refused),
            (no_stream().into(), FailureKind::Refused),
            (ceased().into(), FailureKind::Stalled),
            (
                command::Error::AllInUse { max: 1 }.into(),
                FailureKind::Broken,
            ),
            (absent.into(), FailureKind::Hopeless),
            (upstream::Error::LocalFile, FailureKind::Hopeless),
        ] {
            assert_eq!(kind_of(&error), kind, "{error}");
        }
    }
}
