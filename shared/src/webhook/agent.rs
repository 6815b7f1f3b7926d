//! An event of an agent: keep what it said for the channel, and send it if the channel can be spoken to.

use std::sync::Arc;

use super::channel::deliver;
use super::keep::{Kept, entries, keep};
use super::verify::Verified;
use super::{Accepted, AgentEvent, Refusal};
use crate::app::App;
use crate::connections::{Connection, Route};
use crate::counted;
use crate::delivery::dead_letter;
use crate::fit::shorten_buttons;
use crate::mailbox::{Append, Lease, Owner};
use crate::model::{Author, ConversationKey, Mode};
use crate::platforms::Role;
use crate::store::conversation::LaneName;
use crate::store::mailbox::Accept;
use crate::time::Millis;

/// Keeps the event and sends what it brought to the channel, as far as `until` allows.
///
/// # Errors
/// [`Refusal`]; nothing was kept.
pub async fn receive(
    app: &App,
    verified: &Verified,
    event: AgentEvent,
    until: Millis,
) -> Result<Accepted, Refusal> {
    let agent = verified.connection();
    let Some((channel, route)) = channel_of(app, agent, &event.key).await? else {
        counted::dropped(agent.platform(), &agent.id, "no channel of this agent");
        return Ok(Accepted::Ignored);
    };
    let capabilities = channel.platform().capabilities();
    let now = Millis::now();
    let mut messages: Vec<_> = event.message.into_iter().collect();
    let buttons = match capabilities.buttons {
        Some(ids) => messages
            .iter_mut()
            .flat_map(|message| shorten_buttons(message, ids))
            .collect(),
        None => Vec::new(),
    };
    if buttons.len() > MAX_SHORTENED
        || buttons
            .iter()
            .any(|(_, whole): &(String, String)| whole.len() > MAX_BUTTON_ID)
    {
        return Err(Refusal::malformed(
            "more or longer ids of buttons than a conversation can keep",
        ));
    }
    let mut accept = Accept {
        lane: LaneName::ToChannel,
        append: Append {
            event: event.event,
            entries: entries(event.event, &messages, now)?,
            lease: capabilities.push.then(|| Lease {
                owner: Owner::random(),
                until,
            }),
            now,
        },
        visitor: crate::model::Visitor::default(),
        operator_speaks: event.author == Author::Operator && !messages.is_empty(),
        // Whether the agent says that people still have the conversation, or does not say.
        unless_operator_spoke: event.author == Author::Agent
            && !messages.is_empty()
            && event.signals.mode != Some(Mode::Agent),
        signals: event.signals,
        agent: None,
        buttons,
    };
    match keep(app, agent.platform(), event.key.clone(), &accept).await? {
        Kept::New(conversation) => {
            let mode = conversation.mode;
            deliver(app, conversation, &accept, channel, &route).await;
            Ok(Accepted::Kept(mode))
        }
        Kept::Duplicate(conversation) => Ok(Accepted::Duplicate(conversation.mode)),
        Kept::OperatorSpoke => {
            // Buried first: if the process dies in between, the event comes again and the same letter is written again.
            let reason = "the agent would have talked over a person who has the conversation";
            for (number, entry) in (0..).zip(&accept.append.entries) {
                let letter = dead_letter(&event.key, accept.lane, (number, 0), entry, reason);
                app.store.bury(&letter).await?;
                counted::dead(channel.platform(), &event.key, reason);
            }
            accept.append.entries.clear();
            accept.unless_operator_spoke = false;
            keep(app, agent.platform(), event.key, &accept).await?;
            Ok(Accepted::Kept(Mode::Operator))
        }
    }
}

/// How many ids of one message's buttons can be shortened, and how long they may be, in bytes.
const MAX_SHORTENED: usize = 64;
const MAX_BUTTON_ID: usize = 512;

/// The channel that the conversation is on, if this agent may speak there: by the channel's route, or because the
/// conversation is still tied to this agent after the route was changed.
async fn channel_of(
    app: &App,
    agent: &Connection,
    key: &ConversationKey,
) -> Result<Option<(Arc<Connection>, Route)>, Refusal> {
    let Some(channel) = app.connections.get(&key.channel).await? else {
        return Ok(None);
    };
    if channel.platform().capabilities().role != Role::Channel {
        return Ok(None);
    }
    if let Some(route) = channel.route.clone()
        && route.agent == agent.id
    {
        return Ok(Some((channel, route)));
    }
    let conversation = app.store.conversation(key).await?;
    let tied =
        conversation.is_some_and(|conversation| conversation.agent.as_ref() == Some(&agent.id));
    Ok(tied.then(|| {
        let route = channel
            .route
            .clone()
            .unwrap_or_else(|| Route::to(agent.id.clone()));
        (channel, route)
    }))
}
