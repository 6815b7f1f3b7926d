//! What Selarti's webhook means.

use serde_json::{Value, json};
use shared::mailbox::EventId;
use shared::model::{Author, Content, Facts, Message, Mode, Signals};
use shared::platforms::selarti::agent;
use shared::webhook::{AgentEvent, Received, Refusal, Thread};

use crate::{NOW, fixture};

fn receive(body: &[u8]) -> Result<Received<AgentEvent>, Refusal> {
    agent::receive::receive(&super::settings(), body, NOW)
}

/// What the documented sample says of its conversation, beside the message.
fn sample() -> Facts {
    Facts {
        thread_id: Some("1731336491572x316716105037601100".to_owned()),
        title: Some("API chat 123456789".to_owned()),
        panel_url: Some(
            "https://selarti.com/panel?menu=chats&thread=1731336491572x316716105037601100"
                .to_owned(),
        ),
        share_url: Some(
            "https://selarti.com/share?thread=1731336491572x316716105037601100".to_owned(),
        ),
        contacts: Some("123456789".to_owned()),
        get_contact: Some(false),
        interest: Some(false),
        success: Some(false),
        is_bot: Some(false),
    }
}

fn markdown(text: &str) -> Option<Content> {
    Some(Content::Markdown(text.to_owned()))
}

/// What the webhook `id` says: in which thread, who, what, who answers from now on, and what is known.
fn event(
    id: &str,
    thread: (&str, &str),
    author: Author,
    content: Option<Content>,
    mode: Option<Mode>,
    facts: Facts,
) -> Received<AgentEvent> {
    let message = content.map(|content| Message {
        id: Some(id.to_owned()),
        ..Message::new(author.clone(), NOW, content)
    });
    Received::Event(AgentEvent {
        thread: Thread::Ours(shared::model::ConversationKey {
            channel: thread.0.parse().unwrap(),
            chat: thread.1.parse().unwrap(),
        }),
        event: EventId::named(id),
        author,
        message,
        signals: Signals { mode, facts },
    })
}

fn id(number: u32) -> String {
    format!("17313364918{number}x582725124419040400")
}

/// The bot's "Да." in the usual chat.
fn yes(number: u32, chat: &str, mode: Option<Mode>, facts: Facts) -> Received<AgentEvent> {
    let thread = ("shop", chat);
    event(
        &id(number),
        thread,
        Author::Agent,
        markdown("Да."),
        mode,
        facts,
    )
}

fn of_people_and_flags() -> Vec<(&'static str, Received<AgentEvent>)> {
    let usual = ("shop", "111222333");
    let agent = |number, text, mode, facts| {
        event(
            &id(number),
            usual,
            Author::Agent,
            markdown(text),
            Some(mode),
            facts,
        )
    };
    // What a person writes is not Markdown.
    let olga = Content::Text("Здравствуйте, я *Ольга*, менеджер.".to_owned());
    let known = Facts {
        contacts: Some("+79000000000".to_owned()),
        title: Some("Анна Петрова".to_owned()),
        get_contact: Some(true),
        interest: Some(true),
        success: Some(true),
        is_bot: Some(true),
        ..sample()
    };
    vec![
        (
            "bot",
            agent(76, "**Доставка** стоит 300 ₽.", Mode::Agent, sample()),
        ),
        (
            "operator",
            event(
                &id(77),
                usual,
                Author::Operator,
                Some(olga),
                Some(Mode::Operator),
                sample(),
            ),
        ),
        ("close", agent(81, "Всего доброго!", Mode::Closed, sample())),
        (
            "transfer_without_text",
            event(
                &id(82),
                usual,
                Author::Agent,
                None,
                Some(Mode::Operator),
                sample(),
            ),
        ),
        (
            "contacts",
            agent(83, "Спасибо, записал.", Mode::Agent, known),
        ),
        ("user", Received::Ignored("message_type")),
        ("another_wh_type", Received::Ignored("wh_type")),
        ("another_task", Received::Ignored("task_id")),
        // Its dialog did not begin with us.
        (
            "the_documented_sample",
            Received::Ignored("external_chat_id"),
        ),
    ]
}

/// Only a sample is published: nothing that stands beside the message may cost the message.
fn of_other_shapes() -> Vec<(&'static str, Received<AgentEvent>)> {
    let usual = ("shop", "111222333");
    let odd = Facts {
        contacts: Some("79000000000".to_owned()),
        title: None,
        panel_url: None,
        get_contact: Some(true),
        interest: None,
        ..sample()
    };
    let integer = event(
        "1731336491887",
        ("shop", "42"),
        Author::Agent,
        markdown("Да."),
        Some(Mode::Agent),
        sample(),
    );
    let least = event(
        "17313364918x1",
        usual,
        Author::Agent,
        markdown("Да."),
        None,
        Facts::default(),
    );
    vec![
        (
            "a_chat_with_dots_in_its_id",
            yes(84, "a.b@c.example", Some(Mode::Agent), sample()),
        ),
        ("unknown_flags", yes(85, "111222333", None, sample())),
        (
            "facts_of_other_types",
            yes(86, "111222333", Some(Mode::Agent), odd),
        ),
        ("integer_ids", integer),
        ("only_what_is_needed", least),
    ]
}

#[test]
fn every_fixture_means_what_the_document_says() {
    let mut meanings = of_people_and_flags();
    meanings.extend(of_other_shapes());
    let mut names: Vec<_> = meanings.iter().map(|(name, _)| *name).collect();
    // It has a test of its own.
    names.push("without_message_id");
    fixture::assert_all_are_named("selarti-agent", &names);
    for (name, expected) in meanings {
        assert_eq!(
            receive(&fixture::body("selarti-agent", name)),
            Ok(expected),
            "{name}"
        );
    }
}

/// Then the body is the event: the same webhook sent again is the same event.
#[test]
fn a_message_without_an_id_is_known_by_its_body() {
    let event = |body: &[u8]| match receive(body) {
        Ok(Received::Event(event)) => event,
        other => panic!("{other:?}"),
    };
    let body = fixture::body("selarti-agent", "without_message_id");
    let first = event(&body);
    assert_eq!(first.message.as_ref().unwrap().id, None);
    assert_eq!(
        first.message.as_ref().unwrap().contents,
        [markdown("Да.").unwrap()]
    );
    assert_eq!(first, event(&body));
    let mut other = fixture::json("selarti-agent", "without_message_id");
    other["message_text"] = "Нет.".into();
    assert_ne!(first.event, event(other.to_string().as_bytes()).event);
}

#[test]
fn what_is_missing_is_named() {
    for field in ["wh_type", "message_type", "external_chat_id"] {
        for absent in [None, Some(Value::Null)] {
            let mut body = fixture::json("selarti-agent", "bot");
            match absent {
                None => drop(body.as_object_mut().unwrap().remove(field)),
                Some(null) => body[field] = null,
            }
            let Err(Refusal::Malformed(why)) = receive(body.to_string().as_bytes()) else {
                panic!("`{field}` is needed");
            };
            assert!(why.contains(field), "{why}");
        }
    }
}

/// Nobody but the agent itself may be taken for it.
#[test]
fn who_speaks_is_never_guessed() {
    for author in ["", "Bot", "assistant", "system", "users"] {
        let mut body = fixture::json("selarti-agent", "bot");
        body["message_type"] = json!(author);
        assert_eq!(
            receive(body.to_string().as_bytes()),
            Ok(Received::Ignored("message_type")),
            "{author:?}"
        );
    }
}

#[test]
fn flags_are_yes_or_no() {
    for (close, operator, mode) in [
        (json!("yes"), json!("yes"), Some(Mode::Closed)),
        (json!("YES"), json!("no"), Some(Mode::Closed)),
        (json!("no"), json!("Yes"), Some(Mode::Operator)),
        (json!(false), json!(true), Some(Mode::Operator)),
        (json!("no"), json!("no"), Some(Mode::Agent)),
        // Whoever had it before keeps it.
        (json!("no"), json!(null), None),
        (json!("no"), json!(1), None),
        (json!({"a": 1}), json!("no"), Some(Mode::Agent)),
    ] {
        let mut body = fixture::json("selarti-agent", "bot");
        body["close"] = close.clone();
        body["operator"] = operator.clone();
        let Ok(Received::Event(event)) = receive(body.to_string().as_bytes()) else {
            panic!("close {close}, operator {operator}");
        };
        assert_eq!(
            event.signals.mode, mode,
            "close {close}, operator {operator}"
        );
    }
}
