//! The lineup without the channels of sources that are gone or switched off.

use lineup::{Lineup, LineupBuilder};
use store::{Import, Store};

use crate::{Config, Error, merge};

/// Makes and stores it; an error leaves the lineup as it was.
pub(crate) fn rebuild(config: &Config, store: &Store, previous: &Lineup) -> Result<Lineup, Error> {
    let lineup = match without(config, previous)? {
        lineup if lineup.is_empty() => merge::lonely(config)?,
        lineup => lineup,
    };
    store.save_import(&Import {
        lineup: &lineup,
        numbers: &store.load_numbers()?,
        sources: &[],
    })?;
    Ok(lineup)
}

fn without(config: &Config, previous: &Lineup) -> Result<Lineup, Error> {
    let mut builder = LineupBuilder::new(config.lineup_bytes_max);
    for stream in previous.all_streams() {
        if merge::belongs(&stream, config) {
            builder.push(stream)?;
        }
    }
    Ok(builder.build())
}
