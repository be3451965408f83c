//! A series with its episodes, as its panel tells them at that moment.
//!
//! `episodes` is braces with a season for a name, or a list of lists; `info` is `[]` where there is none
//! (`xtream::Reader`). Nothing of it is kept: a series is opened by a person, now and then.

use std::collections::BTreeMap;

use desk::catalog::{CatalogError, EpisodeView, FilmKind, SeasonView, SeriesView, TitleId};
use xtream::{Action, Episode, Fields, Limits};

use crate::{
    Account, Catalog,
    film::path,
    job::clipped,
    limits::{EPISODE_TITLE_BYTES_MAX, EPISODES_MAX, OBJECT_BYTES_MAX, SERIES_BYTES_MAX},
};

/// Bytes of what a series is about.
const PLOT_BYTES_MAX: usize = 1 << 10;
/// Bytes of its name.
const NAME_BYTES_MAX: usize = 256;

impl Catalog {
    /// A series with its episodes.
    ///
    /// # Errors
    /// Where there is none, or its panel does not answer.
    pub async fn series(&self, title: &TitleId) -> Result<SeriesView, CatalogError> {
        let account = self.account(title.source)?;
        let limits = Limits {
            object_bytes_max: OBJECT_BYTES_MAX,
            answer_bytes_max: SERIES_BYTES_MAX,
            ..Limits::default()
        };
        let told = base::Lock::new(Told::default());
        let action = Action::SeriesInfo(&title.id);
        let mut begin = || *told.lock() = Told::default();
        let mut take = |name: &str, season: &str, fields: Fields<'_>| {
            told.lock().take(title.source, name, season, fields);
        };
        self.ask(&account, action, limits, &mut begin, &mut take)
            .await?;
        let told = std::mem::take(&mut *told.lock());
        told.view(title).ok_or(CatalogError::NotFound)
    }

    /// An account whose films and series are listed.
    fn account(&self, source: u16) -> Result<Account, CatalogError> {
        let accounts = self.accounts.borrow();
        let account = accounts
            .iter()
            .find(|account| account.id == source && account.is_listed());
        account.cloned().ok_or(CatalogError::NotFound)
    }
}

/// What has been told of a series so far.
#[derive(Debug, Default)]
struct Told {
    series: SeriesView,
    seasons: BTreeMap<u32, Vec<EpisodeView>>,
    episodes: usize,
}

impl Told {
    fn take(&mut self, source: u16, name: &str, season: &str, fields: Fields<'_>) {
        match name {
            "info" => {
                let text = |names: &[&str], max| clipped(&fields.text_of(names), max).to_owned();
                self.series.name = text(&["name", "title"], NAME_BYTES_MAX);
                self.series.plot = text(&["plot", "description"], PLOT_BYTES_MAX);
                fields.address("cover").clone_into(&mut self.series.poster);
            }
            "episodes" => self.episode(source, season, fields),
            _ => {}
        }
    }

    fn episode(&mut self, source: u16, season: &str, fields: Fields<'_>) {
        let episode = Episode::of(season, fields).filter(|it| TitleId::is_fit(&it.id));
        let Some(episode) = episode else {
            return;
        };
        if self.episodes >= EPISODES_MAX {
            self.series.is_cut = true;
            return;
        }
        self.episodes += 1;
        let view = EpisodeView {
            id: format!("{source}-{}", episode.id),
            number: episode.number,
            title: clipped(&episode.title, EPISODE_TITLE_BYTES_MAX).to_owned(),
            path: path(FilmKind::Episode, source, &episode.id, &episode.extension),
        };
        self.seasons.entry(episode.season).or_default().push(view);
    }

    /// `None` where the panel knows nothing of it.
    fn view(self, title: &TitleId) -> Option<SeriesView> {
        if self.series.name.is_empty() && self.episodes == 0 {
            return None;
        }
        let seasons = self.seasons.into_iter().map(|(season, mut episodes)| {
            // Stable: those without a number stay as they came.
            episodes.sort_by_key(|episode| episode.number);
            SeasonView { season, episodes }
        });
        Some(SeriesView {
            id: format!("{}-{}", title.source, title.id),
            seasons: seasons.collect(),
            ..self.series
        })
    }
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;

    use super::*;

    fn view(answer: &str) -> Option<SeriesView> {
        let mut told = Told::default();
        let mut reader = xtream::Reader::seeing_through(Limits::default(), "episodes");
        let read = reader.push(answer.as_bytes(), &mut |item| {
            told.take(3, item.name, item.inner, item.fields);
            ControlFlow::Continue(())
        });
        read.unwrap();
        assert!(reader.finish().unwrap().is_whole);
        told.view(&TitleId::parse("3-9").unwrap())
    }

    fn listed(view: &SeriesView) -> Vec<String> {
        let seasons = view.seasons.iter();
        let rows = seasons.flat_map(|it| it.episodes.iter().map(|e| (it.season, e)));
        rows.map(|(season, it)| format!("{season}x{} {} {}", it.number, it.title, it.path))
            .collect()
    }

    #[test]
    fn episodes_come_in_every_shape() {
        let two =
            r#"{"id":"21","episode_num":"2","title":"B","container_extension":"mp4","info":[]}"#;
        let one = r#"{"id":20,"episode_num":1,"title":"A","container_extension":"mkv","season":1}"#;
        let expected = ["1x1 A /vod/episode/3-20.mkv", "1x2 B /vod/episode/3-21.mp4"];
        let answer = format!(
            r#"{{"seasons":[],"info":{{"name":"S","plot":"P"}},"episodes":{{"1":[{two},{one}]}}}}"#
        );
        let by_season = view(&answer).unwrap();
        let told = (by_season.name.as_str(), by_season.plot.as_str());
        assert_eq!(told, ("S", "P"));
        assert_eq!(listed(&by_season), expected);
        // A list of lists names no season but in the episode.
        let lists = format!(r#"{{"info":[],"episodes":[[{one}],[{two}]]}}"#);
        let view = view(&lists).unwrap();
        assert_eq!((view.id.as_str(), view.name.as_str()), ("3-9", ""));
        let listed = listed(&view);
        assert_eq!(
            listed,
            ["0x2 B /vod/episode/3-21.mp4", "1x1 A /vod/episode/3-20.mkv"]
        );
    }

    #[test]
    fn what_is_not_there_is_none() {
        for answer in ["[]", r#"{"info":[],"episodes":[]}"#, "null"] {
            assert_eq!(view(answer), None, "{answer}");
        }
    }

    #[test]
    fn there_are_only_so_many_episodes() {
        let mut told = Told::default();
        let mut reader = xtream::Reader::seeing_through(Limits::default(), "episodes");
        let all: Vec<_> = (0..EPISODES_MAX + 5)
            .map(|n| format!(r#"{{"id":{n}}}"#))
            .collect();
        let answer = format!(r#"{{"episodes":{{"1":[{}]}}}}"#, all.join(","));
        let read = reader.push(answer.as_bytes(), &mut |item| {
            told.take(3, item.name, item.inner, item.fields);
            ControlFlow::Continue(())
        });
        read.unwrap();
        assert!(told.series.is_cut);
        assert_eq!(told.episodes, EPISODES_MAX);
    }
}
