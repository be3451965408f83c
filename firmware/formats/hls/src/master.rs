//! Master playlists: variants, renditions, and which variant to play.

use url::Url;

/// A list of variants of one programme (RFC 8216 4.3.4).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MasterPlaylist {
    /// Variants in the order of the text; at least one.
    pub variants: Vec<Variant>,
    /// Renditions in the order of the text.
    pub renditions: Vec<Rendition>,
}

/// EXT-X-STREAM-INF or EXT-X-I-FRAME-STREAM-INF.
#[derive(Clone, Debug, PartialEq)]
pub struct Variant {
    /// Its media playlist.
    pub uri: Url,
    /// Peak rate in bit/s; 0 where it is not stated.
    pub bandwidth: u64,
    /// Average rate in bit/s.
    pub average_bandwidth: Option<u64>,
    /// Picture size.
    pub resolution: Option<Resolution>,
    /// RFC 6381 names of the codecs, separated by commas.
    pub codecs: Option<String>,
    /// GROUP-ID of the audio renditions that go with it.
    pub audio_group: Option<String>,
    /// The sound is in a playlist of its own: the rendition of its audio group that is played has
    /// an address.
    pub audio_apart: bool,
    /// Key frames alone, for trick play.
    pub iframes_only: bool,
}

/// Picture size in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resolution {
    /// Pixels from left to right.
    pub width: u64,
    /// Pixels from top to bottom.
    pub height: u64,
}

/// EXT-X-MEDIA (RFC 8216 4.3.4.1).
#[derive(Clone, Debug, PartialEq)]
pub struct Rendition {
    /// What it holds.
    pub kind: RenditionKind,
    /// GROUP-ID.
    pub group: String,
    /// NAME, for people.
    pub name: String,
    /// RFC 5646 tag.
    pub language: Option<String>,
    /// Its media playlist; `None` means it is inside the variants.
    pub uri: Option<Url>,
    /// DEFAULT=YES.
    pub default: bool,
    /// AUTOSELECT=YES.
    pub autoselect: bool,
}

/// TYPE of a rendition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RenditionKind {
    /// Sound.
    Audio,
    /// Another picture, such as a camera angle.
    Video,
    /// Subtitles.
    Subtitles,
    /// Captions inside the video, or anything the standard does not know.
    Other,
}

/// Which variant a viewer of the source wants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Preference {
    /// The highest rate.
    #[default]
    Best,
    /// The highest rate that is at most [`Preference::AUTO_HEIGHT_MAX`] lines high and
    /// [`Preference::AUTO_BANDWIDTH_MAX`] bit/s; the lowest rate if none is.
    Auto,
    /// The lowest rate.
    Worst,
}

impl Preference {
    /// Full HD: what every HDHomeRun client decodes.
    pub const AUTO_HEIGHT_MAX: u64 = 1080;
    /// 8 Mbit/s in bit/s: the rate that the fan-out is planned for.
    pub const AUTO_BANDWIDTH_MAX: u64 = 8_000_000;
}

impl MasterPlaylist {
    /// The variant to play: a picture before sound alone, key frames only if there is nothing else; among equals the one that `preference` asks for.
    ///
    /// A bit rate is compared before a picture size, since the size is often missing.
    pub fn choose(&self, preference: Preference) -> Option<&Variant> {
        let top = self.variants.iter().map(Variant::use_class).max()?;
        let candidates = || {
            self.variants
                .iter()
                .filter(|variant| variant.use_class() == top)
        };
        match preference {
            Preference::Best => first_max(candidates()),
            Preference::Worst => candidates().min_by_key(|variant| variant.rank()),
            Preference::Auto => first_max(candidates().filter(|variant| variant.is_moderate()))
                .or_else(|| candidates().min_by_key(|variant| variant.rank())),
        }
    }
}

impl MasterPlaylist {
    /// The rendition with the sound of a variant, where it is in a playlist of its own. A variant
    /// of sound alone is that playlist itself, or plays as well as it.
    pub fn audio_of(&self, variant: &Variant) -> Option<&Rendition> {
        let group = variant.audio_group.as_deref()?;
        let chosen = first_choice(&self.renditions, group);
        chosen.filter(|rendition| rendition.uri.is_some() && !variant.is_audio_only())
    }
}

/// Of the sound of a group what a player without a wish plays (RFC 8216 4.3.4.1): the default,
/// else the first that may be chosen automatically, else the first.
pub(crate) fn first_choice<'a>(renditions: &'a [Rendition], group: &str) -> Option<&'a Rendition> {
    let is_own =
        |rendition: &&Rendition| rendition.kind == RenditionKind::Audio && rendition.group == group;
    let own = || renditions.iter().filter(is_own);
    own()
        .find(|rendition| rendition.default)
        .or_else(|| own().find(|rendition| rendition.autoselect))
        .or_else(|| own().next())
}

impl Variant {
    /// How useful it is as a television programme, higher is better.
    fn use_class(&self) -> u8 {
        match (self.iframes_only, self.is_audio_only()) {
            (true, _) => 0,
            (_, true) => 1,
            (_, false) => 2,
        }
    }

    /// No picture size, and codecs that are all known to be sound.
    fn is_audio_only(&self) -> bool {
        let sound = [
            "mp4a", "ac-3", "ec-3", "ac-4", "mp3", "opus", "fLaC", "alac",
        ];
        let is_sound = |codec: &str| sound.iter().any(|prefix| codec.trim().starts_with(prefix));
        self.resolution.is_none()
            && self
                .codecs
                .as_ref()
                .is_some_and(|codecs| codecs.split(',').all(is_sound))
    }

    fn is_moderate(&self) -> bool {
        self.bandwidth <= Preference::AUTO_BANDWIDTH_MAX
            && self
                .resolution
                .is_none_or(|size| size.height <= Preference::AUTO_HEIGHT_MAX)
    }

    fn rank(&self) -> (u64, u64) {
        let pixels = self
            .resolution
            .map_or(0, |size| size.width.saturating_mul(size.height));
        (self.bandwidth, pixels)
    }
}

/// The highest in rank; of equals the first, which authors put in front to be played first.
fn first_max<'a>(variants: impl Iterator<Item = &'a Variant>) -> Option<&'a Variant> {
    variants.reduce(|best, next| {
        if next.rank() > best.rank() {
            next
        } else {
            best
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Playlist;

    fn choose(text: &str, preference: Preference) -> String {
        let base = Url::parse("http://example.com/").expect("constant");
        let Ok(Playlist::Master(master)) = Playlist::parse(text.as_bytes(), &base) else {
            panic!("a master playlist: {text}");
        };
        master
            .choose(preference)
            .map(|v| v.uri.path().to_owned())
            .unwrap_or_default()
    }

    const LADDER: &str = "#EXTM3U\n\
        #EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=99000000,URI=\"iframes\"\n\
        #EXT-X-STREAM-INF:BANDWIDTH=64000,CODECS=\"mp4a.40.2\"\nsound\n\
        #EXT-X-STREAM-INF:BANDWIDTH=5000000,RESOLUTION=1920x1080\nhd\n\
        #EXT-X-STREAM-INF:BANDWIDTH=7000000,RESOLUTION=3840x2160\nsmall-uhd\n\
        #EXT-X-STREAM-INF:BANDWIDTH=16000000,RESOLUTION=3840x2160\nuhd\n\
        #EXT-X-STREAM-INF:BANDWIDTH=800000,RESOLUTION=640x360\nlow\n";

    #[test]
    fn the_ladder() {
        assert_eq!(choose(LADDER, Preference::Best), "/uhd");
        assert_eq!(choose(LADDER, Preference::Auto), "/hd");
        assert_eq!(choose(LADDER, Preference::Worst), "/low");
    }

    #[test]
    fn auto_takes_the_lowest_when_all_are_heavy() {
        let heavy = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=20000000\na\n\
            #EXT-X-STREAM-INF:BANDWIDTH=12000000\nb\n";
        assert_eq!(choose(heavy, Preference::Auto), "/b");
    }

    #[test]
    fn sound_alone_is_better_than_nothing() {
        let radio = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=64000,CODECS=\"mp4a.40.2\"\nsound\n\
            #EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=9000000,URI=\"iframes\"\n";
        assert_eq!(choose(radio, Preference::Best), "/sound");
    }

    #[test]
    fn sound_apart_is_as_good_as_in_the_stream() {
        let mixed = "#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"x\",URI=\"a.m3u8\"\n\
            #EXT-X-STREAM-INF:BANDWIDTH=9000000,AUDIO=\"a\"\napart\n\
            #EXT-X-STREAM-INF:BANDWIDTH=2000000\nwhole\n";
        assert_eq!(choose(mixed, Preference::Best), "/apart");
        assert_eq!(choose(mixed, Preference::Worst), "/whole");
    }

    #[test]
    fn the_sound_that_belongs_to_a_variant() {
        let base = Url::parse("http://example.com/").expect("constant");
        let media = |name: &str, rest: &str| {
            format!("#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"{name}\"{rest}\n")
        };
        let one = media("one", ",URI=\"one\"");
        let auto = media("two", ",AUTOSELECT=YES,URI=\"two\"");
        let default = media("three", ",DEFAULT=YES,AUTOSELECT=YES,URI=\"three\"");
        let inside = media("four", ",DEFAULT=YES");
        for (renditions, expected) in [
            (one.clone(), Some("one")),
            (format!("{one}{auto}"), Some("two")),
            (format!("{one}{auto}{default}"), Some("three")),
            (format!("{one}{inside}"), None),
            (String::new(), None),
        ] {
            let text =
                format!("#EXTM3U\n{renditions}#EXT-X-STREAM-INF:BANDWIDTH=1,AUDIO=\"a\"\nv\n");
            let Ok(Playlist::Master(master)) = Playlist::parse(text.as_bytes(), &base) else {
                panic!("a master playlist: {text}");
            };
            let variant = master.choose(Preference::Best).expect("a variant");
            let name = master.audio_of(variant).map(|found| found.name.as_str());
            assert_eq!(name, expected, "{text}");
            assert_eq!(variant.audio_apart, expected.is_some());
        }
    }

    #[test]
    fn of_equals_the_first() {
        let equal = "#EXTM3U\n#EXT-X-STREAM-INF:\na\n#EXT-X-STREAM-INF:PROGRAM-ID=1\nb\n";
        for preference in [Preference::Best, Preference::Auto, Preference::Worst] {
            assert_eq!(choose(equal, preference), "/a");
        }
    }
}
