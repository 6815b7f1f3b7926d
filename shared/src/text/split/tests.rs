use proptest::prelude::*;

use super::*;
use crate::text::Unit;

fn chars(max: usize) -> Limit {
    Limit {
        max,
        unit: Unit::Chars,
    }
}

fn squeezed<S: AsRef<str>>(pieces: &[S]) -> String {
    pieces
        .iter()
        .flat_map(|piece| piece.as_ref().chars())
        .filter(|c| !c.is_whitespace())
        .collect()
}

#[test]
fn what_fits_is_left_alone() {
    assert_eq!(split("  Hi,\n\n there ", chars(14)), ["  Hi,\n\n there "]);
    assert_eq!(
        split(
            "🙂",
            Limit {
                max: 2,
                unit: Unit::Utf16
            }
        ),
        ["🙂"]
    );
}

#[test]
fn blank_text_has_no_pieces() {
    assert!(split("", chars(5)).is_empty());
    assert!(split(" \n\t\u{3000} ", chars(100)).is_empty());
    assert!(split(&" ".repeat(50), chars(5)).is_empty());
}

#[test]
fn paragraph_before_line_before_sentence_before_word() {
    let splits = |text| split(text, chars(22));
    assert_eq!(
        splits("One two three.\n\nFour\nfive. Six"),
        ["One two three.", "Four\nfive. Six"]
    );
    assert_eq!(
        splits("One two three.\nFour. Five six"),
        ["One two three.", "Four. Five six"]
    );
    assert_eq!(
        splits("One two three. Four five six"),
        ["One two three.", "Four five six"]
    );
    assert_eq!(
        splits("One two three four five six"),
        ["One two three four", "five six"]
    );
}

#[test]
fn a_better_break_does_not_win_with_a_tiny_piece() {
    assert_eq!(
        split("Hi.\n\nOne two three four five", chars(20)),
        ["Hi.\n\nOne two three", "four five"]
    );
}

#[test]
fn sentences_of_many_scripts() {
    assert_eq!(
        split("Привет, мир! Как дела сегодня?", chars(20)),
        ["Привет, мир!", "Как дела сегодня?"]
    );
    assert_eq!(
        split("«Всё готово.» Едем дальше вместе", chars(20)),
        ["«Всё готово.»", "Едем дальше вместе"]
    );
    assert_eq!(
        split("今日は晴れです。明日は雨でしょう。", chars(12)),
        ["今日は晴れです。", "明日は雨でしょう。"]
    );
    assert_eq!(
        split("他说：「好。」然后走了出去", chars(10)),
        ["他说：「好。」", "然后走了出去"]
    );
    assert_eq!(
        split("Version 2.5 of example.com is here", chars(26)),
        ["Version 2.5 of example.com", "is here"]
    );
}

#[test]
fn a_url_that_fits_stays_whole() {
    let url = "https://example.com/a/very/long/path?with=query&and=more";
    let text = format!("See {url} for more");
    assert_eq!(split(&text, chars(url.len())), ["See", url, "for more"]);
}

#[test]
fn a_word_longer_than_a_piece_is_cut() {
    assert_eq!(split("abcdefghij", chars(4)), ["abcd", "efgh", "ij"]);
    assert_eq!(
        split(
            "日本語日本語",
            Limit {
                max: 7,
                unit: Unit::Bytes
            }
        ),
        ["日本", "語日", "本語"]
    );
}

#[test]
fn no_surrogate_pair_and_no_cluster_is_cut() {
    let utf16 = |max| Limit {
        max,
        unit: Unit::Utf16,
    };
    assert_eq!(split("🙂🙂🙂", utf16(3)), ["🙂", "🙂", "🙂"]);
    assert_eq!(
        split("e\u{301}e\u{301}e\u{301}", utf16(3)),
        ["e\u{301}", "e\u{301}", "e\u{301}"]
    );
    assert_eq!(split("🇷🇺🇩🇪🇫🇷", utf16(10)), ["🇷🇺🇩🇪", "🇫🇷"]);
    let family = "👩\u{200d}👩\u{200d}👧";
    assert_eq!(
        split(&family.repeat(3), utf16(10)),
        [family, family, family]
    );
    assert_eq!(split("a \u{301}b c", utf16(3)), ["a \u{301}", "b c"]);
}

#[test]
fn a_cluster_longer_than_a_piece_is_cut_between_chars() {
    let zalgo = format!("a{}", "\u{301}".repeat(9));
    assert_eq!(
        split(&zalgo, chars(4))
            .iter()
            .map(|piece| piece.chars().count())
            .collect::<Vec<_>>(),
        [4, 4, 2]
    );
}

#[test]
fn an_unbreakable_space_is_no_break() {
    assert_eq!(
        split("стоит 10\u{a0}000\u{a0}рублей", chars(16)),
        ["стоит", "10\u{a0}000\u{a0}рублей"]
    );
    // Nor when the window ends in it.
    assert_eq!(split("a bcd。\u{a0}e", chars(6)), ["a", "bcd。\u{a0}e"]);
}

#[test]
fn whitespace_around_a_split_goes_and_indentation_stays() {
    assert_eq!(
        split("one two  \r\n\r\n    three", chars(11)),
        ["one two", "    three"]
    );
    assert_eq!(
        split("one two        three", chars(7)),
        ["one two", "three"]
    );
    assert_eq!(split("one     ", chars(4)), ["one"]);
}

#[test]
fn a_limit_below_one_char_still_ends() {
    for max in 0..2 {
        assert_eq!(
            split(
                "🙂 жa",
                Limit {
                    max,
                    unit: Unit::Bytes
                }
            ),
            ["🙂", "ж", "a"]
        );
    }
}

#[test]
fn much_of_anything_is_quick() {
    let started = std::time::Instant::now();
    for unit in [
        "a",
        " ",
        "\n",
        "a ",
        "\u{301}",
        "ab\u{301}",
        "🇷",
        ". ",
        "a\n          ",
        "。",
        "\u{200d}",
    ] {
        let text = unit.repeat(100_000 / unit.len());
        for max in [1, 2, 37, 4096, 10_000_000] {
            let limit = Limit {
                max,
                unit: Unit::Utf16,
            };
            assert_eq!(squeezed(&split(&text, limit)), squeezed(&[&text]));
        }
    }
    // A second or two without optimization; anything quadratic takes minutes.
    assert!(started.elapsed().as_secs() < 120, "{:?}", started.elapsed());
}

fn text() -> impl Strategy<Value = String> {
    let token = prop_oneof![
        4 => "[a-zа-я]{1,12}",
        4 => Just(" ".to_owned()),
        2 => prop::sample::select(vec![
            "\n", "\n\n", "\r\n", ". ", "! ", "。", "…", "\u{a0}", "\t", "🙂", "e\u{301}", "\u{301}", "\u{200d}", "🇷🇺", "🇩",
            "👩\u{200d}👧", "👍🏽", "https://example.com/a?b=c", "         ",
        ]).prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(token, 0..120).prop_map(|tokens| tokens.concat())
}

fn unit() -> impl Strategy<Value = Unit> {
    prop::sample::select(vec![Unit::Utf16, Unit::Chars, Unit::Bytes])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn within_the_limit_in_order_and_complete(text in text(), max in 4_usize..80, unit in unit()) {
        let limit = Limit { max, unit };
        let pieces = split(&text, limit);
        for piece in &pieces {
            prop_assert!(limit.fits(piece), "{piece:?}");
            prop_assert!(!piece.trim().is_empty());
        }
        prop_assert_eq!(squeezed(&pieces), squeezed(&[&text]));
        // Between the pieces there is whitespace and nothing else.
        let mut rest = text.as_str();
        for piece in &pieces {
            let (gap, after) = rest.split_once(piece.as_str()).unwrap();
            prop_assert!(gap.trim().is_empty());
            rest = after;
        }
        prop_assert!(rest.trim().is_empty());
        if limit.fits(&text) && !text.trim().is_empty() {
            prop_assert_eq!(&pieces, &[text]);
        }
    }

    #[test]
    fn words_that_fit_stay_whole(words in prop::collection::vec("[a-zа-я0-9./:]{1,20}", 1..40), max in 20_usize..90) {
        let pieces = split(&words.join(" "), chars(max));
        let found: Vec<_> = pieces.iter().flat_map(|piece| piece.split(' ')).collect();
        prop_assert_eq!(found, words);
    }

    #[test]
    fn any_limit_at_all_is_survived(text in any::<String>(), max in any::<usize>(), small in 0_usize..6, unit in unit()) {
        for max in [max, small] {
            prop_assert_eq!(squeezed(&split(&text, Limit { max, unit })), squeezed(&[&text]));
        }
    }
}
