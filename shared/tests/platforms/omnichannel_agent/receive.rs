//! What the agent's calls mean.

use serde_json::{Value, json};
use shared::mailbox::EventId;
use shared::model::{Author, Button, Content, File, FileKind, FileSource, Message, Mode, Signals};
use shared::platforms::ConnectionSettings;
use shared::platforms::omnichannel::agent::Settings;
use shared::platforms::omnichannel::agent::receive::receive;
use shared::webhook::{AgentEvent, Received, Refusal, Thread};

use crate::{NOW, fixture};

const PLATFORM: &str = "omnichannel-agent";
const CHAT: &str = "2718281828459045";

fn settings(given: &Value) -> Settings {
    let mut settings = json!({"webhook_url": "env:WEBHOOK_URL", "webhook_token": "env:HOOK"});
    let given = given.as_object().unwrap().clone();
    settings.as_object_mut().unwrap().extend(given);
    serde_json::from_value(settings).unwrap()
}

fn of(settings: &Settings, body: &Value) -> AgentEvent {
    match receive(settings, body.to_string().as_bytes(), NOW) {
        Ok(Received::Event(event)) => event,
        other => panic!("{other:?}"),
    }
}

fn text(text: &str) -> Content {
    Content::Text(text.to_owned())
}

fn buttons(rows: &[&[(&str, &str)]]) -> Content {
    let button = |&(id, text): &(&str, &str)| Button {
        id: id.to_owned(),
        text: text.to_owned(),
    };
    Content::Buttons(
        rows.iter()
            .map(|row| row.iter().map(button).collect())
            .collect(),
    )
}

/// By fixture: the message's id and contents; or why there is none.
fn meanings() -> Vec<(&'static str, Result<Vec<Content>, &'static str>)> {
    let url = "https://files.example.com/offer.pdf";
    let file = Content::File(File {
        kind: FileKind::Document,
        source: FileSource::Url(url.to_owned()),
        name: Some("offer.pdf".to_owned()),
        media_type: Some("application/pdf".to_owned()),
        size: None,
    });
    let (yes, no) = (("yes", "Yes"), ("no", "No"));
    let asked = || vec![text("Do you like it?"), buttons(&[&[yes, no]])];
    let hi = || Ok(vec![text("Hi, Anna")]);
    vec![
        ("text", hi()),
        ("keyboard", Ok(vec![buttons(&[&[yes], &[no]])])),
        ("keyboard_with_text", Ok(asked())),
        ("text_with_buttons", Ok(asked())),
        // A list without rows, and a button that is called what it reads.
        (
            "flat_buttons",
            Ok(vec![buttons(&[&[yes], &[("No", "No")]])]),
        ),
        ("file_operator", Ok(vec![file])),
        ("link", Ok(vec![text(url)])),
        ("without_kind", Ok(vec![text("Hello, Anna")])),
        ("text_chat_id", hi()),
        ("with_message_id", hi()),
        ("blank_text", Err("text")),
    ]
}

#[test]
fn every_fixture_means_what_is_supposed() {
    let meanings = meanings();
    let names: Vec<_> = meanings.iter().map(|(name, _)| *name).collect();
    fixture::assert_all_are_named(PLATFORM, &names);
    for (name, meaning) in meanings {
        let body = fixture::body(PLATFORM, name);
        let id = (name == "with_message_id").then_some("r1");
        let expected = match meaning {
            Err(reason) => Received::Ignored(reason),
            Ok(contents) => Received::Event(AgentEvent {
                thread: Thread::Kept(CHAT.to_owned()),
                event: match id {
                    Some(id) => EventId::named(id),
                    None => EventId::within(&body, NOW.0, 5_000),
                },
                author: Author::Agent,
                message: Some(Message {
                    author: Author::Agent,
                    at: NOW,
                    id: id.map(str::to_owned),
                    edited: false,
                    contents,
                }),
                signals: Signals::default(),
            }),
        };
        assert_eq!(
            receive(&super::settings(), &body, NOW),
            Ok(expected),
            "{name}"
        );
    }
}

/// The API has no handover: a text stands for it, and nobody reads that.
#[test]
fn the_operators_text_hands_over_and_is_not_shown() {
    let settings = settings(&json!({"operator_text": "[operator]"}));
    let say = |message: Value| of(&settings, &json!({"chat_id": 7, "message": message}));
    for said in ["[operator]", " [operator]\n"] {
        let event = say(json!({"kind": "operator", "text": said}));
        assert_eq!(event.message, None);
        assert_eq!(event.signals.mode, Some(Mode::Operator));
    }
    for message in [
        json!({"text": "Write [operator] to speak to a person"}),
        json!({"text": "[OPERATOR]"}),
        json!({"text": "[operator]", "buttons": [[{"id": "a", "text": "A"}]]}),
    ] {
        let event = say(message);
        assert!(event.message.is_some());
        // Whoever speaks again has it again.
        assert_eq!(event.signals.mode, Some(Mode::Agent));
    }
    let unset = of(
        &super::settings(),
        &json!({"chat_id": 7, "message": {"text": "[operator]"}}),
    );
    assert_eq!(unset.signals.mode, None);
}

#[test]
fn what_is_alike_is_a_copy_within_the_window() {
    let body = json!({"chat_id": 7, "message": {"kind": "operator", "text": "yes"}});
    let own = |window: u32| of(&settings(&json!({"duplicate_window": window})), &body).event;
    assert_eq!(own(5), own(5));
    assert_ne!(own(0), own(0), "each is its own");
    let bytes = body.to_string();
    assert_eq!(own(60), EventId::within(bytes.as_bytes(), NOW.0, 60_000));
}

#[test]
fn what_is_no_message_is_refused() {
    for body in [
        json!({"chat_id": 7}),
        json!({"chat_id": 7, "message": {}}),
        json!({"chat_id": 7, "message": {"kind": "operator"}}),
        json!({"chat_id": 7, "message": {"kind": "keyboard", "buttons": []}}),
        json!({"chat_id": 7, "message": {"kind": "keyboard", "buttons": [[{}]]}}),
        json!({"chat_id": 7, "message": {"kind": "file_operator", "data": {"name": "a.pdf"}}}),
        json!({"chat_id": "", "message": {"text": "Hello"}}),
        json!({"chat_id": null, "message": {"text": "Hello"}}),
        json!({"message": {"text": "Hello"}}),
    ] {
        let refused = receive(&super::settings(), body.to_string().as_bytes(), NOW);
        let Err(Refusal::Malformed(why)) = &refused else {
            panic!("{body}: {refused:?}");
        };
        assert!(!why.contains("Hello"), "{why}");
    }
}

#[test]
fn settings_that_could_not_work_are_refused() {
    for (given, key) in [
        (json!({"duplicate_window": 61}), "duplicate_window"),
        (json!({"operator_text": " "}), "operator_text"),
    ] {
        assert_eq!(settings(&given).check().unwrap_err().0, key);
    }
    assert_eq!(
        settings(&json!({"operator_text": "[operator]", "duplicate_window": 0})).check(),
        Ok(())
    );
}

/// The platform adds the method to what is pasted.
#[test]
fn the_base_url_is_what_a_person_pastes() {
    let url = "https://bridge.example/omnichannel/helper.t0ken/send_message";
    let told = super::settings().setup(url);
    assert!(
        told.lines()
            .any(|line| line == "https://bridge.example/omnichannel/helper.t0ken"),
        "{told}"
    );
}
