//! What one end writes, the other one reads: two Switchboards can stand behind each other.

use proptest::prelude::*;
use shared::model::{Author, Content, ConversationKey, Facts, Message, Mode};
use shared::platforms::selarti::wire::SendMessageExternal;
use shared::platforms::selarti::{agent, channel};
use shared::store::conversation::Conversation;
use shared::webhook::{AgentEvent, Received, Thread};

use super::TASK;
use crate::NOW;
use crate::contract::messages::message;
use crate::vendor::conversation;

/// The chat on the application's side: a conversation of the Switchboard behind it.
const CHAT: &str = "bot.111222333";

fn agent_settings() -> agent::Settings {
    serde_json::from_value(serde_json::json!({
        "url": "https://switchboard.example",
        "token": "env:TOKEN",
        "task_id": TASK,
        "webhook_token": "env:HOOK",
    }))
    .unwrap()
}

/// What the channel sends of a message, as the agent's end reads it.
fn read_back(conversation: &Conversation, message: &Message) -> Vec<AgentEvent> {
    let sent = super::sent(&super::settings(), conversation, message);
    sent.iter()
        .map(
            |webhook| match agent::receive::receive(&agent_settings(), webhook.as_bytes(), NOW) {
                Ok(Received::Event(event)) => event,
                other => panic!("{other:?} for {webhook}"),
            },
        )
        .collect()
}

fn text(event: &AgentEvent) -> &str {
    match &event.message {
        None => "",
        Some(message) => match message.contents.as_slice() {
            [Content::Text(text) | Content::Markdown(text)] => text,
            other => panic!("{other:?}"),
        },
    }
}

fn author() -> impl Strategy<Value = Author> {
    prop_oneof![Just(Author::Agent), Just(Author::Operator)]
}

fn mode() -> impl Strategy<Value = Mode> {
    prop_oneof![Just(Mode::Agent), Just(Mode::Operator), Just(Mode::Closed)]
}

fn facts() -> impl Strategy<Value = Facts> {
    let texts = prop::array::uniform4(prop::option::of("\\PC{0,30}[a-z0-9]"));
    let flags = prop::array::uniform4(prop::option::of(any::<bool>()));
    (prop::option::of("[a-z0-9]{1,30}"), texts, flags).prop_map(
        |(
            thread_id,
            [title, panel_url, share_url, contacts],
            [get_contact, interest, success, is_bot],
        )| Facts {
            thread_id,
            title,
            panel_url,
            share_url,
            contacts,
            get_contact,
            interest,
            success,
            is_bot,
        },
    )
}

proptest! {
    #[test]
    fn what_the_channel_sends_the_agent_reads(
        (message, _) in message(),
        author in author(),
        id in prop::option::of("[a-zA-Z0-9]{1,40}"),
        mode in mode(),
        facts in facts(),
    ) {
        let message = Message { author: author.clone(), id, ..message };
        let mut conversation = conversation(CHAT.parse().unwrap());
        conversation.mode = mode;
        conversation.with_people = mode == Mode::Operator;
        conversation.facts = facts.clone();
        let events = read_back(&conversation, &message);
        let parts = channel::send::parts(&message);
        prop_assert_eq!(events.iter().map(text).collect::<Vec<_>>(), parts.iter().map(|part| part.text.as_str()).collect::<Vec<_>>());
        for event in &events {
            prop_assert_eq!(&event.thread, &Thread::Ours(ConversationKey::from_thread(CHAT).unwrap()));
            prop_assert_eq!(&event.author, &author);
            prop_assert_eq!(event.message.as_ref().is_none_or(|message| message.author == author), true);
            let said = &event.signals.facts;
            let known = Facts {
                thread_id: facts.thread_id.clone().or_else(|| Some(conversation.key.thread())),
                title: facts.title.clone().or_else(|| Some(format!("API chat {CHAT}"))),
                get_contact: Some(facts.get_contact == Some(true)),
                interest: Some(facts.interest == Some(true)),
                success: Some(facts.success == Some(true)),
                is_bot: Some(facts.is_bot == Some(true)),
                ..facts.clone()
            };
            prop_assert_eq!(said, &known);
        }
        // Each is an event of its own, and the last one leaves the conversation as it is here.
        let mut ids: Vec<_> = events.iter().map(|event| event.event.hash).collect();
        ids.sort_unstable();
        ids.dedup();
        prop_assert_eq!(ids.len(), events.len());
        if let Some(last) = events.last() {
            let says = |content: &Content| message.contents.contains(content);
            let expected = if says(&Content::Closed) || mode == Mode::Closed {
                Mode::Closed
            } else if says(&Content::HandedOver) || mode == Mode::Operator {
                Mode::Operator
            } else {
                Mode::Agent
            };
            prop_assert_eq!(last.signals.mode, Some(expected));
        }
    }

    #[test]
    fn what_the_agent_sends_the_channel_reads(
        (message, _) in message(),
        chat in "\\PC{1,60}",
    ) {
        let thread = format!("bot.{chat}");
        for text in agent::send::parts(&message) {
            let call = SendMessageExternal { task_id: TASK, chat_id: &thread, message: &text };
            let body = serde_json::to_vec(&call).unwrap();
            let read = channel::receive::receive(&super::settings(), &body, NOW);
            let Ok(Received::Event(event)) = read else { panic!("{read:?}") };
            prop_assert_eq!(event.chat.as_str(), &thread);
            prop_assert_eq!(event.messages.len(), 1);
            prop_assert_eq!(&event.messages[0].author, &Author::Visitor { name: None });
            prop_assert_eq!(&event.messages[0].contents, &vec![Content::Text(text)]);
        }
    }
}
