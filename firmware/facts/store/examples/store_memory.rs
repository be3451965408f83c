//! Saves and loads 30,000 channels, to be run under `/usr/bin/time -v`: what does the store add to
//! the process beyond the lineup itself? `empty` as an argument does all but the store.

use std::{env, error::Error, path::Path};

use lineup::{Channel, ChannelId, GuideNumber, HeldKey, Known, Lineup, LineupBuilder, Remembered};
use store::{Choices, Import, Options, Store};

const CHANNELS: u16 = 30_000;
const CACHE_BYTES: usize = 1 << 20;
const LINEUP_BYTES_MAX: usize = 32 << 20;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = env::args()
        .nth(1)
        .ok_or("usage: store_memory FOLDER|empty")?;
    let lineup = lineup()?;
    let numbers = lineup.iter().map(|Channel { id, number, .. }| Remembered {
        id,
        number,
        since: 1,
        last_seen: 1,
        waits: false,
    });
    let held = lineup.iter().flat_map(|Channel { id, .. }| {
        [id.0, !id.0].map(|key| HeldKey {
            key,
            id,
            last_seen: 1,
        })
    });
    let known = Known {
        numbers: numbers.collect(),
        held: held.collect(),
    };
    if folder == "empty" {
        return Ok(());
    }
    let store = Store::open(
        Path::new(&folder),
        Options {
            cache_bytes: CACHE_BYTES,
        },
    )?;
    for _ in 0..2 {
        store.save_import(&Import {
            lineup: &lineup,
            known: &known,
            sources: &[],
            choices: Choices::default(),
            states: &[],
            list: None,
        })?;
    }
    Ok(())
}

fn lineup() -> Result<Lineup, Box<dyn Error>> {
    let mut builder = LineupBuilder::new(LINEUP_BYTES_MAX);
    for major in 1..=CHANNELS {
        let id = ChannelId(u64::from(major).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let number = GuideNumber::new(major, 0).ok_or("0 is no number")?;
        let name = format!("Channel {major}");
        let url = format!("http://provider.example/live/user/password/{major}.ts");
        builder.push(Channel {
            group: "News and weather",
            logo: &format!("http://logos.example/{major}.png"),
            tvg_id: &format!("channel{major}.example"),
            ..Channel::new(id, number, &name, &url)
        })?;
    }
    Ok(builder.build())
}
