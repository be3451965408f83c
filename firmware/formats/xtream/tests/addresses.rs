//! The addresses of a panel, from what people paste.

use xtream::{Account, Action, AddressError, Output};

#[test]
fn a_panel_is_found_in_whatever_is_pasted() {
    for (address, base) in [
        ("panel.example", "http://panel.example/"),
        (" panel.example:8080 ", "http://panel.example:8080/"),
        ("http://panel.example:8080/", "http://panel.example:8080/"),
        ("https://panel.example:443", "https://panel.example/"),
        (
            "http://panel.example:8080/iptv",
            "http://panel.example:8080/iptv/",
        ),
        (
            "http://panel.example/get.php?username=x&password=y&type=m3u_plus",
            "http://panel.example/",
        ),
        (
            "http://panel.example/a/player_api.php",
            "http://panel.example/a/",
        ),
        (
            "http://[2001:db8::1]:25461/#x",
            "http://[2001:db8::1]:25461/",
        ),
    ] {
        let account = Account::new(address, "user", "pass").unwrap();
        assert_eq!(account.base().as_str(), base);
        let api = account.api(Action::LiveStreams);
        let expected =
            format!("{base}player_api.php?username=user&password=pass&action=get_live_streams");
        assert_eq!(api.as_str(), expected);
        assert_eq!(
            account.live("12", Output::Ts).as_str(),
            format!("{base}live/user/pass/12.ts")
        );
    }
}

#[test]
fn user_name_and_password_may_stand_in_the_address() {
    let pasted = "http://h:80/get.php?username=a%20b&password=c%26d&type=m3u";
    let account = Account::new(pasted, "", "").unwrap();
    assert_eq!(
        account.api(Action::Account).as_str(),
        "http://h/player_api.php?username=a+b&password=c%26d"
    );
    assert_eq!(
        Account::new("http://h", "", "p"),
        Err(AddressError::NoCredentials)
    );
    assert_eq!(Account::new("ftp://h", "u", "p"), Err(AddressError::Scheme));
    assert!(matches!(
        Account::new("http://", "u", "p"),
        Err(AddressError::Unreadable(_))
    ));
}

#[test]
fn every_part_is_encoded() {
    let account = Account::new("http://h", "me@home/x", "100%?#&ü").unwrap();
    assert_eq!(
        account.live("1", Output::M3u8).as_str(),
        "http://h/live/me@home%2Fx/100%25%3F%23&%C3%BC/1.m3u8"
    );
    assert_eq!(
        account.movie("2", "mkv").path(),
        "/movie/me@home%2Fx/100%25%3F%23&%C3%BC/2.mkv"
    );
    assert_eq!(
        account.episode("3", "mp4").path(),
        "/series/me@home%2Fx/100%25%3F%23&%C3%BC/3.mp4"
    );
    assert_eq!(
        account.xmltv().as_str(),
        "http://h/xmltv.php?username=me%40home%2Fx&password=100%25%3F%23%26%C3%BC"
    );
    for (action, query) in [
        (
            Action::ShortEpg("7", 4),
            "action=get_short_epg&stream_id=7&limit=4",
        ),
        (
            Action::SeriesInfo("8"),
            "action=get_series_info&series_id=8",
        ),
        (Action::VodInfo("9"), "action=get_vod_info&vod_id=9"),
        (
            Action::DataTable("1"),
            "action=get_simple_data_table&stream_id=1",
        ),
    ] {
        assert!(account.api(action).as_str().ends_with(query), "{action:?}");
    }
}

#[test]
fn debug_tells_no_secret() {
    let account = Account::new("http://name:word@h/", "hush", "hushhush").unwrap();
    let shown = format!("{account:?}");
    assert!(
        !shown.contains("hush") && !shown.contains("word"),
        "{shown}"
    );
}
