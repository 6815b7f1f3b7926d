use std::collections::HashMap;
use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;

fn squeezed<S: AsRef<str>>(pieces: &[S]) -> String {
    pieces
        .iter()
        .flat_map(|piece| piece.as_ref().chars())
        .filter(|c| !c.is_whitespace())
        .collect()
}

/// Checks all that is promised of the pieces of `markdown`.
fn check_pieces(markdown: &str, limit: Limit) {
    let pieces = to_telegram_html(markdown, limit);
    let document = read(markdown, Target::Telegram);
    let mut visible = Vec::new();
    let mut plain = Vec::new();
    for piece in pieces {
        let parsed = checker::check(&piece.html);
        assert!(limit.fits(&parsed.visible), "{:?}", parsed.visible);
        assert!(!parsed.visible.trim().is_empty());
        assert!(!piece.plain.is_empty());
        assert!(
            piece
                .plain
                .iter()
                .all(|plain| limit.fits(plain) && !plain.trim().is_empty())
        );
        visible.push(parsed.visible);
        plain.extend(piece.plain);
    }
    let text = &document.body.text;
    assert_eq!(squeezed(&visible), squeezed(&[text]));
    assert_eq!(
        squeezed(&plain),
        squeezed(&[document.spelled_out(0..text.len())])
    );
}

/// Markdown, and not only well-formed: words between all the marks there are.
fn markdown() -> impl Strategy<Value = String> {
    let mark = prop::sample::select(vec![
        "*",
        "**",
        "***",
        "_",
        "__",
        "~",
        "~~",
        "`",
        "``",
        "```",
        "```rust\n",
        "\n```\n",
        "\n",
        "\n\n",
        "\r\n",
        "\n- ",
        "\n  - ",
        "\n    1. ",
        "\n1. ",
        "\n> ",
        "> ",
        "\n# ",
        "\n### ",
        "\n---\n",
        "\n===\n",
        "[",
        "](",
        "](https://a.example/x) ",
        "![",
        ")",
        "]",
        "]: https://b.example\n",
        "\n[",
        "<",
        ">",
        "<b>",
        "</b>",
        "<br>",
        "<!-- ",
        " -->",
        "\n<div>\n",
        "&amp;",
        "&lt;",
        "&",
        "\\",
        "|",
        "\n| ",
        " | ",
        " |\n|---|---|\n",
        " |\n",
        "\n|---|\n",
        "    ",
        "\t",
        "🙂",
        "e\u{301}",
        "\u{a0}",
        "\"",
        "'",
        "2*3*4",
        "a_b_c",
        "<https://c.example>",
        "<mail@d.example>",
    ])
    .prop_map(str::to_owned);
    let token = prop_oneof![
        4 => mark,
        2 => "[a-zа-я0-9]{1,8}",
        2 => Just(" ".to_owned()),
        1 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(token, 0..80).prop_map(|tokens| tokens.concat())
}

/// Words in markup that hides no word by CommonMark's own rules: no titles, no used definitions, no character references.
fn words_in_markup() -> impl Strategy<Value = String> {
    let mark = prop::sample::select(vec![
        "*",
        "**",
        "***",
        "_",
        "__",
        "~",
        "~~",
        "`",
        "``",
        "\n```",
        "\n```\n",
        "\n",
        "\n\n",
        "\n- ",
        "\n  - ",
        "\n    ",
        "\n* ",
        "\n> ",
        "\n# ",
        "\n---\n",
        "[",
        "](",
        ")",
        "]",
        "![",
        "<",
        ">",
        "</",
        "<!--",
        "-->",
        "\\",
        "|",
        "\n| ",
        " | ",
        " |\n|---|---|\n",
        "\n|--|--|--|\n",
        "{",
        "}",
        "~~~",
        "<https://x.example/",
    ])
    .prop_map(str::to_owned);
    let token = prop_oneof![3 => mark, 3 => "[a-zа-я]{3,8}", 3 => Just(" ".to_owned())];
    prop::collection::vec(token, 0..60).prop_map(|tokens| tokens.concat())
}

fn letters(text: &str) -> HashMap<char, usize> {
    let mut letters = HashMap::new();
    for letter in text.chars().filter(|c| c.is_alphabetic()) {
        *letters.entry(letter).or_default() += 1;
    }
    letters
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1024, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn pieces_of_markdown_are_sound(markdown in markdown(), max in 4_usize..60) {
        check_pieces(&markdown, Limit { max, unit: Unit::Utf16 });
        check_pieces(&markdown, TELEGRAM);
    }

    #[test]
    fn pieces_of_anything_are_sound(text in any::<String>(), max in 4_usize..60) {
        check_pieces(&text, Limit { max, unit: Unit::Bytes });
        prop_assert!(to_plain(&text).len() <= 10 * text.len() + 100);
    }

    #[test]
    fn every_word_survives(markdown in words_in_markup()) {
        for target in [Target::Telegram, Target::Plain] {
            let document = read(&markdown, target);
            let mut found = document.spelled_out(0..document.body.text.len());
            // A code block's language is markup, and is kept as such.
            found.extend(document.languages);
            // Emphasis within a word joins what was written apart, so letters are counted, not words.
            let found_letters = letters(&found);
            for (letter, count) in letters(&markdown) {
                let kept = found_letters.get(&letter).is_some_and(|found| *found >= count);
                prop_assert!(kept, "{letter} of {markdown:?} in {found:?}");
            }
        }
    }

    #[test]
    fn text_without_marks_is_left_alone(text in "[a-zа-я0-9,!?%$;]{1,9}( [a-zа-я0-9,!?%$;]{1,9}){0,20}") {
        prop_assert_eq!(to_plain(&text), text);
    }
}

/// Enough that anything quadratic takes minutes and any recursion overflows.
const SIZE: usize = 100_000;

#[test]
fn hostile_input_is_quick_and_does_not_overflow() {
    for unit in [
        "[",
        "]",
        "![",
        "*",
        "**",
        "_",
        "*a ",
        "**a",
        "_a",
        "~~",
        "~~a",
        "`",
        "`a``",
        ">",
        "> ",
        "<",
        "</",
        "<!--",
        "<!",
        "<?",
        "<a ",
        "&",
        "&#",
        "\\",
        "|",
        "|\n",
        "|-|\n",
        "- ",
        "* - ",
        "1. ",
        "[a](",
        "[](",
        "[a][",
        "![a](b",
        "![[",
        "[a]: ",
        "<a@b",
        "<a:",
        "#",
        "# ",
        "```",
        "~~~\n",
        "\n",
        "\t",
        "    ",
        "(",
        "](",
        "*_",
        "a\n",
        "- a\n",
        "> a\n> ",
        "\u{301}",
        "*\u{301}",
        "<br>",
        "&amp;",
        "\"",
        "a*b*",
        "**a** `b` ",
        "[x](https://a.example) ",
        "![a](https://a.example/",
    ] {
        let text = unit.repeat(SIZE / unit.len());
        let started = Instant::now();
        let pieces = to_telegram_html(&text, TELEGRAM);
        assert!(to_plain(&text).len() <= 4 * text.len());
        let took = started.elapsed();
        assert!(took < Duration::from_secs(15), "{unit:?}: {took:?}");
        for piece in pieces.iter().take(3) {
            checker::check(&piece.html);
        }
    }
}

#[test]
fn depth_costs_nothing() {
    let size = SIZE / 4;
    for open in [">", "> ", "- ", "1. ", "* > "] {
        let text = format!("{}x\n{}", open.repeat(size), "y\n".repeat(size));
        let started = Instant::now();
        assert_eq!(to_plain(&text), text);
        check_pieces(&text, TELEGRAM);
        let took = started.elapsed();
        assert!(took < Duration::from_secs(15), "{open:?}: {took:?}");
    }
}

#[test]
fn output_is_in_proportion_to_input() {
    let deep_list = format!("{}x\n{}", "- ".repeat(100), "y\n".repeat(2000));
    let stairs: String = (0..100)
        .map(|depth| format!("{}- x\n", "  ".repeat(depth)))
        .collect();
    let wide_table = format!(
        "{}\n{}\n{}",
        "|a".repeat(300),
        "|-".repeat(300),
        "|b\n".repeat(300)
    );
    let wide_cell = format!(
        "|a|b|\n|-|-|\n|{}|x|\n{}",
        "w".repeat(20_000),
        "|c|d|\n".repeat(2000)
    );
    let definition = format!(
        "{}\n\n[a]: https://a.example/{}",
        "[a] ".repeat(1000),
        "x".repeat(20_000)
    );
    for text in [deep_list, stairs, wide_table, wide_cell, definition] {
        let plain = to_plain(&text).len();
        let html: usize = to_telegram_html(&text, TELEGRAM)
            .iter()
            .map(|piece| piece.html.len())
            .sum();
        assert!(
            plain.max(html) < 20 * text.len(),
            "{} to {plain} and {html}",
            text.len()
        );
    }
}
