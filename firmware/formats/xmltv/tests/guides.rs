//! Guides as they are found, and what is made of them.

mod common;

use common::read;
use xmltv::{Error, Kind, Limits};

fn guide(body: &str) -> String {
    format!("<?xml version=\"1.0\"?><tv>{body}</tv>")
}

#[test]
fn a_programme_with_everything() {
    let text = guide(
        "<channel id='a'><display-name lang='en'>A</display-name><display-name>B</display-name>\
         <icon src='http://l.example/a.png'/><url>x</url></channel>\
         <programme start='20260411200000 +0200' stop='20260411203000 +0200' channel='a'>\
         <title lang='de'>T</title><sub-title>S</sub-title><desc>D <b>bold</b> end</desc>\
         <credits><director>X</director></credits><date>2001</date><category>News</category>\
         <icon src='i'/><episode-num system='onscreen'>S1</episode-num><video><quality>HD</quality></video>\
         <previously-shown start='2020'/><premiere>first</premiere><new/>\
         <rating system='FSK'><icon src='no'/><value>12</value></rating>\
         <star-rating><value>3/5</value></star-rating></programme>",
    );
    let (kept, summary) = read([text.as_bytes()], Limits::default());
    let summary = summary.unwrap();
    assert!(summary.is_whole && summary.channels == 1 && summary.programmes == 1);
    let names = vec!["A".to_owned(), "B".to_owned()];
    assert_eq!(kept.channels, [("a".to_owned(), names)]);
    let programme = &kept.programmes[0];
    assert_eq!(programme.stop, Some(programme.start + 1800));
    let fields: Vec<_> = programme.fields.iter().collect();
    let expected = [
        (Kind::Title, "de", "T"),
        (Kind::SubTitle, "", "S"),
        (Kind::Description, "", "D bold end"),
        (Kind::Date, "", "2001"),
        (Kind::Category, "", "News"),
        (Kind::Icon, "i", ""),
        (Kind::EpisodeNumber, "onscreen", "S1"),
        (Kind::PreviouslyShown, "2020", ""),
        (Kind::Premiere, "", "first"),
        (Kind::New, "", ""),
        (Kind::Rating, "FSK", "12"),
        (Kind::StarRating, "", "3/5"),
    ];
    assert_eq!(fields.len(), expected.len(), "{fields:?}");
    for (field, (kind, attribute, text)) in fields.into_iter().zip(expected) {
        assert_eq!(*field, (kind, attribute.to_owned(), text.to_owned()));
    }
}

#[test]
fn what_is_broken_costs_itself_only() {
    let good = "<programme start='20260101' channel='z'><title>good</title></programme>";
    for broken in [
        "<programme start='20260101' channel='a'><title>open",
        "<programme start='20260101' channel='a'><title>x</programme>",
        "<programme start='never' channel='a'><title>x</title></programme>",
        "<programme start='20260101'><title>x</title></programme>",
        "<programme start='20260101' channel='a'><x:y><title>x</title></programme>",
        "<programme start='20260101' channel='a'><title>x</title><br></programme>",
        "<programme start='20260101' channel='a'",
        "<channel><display-name>no id</display-name></channel>",
        "<channel id='a'><display-name>never closed",
        "< & <3 </nothing> ]]>",
        "<!-- <programme> -->",
    ] {
        let text = guide(&format!("{broken}{good}"));
        let (kept, summary) = read([text.as_bytes()], Limits::default());
        let last = kept.programmes.last().expect(broken);
        assert_eq!(last.channel, "z", "{broken}");
        assert_eq!(last.fields[0].2, "good", "{broken}");
        assert!(summary.unwrap().is_whole, "{broken}");
    }
}

#[test]
fn what_is_no_guide_is_refused_with_its_name() {
    let long = "x".repeat(100_000);
    let comment = format!("<!--{long}");
    for (text, error) in [
        ("", Error::Empty),
        (" \n", Error::Empty),
        ("<", Error::NotAGuide),
        ("<html><body>", Error::WebPage),
        ("<!DOCTYPE HTML><body>", Error::WebPage),
        ("<rss></rss>", Error::NotAGuide),
        ("{\"error\":1}", Error::NotAGuide),
        ("#EXTM3U\n#EXTINF", Error::Playlist),
        ("\u{fd}", Error::NotAGuide),
        (&comment, Error::NotAGuide),
    ] {
        let (_, refused) = read([text.as_bytes()], Limits::default());
        assert_eq!(refused.unwrap_err(), error, "{:.20}", text);
    }
    let xz = [b"\xfd7zXZ\0\0\x04".as_slice()];
    assert_eq!(read(xz, Limits::default()).1, Err(Error::Packed("xz")));
    let limits = Limits {
        bytes_max: 10,
        ..Limits::default()
    };
    let too_long = read([b"<tv></tv>  ".as_slice()], limits).1;
    assert_eq!(too_long, Err(Error::TooLong { bytes_max: 10 }));
}
