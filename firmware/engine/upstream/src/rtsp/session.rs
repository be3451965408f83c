//! From an address to packets: DESCRIBE, SETUP, PLAY. Keep-alives are sent by `retina`.

use std::sync::Arc;
use std::time::Duration;

use retina::client::{
    Described, InitialTimestampPolicy, PlayOptions, Playing, Session, SessionGroup,
    SessionIdPolicy, SessionOptions, SetupOptions, TcpTransportOptions, UdpTransportOptions,
};
use tokio::time::timeout;
use tracing::{debug, warn};

use super::address::Address;
use super::farewell::Farewell;
use super::offer::{Choice, names};
use super::{Error, Transport};
use crate::http::{ClientConfig, Phase};

/// "Unsupported Transport" (RFC 2326 clause 11.3.13).
const UNSUPPORTED_TRANSPORT: u16 = 461;
/// How long a server that refused to play may take to answer TEARDOWN.
const TEARDOWN_WAIT: Duration = Duration::from_secs(1);

/// A session that was described, and nothing set up: for the server there is none yet.
pub(super) struct Opened {
    session: Session<Described>,
    group: Arc<SessionGroup>,
    host: String,
    header_timeout: Duration,
}

impl Opened {
    pub(super) async fn new(
        address: &Address,
        user_agent: &str,
        config: &ClientConfig,
    ) -> Result<Self, Error> {
        let group = Arc::new(SessionGroup::default());
        let options = SessionOptions::default()
            .creds(address.credentials.clone())
            .user_agent(user_agent.to_owned())
            .session_group(Arc::clone(&group))
            .session_id(SessionIdPolicy::UseFirst);
        // `retina` connects and asks in one.
        let patience = config.connect_timeout + config.header_timeout;
        let described = timeout(
            patience,
            Box::pin(Session::describe(address.url.clone(), options)),
        );
        let session = described.await.map_err(|_| Error::TimedOut {
            host: address.host.clone(),
            phase: Phase::Header,
            after: patience,
        })?;
        Ok(Self {
            session: session.map_err(|error| Error::of(&address.host, &error))?,
            group,
            host: address.host.clone(),
            header_timeout: config.header_timeout,
        })
    }

    pub(super) fn streams(&self) -> &[retina::client::Stream] {
        self.session.streams()
    }

    /// Sets up what was chosen and begins. The other transport is tried where `transport` is refused
    /// and was not `forced`. Gives what was chosen back: without the sound where that was refused.
    pub(super) async fn play(
        self,
        choice: Choice,
        mut transport: Transport,
        is_forced: bool,
    ) -> Result<(Farewell<Session<Playing>>, Choice, Transport), Error> {
        let streams = match choice {
            Choice::TransportStream(index) => [Some(index), None],
            Choice::Units { video, audio } => [video, audio],
        };
        let [first, second] = match streams {
            [None, only] => [only, None],
            both => both,
        };
        let mut stage = Stage {
            session: Farewell::new(self.session),
            host: self.host,
            patience: self.header_timeout,
        };
        let mut choice = choice;
        if let Some(index) = first {
            transport = stage.set_up_either(index, transport, is_forced).await?;
        }
        if let Some(index) = second
            && let Err(error) = stage.set_up(index, transport).await
        {
            warn!(%error, "rtsp: only the picture plays");
            if let Choice::Units { audio, .. } = &mut choice {
                *audio = None;
            }
        }
        let session = stage.begin(&self.group).await?;
        debug!(?choice, ?transport, "rtsp: playing");
        Ok((session, choice, transport))
    }

    /// Tells what of the offer does not play.
    pub(super) fn tell_left_out(&self, choice: Choice) {
        let Choice::Units { video, audio } = choice else {
            return;
        };
        let is_left_out = |(media, chosen): (&str, Option<usize>)| {
            let offered = self
                .streams()
                .iter()
                .filter(|stream| stream.media() == media);
            (chosen.is_none() && offered.clone().next().is_some()).then(|| names(offered))
        };
        let left_out = [("video", video), ("audio", audio)]
            .into_iter()
            .filter_map(is_left_out);
        for codecs in left_out {
            warn!(
                host = self.host,
                codecs, "rtsp: left out, because MPEG-TS clients cannot play it"
            );
        }
    }
}

/// A session that the server may know.
struct Stage {
    session: Farewell<Session<Described>>,
    host: String,
    patience: Duration,
}

impl Stage {
    async fn set_up_either(
        &mut self,
        index: usize,
        transport: Transport,
        is_forced: bool,
    ) -> Result<Transport, Error> {
        let refused = |error: &Error| {
            matches!(
                error,
                Error::Status {
                    code: UNSUPPORTED_TRANSPORT,
                    ..
                }
            )
        };
        match self.set_up(index, transport).await {
            Ok(()) => Ok(transport),
            Err(error) if refused(&error) && !is_forced => {
                let other = transport.other();
                debug!(?other, "rtsp: the server wants the other transport");
                let outcome = self.set_up(index, other).await;
                outcome.map(|()| other).map_err(|error| match error {
                    error if refused(&error) => self.no_transport(),
                    error => error,
                })
            }
            Err(error) if refused(&error) => Err(self.no_transport()),
            Err(error) => Err(error),
        }
    }

    fn no_transport(&self) -> Error {
        Error::NoTransport {
            host: self.host.clone(),
        }
    }

    async fn set_up(&mut self, index: usize, transport: Transport) -> Result<(), Error> {
        let transport = match transport {
            Transport::Tcp => retina::client::Transport::Tcp(TcpTransportOptions::default()),
            Transport::Udp => retina::client::Transport::Udp(UdpTransportOptions::default()),
        };
        let options = SetupOptions::default().transport(transport);
        let Some(session) = self.session.held() else {
            return Err(self.timed_out());
        };
        match timeout(self.patience, Box::pin(session.setup(index, options))).await {
            Ok(outcome) => outcome.map_err(|error| Error::of(&self.host, &error)),
            Err(_) => Err(self.timed_out()),
        }
    }

    /// PLAY. The session is part of this future while it lasts.
    async fn begin(self, group: &SessionGroup) -> Result<Farewell<Session<Playing>>, Error> {
        let late = self.timed_out();
        let Some(session) = self.session.into_inner() else {
            return Err(late);
        };
        let options = PlayOptions::default().initial_timestamp(InitialTimestampPolicy::Permissive);
        let mut playing = Farewell::new(Box::pin(session.play(options)));
        let Some(play) = playing.held() else {
            return Err(late);
        };
        let outcome = timeout(self.patience, play.as_mut())
            .await
            .map_err(|_| late)?;
        // It is over, and has nothing to say any more.
        drop(playing.into_inner());
        match outcome {
            Ok(session) => Ok(Farewell::new(session)),
            Err(error) => {
                // Its session was dropped where no farewell was held for it.
                let _ = timeout(TEARDOWN_WAIT, group.await_teardown()).await;
                Err(Error::of(&self.host, &error))
            }
        }
    }

    fn timed_out(&self) -> Error {
        Error::TimedOut {
            host: self.host.clone(),
            phase: Phase::Header,
            after: self.patience,
        }
    }
}
