//! `lineup_status.json` and `status.json`: what the device is doing.

use std::fmt::{self, Display, Write};
use std::net::IpAddr;

use super::escape::Json;

/// Whether the device looks for channels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scan {
    /// No scan.
    Idle,
    /// A scan runs.
    Running {
        /// How far it is, 0–100.
        progress_percent: u8,
        /// Channels found so far.
        found: usize,
    },
}

/// Writes `lineup_status.json`. `Source` is one of `SourceList`, or Plex does not go on.
///
/// # Errors
/// Where `out` fails.
pub fn write_lineup_status_json(out: &mut impl Write, scan: Scan) -> fmt::Result {
    match scan {
        Scan::Idle => out.write_str(
            "{\"ScanInProgress\":0,\"ScanPossible\":1,\"Source\":\"Cable\",\
             \"SourceList\":[\"Antenna\",\"Cable\"]}\n",
        ),
        Scan::Running {
            progress_percent,
            found,
        } => writeln!(
            out,
            "{{\"ScanInProgress\":1,\"Progress\":{},\"Found\":{found}}}",
            progress_percent.min(100)
        ),
    }
}

/// What a tuner in use shows in `status.json`.
#[derive(Clone, Copy)]
pub struct TunerInUse<'a> {
    /// GuideNumber that plays.
    pub number: &'a dyn Display,
    /// Its name.
    pub name: &'a str,
    /// The client.
    pub target: Option<IpAddr>,
}

/// Writes the entry of tuner `index` in `status.json`, with its comma or its bracket: the array
/// opens with entry 0 and closes where `last`. There is no signal to measure, so it is always
/// perfect.
///
/// # Errors
/// Where `out` fails.
pub fn write_status_json_entry(
    out: &mut impl Write,
    index: usize,
    in_use: Option<TunerInUse<'_>>,
    last: bool,
) -> fmt::Result {
    out.write_str(if index == 0 { "[" } else { "," })?;
    write!(out, "{{\"Resource\":\"tuner{index}\"")?;
    if let Some(TunerInUse {
        number,
        name,
        target,
    }) = in_use
    {
        write!(
            out,
            ",\"VctNumber\":\"{number}\",\"VctName\":\"{}\"",
            Json(name)
        )?;
        if let Some(address) = target {
            write!(out, ",\"TargetIP\":\"{address}\"")?;
        }
        out.write_str(
            ",\"SignalStrengthPercent\":100,\"SignalQualityPercent\":100,\"SymbolQualityPercent\":100",
        )?;
    }
    out.write_str(if last { "}]\n" } else { "}" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_the_state_of_a_scan() {
        let mut out = String::new();
        write_lineup_status_json(&mut out, Scan::Idle).unwrap();
        write_lineup_status_json(
            &mut out,
            Scan::Running {
                progress_percent: 42,
                found: 17,
            },
        )
        .unwrap();
        assert_eq!(
            out,
            "{\"ScanInProgress\":0,\"ScanPossible\":1,\"Source\":\"Cable\",\"SourceList\":[\"Antenna\",\"Cable\"]}\n\
             {\"ScanInProgress\":1,\"Progress\":42,\"Found\":17}\n"
        );
    }

    #[test]
    fn writes_tuners() {
        let mut out = String::new();
        let target = Some("192.0.2.9".parse().unwrap());
        let in_use = TunerInUse {
            number: &"5.1",
            name: "One \"HD\"",
            target,
        };
        write_status_json_entry(&mut out, 0, Some(in_use), false).unwrap();
        write_status_json_entry(&mut out, 1, None, true).unwrap();
        assert_eq!(
            out,
            "[{\"Resource\":\"tuner0\",\"VctNumber\":\"5.1\",\"VctName\":\"One \\\"HD\\\"\",\
             \"TargetIP\":\"192.0.2.9\",\"SignalStrengthPercent\":100,\
             \"SignalQualityPercent\":100,\"SymbolQualityPercent\":100},\
             {\"Resource\":\"tuner1\"}]\n"
        );
    }
}
