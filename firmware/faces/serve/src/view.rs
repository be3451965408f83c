//! Lineups by name: parts of the whole one, each offered as a tuner of its own.
//!
//! `/profile/<name>/…` answers what `/…` does, for the channels of that profile and under an id of
//! its own, so that a client takes it for a second device. No lineup is copied: a profile is what is
//! left out while a document is written. Streams have one address, whatever they were found in.

use std::sync::Arc;

use hdhomerun::{DeviceId, Identity, Uuid};
use lineup::{Channel, Lineup};

use crate::{
    config::{Profile, SourceView},
    guide::GuidePart,
};

/// What a request looks at: the whole lineup, or a profile.
#[derive(Clone, Debug)]
pub(crate) struct View {
    /// What stands between host and path: nothing, or `/profile/<name>`.
    pub(crate) prefix: String,
    pub(crate) identity: Identity,
    profile: Option<Profile>,
}

/// All views, the whole lineup first.
#[derive(Clone, Debug)]
pub(crate) struct Views(Vec<View>);

impl Views {
    pub(crate) fn new(identity: &Identity, profiles: &[Profile]) -> Self {
        let whole = View {
            prefix: String::new(),
            identity: identity.clone(),
            profile: None,
        };
        let of_profile = |profile: &Profile| View {
            prefix: format!("{PREFIX}{}", profile.name),
            identity: identity_of(identity, &profile.name),
            profile: Some(profile.clone()),
        };
        let views = std::iter::once(whole).chain(profiles.iter().map(of_profile));
        Self(views.collect())
    }

    /// The view that a decoded path names, by its place, and the rest of the path. `None` where the
    /// path names a profile that is not there.
    pub(crate) fn of<'p>(&self, path: &'p str) -> Option<(usize, &'p str)> {
        let Some(rest) = path.strip_prefix(PREFIX) else {
            return Some((WHOLE, path));
        };
        let end = rest.find('/')?;
        let (name, document) = rest.split_at(end);
        let mut profiles = self.0.iter().map(|view| &view.profile);
        let place = profiles.position(|profile| {
            let profile = profile.as_ref();
            profile.is_some_and(|profile| profile.name == name)
        })?;
        Some((place, document))
    }

    /// The view at a place that [`Views::of`] gave; the whole one where there is none.
    pub(crate) fn get(&self, place: usize) -> &View {
        self.0.get(place).unwrap_or(&self.0[WHOLE])
    }

    /// Those with a name.
    pub(crate) fn profiles(&self) -> impl Iterator<Item = &View> {
        self.0.iter().skip(1)
    }
}

/// Where the whole lineup stands among the views.
pub(crate) const WHOLE: usize = 0;

const PREFIX: &str = "/profile/";

/// The same for the same device and name: clients keep what they know of a device under its id.
fn identity_of(device: &Identity, name: &str) -> Identity {
    let mut seed = device.device_id.value().to_be_bytes().to_vec();
    seed.extend_from_slice(name.as_bytes());
    let device_id = DeviceId::from_seed(&seed);
    let mut uuid = device.uuid;
    // The first group of digits; what says which kind of UUID it is stands behind it.
    for (byte, other) in uuid.0.iter_mut().zip(device_id.value().to_be_bytes()) {
        *byte ^= other;
    }
    Identity {
        device_id,
        uuid: Uuid(uuid.0),
        friendly_name: format!("{} {name}", device.friendly_name),
        ..device.clone()
    }
}

impl View {
    /// The name of the profile; empty for the whole lineup.
    pub(crate) fn name(&self) -> &str {
        self.profile.as_ref().map_or("", |profile| &profile.name)
    }

    /// Which channels belong to it, with the sources as they are named now.
    pub(crate) fn selection(&self, sources: &[SourceView]) -> Selection {
        let Some(profile) = &self.profile else {
            return Selection::default();
        };
        let is_named = |source: &&SourceView| profile.sources.contains(&source.settings.name);
        let ids = sources.iter().filter(is_named).map(|source| source.id);
        Selection {
            groups: profile.groups.clone(),
            sources: (!profile.sources.is_empty()).then(|| ids.collect()),
            numbers: profile.numbers.clone(),
            favourites_only: profile.favourites_only,
        }
    }
}

/// Which channels of a lineup. The default is all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Selection {
    /// Names of groups, in any case; empty: all.
    groups: Vec<String>,
    /// Numbers of sources, one of which a stream must come from.
    sources: Option<Vec<u16>>,
    /// First and last majors; empty: all.
    numbers: Vec<(u16, u16)>,
    favourites_only: bool,
}

impl Selection {
    /// Whether the channel at `index`, which is `channel`, belongs to it.
    pub(crate) fn holds(&self, lineup: &Lineup, index: usize, channel: &Channel<'_>) -> bool {
        let group = channel.group.trim();
        let is_in_group = |name: &String| name.to_lowercase() == group.to_lowercase();
        let major = channel.number.major();
        let is_in_range = |&(first, last): &(u16, u16)| (first..=last).contains(&major);
        (!self.favourites_only || lineup.is_favourite(index))
            && (self.numbers.is_empty() || self.numbers.iter().any(is_in_range))
            && (self.groups.is_empty() || self.groups.iter().any(is_in_group))
            && self.sources.as_ref().is_none_or(|sources| {
                let mut streams = lineup.streams(index);
                streams.any(|stream| sources.contains(&stream.source))
            })
    }

    /// The same of the guide; `None` where that is the whole one.
    pub(crate) fn of_guide(self) -> Option<GuidePart> {
        let is_part = !self.is_whole();
        let holds = move |lineup: &Lineup, index: usize| {
            let channel = lineup.get(index);
            channel.is_some_and(|channel| self.holds(lineup, index, &channel))
        };
        is_part.then(|| Arc::new(holds) as GuidePart)
    }

    /// Whether it holds everything.
    pub(crate) fn is_whole(&self) -> bool {
        *self == Self::default()
    }

    /// How many channels of a lineup it holds.
    pub(crate) fn count(&self, lineup: &Lineup) -> usize {
        if self.is_whole() {
            return lineup.len();
        }
        let channels = lineup.iter().enumerate();
        channels
            .filter(|(index, channel)| self.holds(lineup, *index, channel))
            .count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity() -> Identity {
        Identity {
            device_id: DeviceId::from_seed(b"x"),
            uuid: Uuid::from_random([7; 16]),
            friendly_name: "Dipole".to_owned(),
            tuner_count: 2,
        }
    }

    fn profile(name: &str) -> Profile {
        Profile {
            name: name.to_owned(),
            ..Profile::default()
        }
    }

    #[test]
    fn paths_name_views() {
        let views = Views::new(&identity(), &[profile("kids"), profile("news")]);
        for (path, view) in [
            ("/lineup.json", Some((0, "/lineup.json"))),
            ("/profile/kids/lineup.json", Some((1, "/lineup.json"))),
            ("/profile/news/", Some((2, "/"))),
            ("/profile/news", None),
            ("/profile//lineup.json", None),
            ("/profile/Kids/lineup.json", None),
            ("/profile/", None),
            ("/profiles", Some((0, "/profiles"))),
        ] {
            assert_eq!(views.of(path), view, "{path}");
        }
        assert_eq!(views.get(2).prefix, "/profile/news");
        assert_eq!(views.get(9).prefix, "");
    }

    #[test]
    fn each_profile_is_a_device_of_its_own() {
        let device = identity();
        let of = |name| identity_of(&device, name);
        assert_eq!(of("kids"), of("kids"));
        let (kids, news) = (of("kids"), of("news"));
        for (one, other) in [(&device, &kids), (&device, &news), (&kids, &news)] {
            assert_ne!(one.device_id, other.device_id);
            assert_ne!(one.uuid, other.uuid);
            assert_ne!(one.device_auth(), other.device_auth());
        }
        DeviceId::new(kids.device_id.value()).expect("its checksum is right");
        assert_eq!(kids.uuid.0[6] >> 4, 4, "a UUID of version 4");
        assert_eq!(kids.friendly_name, "Dipole kids");
    }
}
