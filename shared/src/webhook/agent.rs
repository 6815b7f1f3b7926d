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
use crate::mailbox::{Append, EventId, Lease, Owner};
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
    let id = event.event.of(agent.id.as_str());
    let (channel, route) = match channel_of(app, agent, &event.key).await? {
        Channel::Ours(channel, route) => (channel, route),
        Channel::Gone => return bury_for_gone_channel(app, agent, event, id).await,
        Channel::Foreign => {
            counted::dropped(agent.platform(), &agent.id, "no channel of this agent");
            return Ok(Accepted::Ignored);
        }
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
            event: id,
            entries: entries(id, &messages, now)?,
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
        // An agent that goes on saying so does not take a conversation away that was given back to it.
        unless_returned: event.author == Author::Agent
            && event.signals.mode == Some(Mode::Operator),
        signals: event.signals,
        agent: None,
        buttons,
    };
    let mut kept = keep(app, agent.platform(), event.key.clone(), &accept).await?;
    if let Kept::Returned = kept {
        accept.unless_returned = false;
        accept.unless_operator_spoke = false;
        accept.signals.mode = None;
        kept = keep(app, agent.platform(), event.key.clone(), &accept).await?;
    }
    match kept {
        Kept::Returned => Ok(Accepted::Ignored),
        Kept::New(conversation) => {
            let mode = conversation.mode;
            deliver(app, conversation, &accept, channel, &route).await;
            Ok(Accepted::Kept(mode))
        }
        Kept::Duplicate(conversation) => Ok(Accepted::Duplicate(conversation.mode)),
        Kept::OperatorSpoke => {
            // Buried first: if the process dies in between, the event comes again, and the letter is already there.
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

/// The channel that a conversation is on, as an agent sees it.
enum Channel {
    /// The agent may speak there: by the channel's route, or because the conversation is still tied to it after the route was
    /// changed.
    Ours(Arc<Connection>, Route),
    /// It is not configured any more.
    Gone,
    /// It is another agent's.
    Foreign,
}

async fn channel_of(
    app: &App,
    agent: &Connection,
    key: &ConversationKey,
) -> Result<Channel, Refusal> {
    let Some(channel) = app.connections.get(&key.channel).await? else {
        return Ok(Channel::Gone);
    };
    if channel.platform().capabilities().role != Role::Channel {
        return Ok(Channel::Foreign);
    }
    if let Some(route) = channel.route.clone()
        && route.agent == agent.id
    {
        return Ok(Channel::Ours(channel, route));
    }
    if !is_tied(app, agent, key).await? {
        return Ok(Channel::Foreign);
    }
    let route = channel.route.clone();
    let route = route.unwrap_or_else(|| Route::to(agent.id.clone()));
    Ok(Channel::Ours(channel, route))
}

async fn is_tied(app: &App, agent: &Connection, key: &ConversationKey) -> Result<bool, Refusal> {
    let conversation = app.store.conversation(key).await?;
    Ok(conversation.is_some_and(|conversation| conversation.agent.as_ref() == Some(&agent.id)))
}

/// A reply into a conversation whose channel is not configured any more goes to a person: the agent sends it once.
async fn bury_for_gone_channel(
    app: &App,
    agent: &Connection,
    event: AgentEvent,
    id: EventId,
) -> Result<Accepted, Refusal> {
    let messages: Vec<_> = event.message.into_iter().collect();
    if messages.is_empty() || !is_tied(app, agent, &event.key).await? {
        counted::dropped(agent.platform(), &agent.id, "no such channel");
        return Ok(Accepted::Ignored);
    }
    let reason = "its channel is not configured any more";
    for (number, entry) in (0..).zip(&entries(id, &messages, Millis::now())?) {
        let letter = dead_letter(&event.key, LaneName::ToChannel, (number, 0), entry, reason);
        app.store.bury(&letter).await?;
        counted::dead(agent.platform(), &event.key, reason);
    }
    Ok(Accepted::Kept(Mode::Agent))
}
