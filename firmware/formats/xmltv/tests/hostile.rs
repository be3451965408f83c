//! Guides that mean harm: what is held stays small, and what follows is read.

mod common;

use common::read;
use xmltv::Limits;

const GOOD: &str = "<programme start='20260101' channel='z'><title>good</title></programme></tv>";

/// The last programme of a guide, which must be the good one, however the guide is cut.
fn survives(what: &str, text: &[u8]) -> common::Kept {
    let text = [text, GOOD.as_bytes()].concat();
    let (whole, summary) = read([text.as_slice()], Limits::default());
    assert!(summary.expect(what).is_whole, "{what}");
    let (cut, _) = read(text.chunks(1009), Limits::default());
    assert_eq!(whole, cut, "{what}");
    let last = whole.programmes.last().expect(what);
    assert_eq!(
        (last.channel.as_str(), last.fields[0].2.as_str()),
        ("z", "good"),
        "{what}"
    );
    let longest = whole.programmes.iter().flat_map(|it| &it.fields);
    let longest = longest.map(|(_, attribute, text)| attribute.len().max(text.len()));
    assert!(
        longest.max() <= Some(Limits::default().text_bytes_max),
        "{what}"
    );
    whole
}

#[test]
fn entities_of_the_guide_are_never_expanded() {
    let mut bomb = "<?xml version='1.0'?><!DOCTYPE tv [<!ENTITY a 'aaaaaaaaaa'>".to_owned();
    for n in 0..20 {
        let before = if n == 0 {
            "a".to_owned()
        } else {
            format!("b{}", n - 1)
        };
        bomb += &format!("<!ENTITY b{n} '{}'>", format!("&{before};").repeat(10));
    }
    bomb += "<!ENTITY f SYSTEM 'file:///etc/passwd'>]><tv>\
             <programme start='20260101' channel='y'><title>&b19; &f;</title></programme>";
    let kept = survives("a bomb", bomb.as_bytes());
    assert_eq!(kept.programmes[0].fields[0].2, "&b19; &f;");
}

#[test]
fn depth_and_length_are_bounded() {
    let deep = format!("<tv>{}", "<a>".repeat(1_000_000));
    survives("a million open elements", deep.as_bytes());
    let within = "<b>".repeat(500_000);
    let within =
        format!("<tv><programme start='20260101' channel='y'><title>t{within}</programme>");
    survives("half a million within a title", within.as_bytes());
    let mib = "x".repeat(1 << 20);
    for (what, text) in [
        (
            "an attribute",
            format!("<tv><channel id='{mib}'><display-name>n</display-name></channel>"),
        ),
        (
            "a channel",
            format!("<tv><programme start='20260101' channel='{mib}'><title>t</title></programme>"),
        ),
        (
            "a language",
            format!(
                "<tv><programme start='20260101' channel='y'><title lang='{mib}'>t</title></programme>"
            ),
        ),
        (
            "a title",
            format!("<tv><programme start='20260101' channel='y'><title>{mib}</title></programme>"),
        ),
        ("a name", format!("<tv><{mib}/>")),
        ("a comment", format!("<tv><!--{mib}-->")),
        ("a text", format!("<tv>{mib}")),
        (
            "many attributes",
            format!("<tv><a {}/>", "b='1' ".repeat(200_000)),
        ),
        (
            "many fields",
            format!(
                "<tv><programme start='20260101' channel='y'>{}</programme>",
                "<category>c</category>".repeat(100_000)
            ),
        ),
    ] {
        survives(what, text.as_bytes());
    }
}

#[test]
fn what_is_in_no_encoding_is_read_as_far_as_it_goes() {
    for label in [
        "utf-8",
        "utf-16",
        "iso-8859-1",
        "no-such-thing",
        "utf-7",
        "ISO-2022-JP",
        "",
    ] {
        let mut text = format!("<?xml version='1.0' encoding='{label}'?><tv>").into_bytes();
        text.extend(b"<programme start='20260101' channel='y'><title>\xff\xfe\x80\xc3(\0</title></programme>");
        survives(label, &text);
    }
}
