//! The arithmetic from the budget to the maxima.

use std::fmt;

use base::{ByteSize, KIB, MIB};

use crate::Row;

/// Tuners there may be, whatever the memory.
pub const TUNERS_MAX: usize = 2048;

/// Program, runtime, thread stacks, allocator slack: measured idle, with room.
const PROGRAM: u64 = 7 * MIB;
/// A segment of the ring's pool (`ring::SEGMENT_BYTES`, rounded up).
const SEGMENT: u64 = 256 * KIB;
/// Fewest segments of a ring: one being sent, one being filled, one between.
const RING_SEGMENTS_MIN: usize = 3;
/// Most: 4 MiB, two seconds of 4K behind the newest byte and as much ahead.
const RING_SEGMENTS_MAX: usize = 16;
/// `SO_RCVBUF` of an upstream; the kernel takes twice that.
const RECEIVE_BUFFER: u64 = 128 * KIB;
/// Of a stream of datagrams besides that (`upstream::DATAGRAMS_BYTES_MAX`): its sender cannot be
/// made to wait. TLS and HTTP buffers, which it has not, are 96 KiB.
pub const DATAGRAMS_STATE: u64 = 160 * KIB;
/// Of an upstream besides: conditioner 200 KiB, datagrams or TLS and HTTP, and 16 KiB on the way
/// into a ring that lies in a file.
const UPSTREAM_STATE: u64 = 216 * KIB + DATAGRAMS_STATE;
/// Readers and multiplexer of a stream that is remuxed (`upstream::hls::REMUX_BYTES_MAX`,
/// `upstream::rtsp::PROGRAM_BYTES_MAX`, `upstream::film::FILM_BYTES_MAX`: tables of a film, picture that
/// waits for sound).
pub const REMUX_STATE: u64 = 896 * KIB;
/// Of such a stream besides its upstream: that, and a second connection.
const REMUX: u64 = REMUX_STATE + 2 * RECEIVE_BUFFER + 96 * KIB;
/// One stream is remuxed for every so much of the budget beyond this, and one at least.
const REMUX_SHARE: u64 = 16 * MIB;
const REMUX_BEYOND: u64 = 32 * MIB;
/// One stream stands by for every so much of the budget beyond this, and one at least. Each has a
/// ring, an upstream and, in case, a remux of its own: 2.5 to 5.5 MiB.
const STANDBY_SHARE: u64 = 16 * MIB;
const STANDBY_BEYOND: u64 = 64 * MIB;
/// Of every upstream where streams stand by: one that took over goes through a conditioner of its own
/// (`mpegts::MEMORY_BYTES_MAX`), with what `ingest` keeps beside it, and then through the channel's.
const SECOND_CONDITIONER: u64 = 216 * KIB;
/// `SO_RCVBUF` of a film's connection to its provider; the kernel takes twice that.
pub const VOD_RECEIVE_BUFFER: u32 = 64 * 1024;
/// Of a film on its way besides: the piece between provider and client, HTTP and TLS, and what the
/// kernel keeps for the client.
pub const VOD_STATE: u64 = 112 * KIB;
/// A film that is asked for as a file, at its client's position.
const VOD: u64 = VOD_STATE + 2 * VOD_RECEIVE_BUFFER as u64;
/// Films get three quarters of what the clients of streams do not need at least: twenty by default.
const VOD_MIN: usize = 2;
const VOD_MAX: usize = 256;
/// Of a client: its socket, file and epoll objects in the kernel, its record here.
const CLIENT: u64 = 6 * KIB;
/// Clients that a plan is made for when the configuration names no number.
const CLIENTS_WISHED: usize = 1024;
/// Fewest clients and least memory for all their send buffers that are worth a start.
const CLIENTS_MIN: usize = 16;
const SEND_POOL_MIN: u64 = 3 * MIB;
/// Reading a guide: its channels, and programmes that are sorted. Names are compared in the memory
/// of an import, for a second or two.
const GUIDE_SHARE: u64 = 48;
/// Of a guide on its way to a client (`guide::DOCUMENT_BYTES_MAX`).
pub const GUIDE_DOCUMENT: u64 = 456 * KIB;
const GUIDES_MAX: usize = 1;
/// Looking through a catalogue of films or series, and what panels say is on (`catalog::BYTES_MAX`).
pub const CATALOGUE_STATE: u64 = 1136 * KIB;
/// Reading one, in the memory of a guide that is read (`catalog::READING_BYTES_MAX`).
pub const CATALOGUE_READING: u64 = 1240 * KIB;
/// That, and two connections to panels.
const CATALOGUE: u64 = CATALOGUE_STATE + 256 * KIB;
/// Of a list that is read, in the smallest plans.
const IMPORT_MIN: u64 = MIB;
/// Of a connection to page, API or documents: hyper's buffers, a response part, the socket.
const PAGE: u64 = 64 * KIB;

/// What the configuration asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Demand {
    /// `memory.budget`.
    pub budget: ByteSize,
    /// `tuner.count`, 1 to [`TUNERS_MAX`].
    pub tuners: usize,
    /// `clients.max`; `None` is as many as fit, up to 1,024.
    pub clients: Option<usize>,
    /// `failover.standby`: whether second streams of channels stand by.
    pub standby: bool,
}

/// The maxima that fit the budget.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// What was asked for.
    pub demand: Demand,
    /// Segments of one ring, at most.
    pub ring_segments_max: usize,
    /// Segments of a ring kept behind the newest published byte, at least.
    pub ring_behind_min: usize,
    /// Segments in the pool.
    pub pool_segments: usize,
    /// `SO_RCVBUF` of an upstream, in bytes.
    pub receive_buffer_bytes: usize,
    /// Streams that are remuxed at once: films, HLS in fragmented MP4 or with its sound apart, units over RTSP.
    pub remuxed_max: usize,
    /// Streams that stand by at once, of all channels.
    pub standbys_max: usize,
    /// Films on their way as files at once.
    pub vod_max: usize,
    /// Clients of streams at once.
    pub clients_max: usize,
    /// Bytes that all clients' send buffers may hold.
    pub send_pool_bytes: u64,
    /// Connections to page, API and documents at once.
    pub pages_max: usize,
    /// Cache of the store, in bytes.
    pub store_cache_bytes: usize,
    /// Bytes of one lineup.
    pub lineup_bytes_max: usize,
    /// Bytes of a list being read.
    pub import_bytes_max: usize,
    /// Bytes of the owner's rules, made ready to run.
    pub rules_bytes_max: usize,
    /// Bytes that reading a guide holds.
    pub guide_bytes_max: usize,
    /// Guides on their way to clients at once.
    pub guides_max: usize,
    rows: Vec<Row>,
}

/// The demand does not fit its budget.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{tuners} tuners and {clients} clients do not fit into memory.budget = {budget}: set it to {budget_needed} or more, or tuner.count to {tuners_possible} or less"
)]
pub struct DoesNotFit {
    /// Tuners asked for.
    pub tuners: usize,
    /// Clients asked for, at least.
    pub clients: usize,
    /// The budget given.
    pub budget: ByteSize,
    /// The smallest budget that would do.
    pub budget_needed: ByteSize,
    /// The most tuners that this budget holds; 0 where it is too small for any.
    pub tuners_possible: usize,
}

impl Plan {
    /// Carves the budget.
    ///
    /// # Errors
    /// [`DoesNotFit`], with the figures that would.
    pub fn new(demand: Demand) -> Result<Self, DoesNotFit> {
        carve(demand).ok_or_else(|| DoesNotFit {
            tuners: demand.tuners,
            clients: demand.clients.unwrap_or(CLIENTS_MIN),
            budget: demand.budget,
            budget_needed: budget_needed(demand),
            tuners_possible: tuners_possible(demand),
        })
    }

    /// The plan, a row for each holder of memory.
    #[must_use]
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The sum of all rows: at most the budget.
    #[must_use]
    pub fn total(&self) -> ByteSize {
        ByteSize(self.rows.iter().map(|row| row.total().0).sum())
    }
}

/// What a budget is spent on whatever is left over for rings and clients.
struct Fixed {
    store_cache: u64,
    guide: u64,
    lineup: u64,
    pages_max: usize,
    /// Streams that stand by, each with what an upstream holds.
    standbys_max: usize,
    upstream: u64,
    remuxed_max: usize,
}

impl Fixed {
    fn of(
        Demand {
            budget,
            tuners,
            standby,
            ..
        }: Demand,
    ) -> Self {
        let budget = budget.0;
        let share = |beyond, share| {
            let count = budget.saturating_sub(beyond) / share;
            usize::try_from(count).unwrap_or(tuners).clamp(1, tuners)
        };
        let standbys_max = if standby {
            share(STANDBY_BEYOND, STANDBY_SHARE)
        } else {
            0
        };
        let second_conditioner = if standby { SECOND_CONDITIONER } else { 0 };
        Self {
            // What stands by must not take it from those that play.
            remuxed_max: share(REMUX_BEYOND, REMUX_SHARE) + standbys_max,
            standbys_max,
            store_cache: (budget / 48).clamp(MIB, 16 * MIB),
            guide: (budget / GUIDE_SHARE).clamp(CATALOGUE_READING, 16 * MIB),
            lineup: (budget * 2 / 19).clamp(2 * MIB, 64 * MIB),
            pages_max: if budget < 64 * MIB { 32 } else { 64 },
            upstream: 2 * RECEIVE_BUFFER + UPSTREAM_STATE + second_conditioner,
        }
    }

    /// A list being read holds about twice what its lineup will: entries are kept apart until
    /// all of them have ids and numbers. Guides and catalogues take their part of that, down to what a
    /// list of some hundred entries needs.
    fn import(&self) -> u64 {
        let guides = self.guide + GUIDES_MAX as u64 * GUIDE_DOCUMENT;
        (2 * self.lineup)
            .saturating_sub(guides + CATALOGUE)
            .max(IMPORT_MIN)
    }

    /// Part of that: rules are made ready for each import, and for a dry run between imports. 200
    /// usual ones take 1.5 MiB.
    fn rules(&self) -> u64 {
        self.import() / 12
    }

    fn total(&self, tuners: usize) -> u64 {
        let pages = self.pages_max as u64 * PAGE;
        PROGRAM
            + self.store_cache
            + 2 * self.lineup
            + self.import()
            + self.guide
            + GUIDES_MAX as u64 * GUIDE_DOCUMENT
            + CATALOGUE
            + pages
            + (tuners + self.standbys_max) as u64 * self.upstream
            + self.remuxed_max as u64 * REMUX
    }
}

/// The plan of a demand, if it fits.
fn carve(demand: Demand) -> Option<Plan> {
    if demand.tuners == 0 || demand.tuners > TUNERS_MAX {
        return None;
    }
    let fixed = Fixed::of(demand);
    let rest = demand.budget.0.checked_sub(fixed.total(demand.tuners))?;

    // Rings get half of the rest, or all but what the wished clients need, and at least what makes
    // them work. One more than there are tuners: a channel that closes still holds its segments
    // while the next one opens.
    let rings = demand.tuners + 1 + fixed.standbys_max;
    let for_rings = (rest / 2).max(rest.saturating_sub(CLIENTS_WISHED as u64 * CLIENT * 5 / 2));
    let share = usize::try_from(for_rings / rings as u64 / SEGMENT).unwrap_or(usize::MAX);
    let ring_segments_max = share.clamp(RING_SEGMENTS_MIN, RING_SEGMENTS_MAX);
    let pool_segments = rings * ring_segments_max;
    let rest = rest.checked_sub(pool_segments as u64 * SEGMENT)?;

    let (clients_max, vod_max, send_pool_bytes) = clients(demand, rest)?;
    Some(Plan {
        demand,
        ring_segments_max,
        ring_behind_min: (ring_segments_max / 2).max(1),
        pool_segments,
        receive_buffer_bytes: usize::try_from(RECEIVE_BUFFER).ok()?,
        remuxed_max: fixed.remuxed_max,
        standbys_max: fixed.standbys_max,
        vod_max,
        clients_max,
        send_pool_bytes,
        pages_max: fixed.pages_max,
        store_cache_bytes: usize::try_from(fixed.store_cache).ok()?,
        lineup_bytes_max: usize::try_from(fixed.lineup).ok()?,
        import_bytes_max: usize::try_from(fixed.import() - fixed.rules()).ok()?,
        rules_bytes_max: usize::try_from(fixed.rules()).ok()?,
        guide_bytes_max: usize::try_from(fixed.guide).ok()?,
        guides_max: GUIDES_MAX,
        rows: rows(
            demand,
            &fixed,
            pool_segments,
            [clients_max, vod_max],
            send_pool_bytes,
        ),
    })
}

/// How many clients and films the rest holds, and how much memory is left for the send buffers of
/// clients.
fn clients(demand: Demand, rest: u64) -> Option<(usize, usize, u64)> {
    let needed = SEND_POOL_MIN + VOD_MIN as u64 * VOD;
    let share = (rest * 2 / 5).min(rest.checked_sub(needed)?) / CLIENT;
    let share = usize::try_from(share).unwrap_or(usize::MAX);
    let clients = demand.clients.unwrap_or(share.min(CLIENTS_WISHED));
    let send_pool = rest.checked_sub(clients as u64 * CLIENT)?;
    let films = send_pool.saturating_sub(SEND_POOL_MIN) * 3 / 4 / VOD;
    let films = usize::try_from(films).unwrap_or(VOD_MAX);
    let films = films.clamp(VOD_MIN, VOD_MAX);
    let send_pool = send_pool.checked_sub(films as u64 * VOD)?;
    let enough = clients
        >= if demand.clients.is_some() {
            1
        } else {
            CLIENTS_MIN
        };
    (enough && send_pool >= SEND_POOL_MIN).then_some((clients, films, send_pool))
}

fn rows(
    demand: Demand,
    fixed: &Fixed,
    segments: usize,
    [clients, films]: [usize; 2],
    send_pool: u64,
) -> Vec<Row> {
    let row = |name, count, each, why| Row {
        name,
        count,
        each: ByteSize(each),
        why,
    };
    vec![
        row("program", 1, PROGRAM, "code, runtime, stacks"),
        row("store cache", 1, fixed.store_cache, "redb, set explicitly"),
        row("lineups", 2, fixed.lineup, "the current one and the next"),
        row(
            "import",
            1,
            fixed.import(),
            "the lists while they are merged, and the rules for them",
        ),
        row("guide", 1, fixed.guide, "the guide or catalogue being read"),
        row(
            "guides sent",
            GUIDES_MAX,
            GUIDE_DOCUMENT,
            "a piece of each, and gzip",
        ),
        row("catalogue", 1, CATALOGUE, "films and series of accounts"),
        row(
            "pages",
            fixed.pages_max,
            PAGE,
            "connections to page, API and documents",
        ),
        row(
            "upstreams",
            demand.tuners + fixed.standbys_max,
            fixed.upstream,
            "receive buffer, TLS or datagrams, conditioner",
        ),
        row(
            "remuxed",
            fixed.remuxed_max,
            REMUX,
            "films, HLS in fMP4 or with its sound apart, RTSP",
        ),
        row(
            "ring segments",
            segments,
            SEGMENT,
            "one pool, allocated at start",
        ),
        row(
            "clients",
            clients,
            CLIENT,
            "socket, file and record of each",
        ),
        row(
            "films",
            films,
            VOD,
            "as files, each read at its client's place",
        ),
        row(
            "send buffers",
            1,
            send_pool,
            "all clients together; the slowest goes first",
        ),
    ]
}

/// The smallest budget, in whole MiB, that holds the demand.
fn budget_needed(demand: Demand) -> ByteSize {
    let fits = |mib: u64| {
        carve(Demand {
            budget: ByteSize::mib(mib),
            ..demand
        })
        .is_some()
    };
    let (mut too_small, mut enough) = (0, 1);
    while !fits(enough) && enough < 1 << 20 {
        (too_small, enough) = (enough, enough * 2);
    }
    while too_small + 1 < enough {
        let middle = too_small.midpoint(enough);
        if fits(middle) {
            enough = middle
        } else {
            too_small = middle
        }
    }
    ByteSize::mib(enough)
}

/// The most tuners that the budget holds.
fn tuners_possible(demand: Demand) -> usize {
    let fits = |tuners: usize| carve(Demand { tuners, ..demand }).is_some();
    let (mut enough, mut too_many) = (0, TUNERS_MAX + 1);
    while enough + 1 < too_many {
        let middle = enough.midpoint(too_many);
        if fits(middle) {
            enough = middle
        } else {
            too_many = middle
        }
    }
    enough
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for row in &self.rows {
            let (count, each, total) = (row.count, row.each.to_string(), row.total().to_string());
            writeln!(
                f,
                "{:<14} {count:>6} x {each:>9} = {total:>9}   {}",
                row.name, row.why
            )?;
        }
        let (total, budget) = (self.total().to_string(), self.demand.budget.to_string());
        write!(
            f,
            "{:<14} {:>6}   {:>9} = {total:>9}   of memory.budget = {budget}",
            "together", "", ""
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn demand(mib: u64, tuners: usize) -> Demand {
        Demand {
            budget: ByteSize::mib(mib),
            tuners,
            clients: None,
            standby: false,
        }
    }

    #[test]
    fn every_plan_stays_within_its_budget() {
        let mut plans = 0;
        for mib in (32..512).step_by(7).chain([1024, 4096, 65_536]) {
            for tuners in [1, 2, 4, 8, 10, 64, 500, 2048] {
                if let Ok(plan) = Plan::new(demand(mib, tuners)) {
                    assert!(plan.total() <= plan.demand.budget, "{plan}");
                    assert!(plan.ring_segments_max >= RING_SEGMENTS_MIN);
                    assert!(plan.pool_segments >= (tuners + 1) * plan.ring_segments_max);
                    plans += 1;
                }
            }
        }
        assert!(plans > 200, "{plans}");
    }

    #[test]
    fn the_defaults_hold_a_family_and_a_thousand() {
        let plan = Plan::new(demand(96, 8)).unwrap();
        assert!(plan.ring_segments_max >= 7, "1.75 MiB a ring: {plan}");
        assert!(plan.lineup_bytes_max >= 10 << 20, "60,000 channels: {plan}");
        assert!(plan.vod_max >= 20, "{plan}");
        assert!(Plan::new(demand(96, 10)).unwrap().clients_max >= 1000);
    }

    #[test]
    fn what_stands_by_stands_in_the_plan() {
        let of = |mib, tuners, standby| {
            let demand = Demand {
                standby,
                ..demand(mib, tuners)
            };
            Plan::new(demand).unwrap()
        };
        for (mib, tuners, standbys) in [(96, 8, 2), (64, 4, 1), (256, 8, 8), (512, 64, 28)] {
            let (off, hot) = (of(mib, tuners, false), of(mib, tuners, true));
            assert_eq!((off.standbys_max, hot.standbys_max), (0, standbys), "{hot}");
            assert!(hot.total() <= hot.demand.budget, "{hot}");
            let rings = tuners + standbys + 1;
            assert_eq!(hot.pool_segments, rings * hot.ring_segments_max, "{hot}");
            assert_eq!(hot.remuxed_max, off.remuxed_max + standbys, "{hot}");
        }
        assert!(of(96, 8, true).ring_segments_max >= 4, "1 MiB a ring");
    }

    #[test]
    fn half_the_default_runs_too() {
        let plan = Plan::new(demand(48, 8)).unwrap();
        assert!(plan.clients_max >= 100, "{plan}");
        assert!(plan.lineup_bytes_max >= 5 << 20, "30,000 channels: {plan}");
    }

    #[test]
    fn what_does_not_fit_says_what_would() {
        let refused = Plan::new(demand(96, 2048)).unwrap_err();
        let DoesNotFit {
            budget_needed,
            tuners_possible,
            ..
        } = refused.clone();
        assert!(
            Plan::new(Demand {
                budget: budget_needed,
                ..demand(0, 2048)
            })
            .is_ok()
        );
        assert!(
            Plan::new(Demand {
                budget: ByteSize(budget_needed.0 - MIB),
                ..demand(0, 2048)
            })
            .is_err()
        );
        assert!(Plan::new(demand(96, tuners_possible)).is_ok());
        assert!(Plan::new(demand(96, tuners_possible + 1)).is_err());
        assert!(
            refused.to_string().contains("memory.budget = 96 MiB"),
            "{refused}"
        );
        assert_eq!(Plan::new(demand(4, 1)).unwrap_err().tuners_possible, 0);
    }
}
