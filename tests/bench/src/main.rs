//! Load and measurement for `scripts/bench`: a paced source, counting clients, a server's costs.
//!
//! `source` is the provider, `load` the audience, which also reads what the server costs from
//! `/proc`; which servers are compared, and how, is said by `suite/`.

mod check;
mod clock;
mod cost;
mod load;
mod packet;
mod source;
mod stream;

use std::{
    error::Error,
    io::{self, Write as _},
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    process::{Command, ExitCode},
    time::Duration,
};

use lexopt::{Arg, Parser, ValueExt as _};

const USAGE: &str = "\
dipole-bench source [--port N] [--channels N] [--bits N] [--chunked]
    N live channels at http://127.0.0.1:PORT/ch/0.ts ..., a list of them at /list.m3u, and
    counted connections at /stats
dipole-bench file PATH [--channel N] [--bits N] [--seconds N]
    writes seconds of one channel
dipole-bench load --pid N [--clients N] [--stalled N] [--check-every N] [--warmup S] [--window S]
                  [--after S] [--again] URL...
    clients spread over the channels at these addresses; prints what they got and what the server
    with this process id (and its children) spent, as JSON. --stalled: further clients that do not
    read. --after: seconds to go on behind the window. --again: a stream that ends is asked for
    again
dipole-bench cost PROGRAM [ARGUMENT...]
    runs a program to its end and prints its wall time, CPU time and peak resident memory as JSON
";

type Failure = Box<dyn Error>;

fn main() -> ExitCode {
    match command(Parser::from_env()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn command(mut parser: Parser) -> Result<(), Failure> {
    let name = match parser.next()? {
        Some(Arg::Value(name)) => name.string()?,
        _ => return Err(USAGE.into()),
    };
    match name.as_str() {
        "source" => run_source(parser),
        "file" => run_file(parser),
        "load" => run_load(parser),
        "cost" => run_cost(parser),
        _ => Err(USAGE.into()),
    }
}

fn run_source(mut parser: Parser) -> Result<(), Failure> {
    let mut config = source::Config {
        address: SocketAddr::from((Ipv4Addr::LOCALHOST, 8400)),
        channels: 10,
        bits_per_second: 8_000_000,
        is_chunked: false,
    };
    while let Some(arg) = parser.next()? {
        match arg {
            Arg::Long("port") => config.address.set_port(parser.value()?.parse()?),
            Arg::Long("channels") => config.channels = parser.value()?.parse()?,
            Arg::Long("bits") => config.bits_per_second = parser.value()?.parse()?,
            Arg::Long("chunked") => config.is_chunked = true,
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(source::run(config)?)
}

fn run_file(mut parser: Parser) -> Result<(), Failure> {
    let mut path = None::<PathBuf>;
    let (mut channel, mut bits_per_second, mut seconds) = (0, 8_000_000, 60);
    while let Some(arg) = parser.next()? {
        match arg {
            Arg::Value(value) if path.is_none() => path = Some(value.into()),
            Arg::Long("channel") => channel = parser.value()?.parse()?,
            Arg::Long("bits") => bits_per_second = parser.value()?.parse()?,
            Arg::Long("seconds") => seconds = parser.value()?.parse()?,
            other => return Err(other.unexpected().into()),
        }
    }
    let path = path.ok_or("file needs a path")?;
    Ok(source::write_file(
        &path,
        channel,
        bits_per_second,
        seconds,
    )?)
}

fn run_load(mut parser: Parser) -> Result<(), Failure> {
    let mut config = load::Config::default();
    let seconds = |parser: &mut Parser| -> Result<Duration, lexopt::Error> {
        Ok(Duration::from_secs(parser.value()?.parse()?))
    };
    while let Some(arg) = parser.next()? {
        match arg {
            Arg::Value(url) => config.urls.push(url.string()?),
            Arg::Long("pid") => config.server_pid = parser.value()?.parse()?,
            Arg::Long("clients") => config.clients = parser.value()?.parse()?,
            Arg::Long("stalled") => config.stalled = parser.value()?.parse()?,
            Arg::Long("check-every") => config.check_every = parser.value()?.parse()?,
            Arg::Long("warmup") => config.warmup = seconds(&mut parser)?,
            Arg::Long("window") => config.window = seconds(&mut parser)?,
            Arg::Long("after") => config.after = seconds(&mut parser)?,
            Arg::Long("again") => config.is_again = true,
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(load::run(&config)?)
}

fn run_cost(mut parser: Parser) -> Result<(), Failure> {
    let mut words = parser.raw_args()?;
    let program = words.next().ok_or("cost needs a program")?;
    let cost = cost::run(Command::new(program).args(words))?;
    writeln!(io::stdout(), "{}", serde_json::to_string(&cost)?)?;
    Ok(())
}
