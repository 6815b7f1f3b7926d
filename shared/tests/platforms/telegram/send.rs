//! What each content becomes: the calls, by hand.

use http::StatusCode;
use lambda_http::Body;
use serde_json::{Value, json};
use shared::fit::returnable_buttons;
use shared::mailbox::EventId;
use shared::model::{
    Author, Button, Contact, Content, File, FileKind, FileSource, Location, Message, Mode,
};
use shared::platforms::telegram::channel::receive::Incoming;
use shared::platforms::telegram::channel::{CAPABILITIES, answer, send};
use shared::webhook::{Accepted, ChannelEvent, Received, Refusal};

use crate::NOW;

/// The calls of a message, and those in their place.
fn calls(contents: Vec<Content>) -> Vec<(Value, Vec<Value>)> {
    let message = Message {
        contents,
        ..Message::new(Author::Agent, NOW, Content::Text(String::new()))
    };
    let value = |call: &send::Call| json!([call.method, call.parameters]);
    send::parts(&message)
        .iter()
        .map(|part| {
            (
                value(&part.call),
                part.otherwise.iter().map(value).collect(),
            )
        })
        .collect()
}

fn only(content: Content) -> (Value, Vec<Value>) {
    let mut calls = calls(vec![content]);
    assert_eq!(calls.len(), 1, "{calls:?}");
    calls.remove(0)
}

fn say(text: &str) -> Value {
    json!(["sendMessage", {"text": text}])
}

fn file(kind: FileKind, source: FileSource, name: Option<&str>) -> Content {
    Content::File(File {
        kind,
        source,
        name: name.map(str::to_owned),
        media_type: None,
        size: None,
    })
}

fn url() -> FileSource {
    FileSource::Url("https://example.com/a".to_owned())
}

fn button(id: &str, text: &str) -> Button {
    Button {
        id: id.to_owned(),
        text: text.to_owned(),
    }
}

fn keyboard(id: &str) -> Content {
    Content::Buttons(vec![vec![button(id, &id.to_uppercase())]])
}

fn markup(id: &str) -> Value {
    json!({"inline_keyboard": [[{"text": id.to_uppercase(), "callback_data": id}]]})
}

#[test]
fn text_goes_as_it_is_and_markdown_as_html() {
    let raw = "as *it* <is> & was";
    assert_eq!(only(Content::Text(raw.to_owned())), (say(raw), vec![]));
    let markdown = "**Delivery** is [here](https://example.com/?a=1&b=2), `x<y`";
    assert_eq!(
        only(Content::Markdown(markdown.to_owned())),
        (
            json!(["sendMessage", {
                "text": "<b>Delivery</b> is <a href=\"https://example.com/?a=1&amp;b=2\">here</a>, <code>x&lt;y</code>",
                "parse_mode": "HTML",
            }]),
            vec![say("Delivery is here (https://example.com/?a=1&b=2), x<y")],
        )
    );
}

#[test]
fn markdown_that_is_only_markup_is_shown_as_it_was_written() {
    for markup in ["```\n```", "[](https://example.com/)", "---", "#"] {
        let calls = calls(vec![Content::Markdown(markup.to_owned())]);
        assert!(!calls.is_empty(), "{markup:?}");
    }
    assert_eq!(
        only(Content::Markdown("```\n```".to_owned())).0,
        say("```\n```")
    );
}

#[test]
fn what_is_blank_is_nothing() {
    for blank in [
        Content::Text(" \n\t\u{a0}".to_owned()),
        Content::Markdown("\n\n".to_owned()),
        Content::Buttons(vec![]),
        Content::Buttons(vec![vec![], vec![]]),
    ] {
        assert_eq!(calls(vec![blank.clone()]), vec![], "{blank:?}");
    }
}

#[test]
fn a_file_goes_by_its_url_or_else_as_a_link() {
    for (kind, method, field, sign) in [
        (FileKind::Image, "sendPhoto", "photo", "\u{1f5bc}\u{fe0f}"),
        (FileKind::Audio, "sendAudio", "audio", "\u{1f3b5}"),
        (FileKind::Voice, "sendVoice", "voice", "\u{1f3a4}"),
        (FileKind::Video, "sendVideo", "video", "\u{1f3ac}"),
        (FileKind::Sticker, "sendDocument", "document", "\u{1f4ac}"),
        (FileKind::Document, "sendDocument", "document", "\u{1f4ce}"),
    ] {
        let link = "https://example.com/a";
        assert_eq!(
            only(file(kind, url(), Some("offer.pdf"))),
            (
                json!([method, {field: link, "caption": "offer.pdf"}]),
                vec![say(&format!("{sign} offer.pdf {link}"))],
            )
        );
        assert_eq!(
            only(file(kind, url(), None)).0,
            json!([method, {field: link}])
        );
    }
}

/// Its id is worth nothing to another bot, and its URL would hold the token of this one.
#[test]
fn a_file_that_a_platform_holds_is_described() {
    let held = || FileSource::Held("BQACAgIAAx".to_owned());
    assert_eq!(
        only(file(FileKind::Voice, held(), None)),
        (say("\u{1f3a4}"), vec![])
    );
    assert_eq!(
        only(file(FileKind::Document, held(), Some("offer.pdf"))),
        (say("\u{1f4ce} offer.pdf"), vec![])
    );
}

#[test]
fn a_files_name_is_not_cut() {
    let name = "имя ".repeat(700);
    for source in [url(), FileSource::Held("BQACAgIAAx".to_owned())] {
        let shown: String = calls(vec![file(FileKind::Image, source, Some(&name))])
            .iter()
            .flat_map(|(call, _)| [&call[1]["caption"], &call[1]["text"]])
            .map(|text| text.as_str().unwrap_or_default().to_owned() + " ")
            .collect();
        assert_eq!(shown.matches("имя").count(), 700);
    }
}

#[test]
fn a_place_without_a_name_is_a_place_and_one_with_a_name_a_link() {
    let place = |latitude, title: Option<&str>| {
        only(Content::Location(Location {
            latitude,
            longitude: 37.6173,
            title: title.map(str::to_owned),
        }))
    };
    let link = "https://maps.google.com/maps?q=55.7558,37.6173";
    assert_eq!(
        place(55.7558, None),
        (
            json!(["sendLocation", {"latitude": 55.7558, "longitude": 37.6173}]),
            vec![say(&format!("\u{1f4cd} {link}"))],
        )
    );
    assert_eq!(
        place(55.7558, Some("The shop")).0,
        say(&format!("\u{1f4cd} The shop {link}"))
    );
    // Telegram would refuse it; what it is meant to be, a person may know.
    assert_eq!(
        place(155.0, None).0,
        say("\u{1f4cd} https://maps.google.com/maps?q=155,37.6173")
    );
}

#[test]
fn a_contact_is_a_contact_if_it_has_all_that_telegram_wants() {
    let contact = |name: &str, phone: &str| {
        only(Content::Contact(Contact {
            name: name.to_owned(),
            phone: phone.to_owned(),
        }))
    };
    assert_eq!(
        contact("Anna", "+7900"),
        (
            json!(["sendContact", {"phone_number": "+7900", "first_name": "Anna"}]),
            vec![say("\u{1f464} Anna: +7900")],
        )
    );
    assert_eq!(contact(" ", "+7900").0, say("\u{1f464} +7900"));
    assert_eq!(contact("Anna", "").0, say("\u{1f464} Anna"));
}

#[test]
fn a_press_is_what_the_button_reads() {
    assert_eq!(only(Content::Press(button("yes", "Yes!"))).0, say("Yes!"));
    assert_eq!(only(Content::Press(button("yes", ""))).0, say("yes"));
}

#[test]
fn a_keyboard_stands_under_the_text_before_it() {
    let text = Content::Markdown("**Ready?**".to_owned());
    assert_eq!(
        calls(vec![text, keyboard("yes")]),
        vec![(
            json!(["sendMessage", {"text": "<b>Ready?</b>", "parse_mode": "HTML", "reply_markup": markup("yes")}]),
            vec![json!(["sendMessage", {"text": "Ready?", "reply_markup": markup("yes")}])],
        )]
    );
}

#[test]
fn a_keyboard_without_text_stands_under_its_own_labels() {
    let own = json!(["sendMessage", {"text": "\u{2022} YES", "reply_markup": markup("yes")}]);
    assert_eq!(only(keyboard("yes")), (own.clone(), vec![]));
    let image = file(FileKind::Image, url(), None);
    assert_eq!(calls(vec![image, keyboard("yes")])[1].0, own);
}

#[test]
fn a_second_keyboard_does_not_take_the_place_of_the_first() {
    let text = Content::Text("Ready?".to_owned());
    let both = calls(vec![text, keyboard("yes"), keyboard("no")]);
    let markups: Vec<_> = both
        .iter()
        .map(|(call, _)| &call[1]["reply_markup"])
        .collect();
    assert_eq!(markups, [&markup("yes"), &markup("no")]);
}

#[test]
fn ids_that_telegram_would_refuse_are_made_to_fit() {
    let (long, fits) = ("я".repeat(33), "я".repeat(32));
    let rows = vec![vec![button(&long, ""), button(&fits, "b"), button("", "c")]];
    let mut message = Message::new(Author::Agent, NOW, Content::Buttons(rows));
    let shortened = returnable_buttons(&mut message, CAPABILITIES.buttons);
    let whole: Vec<&str> = shortened.iter().map(|(_, whole)| whole.as_str()).collect();
    assert_eq!(whole, [long.as_str(), ""]);
    assert_eq!(
        only(message.contents.remove(0)).0[1]["reply_markup"],
        json!({"inline_keyboard": [[
            {"text": long, "callback_data": shortened[0].0},
            {"text": "b", "callback_data": fits},
            {"text": "c", "callback_data": shortened[1].0},
        ]]})
    );
}

fn answered(callback: Option<&str>, chat: Option<i64>, accepted: Accepted) -> Value {
    let incoming = Incoming {
        received: Received::Event(ChannelEvent {
            chat: 1.into(),
            event: EventId::named("1"),
            visitor: Default::default(),
            messages: vec![],
            moved_to: None,
            moved_from: None,
        }),
        callback: callback.map(str::to_owned),
        chat,
    };
    let response = answer::answer(&incoming, Ok(accepted));
    assert_eq!(response.status(), StatusCode::OK);
    match response.into_body() {
        Body::Empty => Value::Null,
        Body::Text(text) => serde_json::from_str(&text).unwrap(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_answer_ends_the_spinner_or_shows_typing() {
    let typing = json!({"method": "sendChatAction", "chat_id": 1, "action": "typing"});
    let query = json!({"method": "answerCallbackQuery", "callback_query_id": "9"});
    let kept = Accepted::Kept(Mode::Agent);
    assert_eq!(answered(None, Some(1), kept), typing);
    assert_eq!(answered(Some("9"), Some(1), kept), query);
    assert_eq!(answered(Some("9"), None, Accepted::Ignored), query);
    // Whoever answers, it is not the agent, and not now.
    assert_eq!(
        answered(None, Some(1), Accepted::Kept(Mode::Operator)),
        Value::Null
    );
    assert_eq!(answered(None, Some(1), Accepted::Ignored), Value::Null);
    assert_eq!(answered(None, None, kept), Value::Null);
}

/// Telegram sends again what is not answered with success.
#[test]
fn a_refusal_is_no_success() {
    let incoming = Incoming {
        received: Received::Ignored("update"),
        callback: Some("9".to_owned()),
        chat: Some(1),
    };
    let response = answer::answer(&incoming, Err(Refusal::Busy));
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(response.headers().contains_key("retry-after"));
}
