//! The lineup, derived anew from the lists of all sources.

use std::{ops::ControlFlow, sync::Arc};

use lineup::{
    EntryText, Full, Imported, Importer, Known, Lineup, LineupBuilder, Merging, Numbering, Shaping,
    SourceKey, StableHash, decisions::Decisions,
};
use store::{Choices, Import, List, RulesRow, SourceRow, Store};

use crate::{
    Config, Error, TestChannel, rules::RuleBook, shape::Spared, sources::SOURCES_MAX, test_channel,
};

/// What a lineup is made of.
pub(crate) struct Rebuild<'a> {
    pub(crate) config: &'a Config,
    /// The lists of all sources.
    pub(crate) store: &'a Store,
    /// The owner's rules.
    pub(crate) rules: &'a RuleBook,
    /// What the owner decides.
    pub(crate) decisions: Arc<Decisions>,
    /// A list that takes the place of the one in the store, and the number of its source.
    pub(crate) fresh: Option<(u16, &'a List)>,
    /// Whether a part of the fresh list will do: its source has no other.
    pub(crate) may_cut: bool,
}

/// A lineup that has not been stored yet.
pub(crate) struct Rebuilt {
    pub(crate) lineup: Lineup,
    pub(crate) known: Known,
    /// What of the owner's it was made by.
    pub(crate) choices: Choices,
    /// Entries that are the same as another.
    pub(crate) duplicates: usize,
    /// So many entries of the fresh list fit, and why no more.
    pub(crate) cut: Option<(u64, Full)>,
}

impl Rebuild<'_> {
    /// Makes the lineup. Nothing is stored.
    ///
    /// Where the plan has no room for all lists it is [`Error::Full`], unless it is a fresh list
    /// alone that may be cut: that one is added last, so that no other loses a channel to it.
    pub(crate) fn run(&self) -> Result<Rebuilt, Error> {
        let shaper = self.rules.ready()?;
        let rules_bytes = shaper.bytes();
        let mut known = self.store.load_known()?;
        let shaper = &Spared::new(&shaper, &self.decisions, &known.held);
        let test = match self.config.test_channel {
            TestChannel::Always => Some(test_channel::beside(&mut known.numbers)),
            TestChannel::Auto | TestChannel::Never => None,
        };
        let held = self.fresh.map_or(0, |(_, list)| list.bytes());
        // What the rules do not take is there for the lists.
        let spare = self.rules.bytes_max().saturating_sub(rules_bytes);
        let bytes_max = (self.config.import_bytes_max + spare).saturating_sub(held);
        let choices = choices(self.config, self.rules);
        let is_anew = numbering_was(self.store.load_choices()?) != choices.numbering;
        let decisions = Arc::clone(&self.decisions);
        let lineup_bytes_max = self.config.lineup_bytes_max;
        let mut importer = Importer::new(bytes_max)
            .for_lineup_of(lineup_bytes_max.saturating_sub(decisions.bytes()))
            .numbered(numbering(self.config, self.rules), is_anew)
            .merging(self.config.merging)
            .chosen(Arc::clone(&self.config.choice), self.is_later())
            .under(decisions);
        let last = self.fresh.filter(|_| self.may_cut);
        for index in self.config.sources.enabled() {
            match self.fresh {
                Some((fresh, _)) if fresh == index && self.may_cut => {}
                Some((fresh, list)) if fresh == index => {
                    self.add(index, &mut importer, shaper, |take| {
                        list.each(take);
                        Ok(())
                    })?
                }
                _ => self.add_stored(index, &mut importer, shaper)?,
            }
        }
        let cut = last.and_then(|(index, list)| self.add_part(index, list, &mut importer, shaper));
        let Imported {
            mut lineup,
            known,
            duplicates,
            ..
        } = importer.finish(known, test);
        if lineup.total() == 0 {
            lineup = lonely(self.config)?.under(Arc::clone(&self.decisions));
        }
        Ok(Rebuilt {
            lineup,
            known,
            choices,
            duplicates,
            cut,
        })
    }

    /// Whether what is new comes of a list that is not the first of its source: it came by itself, and
    /// nobody has asked for it.
    const fn is_later(&self) -> bool {
        self.fresh.is_some() && !self.may_cut
    }

    fn add_stored(
        &self,
        index: u16,
        importer: &mut Importer,
        shaper: &dyn Shaping,
    ) -> Result<(), Error> {
        self.add(index, importer, shaper, |take| {
            Ok(self.store.each_entry(index, take)?)
        })
    }

    /// Adds a list, whole.
    fn add(
        &self,
        index: u16,
        importer: &mut Importer,
        shaper: &dyn Shaping,
        list: impl FnOnce(&mut dyn FnMut(EntryText<'_>) -> ControlFlow<()>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let key = self.key(index);
        let mut full = None;
        list(&mut |entry| {
            full = importer.add(key, entry, shaper).err();
            flow(full.is_none())
        })?;
        full.map_or(Ok(()), |full| Err(full.into()))
    }

    /// Adds as much of a list as fits; how many entries that were, where not all.
    fn add_part(
        &self,
        index: u16,
        list: &List,
        importer: &mut Importer,
        shaper: &dyn Shaping,
    ) -> Option<(u64, Full)> {
        let key = self.key(index);
        let (mut count, mut full) = (0, None);
        list.each(|entry| {
            full = importer.add(key, entry, shaper).err();
            count += u64::from(full.is_none());
            flow(full.is_none())
        });
        full.map(|full| (count, full))
    }

    fn key(&self, index: u16) -> SourceKey<'_> {
        let source = &self.config.sources[usize::from(index)];
        SourceKey {
            index,
            name: &source.name,
            priority: source.priority,
        }
    }
}

const fn flow(goes_on: bool) -> ControlFlow<()> {
    if goes_on {
        ControlFlow::Continue(())
    } else {
        ControlFlow::Break(())
    }
}

/// How channels get their numbers, by the configuration and the rules.
fn numbering(config: &Config, rules: &RuleBook) -> Numbering {
    Numbering {
        of_rules: rules.numbers_fingerprint(),
        ..config.numbering.clone()
    }
}

fn choices(config: &Config, rules: &RuleBook) -> Choices {
    Choices {
        rules: rules.fingerprint(&config.sources),
        numbering: numbering(config, rules).fingerprint(),
        merging: similarity(config.merging),
    }
}

/// What the streams of channels depend on, in a figure that is never 0. What only stands beside each
/// other is no part of a lineup.
fn similarity(merging: Merging) -> u64 {
    let percent = merging.similarity_percent.to_string();
    StableHash::new().text(&percent).value().max(1)
}

/// A Dipole that did not write it down knew one way alone.
fn numbering_was(choices: Choices) -> u64 {
    match choices.numbering {
        0 => Numbering::default().fingerprint(),
        numbering => numbering,
    }
}

/// The lineup of the last run. Where it would not be the same today, because sources have come, gone,
/// moved or another priority, or the test channel, because its owner has chosen other rules or
/// numbers, or other names to be alike, or because this Dipole derives otherwise, it is made anew and
/// stored.
pub(crate) fn recall(config: &Config, store: &Store, rules: &RuleBook) -> Result<Lineup, Error> {
    let decisions = Arc::new(store.load_decisions()?);
    let Some(snapshot) = store.load_lineup(config.lineup_bytes_max)? else {
        return Ok(lonely(config)?.under(decisions));
    };
    let lineup = snapshot
        .lineup
        .under(decisions)
        .chosen(Arc::clone(&config.choice));
    let are_the_same = config
        .sources
        .deriving()
        .eq(snapshot.sources.iter().copied());
    if are_the_same
        && has_test(&lineup) == wants_test(&lineup, config)
        && snapshot.derivation == lineup::DERIVATION
        && snapshot.choices == choices(config, rules)
    {
        return Ok(lineup);
    }
    match anew(config, store, rules, Fact::Known) {
        Err(error) if are_the_same || matches!(error, Error::Rules(_)) => {
            tracing::error!(%error, "the lineup was not made anew; it stays as it was");
            Ok(lineup)
        }
        rebuilt => rebuilt,
    }
}

/// A fact that is new with a lineup, and stored together with it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fact<'a> {
    /// None.
    Known,
    /// Which sources there are.
    Book(&'a [SourceRow]),
    /// The rules.
    Rules(&'a RulesRow),
}

/// The lineup of all lists as they are, stored.
pub(crate) fn anew(
    config: &Config,
    store: &Store,
    rules: &RuleBook,
    fact: Fact<'_>,
) -> Result<Lineup, Error> {
    let rebuild = Rebuild {
        config,
        store,
        rules,
        decisions: Arc::new(store.load_decisions()?),
        fresh: None,
        may_cut: false,
    };
    let rebuilt = rebuild.run()?;
    let import = Import {
        lineup: &rebuilt.lineup,
        known: &rebuilt.known,
        sources: &config.sources.deriving().collect::<Vec<_>>(),
        choices: rebuilt.choices,
        states: &[],
        list: None,
    };
    match fact {
        Fact::Known => store.save_import(&import)?,
        Fact::Book(rows) => store.save_book_and_import(rows, &import)?,
        Fact::Rules(row) => store.save_rules_and_import(row, &import)?,
    };
    Ok(rebuilt.lineup)
}

fn has_test(lineup: &Lineup) -> bool {
    let channel = lineup
        .find(test_channel::ID)
        .and_then(|index| lineup.get(index));
    channel.is_some_and(|channel| channel.stream().is_built_in())
}

fn wants_test(lineup: &Lineup, config: &Config) -> bool {
    match config.test_channel {
        TestChannel::Always => true,
        TestChannel::Auto => lineup.total() <= usize::from(has_test(lineup)),
        TestChannel::Never => false,
    }
}

/// The lineup before any source has channels.
pub(crate) fn lonely(config: &Config) -> Result<Lineup, Full> {
    let mut builder = LineupBuilder::new(config.lineup_bytes_max);
    match config.test_channel {
        TestChannel::Auto | TestChannel::Always => builder.push(test_channel::alone())?,
        TestChannel::Never => {}
    }
    Ok(builder.build())
}

/// By number of the source, the channels that have a stream of it.
pub(crate) fn channels_of(lineup: &Lineup) -> Vec<usize> {
    let mut counts = vec![0; SOURCES_MAX];
    for place in 0..lineup.total() {
        let streams = lineup.streams(place);
        for (at, stream) in streams.clone().enumerate() {
            let is_first = streams
                .clone()
                .take(at)
                .all(|it| it.source != stream.source);
            if let (true, Some(count)) = (is_first, counts.get_mut(usize::from(stream.source))) {
                *count += 1;
            }
        }
    }
    counts
}
