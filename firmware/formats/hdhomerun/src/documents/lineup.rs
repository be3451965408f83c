//! `lineup.json`, `lineup.xml` and `lineup.m3u` (HTTP Development Guide, "Lineup").

use std::fmt::{self, Display, Write};

use super::escape::{Json, M3u, Xml};

/// One channel of a lineup document.
#[derive(Clone, Copy)]
pub struct Entry<'a> {
    /// GuideNumber as shown, `5` or `5.1`. Must be unique: Plex and Jellyfin keep one of equals.
    pub number: &'a dyn Display,
    /// Name.
    pub name: &'a str,
    /// High definition.
    pub hd: bool,
    /// Marked by the owner as one of the best.
    pub favorite: bool,
    /// The channel's lasting id, by which a guide finds it.
    pub id: u64,
    /// Address of the logo; may be empty.
    pub logo: &'a str,
    /// Group; may be empty.
    pub group: &'a str,
}

/// The form of a lineup document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineupFormat {
    /// `lineup.json`
    Json,
    /// `lineup.xml`
    Xml,
    /// `lineup.m3u`
    M3u,
}

impl LineupFormat {
    /// The Content-Type. Home Assistant reads JSON under no other name.
    #[must_use]
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Xml => "application/xml",
            Self::M3u => "audio/x-mpegurl",
        }
    }

    /// Writes what stands before the first entry. `page_base` is where the guide is had, which a
    /// playlist names (`x-tvg-url`, as Kodi and tvheadend read it); it stands in the head once or not
    /// at all, see [`LineupFormat::names_guide`].
    ///
    /// # Errors
    /// Where `out` fails.
    pub fn write_head(self, out: &mut impl Write, page_base: &str) -> fmt::Result {
        match self {
            Self::Json => out.write_str("["),
            Self::Xml => out.write_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Lineup>"),
            Self::M3u => {
                let page_base = M3u(page_base);
                writeln!(out, "#EXTM3U x-tvg-url=\"{page_base}/xmltv.xml\"")
            }
        }
    }

    /// Whether the head names the guide.
    #[must_use]
    pub const fn names_guide(self) -> bool {
        matches!(self, Self::M3u)
    }

    /// Writes one entry; `first` says that none came before. The address of the channel is
    /// `<stream_base>/auto/v<number>`.
    ///
    /// # Errors
    /// Where `out` fails.
    pub fn write_entry(
        self,
        out: &mut impl Write,
        entry: &Entry<'_>,
        stream_base: &str,
        first: bool,
    ) -> fmt::Result {
        match self {
            Self::Json => write_json(out, entry, stream_base, first),
            Self::Xml => write_xml(out, entry, stream_base),
            Self::M3u => write_m3u(out, entry, stream_base),
        }
    }

    /// Writes what stands behind the last entry.
    ///
    /// # Errors
    /// Where `out` fails.
    pub fn write_tail(self, out: &mut impl Write) -> fmt::Result {
        out.write_str(match self {
            Self::Json => "]\n",
            Self::Xml => "</Lineup>\n",
            Self::M3u => "",
        })
    }
}

/// HD and Favorite are 1 or absent; DRM is never written: Jellyfin drops and Kodi hides such
/// entries.
fn write_json(
    out: &mut impl Write,
    entry: &Entry<'_>,
    stream_base: &str,
    first: bool,
) -> fmt::Result {
    let Entry {
        number,
        name,
        hd,
        favorite,
        ..
    } = entry;
    let separator = if first { "\n" } else { ",\n" };
    let name = Json(name);
    write!(
        out,
        "{separator}{{\"GuideNumber\":\"{number}\",\"GuideName\":\"{name}\""
    )?;
    out.write_str(if *hd { ",\"HD\":1" } else { "" })?;
    out.write_str(if *favorite { ",\"Favorite\":1" } else { "" })?;
    write!(out, ",\"URL\":\"{}/auto/v{number}\"}}", Json(stream_base))
}

fn write_xml(out: &mut impl Write, entry: &Entry<'_>, stream_base: &str) -> fmt::Result {
    let Entry {
        number,
        name,
        hd,
        favorite,
        ..
    } = entry;
    let name = Xml(name);
    write!(
        out,
        "\n<Program><GuideNumber>{number}</GuideNumber><GuideName>{name}</GuideName>"
    )?;
    out.write_str(if *hd { "<HD>1</HD>" } else { "" })?;
    out.write_str(if *favorite {
        "<Favorite>1</Favorite>"
    } else {
        ""
    })?;
    write!(
        out,
        "<URL>{}/auto/v{number}</URL></Program>",
        Xml(stream_base)
    )
}

/// Attributes as tvheadend and pvr.iptvsimple read them.
fn write_m3u(out: &mut impl Write, entry: &Entry<'_>, stream_base: &str) -> fmt::Result {
    let Entry {
        number,
        name,
        id,
        logo,
        group,
        ..
    } = entry;
    let name = M3u(name);
    write!(
        out,
        "#EXTINF:-1 tvg-id=\"{id:016x}\" tvg-chno=\"{number}\" tvg-name=\"{name}\""
    )?;
    for (attribute, value) in [("tvg-logo", logo), ("group-title", group)] {
        if !value.is_empty() {
            write!(out, " {attribute}=\"{}\"", M3u(value))?;
        }
    }
    writeln!(out, ",{name}\n{}/auto/v{number}", M3u(stream_base))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(format: LineupFormat) -> String {
        let mut out = String::new();
        let one = Entry {
            number: &"5.1",
            name: "Example \"One\" & <Two>\n",
            hd: true,
            favorite: true,
            id: 0x1f,
            logo: "http://logo.example/1.png?a=1&b=2",
            group: "News",
        };
        let two = Entry {
            number: &7,
            name: "Seven",
            hd: false,
            favorite: false,
            id: 2,
            logo: "",
            group: "",
        };
        format.write_head(&mut out, "http://192.0.2.7").unwrap();
        format
            .write_entry(&mut out, &one, "http://192.0.2.7:5004", true)
            .unwrap();
        format
            .write_entry(&mut out, &two, "http://192.0.2.7:5004", false)
            .unwrap();
        format.write_tail(&mut out).unwrap();
        out
    }

    #[test]
    fn writes_json() {
        assert_eq!(
            document(LineupFormat::Json),
            r#"[
{"GuideNumber":"5.1","GuideName":"Example \"One\" & <Two>\n","HD":1,"Favorite":1,"URL":"http://192.0.2.7:5004/auto/v5.1"},
{"GuideNumber":"7","GuideName":"Seven","URL":"http://192.0.2.7:5004/auto/v7"}]
"#
        );
    }

    #[test]
    fn writes_xml() {
        assert_eq!(
            document(LineupFormat::Xml),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Lineup>\n\
             <Program><GuideNumber>5.1</GuideNumber><GuideName>Example &quot;One&quot; &amp; &lt;Two&gt;&#10;</GuideName>\
             <HD>1</HD><Favorite>1</Favorite><URL>http://192.0.2.7:5004/auto/v5.1</URL></Program>\n\
             <Program><GuideNumber>7</GuideNumber><GuideName>Seven</GuideName>\
             <URL>http://192.0.2.7:5004/auto/v7</URL></Program></Lineup>\n"
        );
    }

    #[test]
    fn writes_m3u() {
        assert_eq!(
            document(LineupFormat::M3u),
            "#EXTM3U x-tvg-url=\"http://192.0.2.7/xmltv.xml\"\n\
             #EXTINF:-1 tvg-id=\"000000000000001f\" tvg-chno=\"5.1\" tvg-name=\"Example 'One' & <Two> \" \
             tvg-logo=\"http://logo.example/1.png?a=1&b=2\" group-title=\"News\",Example 'One' & <Two> \n\
             http://192.0.2.7:5004/auto/v5.1\n\
             #EXTINF:-1 tvg-id=\"0000000000000002\" tvg-chno=\"7\" tvg-name=\"Seven\",Seven\n\
             http://192.0.2.7:5004/auto/v7\n"
        );
    }
}
