//! What remains of a name, and what is set aside.

mod reading;

use reading::check;

#[test]
fn quality_and_decoration_are_set_aside() {
    check(&[
        (
            "US| HBO ᴴᴰ (1080p) [Not 24/7]",
            "",
            "hbo; country: US; quality: Full HD",
        ),
        ("Lobo FHD", "", "lobo; quality: Full HD"),
        ("Lobo UHD", "", "lobo; quality: 4K"),
        ("Lobo 4K", "", "lobo; quality: 4K"),
        ("Lobo 8K HEVC", "", "lobo; quality: 8K"),
        ("Lobo SD", "", "lobo; quality: SD"),
        ("LoboHD", "", "lobo; quality: HD"),
        ("Lobo HD+", "", "lobo; quality: HD"),
        ("Lobo Full HD", "", "lobo; quality: Full HD"),
        ("Lobo Ultra HD", "", "lobo; quality: 4K"),
        ("Lobo 720p50", "", "lobo; quality: HD"),
        ("Lobo 720p", "", "lobo; quality: HD"),
        ("Lobo (2160p)", "", "lobo; quality: 4K"),
        ("Lobo (576i)", "", "lobo; quality: SD"),
        ("Lobo HEVC RAW 60fps", "", "lobo"),
        ("FHD Lobo", "", "lobo; quality: Full HD"),
        ("HD Lobo", "", "hd lobo"),
        ("Lobo VIP", "", "lobo"),
        ("Lobo [Geo-blocked]", "", "lobo"),
        ("Lobo (Backup) #2", "", "lobo"),
        ("Lobo ᴺᴱᵂ", "", "lobo"),
        ("Lobo New", "", "lobo new"),
        ("Lobo (Alt)", "", "lobo"),
        ("Lobo (S)", "", "lobo"),
        ("Lobo multi-audio", "", "lobo"),
    ]);
}

#[test]
fn a_time_shift_is_no_word() {
    check(&[
        ("Lobo +1", "", "lobo; time shift: +1"),
        ("Lobo+1", "", "lobo; time shift: +1"),
        ("Lobo (+1)", "", "lobo; time shift: +1"),
        ("Lobo +2h", "", "lobo; time shift: +2"),
        ("Lobo + 3", "", "lobo; time shift: +3"),
        ("Lobo Film 4+1", "", "lobo film 4; time shift: +1"),
        ("Lobo +1 HD", "", "lobo; time shift: +1; quality: HD"),
        ("LoboPlus1", "", "lobo; time shift: +1"),
        ("Lobo Plus 2", "", "lobo plus 2"),
        ("Lobo! +24", "", "lobo; time shift: +24"),
        ("Lobo!+1", "", "lobo; time shift: +1"),
        ("Lobo +25", "", "lobo 25"),
        ("Lobo + 1 час", "", "lobo; time shift: +1"),
        ("1+1", "", "1 1"),
        ("TV 1+1", "", "tv 1 1; form: \"TV\" before the name"),
        ("Canal+ 1", "", "canal plus 1"),
        ("Lobo+1x", "", "lobo 1x"),
        ("+1", "", "1"),
    ]);
}

#[test]
fn a_plus_belongs_to_the_name() {
    check(&[
        ("Canal+", "", "canal plus"),
        ("Canal", "", "canal"),
        ("Canal+ Sport", "", "canal plus sport"),
        ("La Nacion +", "", "la nacion plus"),
        ("Lobo+", "", "lobo plus"),
        ("Crime+Lobo", "", "crime plus lobo"),
        ("Lobo ++", "", "lobo"),
    ]);
}

#[test]
fn the_word_for_television_has_a_place() {
    check(&[
        ("TV Lobo", "", "tv lobo; form: \"TV\" before the name"),
        ("Lobo TV", "", "lobo tv; form: \"TV\" behind the name"),
        (
            "Lobo Channel",
            "",
            "lobo channel; form: \"Channel\" in the name",
        ),
        (
            "The Lobo Channel",
            "",
            "the lobo channel; form: \"Channel\" in the name",
        ),
        ("Lobotv", "", "lobotv; form: \"TV\" behind the name"),
        ("Lobo", "", "lobo"),
        ("TV 2", "", "tv 2; form: \"TV\" before the name"),
        ("TV2", "", "tv 2; form: \"TV\" before the name"),
        ("Canal 4", "", "canal 4"),
        ("Canal J", "", "canal j"),
        ("Channel 8", "", "channel 8"),
        ("Ch 8", "", "channel 8"),
        (
            "Lobo Television Network",
            "",
            "lobo television network; form: \"TV\" behind the name",
        ),
        ("MTV", "", "mtv"),
        ("Ontv", "", "ontv"),
        ("Antena TV", "", "antena tv; form: \"TV\" behind the name"),
    ]);
}

#[test]
fn scripts_meet_in_latin_letters() {
    check(&[
        (
            "Первый канал",
            "Russia",
            "pervyi kanal; country: RU; form: \"Channel\" in the name",
        ),
        ("RU: Перший", "", "pershii; country: RU"),
        (
            "ΑΛΦΑ TV",
            "Greece",
            "alfa tv; country: GR; form: \"TV\" behind the name",
        ),
        ("Lobo Łódź", "PL", "lobo lodz; country: PL"),
        ("Ａｂｃ Lobo", "", "abc lobo"),
        ("ＨＢＯ　２", "", "hbo 2"),
        ("قناة لوبو ٢", "EG", "قناة لوبو 2; country: EG"),
        ("लोबो टीवी", "India", "लोबो टीवी; country: IN"),
        ("東京テレビ", "", "東京テレヒ"),
        ("არხი ლობო", "", "arkhi lobo"),
        ("Ալիք Լոբո", "", "alik lobo"),
        ("Türk Işık", "", "turk isik"),
        ("Œuvre Straße", "", "oeuvre strasse"),
        ("ﬁlm lobo", "", "film lobo"),
    ]);
}

#[test]
fn numbers_are_digits_at_the_end() {
    check(&[
        ("BBC One", "", "bbc 1"),
        ("RTS Deux", "CH", "rts 2; country: CH"),
        ("Lobo Zwei", "", "lobo 2"),
        ("Rai Due", "", "rai 2"),
        ("Lobo II", "", "lobo 2"),
        ("One Lobo", "", "one lobo"),
        ("Lobo One HD", "", "lobo 1; quality: HD"),
    ]);
}

#[test]
fn shortened_words_are_written_out() {
    check(&[
        ("Lobo Jr", "", "lobo junior"),
        ("Lobo Int", "", "lobo; area: international"),
        (
            "Lobo Chnl",
            "",
            "lobo channel; form: \"Channel\" in the name",
        ),
        ("Lobo Netwrk", "", "lobo network"),
        ("Jr Lobo", "", "jr lobo"),
        ("Lobo & Friends", "", "lobo friends"),
        ("Lobo and Friends", "", "lobo friends"),
        ("And", "", "and"),
        ("Kids' Lobo", "", "kids lobo"),
    ]);
}

#[test]
fn dots_and_underscores_stand_for_blanks() {
    check(&[
        ("Lobo.Film.HD", "", "lobo film; quality: HD"),
        ("Lobo_Film_HD", "", "lobo film; quality: HD"),
        ("Lobo.Film", "", "lobo film"),
        ("wetter.com", "", "wetter com"),
        ("Lobo.4.1.x", "", "lobo 4 1 x"),
    ]);
}

#[test]
fn what_cannot_be_read_is_a_name_of_its_own() {
    check(&[
        ("***", "", "nothing that can be read"),
        ("|||", "", "nothing that can be read"),
        ("★ ★", "", "nothing that can be read"),
        ("", "", "nothing that can be read"),
    ]);
}
