//! An event of an agent: keep what it said for the channel, and send it if the channel can be spoken to.

use std::sync::Arc;

use super::Later;
use super::channel::deliver;
use super::keep::{Kept, entries, keep, refuse_internal};
use super::verify::Verified;
use super::{Accepted, AgentEvent, Refusal, thread};
use crate::app::App;
use crate::connections::{Connection, Route};
use crate::counted::{self, Arrival, Arrived};
use crate::delivery::{Body, Burial, Way};
use crate::fit::returnable_buttons;
use crate::mailbox::{Append, Entry, EventId, Lease, Owner};
use crate::model::{Author, Content, ConversationKey, Message, Mode};
use crate::platforms::{ConnectionSettings, Handover, Role};
use crate::store::conversation::LaneName;
use crate::store::mailbox::{Accept, Turn};
use crate::time::Millis;

/// Keeps the event and sends what it brought to the channel, as far as `until` allows.
///
/// # Errors
/// [`Refusal`]; nothing was kept.
pub fn receive<'a>(
    app: &'a App,
    verified: &'a Verified,
    event: AgentEvent,
    until: Millis,
) -> Later<'a, Accepted> {
    Box::pin(take(app, verified, event, until))
}

async fn take(
    app: &App,
    verified: &Verified,
    event: AgentEvent,
    until: Millis,
) -> Result<Accepted, Refusal> {
    let agent = verified.connection();
    let Some(key) = thread::conversation(app, agent, &event.thread).await? else {
        return Err(Refusal::NotFound);
    };
    let id = event.event.of(agent.id.as_str());
    let (channel, route) = match channel_of(app, agent, &key).await? {
        Channel::Ours(channel, route) => (channel, route),
        Channel::Gone => return bury_for_gone_channel(app, agent, &key, event, id).await,
        Channel::Foreign => {
            counted::dropped(agent.platform(), &agent.id, "no channel of this agent");
            return Ok(Accepted::Ignored);
        }
    };
    let (mut messages, buttons) = fitting(&channel, event.message)?;
    let mut telling = telling(&channel, &route, event.signals.mode);
    let now = Millis::now();
    let append = Append {
        event: id,
        entries: entries(id, &messages, now)?,
        lease: channel.capabilities().push.then(|| Lease {
            owner: Owner::random(),
            until,
        }),
        now,
    };
    let says = !messages.is_empty();
    let handover = channel.capabilities().handover;
    let mut accept = Accept {
        operator_speaks: event.author == Author::Operator && says,
        // Whether the agent says that people still have the conversation, or does not say.
        unless_operator_spoke: (event.author == Author::Agent
            && says
            && event.signals.mode != Some(Mode::Agent))
        .then(|| agent.settings.operator_silence()),
        // Where the channel's own operators have the chat, nobody on this side is heard, people neither.
        unless_told: handover.to_own_operators()
            && channel.capabilities().push
            && (says || telling.is_some()),
        // An agent that goes on saying so does not take a conversation away that was given back to it.
        unless_returned: event.author == Author::Agent
            && event.signals.mode == Some(Mode::Operator),
        turn: telling.as_ref().map_or(Turn::Any, |_| Turn::Already),
        signals: event.signals,
        buttons,
        ..Accept::new(LaneName::ToChannel, append)
    };
    let mut is_buried = false;
    for _ in 0..TURNS {
        match keep(app, agent.platform(), key.clone(), &accept).await? {
            Kept::Turned => {
                accept.turn = match accept.turn {
                    Turn::Already => Turn::Anew,
                    Turn::Anew | Turn::Any => Turn::Already,
                };
                let told = telling.clone().filter(|_| accept.turn == Turn::Anew);
                accept.append.entries = entries(id, &with(&messages, told, now), now)?;
            }
            Kept::Returned => {
                accept.unless_returned = false;
                accept.unless_operator_spoke = None;
                accept.signals.mode = None;
                accept.turn = Turn::Any;
                accept.append.entries = entries(id, &messages, now)?;
            }
            Kept::New(conversation) => {
                let mode = conversation.mode;
                let arrival = Arrival::new(agent.platform(), &conversation.key, &accept);
                if is_buried && accept.append.entries.is_empty() {
                    arrival.end();
                    return Ok(Accepted::Kept(mode));
                }
                let way = Way {
                    from: Some(agent.platform()),
                    to: Arc::clone(&channel),
                    channel,
                    route,
                };
                deliver(app, conversation, &accept, way, arrival).await;
                return Ok(Accepted::Kept(mode));
            }
            Kept::Duplicate(conversation) => return Ok(Accepted::Duplicate(conversation.mode)),
            Kept::OperatorSpoke => {
                // Buried first: if the process dies in between, the event comes again, and the letter is already there.
                let reason = "it would have talked over the person who has the conversation";
                bury(app, agent, &key, &entries(id, &messages, now)?, reason).await?;
                is_buried = true;
                if messages.is_empty() {
                    // The channel's own operators have it: there is nothing to tell.
                    telling = None;
                    accept.unless_told = false;
                }
                messages.clear();
                accept.unless_operator_spoke = None;
                accept.unless_told &= telling.is_some();
                accept.operator_speaks = false;
                accept.turn = telling.as_ref().map_or(Turn::Any, |_| Turn::Already);
                accept.append.entries.clear();
            }
        }
    }
    Err(Refusal::unavailable(
        "the conversation changed hands faster than it could be written",
    ))
}

/// More turns than this in a row are no accident.
const TURNS: usize = 6;

/// An agent's message as the channel can give its buttons back, and what has to be kept for that.
type Fitting = (Vec<Message>, Vec<(String, String)>);

fn fitting(channel: &Connection, message: Option<Message>) -> Result<Fitting, Refusal> {
    let mut messages: Vec<Message> = message.into_iter().collect();
    messages.iter_mut().for_each(refuse_internal);
    let buttons: Vec<(String, String)> = messages
        .iter_mut()
        .flat_map(|message| returnable_buttons(message, channel.capabilities().buttons))
        .collect();
    let too_long = |(_, whole): &(String, String)| whole.len() > MAX_BUTTON_ID;
    if buttons.len() > MAX_SHORTENED || buttons.iter().any(too_long) {
        return Err(Refusal::malformed(
            "more or longer ids of buttons than a conversation can keep",
        ));
    }
    Ok((messages, buttons))
}

/// What the channel is told when the conversation's mode becomes `mode`.
fn telling(channel: &Connection, route: &Route, mode: Option<Mode>) -> Option<Content> {
    let capabilities = channel.capabilities();
    match mode? {
        Mode::Operator => match capabilities.handover {
            Handover::ByCall | Handover::ByFlag => Some(Content::HandedOver),
            Handover::InTheAnswer => None,
            Handover::ItSays | Handover::ByAuthor | Handover::No => {
                route.handover_text.clone().map(Content::Text)
            }
        },
        Mode::Closed => capabilities.closes.then_some(Content::Closed),
        Mode::Agent => None,
    }
}

/// `messages`, the last of which ends with `telling`.
fn with(messages: &[Message], telling: Option<Content>, now: Millis) -> Vec<Message> {
    let mut messages = messages.to_vec();
    match (messages.last_mut(), telling) {
        (Some(last), Some(telling)) => last.contents.push(telling),
        (None, Some(telling)) => messages.push(Message::new(Author::Agent, now, telling)),
        (_, None) => {}
    }
    messages
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
    if channel.end().role() != Role::Channel {
        return Ok(Channel::Foreign);
    }
    if let Some(route) = channel.route.clone()
        && (route.agent == agent.id || route.second_agent.as_ref() == Some(&agent.id))
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
    Ok(conversation.is_some_and(|conversation| {
        conversation.agent.as_ref() == Some(&agent.id)
            || conversation.stand_in.as_ref() == Some(&agent.id)
            || conversation.threads.contains_key(&agent.id)
    }))
}

/// A reply into a conversation whose channel is not configured any more goes to a person: the agent sends it once.
async fn bury_for_gone_channel(
    app: &App,
    agent: &Connection,
    key: &ConversationKey,
    event: AgentEvent,
    id: EventId,
) -> Result<Accepted, Refusal> {
    let messages: Vec<_> = event.message.into_iter().collect();
    if messages.is_empty() || !is_tied(app, agent, key).await? {
        counted::dropped(agent.platform(), &agent.id, "no such channel");
        return Ok(Accepted::Ignored);
    }
    let reason = "its channel is not configured any more";
    let entries = entries(id, &messages, Millis::now())?;
    bury(app, agent, key, &entries, reason).await?;
    Ok(Accepted::Kept(Mode::Agent))
}

/// Makes dead letters of what never comes into the lane.
async fn bury(
    app: &App,
    agent: &Connection,
    key: &ConversationKey,
    entries: &[Entry],
    reason: &str,
) -> Result<(), Refusal> {
    let burial = Burial {
        key,
        lane: LaneName::ToChannel,
        from: Some(agent.platform()),
        to: None,
    };
    for (number, entry) in (0..).zip(entries) {
        let body = Body {
            arrived: Arrived::ONE,
            ..Body::new(entry, number)
        };
        burial.bury(app, body, reason).await?;
    }
    Ok(())
}
