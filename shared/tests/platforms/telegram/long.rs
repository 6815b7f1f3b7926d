//! Long texts: within Telegram's limit, and whole.

use shared::model::{Author, Content, Message};

use super::driver::Telegram;
use crate::NOW;
use crate::driver::Driver;

/// The calls, each within the limits, and what a person reads in each form of them.
fn shown(content: Content) -> (usize, [String; 2]) {
    let parts = Telegram.parts(&Message::new(Author::Agent, NOW, content));
    let mut forms = [String::new(), String::new()];
    for part in &parts {
        Telegram.assert_taken(part);
        let of_part = Telegram.shown(part);
        forms[0] += &of_part[0];
        forms[1] += of_part.last().unwrap();
    }
    (parts.len(), forms)
}

/// Only spaces between two messages may be missing.
fn ink(text: &str) -> String {
    text.split_whitespace().collect()
}

#[test]
fn ten_thousand_characters_of_cyrillic() {
    let text: String = "Доставка занимает три дня, если склад открыт. "
        .chars()
        .cycle()
        .take(10_000)
        .collect();
    for content in [Content::Text(text.clone()), Content::Markdown(text.clone())] {
        let (calls, forms) = shown(content);
        assert_eq!(calls, 3);
        assert!(forms.iter().all(|form| ink(form) == ink(&text)));
    }
}

/// An emoji is two of Telegram's units, and a family of them eleven that belong together.
#[test]
fn ten_thousand_emoji_and_families() {
    for emoji in ["🙂", "👩\u{200d}👩\u{200d}👧\u{200d}👦"] {
        let text = emoji.repeat(10_000 / emoji.chars().count());
        let (calls, forms) = shown(Content::Text(text.clone()));
        assert!(calls >= text.encode_utf16().count().div_ceil(4096));
        assert_eq!(forms[0], text);
        let parts = Telegram.parts(&Message::new(Author::Agent, NOW, Content::Text(text)));
        for part in parts {
            let part = &Telegram.shown(&part)[0];
            assert_eq!(part.replace(emoji, ""), "", "cut within an emoji");
        }
    }
}

#[test]
fn a_long_block_of_code_stays_code() {
    let lines: String = (0..800).map(|n| format!("let x{n} = {n} < 7;\n")).collect();
    let markdown = format!("Here:\n\n```rust\n{lines}```\n\nThat is all.");
    let message = Message::new(Author::Agent, NOW, Content::Markdown(markdown.clone()));
    let parts = Telegram.parts(&message);
    assert!(parts.len() > 3);
    for part in &parts[1..parts.len() - 1] {
        let html = part["call"]["parameters"]["text"].as_str().unwrap();
        assert!(
            html.starts_with("<pre><code class=\"language-rust\">"),
            "{html}"
        );
    }
    let (_, forms) = shown(Content::Markdown(markdown));
    for form in forms {
        assert_eq!(ink(&form), ink(&format!("Here: {lines} That is all.")));
    }
}

/// The URLs of links count in the plain form, not in the first: it may be more messages, and none too long.
#[test]
fn more_links_than_fit_when_spelled_out() {
    let link = |n: usize| format!("[offer {n}](https://example.com/{}{n})", "long/".repeat(30));
    let markdown: String = (0..150).map(|n| link(n) + "\n\n").collect();
    let (_, forms) = shown(Content::Markdown(markdown));
    for form in forms {
        for n in 0..150 {
            assert!(form.contains(&format!("offer {n}")), "{n}");
            assert!(form.contains(&format!("long/long/{n}")), "{n}");
        }
    }
}
