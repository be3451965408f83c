//! What names say about countries, areas, feeds, languages and stations.

mod reading;

use reading::check;

#[test]
fn a_country_stands_before_the_name() {
    check(&[
        ("US| HBO", "", "hbo; country: US"),
        ("US: HBO", "", "hbo; country: US"),
        ("USA | HBO", "", "hbo; country: US"),
        ("[US] HBO", "", "hbo; country: US"),
        ("(UK) Sky One", "", "sky 1; country: GB"),
        ("|FR| Canal+ Sport", "", "canal plus sport; country: FR"),
        ("DE ▎ Lobo Film", "", "lobo film; country: DE"),
        ("NL • Lobo Sport", "", "lobo sport; country: NL"),
        ("IT ★ Rai Lobo", "", "rai lobo; country: IT"),
        ("PL - Lobo Film", "", "lobo film; country: PL"),
        ("🇸🇪 Lobo Sport", "", "lobo sport; country: SE"),
        ("🇨🇦 🇨🇦 Lobo News", "", "lobo news; country: CA"),
        (
            "\u{1f3f4}\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f} Lobo",
            "",
            "lobo; country: GB",
        ),
        ("GER: Lobo Film", "", "lobo film; country: DE"),
        ("LAT | Cine Lobo", "", "cine lobo; area: Latin America"),
        (
            "ARB: Lobo Drama",
            "",
            "lobo drama; area: Middle East and North Africa",
        ),
        ("Lobo Film|AT", "", "lobo film; country: AT"),
        ("Lobo Film | AT |", "", "lobo film; country: AT"),
        ("US:", "", "us"),
        ("US Lobo", "", "us lobo"),
        ("us: Lobo", "", "lobo; country: US"),
        ("us - Lobo", "", "us lobo"),
        ("Germany: Lobo", "", "lobo; country: DE"),
        ("UK 🇬🇧 Lobo", "", "lobo; country: GB"),
        ("🇬🇧 UK | Lobo", "", "lobo; country: GB"),
        ("UK ✦ Lobo", "", "lobo; country: GB"),
        ("✪ DE ✪ Lobo", "", "lobo; country: DE"),
        ("<UK> Lobo", "", "lobo; country: GB"),
        ("【UK】Lobo", "", "lobo; country: GB"),
        ("VIP | US | Lobo", "", "lobo; country: US"),
        ("4K-DE: Lobo", "", "lobo; country: DE; quality: 4K"),
        ("|UK| |HD| Lobo", "", "lobo; country: GB; quality: HD"),
        ("24/7: Lobo", "", "lobo"),
        ("SD ▎ Lobo", "", "lobo; country: SD"),
        ("DE: FR: Lobo", "", "fr lobo; country: DE"),
        ("FOX: Lobo", "", "fox lobo"),
        ("TV: Lobo", "", "tv lobo; form: \"TV\" before the name"),
    ]);
}

#[test]
fn what_is_no_country_stays_a_word() {
    check(&[
        ("BBC One", "", "bbc 1"),
        ("TNT: Lobo", "", "tnt lobo"),
        ("ABCD: Lobo", "", "abcd lobo"),
        ("Bar Lobo", "", "bar lobo"),
        ("US", "", "us"),
    ]);
}

#[test]
fn the_group_says_the_country_where_the_name_does_not() {
    check(&[
        ("Lobo", "Germany", "lobo; country: DE"),
        ("Lobo", "España", "lobo; country: ES"),
        ("Lobo", "Côte d’Ivoire", "lobo; country: CI"),
        ("Lobo", "US | Movies", "lobo; country: US"),
        ("Lobo", "[UK] Sports", "lobo; country: GB"),
        ("Lobo", "UKR-Kino", "lobo; country: UA"),
        ("Lobo", "Movies", "lobo"),
        ("FR: Lobo", "Germany", "lobo; country: FR"),
        ("Lobo", "NLx", "lobo"),
    ]);
}

#[test]
fn a_feed_is_part_of_a_country() {
    check(&[
        ("US: HBO East", "", "hbo; country: US"),
        ("US: HBO West", "", "hbo; country: US; feed: West"),
        ("US: HBO (W)", "", "hbo; country: US; feed: West"),
        ("US: HBO (E)", "", "hbo; country: US"),
        ("US: HBO Pacific", "", "hbo; country: US; feed: West"),
        ("US: HBO Mountain", "", "hbo; country: US; feed: Mountain"),
        ("CA: Lobo East", "", "lobo; country: CA"),
        ("CA: Lobo Pacific", "", "lobo; country: CA; feed: West"),
        ("Lobo Norte", "Mexico", "lobo; country: MX; feed: North"),
        ("Lobo Sur", "Chile", "lobo; country: CL; feed: South"),
        ("Lobo West", "", "lobo; country: US; feed: West"),
        ("UK: Lobo East", "", "lobo; country: GB; feed: East"),
        ("US: East", "", "east; country: US"),
        ("US: HBO West Feed", "", "hbo; country: US; feed: West"),
        (
            "Lobo Film (Pacífico)",
            "Mexico",
            "lobo film; country: MX; feed: West",
        ),
        ("Lobo Nord", "Germany", "lobo nord; country: DE"),
    ]);
}

#[test]
fn an_area_is_more_than_a_country() {
    check(&[
        ("Lobo Latin America", "", "lobo; area: Latin America"),
        ("Lobo (Latinoamérica)", "", "lobo; area: Latin America"),
        ("Lobo CEE", "", "lobo; area: Central and Eastern Europe"),
        (
            "Lobo (MENA)",
            "",
            "lobo; area: Middle East and North Africa",
        ),
        ("Lobo Southeast Asia", "SG", "lobo; country: SG"),
        ("Lobo Europe", "FR", "lobo; country: FR; area: Europe"),
        ("Lobo Nordic", "SE", "lobo; country: SE"),
        ("Lobo Asia", "Japan", "lobo; country: JP"),
        ("Lobo World", "", "lobo world"),
        ("Lobo International", "", "lobo; area: international"),
        ("LAT: Lobo", "Mexico", "lobo; country: MX"),
    ]);
}

#[test]
fn the_end_of_a_name_says_its_edition() {
    check(&[
        ("Lobo México", "", "lobo; country: MX"),
        ("Lobo (México)", "", "lobo; country: MX"),
        ("Lobo de Chile", "", "lobo; country: CL"),
        ("Lobo UK", "", "lobo; country: GB"),
        ("Lobo USA", "", "lobo; country: US"),
        ("Lobo Stars PL", "", "lobo stars; country: PL"),
        ("LOBO PL", "", "lobo pl"),
        ("Nosey US", "US", "nosey; country: US"),
        ("Lobo America", "", "lobo america"),
        ("Lobo ID", "", "lobo id"),
        ("Lobo AR", "AE", "lobo ar; country: AE"),
        ("Lobo AR", "Spain", "lobo; country: AR"),
        ("Lobo Jackson, MS", "", "lobo jackson ms"),
        ("(Lobo)", "", "lobo"),
        ("Mexico", "", "mexico"),
        ("Canal 4 Chile", "", "canal 4; country: CL"),
        ("4 Chile", "", "4 chile"),
        ("TV Chile", "", "tv chile; form: \"TV\" before the name"),
        ("Lobo (DE)", "", "lobo; country: DE"),
        ("Lobo (de)", "", "lobo; country: DE"),
        ("Lobo PL HD", "", "lobo; country: PL; quality: HD"),
        ("Lobo-PL", "", "lobo; country: PL"),
    ]);
}

#[test]
fn languages_where_a_country_has_several() {
    check(&[
        ("Lobo F", "Belgium", "lobo; country: BE; language: French"),
        ("Lobo N", "Belgium", "lobo; country: BE; language: Dutch"),
        (
            "Lobo (FR)",
            "Belgium",
            "lobo; country: BE; language: French",
        ),
        ("Lobo NL", "BE", "lobo; country: BE; language: Dutch"),
        (
            "Lobo D",
            "Switzerland",
            "lobo; country: CH; language: German",
        ),
        ("Lobo IT", "CH", "lobo; country: CH; language: Italian"),
        ("Lobo F", "France", "lobo; country: FR"),
        ("Lobo D", "Austria", "lobo; country: AT"),
        ("Lobo F", "Spain", "lobo f; country: ES"),
        ("Lobo (EN)", "", "lobo; language: English"),
        ("Lobo DE", "LU", "lobo; country: LU; language: German"),
    ]);
}

#[test]
fn stations_are_known_by_call_sign_and_subchannel() {
    check(&[
        (
            "ABC 4 (WTAE-DT1) Pittsburgh, PA",
            "",
            "abc 4 wtae dt1 pittsburgh pa; call sign: WTAE; sub-channel: 1; network: ABC",
        ),
        (
            "ABC (WTAE)",
            "US",
            "abc wtae; country: US; call sign: WTAE; network: ABC",
        ),
        (
            "NBC (KTVD) Denver, CO",
            "",
            "nbc ktvd denver co; call sign: KTVD; network: NBC",
        ),
        ("Lobo (KTVD)", "", "lobo ktvd"),
        (
            "Lobo (KTVD-LD2)",
            "",
            "lobo ktvd ld2; call sign: KTVD; sub-channel: 2; network: LOBO",
        ),
        (
            "WTAE-TV 4.1",
            "US",
            "wtae tv 4 1; country: US; call sign: WTAE; sub-channel: 4.1",
        ),
        ("WTAE-DT2", "", "wtae dt2; call sign: WTAE; sub-channel: 2"),
        (
            "KTVD DT3",
            "US",
            "ktvd dt3; country: US; call sign: KTVD; sub-channel: 3",
        ),
        (
            "KEETDT2",
            "US",
            "keetdt2; country: US; call sign: KEET; sub-channel: 2",
        ),
        (
            "CBOT HDTV",
            "Canada",
            "cbot; country: CA; call sign: CBOT; quality: HD",
        ),
        ("CBOT-DT", "CA", "cbot dt; country: CA; call sign: CBOT"),
        (
            "CFTK-TV-1",
            "CA",
            "cftk tv 1; country: CA; call sign: CFTK; sub-channel: 1",
        ),
    ]);
}

#[test]
fn other_call_signs_translators_and_misspelt_ones() {
    check(&[
        ("W25GE-D", "US", "w25ge d; country: US; call sign: W25GE"),
        (
            "W25GE-D2 4.2",
            "US",
            "w25ge d2 4 2; country: US; call sign: W25GE; sub-channel: 4.2",
        ),
        (
            "WTAE 4.1",
            "US",
            "wtae 4 1; country: US; call sign: WTAE; sub-channel: 4.1",
        ),
        ("WTAE News", "US", "wtae news; country: US"),
        (
            "Lobo (W25GE-D)",
            "US",
            "lobo w25ge d; country: US; call sign: W25GE; network: LOBO",
        ),
        (
            "PBS Kids (WQED-DT4)",
            "US",
            "pbs kids wqed dt4; country: US; call sign: WQED; sub-channel: 4; network: PBSKIDS",
        ),
        ("CITY HDTV", "CA", "city; country: CA; quality: HD"),
        ("West HDTV", "US", "west; country: US; quality: HD"),
        ("KMMYA-DT 49.1", "US", "kmmya dt 49 1; country: US"),
        (
            "FOX 5 (WNYW) News",
            "US",
            "fox 5 wnyw news; country: US; call sign: WNYW; network: FOX; programme: news",
        ),
        ("KTVD 20.1", "Germany", "ktvd 20 1; country: DE"),
        ("KTVD-DT", "DE", "ktvd dt; country: DE"),
        (
            "CBS 2 (WCBS 2.1)",
            "US",
            "cbs 2 wcbs 2 1; country: US; call sign: WCBS; sub-channel: 1; network: CBS",
        ),
    ]);
}
