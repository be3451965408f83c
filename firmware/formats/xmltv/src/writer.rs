//! Guides as `xmltv.dtd` has them, a piece at a time: whoever sends one holds no more than that.

use std::fmt::{self, Write};

use crate::{Field, Kind, time::Stamp};

/// The beginning of a guide. `generator` names who made it.
///
/// # Errors
/// Those of `out`.
pub fn write_head(out: &mut impl Write, generator: &str) -> fmt::Result {
    out.write_str(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE tv SYSTEM \"xmltv.dtd\">\n",
    )?;
    writeln!(out, "<tv generator-info-name=\"{}\">", Escaped(generator))
}

/// A channel. An empty `icon` is left out.
///
/// # Errors
/// Those of `out`.
pub fn write_channel<'a>(
    out: &mut impl Write,
    id: &str,
    names: impl IntoIterator<Item = &'a str>,
    icon: &str,
) -> fmt::Result {
    write!(out, "<channel id=\"{}\">", Escaped(id))?;
    for name in names {
        write!(out, "<display-name>{}</display-name>", Escaped(name))?;
    }
    if !icon.is_empty() {
        write!(out, "<icon src=\"{}\"/>", Escaped(icon))?;
    }
    out.write_str("</channel>\n")
}

/// A programme from `start` to `stop`, in seconds since 1970. `fields` come in the order of
/// [`Kind`].
///
/// # Errors
/// Those of `out`.
pub fn write_programme<'a>(
    out: &mut impl Write,
    channel: &str,
    [start, stop]: [i64; 2],
    fields: impl IntoIterator<Item = Field<'a>>,
) -> fmt::Result {
    let (start, stop) = (Stamp(start), Stamp(stop));
    write!(
        out,
        "<programme start=\"{start}\" stop=\"{stop}\" channel=\"{}\">",
        Escaped(channel)
    )?;
    for field in fields {
        write_field(out, field)?;
    }
    out.write_str("</programme>\n")
}

fn write_field(out: &mut impl Write, field: Field<'_>) -> fmt::Result {
    let Field {
        kind,
        attribute,
        text,
    } = field;
    let element = kind.element();
    write!(out, "<{element}")?;
    if !attribute.is_empty() && !kind.attribute().is_empty() {
        write!(out, " {}=\"{}\"", kind.attribute(), Escaped(attribute))?;
    }
    let text = Escaped(text);
    match kind {
        _ if text.0.is_empty() => out.write_str("/>"),
        Kind::Rating | Kind::StarRating => write!(out, "><value>{text}</value></{element}>"),
        _ => write!(out, ">{text}</{element}>"),
    }
}

/// The end of a guide.
///
/// # Errors
/// Those of `out`.
pub fn write_tail(out: &mut impl Write) -> fmt::Result {
    out.write_str("</tv>\n")
}

/// A text as it may stand in an element or an attribute, without what XML 1.0 (2.2) has no place
/// for.
struct Escaped<'a>(&'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_special = |c: char| {
            matches!(c, '&' | '<' | '>' | '"' | '\u{fffe}' | '\u{ffff}') || (c < ' ' && c != '\n')
        };
        let mut rest = self.0;
        while let Some(at) = rest.find(is_special) {
            let (plain, special) = rest.split_at(at);
            f.write_str(plain)?;
            let mut chars = special.chars();
            f.write_str(match chars.next() {
                Some('&') => "&amp;",
                Some('<') => "&lt;",
                Some('>') => "&gt;",
                Some('"') => "&quot;",
                Some('\t' | '\r') => " ",
                _ => "",
            })?;
            rest = chars.as_str();
        }
        f.write_str(rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_what_the_dtd_asks_for() {
        let mut out = String::new();
        write_head(&mut out, "Dipole").unwrap();
        write_channel(
            &mut out,
            "a&b",
            ["A \"<B>\"", "5.1"],
            "http://l.example/?a=1&b",
        )
        .unwrap();
        let field = |kind, attribute, text| Field {
            kind,
            attribute,
            text,
        };
        let fields = [
            field(Kind::Title, "en", "R&B\u{1}"),
            field(Kind::Icon, "http://i.example/", ""),
            field(Kind::New, "", ""),
            field(Kind::Rating, "FSK", "12"),
        ];
        write_programme(&mut out, "a&b", [0, 3600], fields).unwrap();
        write_tail(&mut out).unwrap();
        assert_eq!(
            out,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
             <!DOCTYPE tv SYSTEM \"xmltv.dtd\">\n\
             <tv generator-info-name=\"Dipole\">\n\
             <channel id=\"a&amp;b\"><display-name>A &quot;&lt;B&gt;&quot;</display-name>\
             <display-name>5.1</display-name><icon src=\"http://l.example/?a=1&amp;b\"/></channel>\n\
             <programme start=\"19700101000000 +0000\" stop=\"19700101010000 +0000\" channel=\"a&amp;b\">\
             <title lang=\"en\">R&amp;B</title><icon src=\"http://i.example/\"/><new/>\
             <rating system=\"FSK\"><value>12</value></rating></programme>\n\
             </tv>\n"
        );
    }
}
