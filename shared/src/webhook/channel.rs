//! An event of a channel that does not wait for the answer: keep it, send it to the agent.

use std::sync::Arc;

use super::Later;
use super::keep::{Kept, entries, keep, refuse_internal};
use super::verify::Verified;
use super::{Accepted, ChannelEvent, Refusal};
use crate::app::App;
use crate::connections::{Connection, Route};
use crate::counted::{self, Arrival};
use crate::delivery::{Delivery, Drained, Way};
use crate::mailbox::{Append, Lease, Owner};
use crate::model::{ChatId, ConversationKey, Visitor};
use crate::platforms::Buttons;
use crate::store::conversation::{Conversation, LaneName};
use crate::store::mailbox::Accept;
use crate::time::Millis;

/// Keeps the event and sends what it brought to the agent, as far as `until` allows. Returns when that is done or has to
/// wait; what could not be sent is redelivered.
///
/// # Errors
/// [`Refusal`]; nothing was kept.
pub fn receive<'a>(
    app: &'a App,
    verified: &'a Verified,
    event: ChannelEvent,
    until: Millis,
) -> Later<'a, Accepted> {
    Box::pin(take(app, verified, event, until))
}

async fn take(
    app: &App,
    verified: &Verified,
    event: ChannelEvent,
    until: Millis,
) -> Result<Accepted, Refusal> {
    let channel = verified.connection();
    let (route, agent) = route(app, channel).await?;
    follow(app, channel, &event).await?;
    // Without words an event may still say who the visitor is, or give the conversation back.
    if event.messages.is_empty() && event.visitor == Visitor::default() {
        return Ok(Accepted::Ignored);
    }
    let (key, mut accept) = accepting(channel, route, event, until)?;
    match keep_or_take_back(app, channel, key, &mut accept).await? {
        Kept::New(conversation) => {
            let mode = conversation.mode;
            let arrival = Arrival::new(channel.platform(), &conversation.key, &accept);
            let way = Way {
                channel: Arc::clone(channel),
                from: Some(channel.platform()),
                to: agent,
                route: route.clone(),
            };
            deliver(app, conversation, &accept, way, arrival).await;
            Ok(Accepted::Kept(mode))
        }
        Kept::Duplicate(conversation) => Ok(Accepted::Duplicate(conversation.mode)),
        // Only an agent's event asks for that.
        Kept::OperatorSpoke | Kept::Returned | Kept::Turned => Ok(Accepted::Ignored),
    }
}

/// Accepts an event of a channel. One whose operators have a conversation does not send it to us: if it does, they have given it
/// back, and the agent has it again in the same write.
pub(super) async fn keep_or_take_back(
    app: &App,
    channel: &Connection,
    key: ConversationKey,
    accept: &mut Accept,
) -> Result<Kept, Refusal> {
    accept.unless_told = channel.capabilities().handover.to_own_operators();
    match keep(app, channel.platform(), key.clone(), accept).await? {
        Kept::OperatorSpoke => {
            accept.unless_told = false;
            accept.takes_back = true;
            keep(app, channel.platform(), key, accept).await
        }
        kept => Ok(kept),
    }
}

/// A channel's route and the agent at its end.
pub(super) async fn route<'a>(
    app: &App,
    channel: &'a Arc<Connection>,
) -> Result<(&'a Route, Arc<Connection>), Refusal> {
    let route = channel.route.as_ref().ok_or_else(|| {
        Refusal::unavailable(format!(
            "channel `{}` has no route; add one to the configuration",
            channel.id
        ))
    })?;
    let agent = app.connections.get(&route.agent).await?.ok_or_else(|| {
        Refusal::unavailable(format!(
            "the route of channel `{}` leads to agent `{}`, which is not configured",
            channel.id, route.agent
        ))
    })?;
    Ok((route, agent))
}

/// What the mailbox is asked to do with the event.
pub(super) fn accepting(
    channel: &Connection,
    route: &Route,
    event: ChannelEvent,
    until: Millis,
) -> Result<(ConversationKey, Accept), Refusal> {
    let now = Millis::now();
    let key = key(channel, event.chat);
    let mut messages = event.messages;
    messages.iter_mut().for_each(refuse_internal);
    let append = Append {
        event: event.event,
        entries: entries(event.event, &messages, now)?,
        lease: Some(Lease {
            owner: Owner::random(),
            until,
        }),
        now,
    };
    let accept = Accept {
        visitor: event.visitor,
        agent: Some(route.agent.clone()),
        notes_time: !messages.is_empty() && channel.capabilities().buttons == Buttons::ByText,
        ..Accept::new(LaneName::ToAgent, append)
    };
    Ok((key, accept))
}

/// Sends what is in the lane, if this invocation holds its lease. A failure of DynamoDB here is no failure of the event:
/// that is kept, and redelivery goes on when the lease has run out.
pub(super) async fn deliver(
    app: &App,
    conversation: Conversation,
    accept: &Accept,
    way: Way,
    arrival: Arrival,
) -> Drained {
    let Some(lease) = accept.append.lease else {
        return Drained::default();
    };
    if accept.append.entries.is_empty() || !conversation.lane(accept.lane).is_held_by(lease.owner) {
        return Drained::default();
    }
    let key = conversation.key.clone();
    let delivery = Delivery::new(app, conversation, accept.lane, lease, way).bringing(arrival);
    delivery.drain().await.unwrap_or_else(|error| {
        tracing::error!(
            connection = key.channel.as_str(),
            chat = counted::hashed(&key.chat),
            reason = %error,
            "delivery stopped; redelivery goes on"
        );
        Drained {
            put_off: true,
            ..Drained::default()
        }
    })
}

async fn follow(app: &App, channel: &Connection, event: &ChannelEvent) -> Result<(), Refusal> {
    let now = Millis::now();
    if let Some(to) = &event.moved_to {
        app.store
            .follow(&key(channel, event.chat.clone()), to, now)
            .await?;
    }
    if let Some(from) = &event.moved_from {
        app.store
            .follow(&key(channel, from.clone()), &event.chat, now)
            .await?;
    }
    Ok(())
}

fn key(channel: &Connection, chat: ChatId) -> ConversationKey {
    ConversationKey {
        channel: channel.id.clone(),
        chat,
    }
}
