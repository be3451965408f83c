//! Answers as panels give them, whole and in pieces.

use std::ops::ControlFlow;

use proptest::prelude::*;
use xtream::{
    AccountReader, Category, Episode, Error, Limits, Live, Movie, Programme, Reader, Series,
};
use xtream::{Standing, Summary};

/// Names of the objects of an answer that comes in pieces of this many bytes.
fn names_in(
    answer: &[u8],
    piece: usize,
    through: &'static str,
) -> Result<(Vec<String>, Summary), Error> {
    let mut reader = Reader::seeing_through(Limits::default(), through);
    let mut names = Vec::new();
    for piece in answer.chunks(piece.max(1)) {
        reader.push(piece, &mut |item| {
            let name = item.fields.text_of(&["name", "title"]);
            names.push(format!("{}{}:{name}", item.name, item.inner));
            ControlFlow::Continue(())
        })?;
    }
    Ok((names, reader.finish()?))
}

fn names(answer: &str) -> Result<(Vec<String>, Summary), Error> {
    let whole = names_in(answer.as_bytes(), usize::MAX, "episodes");
    for piece in [1, 2, 3, 7] {
        let pieces = names_in(answer.as_bytes(), piece, "episodes");
        assert_eq!(pieces, whole, "{answer} by {piece}");
    }
    whole
}

#[test]
fn a_list_is_a_list_whatever_it_looks_like() {
    for answer in [
        r#"[{"name":"A"},{"name":"B"}]"#,
        "\u{feff} \r\n[{\"name\":\"A\"} , {\"name\":\"B\"}]\n",
        r#"[[{"name":"A"}],[[{"name":"B"}]]]"#,
        r#"[{"name":"A"}{"name":"B"},]"#,
        r#"[{"name":"A"},null,false,"x",7,[],{"name":"B"}] <br/>"#,
        "<br />\n<b>Warning</b>:  Undefined array key \"x\" in <b>/home/a.php</b> on line <b>5</b><br />\n[{\"name\":\"A\"},{\"name\":\"B\"}]",
        "Notice: Undefined index: [0] in a.php on line 3\n[ {\"name\":\"A\"},{\"name\":\"B\"}]",
    ] {
        let (names, summary) = names(answer).unwrap();
        assert_eq!(names, [":A", ":B"], "{answer}");
        assert!(summary.is_whole && summary.unreadable == 0, "{answer}");
    }
}

#[test]
fn objects_may_stand_under_names() {
    for (answer, expected) in [
        (r#"{"1":{"name":"A"},"20":{"name":"B"}}"#, ["1:A", "20:B"]),
        (
            r#"{"a":{"name":"A"},"streams":[{"name":"B"}]}"#,
            ["a:A", "streams:B"],
        ),
        (
            r#"{"x":1,"y":"z","1":{"name":"A","b":{"c":[{}]}},"2":{"name":"B"}}"#,
            ["1:A", "2:B"],
        ),
        (
            r#"{"episodes":{"1":[{"title":"A"}],"2":[{"title":"B"}]}}"#,
            ["episodes1:A", "episodes2:B"],
        ),
        (
            r#"{"episodes":[[{"title":"A"}],[{"title":"B"}]]}"#,
            ["episodes:A", "episodes:B"],
        ),
        (
            r#"{"info":{"name":"A"},"episodes":{"3":[{"title":"B"}]}}"#,
            ["info:A", "episodes3:B"],
        ),
        (
            r#"{"a\"}":{"name":"A"},"b":{"name":"}]\\\"B"}}"#,
            ["a\\\"}:A", r#"b:}]\"B"#],
        ),
    ] {
        let (names, summary) = names(answer).unwrap();
        assert_eq!(names, expected, "{answer}");
        assert!(summary.is_whole, "{answer}");
    }
}

#[test]
fn nothing_has_many_writings() {
    for answer in [
        "[]",
        "{}",
        "null",
        "false",
        "0",
        "\"\"",
        " [ ]",
        "[[],[]]",
        "{\"a\":[]}",
    ] {
        let (names, summary) = names(answer).unwrap();
        assert!(names.is_empty() && summary.is_whole, "{answer}");
    }
}

#[test]
fn what_is_no_list_is_told() {
    let page = "<!DOCTYPE html><head><title>Just a\nmoment...</title><script>var a = [{\"b\":1}]; x = {\"c\":2}</script>";
    for (answer, expected) in [
        ("", Error::Empty),
        (" \r\n", Error::Empty),
        (
            page,
            Error::Page {
                title: "Just a moment...".into(),
            },
        ),
        (
            "<br><b>Fatal error</b>: memory",
            Error::Page {
                title: String::new(),
            },
        ),
        (
            "Blocked",
            Error::Words {
                said: "Blocked".into(),
            },
        ),
        (
            "\"INVALID\"",
            Error::Words {
                said: "INVALID".into(),
            },
        ),
        (
            r#"{"error":"no such user","code":3}"#,
            Error::Words {
                said: "no such user".into(),
            },
        ),
    ] {
        assert_eq!(names(answer), Err(expected), "{answer}");
    }
    let refused = names(r#"{"user_info":{"auth":0}}"#);
    assert!(matches!(refused, Err(Error::NotLoggedIn(_))), "{refused:?}");
    assert_eq!(names(r#"{"user_info":{"auth":1}}"#), Err(Error::NotAList));
}

#[test]
fn a_list_that_ends_early_says_so() {
    let answer = br#"[{"name":"A"},{"name":"B"}]"#;
    for len in 1..answer.len() {
        let (names, summary) = names_in(&answer[..len], 5, "").unwrap();
        assert!(!summary.is_whole, "{len}");
        let whole = usize::from(len >= 13) + usize::from(len >= 26);
        assert_eq!(names.len(), whole, "{len}");
    }
}

#[test]
fn what_is_too_much_is_left_out_or_refused() {
    let limits = Limits {
        object_bytes_max: 64,
        objects_max: 3,
        answer_bytes_max: 1000,
        prelude_bytes_max: 40,
    };
    let read = |answer: &str| {
        let mut reader = Reader::new(limits);
        let mut count = 0;
        for piece in answer.as_bytes().chunks(9) {
            reader.push(piece, &mut |_| {
                count += 1;
                ControlFlow::Continue(())
            })?;
        }
        reader.finish().map(|summary| (count, summary.unreadable))
    };
    let long = format!(r#"[{{"name":"{}"}},{{"name":"A"}}]"#, "x".repeat(100));
    assert_eq!(read(&long), Ok((1, 1)));
    assert_eq!(read(r#"[{"name" "A"},{"name":"A"}]"#), Ok((1, 1)));
    let deep = format!(r"{}{}", "[".repeat(200), "]".repeat(200));
    assert_eq!(read(&deep), Ok((0, 1)));
    assert_eq!(
        read(&"{},".repeat(4).replacen('{', "[{", 1)),
        Err(Error::TooMany { objects_max: 3 })
    );
    assert_eq!(
        read(&format!("[{}", " ".repeat(1000))),
        Err(Error::TooLong { bytes_max: 1000 })
    );
    assert!(matches!(
        read(&"word ".repeat(20)),
        Err(Error::Words { .. })
    ));
}

#[test]
fn items_say_what_their_objects_say() {
    let answer = r#"[{"num":1.0,"name":" One\nHD ","stream_id":"123","stream_icon":null,"epg_channel_id":null,"added":"",
        "category_id":"7","tv_archive":"1","tv_archive_duration":"3","custom_sid":null},
        {"stream_id":9,"category_ids":[4,5],"tv_archive":0,"tv_archive_duration":3},
        {"name":"no id"}]"#;
    let mut reader = Reader::new(Limits::default());
    let mut told = Vec::new();
    let read = reader.push(answer.as_bytes(), &mut |item| {
        if let Some(live) = Live::of(item.fields) {
            told.push(format!(
                "{} {} {} {}",
                live.id, live.name, live.category_id, live.archive_days
            ));
        }
        ControlFlow::Continue(())
    });
    assert_eq!(read, Ok(()));
    assert_eq!(told, ["123 One HD 7 3", "9 9 4 0"]);
}

/// What `read` makes of the only object of an answer.
fn one<T>(answer: &str, read: impl Fn(&str, xtream::Fields<'_>) -> T) -> T {
    let mut reader = Reader::seeing_through(Limits::default(), "episodes");
    let mut found = None;
    reader
        .push(answer.as_bytes(), &mut |item| {
            found = Some(read(item.inner, item.fields));
            ControlFlow::Continue(())
        })
        .expect("the answer is one");
    found.expect("the answer holds an object")
}

#[test]
fn films_series_and_guides() {
    let movie = one(
        r#"[{"stream_id":5,"name":"Film","container_extension":".MKV","rating":7.5,"year":1999,"cover":"http://a/b.jpg"}]"#,
        |_, fields| {
            Movie::of(fields).map(|it| {
                format!(
                    "{} {} {} {} {}",
                    it.id, it.extension, it.rating, it.year, it.poster
                )
            })
        },
    );
    assert_eq!(movie.unwrap(), "5 mkv 7.5 1999 http://a/b.jpg");
    let strange = one(
        r#"[{"stream_id":5,"container_extension":"../x"}]"#,
        |_, fields| Movie::of(fields).map(|it| it.extension),
    );
    assert_eq!(strange.unwrap(), "mp4");
    let series = one(
        r#"[{"series_id":"8","name":"S","releaseDate":"2001-02-03"}]"#,
        |_, fields| Series::of(fields).map(|it| format!("{} {} {}", it.id, it.name, it.year)),
    );
    assert_eq!(series.unwrap(), "8 S 2001-02-03");
    for answer in [
        r#"{"episodes":{"2":[{"id":"77","episode_num":"3","title":"T","container_extension":"mp4","info":[]}]}}"#,
        r#"{"episodes":[[{"id":77,"episode_num":3,"season":2,"title":"T"}]]}"#,
    ] {
        let episode = one(answer, |season, fields| {
            Episode::of(season, fields)
                .map(|it| format!("{} {}x{} {}", it.id, it.season, it.number, it.title))
        });
        assert_eq!(episode.unwrap(), "77 2x3 T");
    }
    let category = one(
        r#"[{"category_id":3,"category_name":"News","parent_id":0}]"#,
        |_, fields| Category::of(fields).map(|it| format!("{} {}", it.id, it.name)),
    );
    assert_eq!(category.unwrap(), "3 News");
    for (answer, expected) in [
        (
            r#"{"epg_listings":[{"title":"VGFnZXNzY2hhdQ==","start":"x","start_timestamp":"100","stop_timestamp":200}]}"#,
            Some("Tagesschau 100 200"),
        ),
        (
            r#"{"epg_listings":[{"title":"Late Show","start":"1970-01-01 00:01:40","end":"1970-01-01 00:03:20"}]}"#,
            Some("Late Show 100 200"),
        ),
        (
            r#"{"epg_listings":[{"title":"","start_timestamp":1,"stop_timestamp":2}]}"#,
            None,
        ),
        (
            r#"{"epg_listings":[{"title":"x","start_timestamp":2,"stop_timestamp":2}]}"#,
            None,
        ),
    ] {
        let told = one(answer, |_, fields| {
            Programme::of(fields).map(|it| format!("{} {} {}", it.title, it.start, it.stop))
        });
        assert_eq!(told.as_deref(), expected, "{answer}");
    }
}

fn account(answer: &str) -> Result<xtream::AccountInfo, Error> {
    let mut reader = AccountReader::new(Limits::default());
    for piece in answer.as_bytes().chunks(11) {
        reader.push(piece)?;
    }
    reader.finish()
}

#[test]
fn accounts_as_panels_tell_them() {
    let info = account(
        r#"{"user_info":{"username":"u","password":"p","message":"Hello","auth":1,"status":"Active","exp_date":"1735689600",
        "is_trial":"0","active_cons":"1","created_at":"1","max_connections":"2","allowed_output_formats":["m3u8","rtmp"]},
        "server_info":{"url":"a.example","port":"8080","https_port":"","server_protocol":"HTTP","timezone":"Europe/London"}}"#,
    )
    .unwrap();
    assert!(info.is_accepted && !info.is_trial && !info.formats.ts && info.formats.m3u8);
    assert_eq!(
        (info.connections_max, info.connections_active),
        (Some(2), Some(1))
    );
    assert_eq!(info.expires, Some(1_735_689_600));
    assert_eq!(
        (info.standing, info.standing_at(1_735_689_600)),
        (Standing::Active, Standing::Expired)
    );
    assert_eq!(
        (
            info.server.host.as_str(),
            info.server.port,
            info.server.https_port
        ),
        ("a.example", Some(8080), None)
    );

    for (user, standing, expires, connections) in [
        (
            r#"{"auth":"1","status":"Expired","exp_date":1}"#,
            Standing::Expired,
            Some(1),
            None,
        ),
        (
            r#"{"auth":true,"status":"Banned","exp_date":null}"#,
            Standing::Banned,
            None,
            None,
        ),
        (
            r#"{"status":"Disabled","max_connections":0}"#,
            Standing::Disabled,
            None,
            None,
        ),
        (
            r#"{"auth":1,"status":"Trial","max_connections":3}"#,
            Standing::Active,
            None,
            Some(3),
        ),
        (
            r#"{"auth":1,"exp_date":"Unlimited"}"#,
            Standing::Active,
            None,
            None,
        ),
        (
            r#"{"auth":1,"exp_date":"2025-01-01 00:00:00"}"#,
            Standing::Active,
            Some(1_735_689_600),
            None,
        ),
    ] {
        let info = account(&format!(r#"{{"server_info":[],"user_info":{user}}}"#)).unwrap();
        assert_eq!(
            (info.standing, info.expires, info.connections_max),
            (standing, expires, connections),
            "{user}"
        );
    }
}

#[test]
fn who_is_not_accepted_is_told() {
    for user in [
        r#"{"auth":0}"#,
        r#"{"auth":"0"}"#,
        r#"{"auth":false,"status":"Expired"}"#,
        "{}",
    ] {
        let refused = account(&format!(r#"{{"user_info":{user}}}"#));
        assert!(
            matches!(refused, Err(Error::NotLoggedIn(_))),
            "{user} {refused:?}"
        );
    }
    for nothing in ["", "[]", "{}", "{\"user_info\":[]}"] {
        assert_eq!(account(nothing), Err(Error::Empty), "{nothing}");
    }
    assert_eq!(account("[{\"stream_id\":1}]"), Err(Error::NotAList));
    assert!(matches!(account("<html>"), Err(Error::Page { .. })));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn any_bytes_in_any_pieces_give_the_same(
        bytes in prop::collection::vec(prop::sample::select(b"[]{}\",:\\ \n<a0u\xef".to_vec()), 0..200),
        piece in 1_usize..20,
    ) {
        let whole = names_in(&bytes, usize::MAX, "a");
        let pieces = names_in(&bytes, piece, "a");
        prop_assert_eq!(pieces, whole);
        let mut reader = AccountReader::new(Limits::default());
        if reader.push(&bytes).is_ok() {
            drop(reader.finish());
        }
    }

    #[test]
    fn every_name_of_a_list_comes_out(names in prop::collection::vec("[^\\p{C}]{1,20}", 0..40), piece in 1_usize..50) {
        let names: Vec<String> = names.iter().map(|name| format!("n{}", name.trim())).collect();
        let object = |name: &String| serde_json::json!({"name": name, "x": [{}]}).to_string();
        let objects: Vec<String> = names.iter().map(object).collect();
        let answer = format!("[{}]", objects.join(","));
        let (found, summary) = names_in(answer.as_bytes(), piece, "").unwrap();
        let found: Vec<&str> = found.iter().map(|name| name.trim_start_matches(':')).collect();
        prop_assert_eq!(found, names);
        prop_assert!(summary.is_whole);
    }
}
