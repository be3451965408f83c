//! Plays an RTSP address into a ring.

use std::time::{Duration, Instant};

use ingest::Ingest;
use remux::{RtpPayload, RtpProgram, RtpVideo};
use retina::client::{PacketItem, Playing, Session};
use retina::rtcp::ReceivedCompoundPacket;
use retina::rtp::ReceivedPacket;
use tokio::time::{sleep_until, timeout};
use tracing::{debug, info};

use super::address::Address;
use super::ask::{Ask, GATHER, OUT_BYTES, RTCP_BYE};
use super::clocks::{Clocks, Track};
use super::farewell::Farewell;
use super::offer::{Choice, Kind, audio, choose, kinds, names, parameter_sets};
use super::packets::{Came, handful};
use super::session::Opened;
use super::{Error, Transport, satip};
use crate::hls::{RemuxSlot, RemuxSlots};
use crate::http::{Phase, redact};

/// Most that one packet adds to them: RTP in interleaved frames has at most 64 KiB, to which the
/// packets of a transport stream add a fiftieth, and what waited for it.
const PACKET_BYTES_MAX: usize = 2 * 64 * 1024;
/// Upper bound of what a session whose units are remuxed holds beside what every upstream does, in
/// bytes. The buffers of the session itself, 64 KiB for the connection and as much for each stream
/// over UDP, have the room that HTTP, TLS and the second connection of a remuxed stream leave.
pub const PROGRAM_BYTES_MAX: usize = remux::RTP_PROGRAM_BYTES_MAX + OUT_BYTES + PACKET_BYTES_MAX;

/// Plays until the server ends the stream. Dropping the future ends the session and closes its
/// connection before the drop returns.
pub(crate) async fn play(ask: &Ask<'_>, ingest: &mut Ingest) -> Result<(), crate::Error> {
    let address = Address::of(ask.url)?;
    if !ask.user_agent.chars().all(|c| (' '..='~').contains(&c)) {
        return Err(Error::BadAddress {
            reason: "the user agent of its source has characters that no header may have",
        }
        .into());
    }
    if satip::is_asked(&address.url) {
        return Box::pin(satip::play(&address, ask, ingest)).await;
    }
    let opened = Opened::new(&address, ask.user_agent, ask.config);
    let opened = ingest.during(Box::pin(opened)).await?;
    let kinds = kinds(opened.streams());
    let choice = choose(&kinds).ok_or_else(|| Error::NothingToPlay {
        host: address.host.clone(),
        offered: names(opened.streams().iter()),
    })?;
    opened.tell_left_out(choice);
    let mut remuxed = Remuxed::of(choice, &kinds, &opened, ask.remux_slots)?;
    let transport = address.forced.unwrap_or(ask.transport);
    let playing = opened.play(choice, transport, address.forced.is_some());
    let (session, choice, transport) = ingest.during(Box::pin(playing)).await?;
    debug!(from = redact(ask.url), ?transport, "rtsp: stream opened");
    if let Some(remuxed) = &mut remuxed {
        remuxed.choice = choice;
    }
    let running = Running {
        session,
        host: address.host,
        reader: Reader {
            remuxed,
            out: Vec::with_capacity(OUT_BYTES),
            is_over: false,
        },
        is_gathered: transport == Transport::Tcp,
        idle_timeout: ask.config.idle_timeout,
    };
    Box::pin(running.run(ingest)).await
}

/// A session whose packets come.
struct Running {
    session: Farewell<Session<Playing>>,
    host: String,
    reader: Reader,
    is_gathered: bool,
    idle_timeout: Duration,
}

impl Running {
    async fn run(mut self, ingest: &mut Ingest) -> Result<(), crate::Error> {
        while let Some(session) = self.session.held() {
            let reader = &mut self.reader;
            let packets = handful(session, |item| reader.take(item));
            let came = ingest.during(timeout(self.idle_timeout, packets)).await;
            ingest.push(&self.reader.out).await?;
            self.reader.out.clear();
            match came {
                Ok(Came::All | Came::Enough) if self.reader.is_over => break,
                Ok(Came::Enough) => continue,
                Ok(Came::All) => {}
                Ok(Came::Last) => break,
                Ok(Came::Broken(error)) => return Err(Error::of(&self.host, &error).into()),
                Err(_) => {
                    return Err(Error::TimedOut {
                        host: self.host,
                        phase: Phase::Body,
                        after: self.idle_timeout,
                    }
                    .into());
                }
            }
            if self.is_gathered {
                let beat = base::next_beat(Instant::now(), GATHER, Duration::ZERO);
                ingest.during(sleep_until(beat.into())).await;
            }
        }
        self.reader.tell();
        Ok(())
    }
}

/// Turns packets into a transport stream.
struct Reader {
    /// Nothing where the packets are of a transport stream already.
    remuxed: Option<Remuxed>,
    out: Vec<u8>,
    is_over: bool,
}

impl Reader {
    /// Takes a packet; gives whether it is time to hand on.
    fn take(&mut self, item: &PacketItem) -> bool {
        match (item, &mut self.remuxed) {
            (PacketItem::Rtp(packet), None) => self.out.extend_from_slice(packet.payload()),
            (PacketItem::Rtp(packet), Some(remuxed)) => remuxed.packet(packet, &mut self.out),
            (PacketItem::Rtcp(report), remuxed) => {
                self.is_over |= report.pkts().any(|part| part.payload_type() == RTCP_BYE);
                if let Some(remuxed) = remuxed {
                    remuxed.report(report);
                }
            }
            _ => {}
        }
        self.is_over || self.out.len() >= OUT_BYTES
    }

    fn tell(&self) {
        if let Some(remuxed) = &self.remuxed {
            let (stats, dropped) = remuxed.program.stats();
            info!(?stats, dropped, lost = remuxed.lost, "rtsp: stream ended");
        }
    }
}

/// Picture and sound that become one program.
struct Remuxed {
    program: RtpProgram,
    clocks: Clocks,
    choice: Choice,
    /// RTP packets that never came.
    lost: u64,
    _slot: RemuxSlot,
}

impl Remuxed {
    /// Nothing for a transport stream.
    fn of(
        choice: Choice,
        kinds: &[Kind],
        opened: &Opened,
        slots: &RemuxSlots,
    ) -> Result<Option<Self>, crate::Error> {
        let Choice::Units {
            video,
            audio: sound,
        } = choice
        else {
            return Ok(None);
        };
        let slot = slots.take()?;
        let stream = |index: usize| opened.streams().get(index);
        let sets = video.and_then(stream).map(parameter_sets);
        let codec = match video.and_then(|index| kinds.get(index)) {
            Some(Kind::Hevc) => RtpVideo::Hevc,
            _ => RtpVideo::H264,
        };
        let sound = sound.and_then(stream).and_then(audio);
        let program = RtpProgram::new(sets.as_deref().map(|sets| (codec, sets)), sound);
        Ok(Some(Self {
            program: program.map_err(Error::from)?,
            clocks: Clocks::default(),
            choice,
            lost: 0,
            _slot: slot,
        }))
    }

    fn track(&self, stream: usize) -> Option<Track> {
        match self.choice {
            Choice::Units { video, .. } if video == Some(stream) => Some(Track::Video),
            Choice::Units { audio, .. } if audio == Some(stream) => Some(Track::Audio),
            _ => None,
        }
    }

    fn packet(&mut self, packet: &ReceivedPacket, out: &mut Vec<u8>) {
        let Some(track) = self.track(packet.stream_id()) else {
            return;
        };
        self.lost += u64::from(packet.loss());
        let payload = RtpPayload {
            time: self.clocks.time(track, packet.timestamp().into()),
            is_last: packet.mark(),
            is_after_loss: packet.loss() > 0,
            bytes: packet.payload(),
        };
        match track {
            Track::Video => self.program.video(&payload, out),
            Track::Audio => self.program.audio(&payload, out),
        }
    }

    fn report(&mut self, report: &ReceivedCompoundPacket) {
        let Some((track, time)) = self.track(report.stream_id()).zip(report.rtp_timestamp()) else {
            return;
        };
        let first = report.pkts().next().map(|part| part.as_sender_report());
        if let Some(Ok(Some(sent))) = first {
            self.clocks
                .report(track, time.into(), sent.ntp_timestamp().0);
        }
    }
}
