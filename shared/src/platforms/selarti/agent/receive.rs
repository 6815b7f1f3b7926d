//! The `all_messages` webhook into an event.

use super::Settings;
use crate::mailbox::EventId;
use crate::model::{Author, Content, ConversationKey, Facts, Message, Mode, Signals};
use crate::platforms::selarti::wire::{ALL_MESSAGES, BOT, OPERATOR, Webhook};
use crate::time::Millis;
use crate::webhook::{AgentEvent, Received, Refusal, Thread, parse_json};

/// Webhooks without `message_id` that are alike within this time are copies.
const UNNAMED_WINDOW_MS: u64 = 10_000;

/// The event of a webhook's body.
///
/// # Errors
/// [`Refusal::Malformed`] if the body is not a webhook of Selarti.
pub fn receive(
    settings: &Settings,
    body: &[u8],
    now: Millis,
) -> Result<Received<AgentEvent>, Refusal> {
    let webhook: Webhook = parse_json(body)?;
    match webhook.wh_type.as_deref() {
        Some(ALL_MESSAGES) => {}
        // Other types may be sent to the same URL, says the vendor.
        Some(_) => return Ok(Received::Ignored("wh_type")),
        None => return Err(Refusal::malformed("`wh_type` is missing")),
    }
    if webhook
        .task_id
        .as_deref()
        .is_some_and(|task| task != settings.task_id)
    {
        return Ok(Received::Ignored("task_id"));
    }
    let author = match webhook.message_type.as_deref() {
        Some(BOT) => Author::Agent,
        Some(OPERATOR) => Author::Operator,
        // The echo of what we sent, for one.
        Some(_) => return Ok(Received::Ignored("message_type")),
        None => return Err(Refusal::malformed("`message_type` is missing")),
    };
    let Some(thread) = webhook.external_chat_id.as_deref() else {
        return Err(Refusal::malformed("`external_chat_id` is missing"));
    };
    // Dialogs that did not begin with us have ids of another form.
    let Ok(key) = ConversationKey::from_thread(thread) else {
        return Ok(Received::Ignored("external_chat_id"));
    };
    let id = webhook.message_id.filter(|id| !id.trim().is_empty());
    let event = match id.as_deref() {
        Some(id) => EventId::named(id),
        // Then the same words again a while later are no copy.
        None => EventId::within(body, now.0, UNNAMED_WINDOW_MS),
    };
    let message = webhook
        .message_text
        .filter(|text| !text.trim().is_empty())
        .map(|text| {
            let content = match author {
                Author::Agent => Content::Markdown(text),
                Author::Operator | Author::Visitor { .. } => Content::Text(text),
            };
            Message {
                id,
                ..Message::new(author.clone(), now, content)
            }
        });
    let mode = match (webhook.close, webhook.operator) {
        (Some(true), _) => Some(Mode::Closed),
        (_, Some(true)) => Some(Mode::Operator),
        (_, Some(false)) => Some(Mode::Agent),
        (_, None) => None,
    };
    Ok(Received::Event(AgentEvent {
        thread: Thread::Ours(key),
        event,
        author,
        message,
        signals: Signals {
            mode,
            facts: Facts {
                thread_id: webhook.thread_id,
                title: webhook.title,
                panel_url: webhook.panel_url,
                share_url: webhook.share_url,
                contacts: webhook.contacts,
                get_contact: webhook.get_contact,
                interest: webhook.interest,
                success: webhook.success,
                is_bot: webhook.is_bot,
            },
        },
    }))
}
