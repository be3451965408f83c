//! What rules cost: `cargo run --release -p rules --example rules_speed`. 30,000 entries such as
//! providers send, once through each of some sets.

use std::{
    io::{self, Write},
    time::Instant,
};

use rules::{Entry, RuleSet, Rules};

const ENTRIES: usize = 30_000;

fn main() -> io::Result<()> {
    let mut out = io::stdout().lock();
    let names: Vec<String> = (0..ENTRIES)
        .map(|n| {
            let country = ["US", "UK", "DE", "AR"][n % 4];
            let base = ["HBO", "Sky Sports", "Das Erste", "قناة"][n / 4 % 4];
            format!("{country}| {base} {n} ᴴᴰ (1080p) [Not 24/7]")
        })
        .collect();
    for (what, count, pattern, action, with) in [
        ("one exclude", 1, "shop(ping)?|adult|xxx", "exclude", None),
        ("50 excludes", 50, r"^(AR|TR)\|.*\bshop", "exclude", None),
        ("200 excludes", 200, r"^(AR|TR)\|.*shop", "exclude", None),
        (
            "a renaming",
            1,
            r"^[A-Z]{2}\| *|\s*(ᴴᴰ|\(\d+p\)|\[[^]]*\])",
            "rename",
            Some(""),
        ),
        (
            "50 renamings",
            50,
            r"^([A-Z]{2})\| *(\w+)",
            "rename",
            Some("$1| $2"),
        ),
    ] {
        let rules: Vec<_> = (0..count)
            .map(|n| {
                let mut rule = serde_json::json!({
                    "name": n.to_string(), "pattern": pattern, "action": action,
                });
                if let Some(with) = with {
                    rule["with"] = with.into();
                }
                rule
            })
            .collect();
        let set = serde_json::json!({ "rules": rules });
        let set: RuleSet = serde_json::from_value(set).map_err(io::Error::other)?;
        let begin = Instant::now();
        let mut rules = Rules::compile(&set, 2 << 20).map_err(io::Error::other)?;
        let compiled = begin.elapsed();
        let begin = Instant::now();
        let mut kept = 0;
        for name in &names {
            let entry = Entry {
                source: "one",
                name,
                ..Entry::default()
            };
            kept += usize::from(rules.apply(&entry).is_kept);
        }
        writeln!(
            out,
            "{what:<14} {:>5} KiB, made in {:>6.1} ms, run in {:>7.1} ms, {kept} kept",
            rules.bytes() >> 10,
            compiled.as_secs_f64() * 1e3,
            begin.elapsed().as_secs_f64() * 1e3,
        )?;
    }
    Ok(())
}
