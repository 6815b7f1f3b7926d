//! What Telegram's updates mean.

use shared::mailbox::EventId;
use shared::model::{
    Author, Button, ChatId, Contact, Content, File, FileKind, FileSource, Location, Message,
    Visitor,
};
use shared::platforms::telegram::channel::receive::{Incoming, receive};
use shared::time::Millis;
use shared::webhook::{ChannelEvent, Received};

use crate::{NOW, fixture};

const PRIVATE: i64 = 111_222_333;
const GROUP: i64 = -1_001_234_567_890;
const SENT: Millis = Millis(1_760_000_000_000);

/// What an update means: what happened, the callback query to answer, and the chat to show typing in.
struct Meaning {
    what: What,
    callback: Option<&'static str>,
    typing: Option<i64>,
}

enum What {
    Event(Box<ChannelEvent>),
    Ignored(&'static str),
}

fn ignored(reason: &'static str) -> Meaning {
    Meaning {
        what: What::Ignored(reason),
        callback: None,
        typing: None,
    }
}

fn anna() -> Visitor {
    Visitor {
        id: Some("111222333".to_owned()),
        first_name: Some("Анна".to_owned()),
        last_name: Some("Петрова".to_owned()),
        username: Some("anna".to_owned()),
        language: Some("ru".to_owned()),
        ..Visitor::default()
    }
}

fn event(chat: i64, visitor: Visitor, messages: Vec<Message>) -> Meaning {
    let typing = (!messages.is_empty()).then_some(chat);
    Meaning {
        what: What::Event(Box::new(ChannelEvent {
            chat: chat.into(),
            // Replaced by that of the update's own id.
            event: EventId::named(""),
            visitor,
            messages,
            moved_to: None,
            moved_from: None,
        })),
        callback: None,
        typing,
    }
}

fn written(id: &str, contents: Vec<Content>) -> Message {
    Message {
        author: Author::Visitor { name: None },
        at: SENT,
        id: Some(id.to_owned()),
        edited: false,
        contents,
    }
}

/// A message in the private chat.
fn private(id: &str, contents: Vec<Content>) -> Meaning {
    event(PRIVATE, anna(), vec![written(id, contents)])
}

/// A message in the group: the visitor is the group, and the message says who wrote it.
fn group(id: &str, name: &str, contents: Vec<Content>) -> Meaning {
    let message = Message {
        author: Author::Visitor {
            name: Some(name.to_owned()),
        },
        ..written(id, contents)
    };
    event(GROUP, Visitor::default(), vec![message])
}

fn pressed(chat: i64, callback: &'static str, name: Option<&str>, press: (&str, &str)) -> Meaning {
    let author = Author::Visitor {
        name: name.map(str::to_owned),
    };
    let button = Button {
        id: press.0.to_owned(),
        text: press.1.to_owned(),
    };
    let visitor = if name.is_some() {
        Visitor::default()
    } else {
        anna()
    };
    let message = Message::new(author, NOW, Content::Press(button));
    Meaning {
        callback: Some(callback),
        ..event(chat, visitor, vec![message])
    }
}

fn text(text: &str) -> Content {
    Content::Text(text.to_owned())
}

fn file(kind: FileKind, id: &str, name: Option<&str>, media: Option<&str>, size: u64) -> Content {
    Content::File(File {
        kind,
        source: FileSource::Held(id.to_owned()),
        name: name.map(str::to_owned),
        media_type: media.map(str::to_owned),
        size: Some(size),
    })
}

fn place(latitude: f64, longitude: f64, title: Option<&str>) -> Content {
    Content::Location(Location {
        latitude,
        longitude,
        title: title.map(str::to_owned),
    })
}

fn moved(chat: i64, to: Option<i64>, from: Option<i64>, visitor: Visitor) -> Meaning {
    let mut meaning = event(chat, visitor, vec![]);
    if let What::Event(event) = &mut meaning.what {
        event.moved_to = to.map(ChatId::from);
        event.moved_from = from.map(ChatId::from);
    }
    meaning
}

fn of_files() -> Vec<(&'static str, Meaning)> {
    use FileKind::{Audio, Document, Image, Sticker, Video, Voice};
    let (jpeg, mp4) = (Some("image/jpeg"), Some("video/mp4"));
    let large = "AgACAgIAAxkBAAIB-large";
    let photo = file(Image, large, None, jpeg, 150_000);
    let (contract, pdf) = (Some("договор.pdf"), Some("application/pdf"));
    let document = file(Document, "BQACAgIAAxkBAAID", contract, pdf, 34_567);
    let voice = file(Voice, "AwACAgIAAxkBAAIE", None, Some("audio/ogg"), 12_345);
    let (song, mpeg) = (Some("song.mp3"), Some("audio/mpeg"));
    let audio = file(Audio, "CQACAgIAAxkBAAIF", song, mpeg, 4_000_000);
    let film = file(Video, "BAACAgIAAxkBAAIG", Some("film.mp4"), mp4, 2_500_000);
    let note = file(Video, "DQACAgIAAxkBAAIH", None, None, 500_000);
    // It comes as a document too, for clients that do not know animations: one file, not two.
    let animation = file(Video, "CgACAgIAAxkBAAII", Some("cat.mp4"), mp4, 70_000);
    let sticker = file(Sticker, "CAACAgIAAxkBAAIJ", Some("👍"), None, 22_222);
    vec![
        (
            "caption_and_photo",
            private("12", vec![photo, text("Вот такой")]),
        ),
        ("document", private("13", vec![document])),
        ("voice", private("14", vec![voice])),
        ("audio", private("15", vec![audio])),
        ("video", private("16", vec![film, text("Смотрите")])),
        ("video_note", private("17", vec![note])),
        ("animation", private("18", vec![animation])),
        ("sticker", private("19", vec![sticker])),
    ]
}

fn of_other_contents() -> Vec<(&'static str, Meaning)> {
    let shop = place(55.7539, 37.6208, Some("ГУМ Красная площадь, 3"));
    let contact = Content::Contact(Contact {
        name: "Анна Петрова".to_owned(),
        phone: "+79000000000".to_owned(),
    });
    let mut edited = written(
        "28",
        vec![text("Здравствуйте! Сколько стоит доставка в Тверь?")],
    );
    edited.edited = true;
    edited.at = Millis(1_760_000_060_000);
    vec![
        (
            "text",
            private("11", vec![text("Здравствуйте! Сколько стоит доставка?")]),
        ),
        (
            "location",
            private("20", vec![place(55.7558, 37.6173, None)]),
        ),
        // One place, with its name, although `location` is there too.
        ("venue", private("21", vec![shop])),
        ("contact", private("22", vec![contact])),
        ("edited_message", event(PRIVATE, anna(), vec![edited])),
        ("command", private("29", vec![text("/start promo_42")])),
    ]
}

fn of_groups() -> Vec<(&'static str, Meaning)> {
    let name = "Анна Петрова";
    vec![
        (
            "group_command",
            group("30", name, vec![text("/help доставка")]),
        ),
        (
            "group_text",
            group("31", name, vec![text("Кто-нибудь уже заказывал?")]),
        ),
        // A person; the bot that stands in `from` is there for old programs alone.
        (
            "group_anonymous_admin",
            group(
                "32",
                "The shop's visitors",
                vec![text("Завтра не работаем")],
            ),
        ),
        ("group_another_bot", ignored("message")),
        (
            "migrate_to",
            moved(-4_000_000_001, Some(GROUP), None, Visitor::default()),
        ),
        (
            "migrate_from",
            moved(GROUP, None, Some(-4_000_000_001), Visitor::default()),
        ),
        ("member_joined", ignored("message")),
    ]
}

fn of_callback_queries() -> Vec<(&'static str, Meaning)> {
    let answered = |callback| Meaning {
        callback: Some(callback),
        ..ignored("callback_query")
    };
    let game = Meaning {
        typing: Some(PRIVATE),
        ..answered("477580123456789015")
    };
    vec![
        (
            "callback_query",
            pressed(PRIVATE, "477580123456789012", None, ("no", "Нет")),
        ),
        // The message is too old to say what its buttons read.
        (
            "callback_query_inaccessible",
            pressed(PRIVATE, "477580123456789013", None, ("yes", "yes")),
        ),
        ("callback_query_inline", answered("477580123456789014")),
        ("callback_query_game", game),
        (
            "callback_query_group",
            pressed(
                GROUP,
                "477580123456789016",
                Some("Анна Петрова"),
                ("yes", "Да"),
            ),
        ),
    ]
}

fn meanings() -> Vec<(&'static str, Meaning)> {
    let unknown = ["my_chat_member", "poll", "channel_post", "message_reaction"];
    let mut meanings = of_files();
    meanings.extend(of_other_contents());
    meanings.extend(of_groups());
    meanings.extend(of_callback_queries());
    meanings.extend(unknown.map(|kind| (kind, ignored("update"))));
    meanings
}

#[test]
fn every_fixture_means_what_the_document_says() {
    let meanings = meanings();
    let names: Vec<_> = meanings.iter().map(|(name, _)| *name).collect();
    fixture::assert_all_are_named("telegram-channel", &names);
    for (name, meaning) in meanings {
        let id = fixture::json("telegram-channel", name)["update_id"].to_string();
        let Incoming {
            received,
            callback,
            chat,
        } = receive(&fixture::body("telegram-channel", name), NOW).unwrap();
        let expected = match meaning.what {
            What::Ignored(reason) => Received::Ignored(reason),
            What::Event(event) => Received::Event(ChannelEvent {
                event: EventId::named(&id),
                ..*event
            }),
        };
        assert_eq!(received, expected, "{name}");
        assert_eq!(callback.as_deref(), meaning.callback, "{name}");
        assert_eq!(chat, meaning.typing, "{name}");
    }
}

/// Only a command's own bot goes; what merely looks like it stays.
#[test]
fn only_the_name_of_the_bot_goes_from_a_command() {
    for (sent, kept) in [
        ("/help@shop_bot", "/help"),
        ("/help@Shop_Bot  two  spaces", "/help  two  spaces"),
        ("/help@shop_bot\nnext line", "/help\nnext line"),
        ("/home/user@example", "/home/user@example"),
        ("@shop_bot /help", "@shop_bot /help"),
        ("write to a@robot", "write to a@robot"),
        ("/help", "/help"),
    ] {
        let mut update = fixture::json("telegram-channel", "group_command");
        update["message"]["text"] = sent.into();
        let incoming = receive(update.to_string().as_bytes(), NOW).unwrap();
        let Received::Event(event) = incoming.received else {
            panic!("{sent} is an event");
        };
        assert_eq!(event.messages[0].contents, [text(kept)], "{sent:?}");
    }
}

/// A message of which nothing can be told must not look like one that was taken.
#[test]
fn a_blank_text_is_no_message() {
    let mut update = fixture::json("telegram-channel", "text");
    update["message"]["text"] = " \n".into();
    let incoming = receive(update.to_string().as_bytes(), NOW).unwrap();
    assert_eq!(incoming.received, Received::Ignored("message"));
    assert_eq!(incoming.chat, None);
}

/// What the text `text` of an update becomes with `more` fields of a message.
fn contents_with(more: &serde_json::Value, edited: bool) -> Option<Vec<Content>> {
    let mut update = fixture::json("telegram-channel", "text");
    let fields = more.as_object().unwrap().clone();
    update["message"].as_object_mut().unwrap().extend(fields);
    if edited {
        let message = update.as_object_mut().unwrap().remove("message").unwrap();
        update["edited_message"] = message;
    }
    match receive(update.to_string().as_bytes(), NOW)
        .unwrap()
        .received
    {
        Received::Event(event) => Some(event.messages[0].contents.clone()),
        Received::Ignored(_) => None,
    }
}

#[test]
fn a_url_behind_words_is_not_lost() {
    let linked = serde_json::json!({
        "text": "see here",
        "entities": [{"type": "text_link", "offset": 4, "length": 4, "url": "https://example.com/a"},
                     {"type": "bold", "offset": 0, "length": 3}]
    });
    assert_eq!(
        contents_with(&linked, false),
        Some(vec![text("see here\nhttps://example.com/a")])
    );
}

#[test]
fn a_dice_and_a_poll_are_told() {
    let dice = serde_json::json!({"text": null, "dice": {"emoji": "🎲", "value": 4}});
    assert_eq!(contents_with(&dice, false), Some(vec![text("🎲 4")]));
    let poll = serde_json::json!({
        "text": null,
        "poll": {"id": "1", "question": "When?", "options": [{"text": "Now", "voter_count": 0}, {"text": "Later", "voter_count": 0}]}
    });
    assert_eq!(
        contents_with(&poll, false),
        Some(vec![text("When?\n\u{2022} Now\n\u{2022} Later")])
    );
}

#[test]
fn who_shares_where_they_are_does_not_flood_the_agent() {
    let place = serde_json::json!({
        "text": null, "location": {"latitude": 55.7558, "longitude": 37.6173, "live_period": 900}
    });
    assert!(contents_with(&place, false).is_some());
    assert_eq!(contents_with(&place, true), None);
}
