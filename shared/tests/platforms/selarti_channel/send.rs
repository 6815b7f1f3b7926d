//! What the application's webhook is sent: one text each, whatever the message holds, and what is known of the dialog.

use serde_json::{Value, json};
use shared::delivery::failure::Failure;
use shared::mailbox::{Entry, EventHash};
use shared::model::{
    Author, Button, Contact, Content, Facts, File, FileKind, FileSource, Location, Message, Mode,
    Visitor,
};
use shared::platforms::Progress;
use shared::platforms::selarti::channel::send::parts;
use shared::store::conversation::Conversation;

use super::TASK;
use crate::NOW;
use crate::vendor::{Sender, Vendor, conversation};

fn said(contents: Vec<Content>) -> Message {
    Message {
        contents,
        ..Message::new(Author::Agent, NOW, text(""))
    }
}

fn text(text: &str) -> Content {
    Content::Text(text.to_owned())
}

fn fresh() -> Conversation {
    conversation("123456789".parse().unwrap())
}

/// The webhooks of a message, in a conversation as it is.
fn webhooks(conversation: &Conversation, message: &Message) -> Vec<Value> {
    super::sent(&super::settings(), conversation, message)
        .iter()
        .map(|webhook| serde_json::from_str(webhook).unwrap())
        .collect()
}

fn webhook(conversation: &Conversation, message: &Message) -> Value {
    let [webhook] = webhooks(conversation, message).try_into().unwrap();
    webhook
}

/// `message_text`, `operator` and `close` of each webhook.
fn signs(conversation: &Conversation, message: &Message) -> Vec<[String; 3]> {
    webhooks(conversation, message)
        .iter()
        .map(|webhook| {
            ["message_text", "operator", "close"]
                .map(|field| webhook[field].as_str().unwrap().to_owned())
        })
        .collect()
}

fn handed_over(mut conversation: Conversation) -> Conversation {
    conversation.mode = Mode::Operator;
    conversation.with_people = true;
    conversation
}

fn closed(mut conversation: Conversation) -> Conversation {
    conversation.mode = Mode::Closed;
    conversation
}

/// With these messages in its lane; the first one is on its way.
fn waiting(mut conversation: Conversation, messages: &[&Message]) -> Conversation {
    conversation.to_channel.queue = messages
        .iter()
        .map(|message| Entry {
            event: EventHash(*b"an event"),
            accepted: NOW,
            body: serde_json::to_string(message).unwrap(),
        })
        .collect();
    conversation
}

/// To the letter, but for what only the vendor knows.
#[test]
fn the_webhook_is_the_documents_sample() {
    let settings = serde_json::from_value(json!({
        "url": "https://application.example/webhook",
        "token": "env:TOKEN",
        "task_id": TASK,
        "channel_id": "5q",
        "company_id": "1708251850060x460235863640434700",
        "manager_id": "4q",
    }))
    .unwrap();
    let mut conversation = fresh();
    conversation.facts = Facts {
        thread_id: Some("1731336491572x316716105037601100".to_owned()),
        panel_url: Some(
            "https://selarti.com/panel?menu=chats&thread=1731336491572x316716105037601100"
                .to_owned(),
        ),
        share_url: Some(
            "https://selarti.com/share?thread=1731336491572x316716105037601100".to_owned(),
        ),
        contacts: Some("123456789".to_owned()),
        ..Facts::default()
    };
    let message = Message {
        id: Some("1731336491876x582725124419040400".to_owned()),
        ..said(vec![text(
            "It looks like you are testing API functionality.",
        )])
    };
    let sample = [
        ("channel_id", "5q"),
        ("close", "no"),
        ("company_id", "1708251850060x460235863640434700"),
        ("contacts", "123456789"),
        ("external_chat_id", "123456789"),
        ("get_contact", "no"),
        ("interest", "no"),
        ("is_bot", "no"),
        ("manager_id", "4q"),
        ("message_id", "1731336491876x582725124419040400"),
        (
            "message_text",
            "It looks like you are testing API functionality.",
        ),
        ("message_type", "bot"),
        ("operator", "no"),
        (
            "panel_url",
            "https://selarti.com/panel?menu=chats&thread=1731336491572x316716105037601100",
        ),
        (
            "share_url",
            "https://selarti.com/share?thread=1731336491572x316716105037601100",
        ),
        ("success", "no"),
        ("task_id", TASK),
        ("thread_id", "1731336491572x316716105037601100"),
        ("title", "API chat 123456789"),
        ("wh_type", "all_messages"),
    ];
    let fields: Vec<_> = sample
        .iter()
        .map(|(name, value)| format!("\"{name}\":{}", json!(value)))
        .collect();
    let expected = format!("{{{}}}", fields.join(","));
    let sent = super::sent(&settings, &conversation, &message);
    assert_eq!(sent, [expected]);
}

/// The application can do without what we do not know.
#[test]
fn what_is_not_known_is_empty_or_our_own() {
    let webhook = webhook(&fresh(), &said(vec![text("Hi")]));
    for (field, value) in [
        ("channel_id", "shop"),
        ("company_id", ""),
        ("manager_id", ""),
        ("contacts", ""),
        ("panel_url", ""),
        ("share_url", ""),
        ("thread_id", "shop.123456789"),
        ("title", "API chat 123456789"),
        ("get_contact", "no"),
        ("interest", "no"),
        ("success", "no"),
        ("is_bot", "no"),
    ] {
        assert_eq!(webhook[field], value, "{field}");
    }
}

#[test]
fn what_is_known_of_the_visitor_and_the_dialog_is_told() {
    let mut conversation = fresh();
    conversation.facts = Facts {
        title: Some(" ".to_owned()),
        contacts: Some("anna".to_owned()),
        get_contact: Some(true),
        interest: Some(true),
        success: Some(true),
        is_bot: Some(true),
        ..Facts::default()
    };
    let hi = said(vec![text("Hi")]);
    let told = |conversation: &Conversation, field: &str| webhook(conversation, &hi)[field].clone();
    for flag in ["get_contact", "interest", "success", "is_bot"] {
        assert_eq!(told(&conversation, flag), "yes");
    }
    assert_eq!(told(&conversation, "contacts"), "anna");
    conversation.visitor = Visitor {
        first_name: Some("Anna".to_owned()),
        last_name: Some("Petrova".to_owned()),
        email: Some("anna@example.com".to_owned()),
        ..Visitor::default()
    };
    assert_eq!(told(&conversation, "title"), "Anna Petrova");
    assert_eq!(told(&conversation, "contacts"), "anna@example.com");
    conversation.visitor.phone = Some("+7900".to_owned());
    assert_eq!(told(&conversation, "contacts"), "+7900");
    conversation.facts.title = Some("Anna P.".to_owned());
    assert_eq!(told(&conversation, "title"), "Anna P.");
    conversation.address = Some("987654321".parse().unwrap());
    assert_eq!(told(&conversation, "external_chat_id"), "987654321");
    assert_eq!(told(&conversation, "thread_id"), "shop.123456789");
}

#[test]
fn people_and_the_agent_are_told_apart() {
    let mut message = said(vec![text("Hi")]);
    assert_eq!(webhook(&fresh(), &message)["message_type"], "bot");
    message.author = Author::Operator;
    assert_eq!(webhook(&fresh(), &message)["message_type"], "operator");
}

#[test]
fn each_content_becomes_a_text() {
    let button = |id: &str, text: &str| Button {
        id: id.to_owned(),
        text: text.to_owned(),
    };
    let file = |source| {
        Content::File(File {
            kind: FileKind::Document,
            source,
            name: Some("a.pdf".to_owned()),
            media_type: None,
            size: Some(999),
        })
    };
    for (content, expected) in [
        (text("as *it* is"), "as *it* is"),
        (Content::Markdown("**Hi**, `you`".to_owned()), "Hi, you"),
        (
            file(FileSource::Url("https://example.com/a.pdf".to_owned())),
            "\u{1f4ce} a.pdf (999 B) https://example.com/a.pdf",
        ),
        (
            file(FileSource::Kept("files/a".to_owned())),
            "\u{1f4ce} a.pdf (999 B)",
        ),
        (
            Content::Buttons(vec![vec![button("a", "A")], vec![button("b", "")]]),
            "\u{2022} A\n\u{2022} b",
        ),
        (
            Content::Location(Location {
                latitude: 55.7558,
                longitude: 37.6173,
                title: None,
            }),
            "\u{1f4cd} https://maps.google.com/maps?q=55.7558,37.6173",
        ),
        (
            Content::Contact(Contact {
                name: "Anna".to_owned(),
                phone: "+7900".to_owned(),
            }),
            "\u{1f464} Anna: +7900",
        ),
    ] {
        let shown = webhook(&fresh(), &said(vec![content]));
        assert_eq!(shown["message_text"], expected);
    }
}

#[test]
fn a_long_text_is_several_webhooks_each_with_its_own_id() {
    let long = "Доставка занимает три дня. ".repeat(1500);
    let mut message = said(vec![text(&long)]);
    let ids = |message: &Message| -> Vec<Value> {
        let webhooks = webhooks(&fresh(), message);
        let texts: Vec<_> = webhooks
            .iter()
            .map(|webhook| webhook["message_text"].as_str().unwrap())
            .collect();
        assert_eq!(texts.join(" ").trim(), long.trim());
        webhooks
            .iter()
            .map(|webhook| webhook["message_id"].clone())
            .collect()
    };
    let ours = "616e206576656e74-7";
    assert_eq!(
        ids(&message),
        [0, 1, 2].map(|part| json!(format!("{ours}-{part}")))
    );
    for blank in ["", " "] {
        message.id = Some(blank.to_owned());
        assert_eq!(ids(&message)[0], format!("{ours}-0"));
    }
    message.id = Some("1731x58".to_owned());
    assert_eq!(ids(&message), ["1731x58", "1731x58-1", "1731x58-2"]);
}

#[test]
fn what_is_blank_is_not_sent() {
    assert_eq!(parts(&said(vec![])), []);
    assert_eq!(parts(&said(vec![text(" \n")])), []);
}

/// There is no other webhook than that of a message.
#[test]
fn who_has_the_dialog_is_told_even_without_words() {
    let over = said(vec![Content::HandedOver]);
    assert_eq!(signs(&handed_over(fresh()), &over), [["", "yes", "no"]]);
    let end = said(vec![Content::Closed]);
    assert_eq!(signs(&closed(fresh()), &end), [["", "no", "yes"]]);
    let last = said(vec![text("Bye"), Content::Closed]);
    let closed = closed(handed_over(fresh()));
    assert_eq!(signs(&closed, &last), [["Bye", "yes", "yes"]]);
}

#[test]
fn what_follows_says_it_too_until_it_is_over() {
    let hi = said(vec![text("Hi")]);
    assert_eq!(signs(&fresh(), &hi), [["Hi", "no", "no"]]);
    assert_eq!(signs(&handed_over(fresh()), &hi), [["Hi", "yes", "no"]]);
    assert_eq!(signs(&closed(fresh()), &hi), [["Hi", "no", "yes"]]);
}

/// A message that hands over is the turn, also when the agent has taken the dialog back before it is sent.
#[test]
fn a_message_says_what_it_was_written_to_say() {
    let over = said(vec![text("One moment"), Content::HandedOver]);
    assert_eq!(signs(&fresh(), &over), [["One moment", "yes", "no"]]);
}

#[test]
fn a_long_farewell_closes_with_its_last_words() {
    let long = "Доставка занимает три дня. ".repeat(800);
    let bye = said(vec![text(&long), Content::HandedOver, Content::Closed]);
    let signs = signs(&closed(handed_over(fresh())), &bye);
    let flags: Vec<_> = signs.iter().map(|[_, over, end]| [over, end]).collect();
    assert_eq!(flags, [["no", "no"], ["yes", "yes"]]);
}

/// The conversation is closed already, by what waits behind.
#[test]
fn nothing_is_said_before_its_turn() {
    let hi = said(vec![text("Hi")]);
    let over = said(vec![text("One moment"), Content::HandedOver]);
    let bye = said(vec![text("Bye"), Content::Closed]);
    let now = closed(handed_over(fresh()));
    let signs = |lane: &[&Message]| {
        let [signs] = signs(&waiting(now.clone(), lane), lane[0])
            .try_into()
            .unwrap();
        signs
    };
    assert_eq!(signs(&[&hi, &over, &hi, &bye]), ["Hi", "no", "no"]);
    assert_eq!(signs(&[&over, &hi, &bye]), ["One moment", "yes", "no"]);
    assert_eq!(signs(&[&hi, &bye]), ["Hi", "yes", "no"]);
    assert_eq!(signs(&[&bye]), ["Bye", "yes", "yes"]);
    assert_eq!(signs(&[&hi]), ["Hi", "yes", "yes"]);
}

#[tokio::test]
async fn the_call_goes_to_the_whole_url() {
    let vendor = Vendor::answering(vec![(200, ""), (204, "")]);
    let mut settings = super::least();
    settings["platform"] = json!("selarti-channel");
    settings["url"] = json!(format!("{}/a/webhook?key=a%20b", vendor.url));
    let sender = Sender::new(&settings, "123456789", "s3cret");
    let long = "Доставка занимает три дня. ".repeat(800);
    let message = said(vec![text(&long)]);
    for (part, progress) in [(0, Progress::More), (1, Progress::Complete)] {
        let delivered = sender.send(&message, part).await.unwrap();
        assert_eq!(delivered, progress.into());
    }
    // All is there: nothing is sent.
    let delivered = sender.send(&message, 2).await.unwrap();
    assert_eq!(delivered, Progress::Complete.into());
    let requests = vendor.requests();
    let expected = webhooks(&fresh(), &message);
    assert_eq!(requests.len(), expected.len());
    for (request, expected) in requests.iter().zip(expected) {
        assert_eq!(request.line, "POST /a/webhook?key=a%20b HTTP/1.1");
        assert_eq!(request.headers["content-type"], "application/json");
        // The token is the application's to send.
        assert!(!request.headers.contains_key("authorization"));
        assert_eq!(request.body, expected);
    }
}

#[tokio::test]
async fn what_is_refused_is_a_failure() {
    let vendor = Vendor::answering(vec![(400, r#"{"error":"no"}"#)]);
    let mut settings = super::least();
    settings["platform"] = json!("selarti-channel");
    settings["url"] = json!(vendor.url);
    let sender = Sender::new(&settings, "123456789", "s3cret");
    let reason = "status 400".to_owned();
    assert_eq!(
        sender.send(&said(vec![text("Hi")]), 0).await,
        Err(Failure::Never { reason })
    );
}
