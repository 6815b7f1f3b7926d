//! An event of a channel that does not wait for the answer: keep it, send it to the agent.

use std::sync::Arc;

use super::keep::{Kept, entries, keep};
use super::verify::Verified;
use super::{Accepted, ChannelEvent, Refusal};
use crate::app::App;
use crate::connections::{Connection, Route};
use crate::delivery::Delivery;
use crate::mailbox::{Append, Lease, Owner};
use crate::model::{ChatId, ConversationKey, Signals};
use crate::store::conversation::{Conversation, LaneName};
use crate::store::mailbox::Accept;
use crate::time::Millis;

/// Keeps the event and sends what it brought to the agent, as far as `until` allows. Returns when that is done or has to
/// wait; what could not be sent is redelivered.
///
/// # Errors
/// [`Refusal`]; nothing was kept.
pub async fn receive(
    app: &App,
    verified: &Verified,
    event: ChannelEvent,
    until: Millis,
) -> Result<Accepted, Refusal> {
    let channel = verified.connection();
    let (route, agent) = route(app, channel).await?;
    follow(app, channel, &event).await?;
    if event.messages.is_empty() {
        return Ok(Accepted::Ignored);
    }
    let (key, accept) = accepting(channel, route, event, until)?;
    match keep(app, channel.platform(), key, &accept).await? {
        Kept::New(conversation) => {
            let mode = conversation.mode;
            deliver(app, conversation, &accept, agent, route).await;
            Ok(Accepted::Kept(mode))
        }
        Kept::Duplicate(conversation) => Ok(Accepted::Duplicate(conversation.mode)),
        // Only an agent's event asks for that.
        Kept::OperatorSpoke | Kept::Returned => Ok(Accepted::Ignored),
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
    let accept = Accept {
        lane: LaneName::ToAgent,
        append: Append {
            event: event.event,
            entries: entries(event.event, &event.messages, now)?,
            lease: Some(Lease {
                owner: Owner::random(),
                until,
            }),
            now,
        },
        visitor: event.visitor,
        signals: Signals::default(),
        agent: Some(route.agent.clone()),
        operator_speaks: false,
        unless_operator_spoke: false,
        unless_returned: false,
        buttons: Vec::new(),
    };
    Ok((key, accept))
}

/// Sends what is in the lane, if this invocation holds its lease. A failure of DynamoDB here is no failure of the event:
/// that is kept, and redelivery goes on when the lease has run out.
pub(super) async fn deliver(
    app: &App,
    conversation: Conversation,
    accept: &Accept,
    to: Arc<Connection>,
    route: &Route,
) -> crate::delivery::Drained {
    let Some(lease) = accept.append.lease else {
        return crate::delivery::Drained::default();
    };
    if accept.append.entries.is_empty() || !conversation.lane(accept.lane).is_held_by(lease.owner) {
        return crate::delivery::Drained::default();
    }
    let holder = (lease.owner, lease.until);
    let delivery = Delivery::new(
        app,
        conversation,
        accept.lane,
        holder,
        to,
        route.give_up_after(),
    );
    delivery.drain().await.unwrap_or_else(|error| {
        tracing::error!(reason = %error, "delivery stopped; redelivery goes on");
        crate::delivery::Drained {
            put_off: true,
            ..Default::default()
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
