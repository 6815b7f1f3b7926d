//! Messages of every kind, and what of them a person must get to read.

use proptest::prelude::*;
use shared::model::{
    Author, Button, Contact, Content, File, FileKind, FileSource, Location, Message,
};

use crate::NOW;

/// A content, and the texts that must be legible in whatever it becomes.
#[derive(Debug, Clone)]
pub(crate) struct Said {
    pub(crate) content: Content,
    pub(crate) legible: Vec<String>,
}

/// A message of any author with some contents, and what must be legible of them, in order.
pub(crate) fn message() -> impl Strategy<Value = (Message, Vec<String>)> {
    (author(), any::<bool>(), prop::collection::vec(said(), 1..5)).prop_map(
        |(author, edited, said)| {
            let legible = said.iter().flat_map(|said| said.legible.clone()).collect();
            let message = Message {
                author,
                at: NOW,
                id: None,
                edited,
                contents: said.into_iter().map(|said| said.content).collect(),
            };
            (message, legible)
        },
    )
}

fn author() -> impl Strategy<Value = Author> {
    prop_oneof![
        Just(Author::Agent),
        Just(Author::Operator),
        Just(Author::Visitor { name: None }),
        "\\PC{1,20}".prop_map(|name| Author::Visitor { name: Some(name) }),
    ]
}

fn said() -> impl Strategy<Value = Said> {
    prop_oneof![
        text().prop_map(|text| Said {
            legible: vec![text.clone()],
            content: Content::Text(text),
        }),
        markdown(),
        text().prop_map(|text| Said {
            // What of it is markup is not for this test to say.
            legible: Vec::new(),
            content: Content::Markdown(text),
        }),
        file(),
        buttons(),
        button().prop_map(|button| Said {
            legible: vec![label(&button)],
            content: Content::Press(button),
        }),
        location(),
        prop_oneof![Just(Content::HandedOver), Just(Content::Closed)].prop_map(|content| Said {
            legible: Vec::new(),
            content,
        }),
        (short(), short()).prop_map(|(name, phone)| Said {
            legible: vec![name.clone(), phone.clone()],
            content: Content::Contact(Contact { name, phone }),
        }),
    ]
}

/// Short, long, blank, without a space, of emoji, of code.
fn text() -> impl Strategy<Value = String> {
    let unit = prop_oneof![
        "\\PC{1,20}",
        Just("Доставка занимает три дня. ".to_owned()),
        Just("👩\u{200d}👩\u{200d}👧\u{200d}👦".to_owned()),
        Just("🙂".to_owned()),
        Just("let x = 1 < 2 && 3 > 2;\n".to_owned()),
        Just("<b>&amp;\"".to_owned()),
        Just("длинноеслово".to_owned()),
    ];
    let long = (unit, 1..600_usize).prop_map(|(unit, times)| unit.repeat(times));
    prop_oneof![
        2 => "(\\PC|\n){0,200}",
        1 => "[ \n\t]{0,20}",
        2 => long.clone(),
        1 => long.prop_map(|code| format!("```rust\n{code}\n```")),
    ]
}

fn short() -> impl Strategy<Value = String> {
    prop_oneof![4 => "\\PC{0,20}", 1 => "[ \n]{0,3}"]
}

/// Words in every markup that an agent writes.
fn markdown() -> impl Strategy<Value = Said> {
    let pattern = prop::sample::select(
        &[
            "W",
            "**W**",
            "*W*",
            "~~W~~",
            "`W`",
            "```\nW\n```",
            "```rust\nW\n```",
            "# W",
            "- W\n- W",
            "1. W",
            "> W",
            "[W](https://example.com/W)",
            "![W](https://example.com/W.png)",
            "<b>W</b>",
            "| W | W |\n|---|---|\n| W | W |",
            "\\*W",
            "W<br>W",
            "> - **W** `W`",
            "[W]",
            "&lt;W&gt;",
            "https://example.com/W?a=1&b=2",
        ][..],
    );
    let block = (pattern, "w[a-zа-я]{1,8}");
    (prop::collection::vec(block, 1..8), 1..40_usize).prop_map(|(blocks, times)| {
        let written: Vec<_> = blocks
            .iter()
            .map(|(pattern, word)| pattern.replace('W', word))
            .collect();
        Said {
            content: Content::Markdown((written.join("\n\n") + "\n\n").repeat(times)),
            legible: blocks.into_iter().map(|(_, word)| word).collect(),
        }
    })
}

fn file() -> impl Strategy<Value = Said> {
    let kind = prop::sample::select(
        &[
            FileKind::Image,
            FileKind::Audio,
            FileKind::Voice,
            FileKind::Video,
            FileKind::Sticker,
            FileKind::Document,
        ][..],
    );
    let source = prop_oneof![
        "https://example\\.com/[a-z]{1,20}".prop_map(FileSource::Url),
        "HELD[A-Z]{10,20}".prop_map(FileSource::Held),
        "HELD[A-Z]{10,20}".prop_map(FileSource::Kept),
    ];
    let name = prop_oneof![4 => short(), 1 => "(имя ){300,1500}"];
    let media = prop::option::of(Just("image/png".to_owned()));
    let rest = (prop::option::of(name), media, any::<Option<u64>>());
    (kind, source, rest).prop_map(|(kind, source, (name, media_type, size))| {
        let mut legible = Vec::from_iter(name.clone());
        if let FileSource::Url(url) = &source {
            legible.push(url.clone());
        }
        let file = File {
            kind,
            source,
            name,
            media_type,
            size,
        };
        Said {
            content: Content::File(file),
            legible,
        }
    })
}

fn button() -> impl Strategy<Value = Button> {
    ("\\PC{0,80}", short()).prop_map(|(id, text)| Button { id, text })
}

fn buttons() -> impl Strategy<Value = Said> {
    let rows = prop::collection::vec(prop::collection::vec(button(), 0..4), 0..4);
    rows.prop_map(|rows| Said {
        legible: rows.iter().flatten().map(label).collect(),
        content: Content::Buttons(rows),
    })
}

/// What a button reads, and failing that what it is called.
fn label(button: &Button) -> String {
    if button.text.trim().is_empty() {
        button.id.clone()
    } else {
        button.text.clone()
    }
}

fn location() -> impl Strategy<Value = Said> {
    let degrees =
        |most: i32| (-most * 1000..=most * 1000).prop_map(|milli| f64::from(milli) / 1000.0);
    (degrees(90), degrees(180), prop::option::of(short())).prop_map(
        |(latitude, longitude, title)| {
            let mut legible = vec![latitude.to_string(), longitude.to_string()];
            legible.extend(title.clone());
            let location = Location {
                latitude,
                longitude,
                title,
            };
            Said {
                content: Content::Location(location),
                legible,
            }
        },
    )
}
