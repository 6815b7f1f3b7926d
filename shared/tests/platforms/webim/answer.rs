//! What Webim is answered, to the letter.

use lambda_http::Body;
use serde_json::{Value, json};
use shared::fit::returnable_buttons;
use shared::model::{
    Author, Button, Contact, Content, File, FileKind, FileSource, Location, Message,
};
use shared::platforms::webim::v1;
use shared::webhook::Refusal;
use shared::webhook::wait::SyncAnswer;

use crate::NOW;

fn answer(result: Result<SyncAnswer, Refusal>) -> (u16, String, String) {
    let response = v1::answer::answer(result);
    let kind = response.headers().get("content-type");
    let kind = kind.map_or("", |kind| kind.to_str().unwrap()).to_owned();
    let status = response.status().as_u16();
    let body = match response.into_body() {
        Body::Empty => String::new(),
        Body::Text(text) => text,
        other => panic!("{other:?}"),
    };
    (status, kind, body)
}

fn said(contents: Vec<Content>) -> Message {
    Message {
        contents,
        ..Message::new(Author::Agent, NOW, Content::Text(String::new()))
    }
}

fn messages(contents: Vec<Content>) -> Value {
    let (status, kind, body) = answer(Ok(SyncAnswer::Replies(vec![said(contents)])));
    assert_eq!((status, kind.as_str()), (200, "application/json"));
    let body: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(body["has_answer"], json!(true));
    assert_eq!(body.as_object().unwrap().len(), 2);
    body["messages"].clone()
}

fn button(id: &str, text: &str) -> Button {
    Button {
        id: id.to_owned(),
        text: text.to_owned(),
    }
}

#[test]
fn replies_are_the_answer() {
    let replies = vec![
        said(vec![
            Content::Text("Hi".to_owned()),
            Content::Buttons(vec![
                vec![button("say_hi", "Say hi"), button("say_bye", "Say bye")],
                vec![button("forward_to_queue", "Forward to queue")],
            ]),
        ]),
        said(vec![Content::Text("And hello".to_owned())]),
    ];
    let (status, kind, body) = answer(Ok(SyncAnswer::Replies(replies)));
    assert_eq!((status, kind.as_str()), (200, "application/json"));
    assert_eq!(
        serde_json::from_str::<Value>(&body).unwrap(),
        json!({
            "has_answer": true,
            "messages": [
                {"kind": "operator", "text": "Hi"},
                {"kind": "keyboard", "buttons": [
                    [{"id": "say_hi", "text": "Say hi"}, {"id": "say_bye", "text": "Say bye"}],
                    [{"id": "forward_to_queue", "text": "Forward to queue"}],
                ]},
                {"kind": "operator", "text": "And hello"},
            ],
        })
    );
}

#[test]
fn handing_over_is_no_answer_and_no_messages() {
    let expected = (
        200,
        "application/json".to_owned(),
        r#"{"has_answer":false}"#.to_owned(),
    );
    assert_eq!(answer(Ok(SyncAnswer::HandOver)), expected);
    // With `has_answer` and nothing to show, Webim would wait for nothing.
    assert_eq!(answer(Ok(SyncAnswer::Replies(vec![]))), expected);
    let blank = said(vec![
        Content::Text(" \n".to_owned()),
        Content::Buttons(vec![vec![]]),
    ]);
    assert_eq!(answer(Ok(SyncAnswer::Replies(vec![blank]))), expected);
}

#[test]
fn a_new_chat_without_messages_gets_an_empty_body() {
    assert_eq!(
        answer(Ok(SyncAnswer::Nothing)),
        (200, String::new(), String::new())
    );
}

#[test]
fn patience_is_a_text_like_any_other() {
    let patience = |text: &str| {
        let (status, _, body) = answer(Ok(SyncAnswer::Patience(text.to_owned())));
        assert_eq!(status, 200);
        serde_json::from_str::<Value>(&body).unwrap()
    };
    assert_eq!(
        patience("One moment"),
        json!({"has_answer": true, "messages": [{"kind": "operator", "text": "One moment"}]})
    );
    assert_eq!(patience("  "), json!({"has_answer": false}));
    let long = patience(&"слово ".repeat(1000));
    assert_eq!(long["messages"].as_array().unwrap().len(), 2);
}

/// Anything that is no success gives the chat to Webim's operators; none of it may look like an answer.
#[test]
fn a_refusal_is_no_success() {
    for (refusal, expected) in [
        (Refusal::Unauthorized, 401),
        (Refusal::malformed("`text` is missing"), 400),
        (Refusal::TooLarge, 413),
        (Refusal::Busy, 503),
        (Refusal::unavailable("no table"), 503),
    ] {
        let (status, _, body) = answer(Err(refusal));
        assert_eq!(status, expected);
        assert!(!body.contains("has_answer"));
        assert!(!body.contains("no table"), "our own troubles are not told");
    }
}

#[test]
fn each_content_becomes_what_webim_shows() {
    let operator = |text: &str| json!([{"kind": "operator", "text": text}]);
    let file = |source, name: Option<&str>| {
        Content::File(File {
            kind: FileKind::Document,
            source,
            name: name.map(str::to_owned),
            media_type: Some("application/pdf".to_owned()),
            size: Some(2_500_000),
        })
    };
    let place = |title: Option<&str>| {
        Content::Location(Location {
            latitude: 55.7558,
            longitude: 37.6173,
            title: title.map(str::to_owned),
        })
    };
    let url = FileSource::Url("https://example.com/offer.pdf".to_owned());
    for (content, expected) in [
        (Content::Text("as *it* is".to_owned()), "as *it* is"),
        (
            Content::Markdown("**Delivery** is [here](https://example.com/d)".to_owned()),
            "Delivery is here (https://example.com/d)",
        ),
        // Nothing but markup: as it was written.
        (Content::Markdown("```\n```".to_owned()), "```\n```"),
        (
            file(url.clone(), Some("offer.pdf")),
            "\u{1f4ce} offer.pdf (application/pdf, 2 MB) https://example.com/offer.pdf",
        ),
        (
            file(url, None),
            "\u{1f4ce} application/pdf, 2 MB https://example.com/offer.pdf",
        ),
        (
            file(FileSource::Held("BQACAgIAAx".to_owned()), Some("offer.pdf")),
            "\u{1f4ce} offer.pdf (application/pdf, 2 MB)",
        ),
        (Content::Press(button("yes", "Yes, please")), "Yes, please"),
        (Content::Press(button("yes", " ")), "yes"),
        (
            place(None),
            "\u{1f4cd} https://maps.google.com/maps?q=55.7558,37.6173",
        ),
        (
            place(Some("The shop")),
            "\u{1f4cd} The shop https://maps.google.com/maps?q=55.7558,37.6173",
        ),
        (contact("Anna", "+7900"), "\u{1f464} Anna: +7900"),
        (contact("", "+7900"), "\u{1f464} +7900"),
        (contact("Anna", " "), "\u{1f464} Anna"),
    ] {
        assert_eq!(messages(vec![content]), operator(expected));
    }
}

fn contact(name: &str, phone: &str) -> Content {
    Content::Contact(Contact {
        name: name.to_owned(),
        phone: phone.to_owned(),
    })
}

#[test]
fn buttons_that_webim_would_refuse_are_made_to_fit() {
    let long = "a-very-long-button-id-that-webim-refuses";
    let mut message = said(vec![Content::Buttons(vec![
        vec![button("да", "Да"), button("ok", "Ok")],
        vec![],
        vec![button(long, ""), button(&"x".repeat(24), "x")],
    ])]);
    let shortened = returnable_buttons(&mut message, v1::CAPABILITIES.buttons);
    let whole: Vec<&str> = shortened.iter().map(|(_, whole)| whole.as_str()).collect();
    assert_eq!(whole, ["да", long]);
    assert_eq!(
        messages(message.contents),
        json!([{"kind": "keyboard", "buttons": [
            [{"id": shortened[0].0, "text": "Да"}, {"id": "ok", "text": "Ok"}],
            // What it is called where it says nothing, not what we call it.
            [{"id": shortened[1].0, "text": long}, {"id": "x".repeat(24), "text": "x"}],
        ]}])
    );
}

#[test]
fn a_long_text_is_several_messages_and_loses_nothing() {
    let text = "Доставка занимает три дня. ".repeat(400);
    let shown = messages(vec![Content::Text(text.clone())]);
    let shown: Vec<&str> = shown
        .as_array()
        .unwrap()
        .iter()
        .map(|message| message["text"].as_str().unwrap())
        .collect();
    assert_eq!(shown.len(), 3);
    assert!(shown.iter().all(|text| text.chars().count() <= 4000));
    assert!(
        shown
            .iter()
            .all(|text| text.ends_with(". ") || text.ends_with('.'))
    );
    assert_eq!(shown.join(" ").trim(), text.trim());
}
