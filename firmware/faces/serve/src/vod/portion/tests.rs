use super::*;
use proptest::prelude::*;

fn head(status: u16, content_range: &str, content_length: Option<u64>) -> VodHead {
    VodHead {
        status,
        content_type: Some("video/mp4".to_owned()),
        content_length,
        content_range: (!content_range.is_empty()).then(|| content_range.to_owned()),
        etag: Some("\"a\"".to_owned()),
        ..VodHead::default()
    }
}

/// First, end and whether it is a part.
fn bytes(head: &VodHead, range: Option<ByteRange>) -> Result<(u64, Option<u64>, bool), Unusable> {
    match judge(head, range, false)? {
        Verdict::Portion(portion) => Ok((portion.first, portion.end, portion.is_part)),
        other => panic!("{other:?}"),
    }
}

#[test]
fn parts_are_those_that_were_asked_for() {
    use ByteRange::{Between, From, Last};
    for (range, status, given, length, expected) in [
        (From(10), 206, "bytes 10-99/100", Some(90), Some((10, 100))),
        (From(10), 206, "bytes 10-99/100", None, Some((10, 100))),
        // Less than was asked for: the rest is asked for later.
        (From(10), 206, "bytes 10-49/100", Some(40), Some((10, 100))),
        (
            Between(10, 19),
            206,
            "bytes 10-19/100",
            Some(10),
            Some((10, 20)),
        ),
        (
            Between(10, 19),
            206,
            "bytes 10-14/100",
            Some(5),
            Some((10, 20)),
        ),
        (
            Between(90, 199),
            206,
            "bytes 90-99/100",
            Some(10),
            Some((90, 100)),
        ),
        (
            Between(0, u64::MAX),
            206,
            "bytes 0-99/100",
            None,
            Some((0, 100)),
        ),
        (From(10), 206, "bytes 10-99/*", Some(90), Some((10, 100))),
        (Last(30), 206, "bytes 70-99/100", Some(30), Some((70, 100))),
        (Last(300), 206, "bytes 0-99/100", Some(100), Some((0, 100))),
        // A part, called all of it.
        (From(10), 200, "bytes 10-99/100", Some(90), Some((10, 100))),
        // Lies.
        (From(10), 206, "bytes 0-99/100", Some(100), None),
        (From(10), 206, "bytes 11-99/100", Some(89), None),
        (From(10), 206, "bytes 10-99/100", Some(100), None),
        (From(10), 206, "bytes 10-100/100", Some(91), None),
        (From(10), 206, "", Some(90), None),
        (From(10), 206, "bytes */100", None, None),
        (Between(10, 19), 206, "bytes 10-99/100", Some(90), None),
        (Last(30), 206, "bytes 0-29/100", Some(30), None),
        (From(10), 200, "bytes 11-99/100", Some(89), None),
    ] {
        let judged = bytes(&head(status, given, length), Some(range));
        let expected = expected.map(|(first, end)| (first, Some(end), true));
        assert_eq!(judged, expected.ok_or(Unusable::Lie), "{range} {given}");
    }
}

#[test]
fn the_whole_file_is_what_says_so() {
    for (range, status, given, length, expected) in [
        (None, 200, "", Some(100), Ok((0, Some(100), false))),
        (None, 200, "", None, Ok((0, None, false))),
        (
            None,
            206,
            "bytes 0-99/100",
            Some(100),
            Ok((0, Some(100), false)),
        ),
        (
            Some(ByteRange::From(10)),
            200,
            "",
            Some(100),
            Ok((0, Some(100), false)),
        ),
        (
            Some(ByteRange::From(0)),
            200,
            "bytes 0-99/100",
            Some(100),
            Ok((0, Some(100), false)),
        ),
        (
            Some(ByteRange::From(0)),
            206,
            "bytes 0-99/100",
            Some(100),
            Ok((0, Some(100), true)),
        ),
        (None, 206, "bytes 0-49/100", Some(50), Err(Unusable::Lie)),
        (
            None,
            200,
            "",
            Some(0),
            Err(Unusable::NoFilm("nothing".to_owned())),
        ),
        (None, 204, "", None, Err(Unusable::Status(204))),
        (None, 404, "", None, Err(Unusable::Status(404))),
        (None, 416, "", None, Err(Unusable::Status(416))),
    ] {
        assert_eq!(
            bytes(&head(status, given, length), range),
            expected,
            "{status} {given}"
        );
    }
}

#[test]
fn whether_ranges_are_taken_is_told() {
    let takes = |accept: Option<&str>, range, has_if_range| {
        let head = VodHead {
            accept_ranges: accept.map(str::to_owned),
            ..head(200, "", Some(100))
        };
        match judge(&head, range, has_if_range) {
            Ok(Verdict::Portion(portion)) => portion.takes_ranges,
            other => panic!("{other:?}"),
        }
    };
    let range = Some(ByteRange::From(5));
    assert_eq!(takes(None, None, false), None);
    assert_eq!(takes(Some("bytes"), None, false), Some(true));
    assert_eq!(takes(Some("none"), None, false), Some(false));
    assert_eq!(
        takes(Some("bytes"), range, false),
        Some(false),
        "it does not"
    );
    assert_eq!(
        takes(Some("bytes"), range, true),
        Some(true),
        "the file is another one"
    );
}

#[test]
fn parts_that_there_are_not() {
    let judged = |given: &str, range| judge(&head(416, given, Some(0)), Some(range), false);
    let beyond = ByteRange::From(100);
    let no_part = |total| Ok(Verdict::NoSuchPart(total));
    assert_eq!(judged("bytes */100", beyond), no_part(Some(100)));
    assert_eq!(judged("", beyond), no_part(None));
    assert_eq!(
        judged("bytes */100", ByteRange::Last(0)),
        no_part(Some(100))
    );
    assert_eq!(
        judged("bytes */100", ByteRange::From(99)),
        Err(Unusable::Lie)
    );
    assert_eq!(
        judged("bytes */0", ByteRange::Between(0, 0)),
        no_part(Some(0))
    );
}

#[test]
fn what_is_no_film_is_refused() {
    for (content_type, encoding, is_film) in [
        ("", "", true),
        ("application/octet-stream", "identity", true),
        ("video/x-matroska", "", true),
        ("text/html; charset=utf-8", "", false),
        ("Application/JSON", "", false),
        ("application/vnd.apple.mpegurl", "", false),
        ("multipart/byteranges; boundary=x", "", false),
        ("video/mp4", "gzip", false),
    ] {
        let head = VodHead {
            content_type: Some(content_type.to_owned()),
            content_encoding: (!encoding.is_empty()).then(|| encoding.to_owned()),
            ..head(200, "", Some(100))
        };
        assert_eq!(
            judge(&head, None, false).is_ok(),
            is_film,
            "{content_type} {encoding}"
        );
    }
}

#[test]
fn only_the_same_file_goes_on() {
    let first = judge(
        &head(206, "bytes 10-99/100", Some(90)),
        Some(ByteRange::From(10)),
        false,
    );
    let Ok(Verdict::Portion(portion)) = first else {
        panic!("{first:?}");
    };
    let rest = head(206, "bytes 50-99/100", Some(50));
    let changed = |change: fn(&mut VodHead)| {
        let mut head = rest.clone();
        change(&mut head);
        goes_on(&head, &portion, 50)
    };
    assert_eq!(goes_on(&rest, &portion, 50), Some(true));
    assert_eq!(
        changed(|head| head.etag = None),
        Some(true),
        "not told again"
    );
    assert_eq!(goes_on(&rest, &portion, 51), Some(false), "another place");
    assert_eq!(
        changed(|head| head.etag = Some("\"b\"".to_owned())),
        Some(false)
    );
    assert_eq!(
        changed(|head| head.content_range = Some("bytes 50-99/101".to_owned())),
        Some(false)
    );
    assert_eq!(
        goes_on(&head(200, "", Some(100)), &portion, 50),
        Some(false)
    );
    assert_eq!(
        goes_on(&head(416, "bytes */40", None), &portion, 50),
        Some(false)
    );
    assert_eq!(
        goes_on(&head(503, "", None), &portion, 50),
        None,
        "it may pass"
    );
}

#[test]
fn validators() {
    let film = |etag: &str, modified: Option<&str>| {
        let head = VodHead {
            etag: Some(etag.to_owned()),
            last_modified: modified.map(str::to_owned),
            ..VodHead::default()
        };
        Film::of(&head, None).validator().map(str::to_owned)
    };
    let date = "Sat, 29 Oct 1994 19:43:31 GMT";
    assert_eq!(film("\"a\"", Some(date)).as_deref(), Some("\"a\""));
    assert_eq!(film("W/\"a\"", Some(date)).as_deref(), Some(date));
    assert_eq!(film("W/\"a\"", None), None);
    assert_eq!(film("no tag", None), None);
}

proptest! {
    /// Whatever a provider says: what is passed on begins where it was asked to and has an end
    /// behind its beginning.
    #[test]
    fn never_more_than_was_asked_for(
        status in prop::sample::select(vec![200_u16, 206, 416]),
        (first, last) in (0..20_u64, 0..20_u64),
        total in prop::option::of(0..25_u64),
        length in prop::option::of(0..25_u64),
        (from, to) in (0..20_u64, 0..20_u64),
    ) {
        let given = ContentRange::Part { first, last, total }.to_string();
        for range in [ByteRange::From(from), ByteRange::Last(to), ByteRange::Between(from.min(to), to)] {
            let Ok(Verdict::Portion(portion)) = judge(&head(status, &given, length), Some(range), false) else {
                continue;
            };
            let end = portion.end.unwrap_or(u64::MAX);
            prop_assert!(portion.first < end);
            if portion.is_part {
                match range {
                    ByteRange::From(wanted) => prop_assert_eq!(portion.first, wanted),
                    ByteRange::Between(wanted, until) => {
                        prop_assert_eq!(portion.first, wanted);
                        prop_assert!(end <= until + 1);
                    }
                    ByteRange::Last(count) => prop_assert!(end - portion.first <= count),
                }
            }
        }
    }

    #[test]
    fn never_panics(status: u16, given: String, length: Option<u64>, range: String) {
        let range = ByteRange::parse(&format!("bytes={range}"));
        let _ = judge(&head(status, &format!("bytes {given}"), length), range, false);
    }
}
