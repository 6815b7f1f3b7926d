//! A conversation's item, read.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;

use super::{Item, Store, StoreError, read, write};
use crate::mailbox::{Entry, EventHash, Lane, Lease, Owner};
use crate::model::{ChatId, ConnectionId, ConversationKey, Facts, Mode, Visitor};
use crate::time::Millis;

/// One of a conversation's two lanes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LaneName {
    /// From the visitor to the agent.
    ToAgent,
    /// From the agent to the visitor.
    ToChannel,
}

impl LaneName {
    /// As it stands in dead letters and logs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ToAgent => "to_agent",
            Self::ToChannel => "to_channel",
        }
    }

    /// What [`LaneName::as_str`] wrote.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::ToAgent, Self::ToChannel]
            .into_iter()
            .find(|known| known.as_str() == name)
    }

    /// The lane's attribute `field`.
    pub(crate) fn attribute(self, field: &str) -> String {
        let lane = match self {
            Self::ToAgent => "agent",
            Self::ToChannel => "channel",
        };
        format!("{lane}_{field}")
    }
}

/// The answer that a synchronous channel got to an event, kept so that a copy of the event gets the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptAnswer {
    /// When it was given.
    pub at: Millis,
    /// The answer, as [`crate::webhook::wait`] wrote it.
    pub body: String,
}

/// A button's own id, kept because the channel takes only a shorter one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptButton {
    /// When it was shown last.
    pub at: Millis,
    /// The id that the agent gave it.
    pub id: String,
}

/// An agent's own id of a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptThread {
    /// Since when, or since it was last renewed ([`crate::store::threads`]).
    pub at: Millis,
    /// The id.
    pub id: String,
}

/// A conversation as the table has it.
#[derive(Debug, Clone)]
pub struct Conversation {
    /// Which.
    pub key: ConversationKey,
    /// Who answers.
    pub mode: Mode,
    /// The agent said last that people have it, or the channel was told so.
    pub with_people: bool,
    /// It is over, until the visitor writes again.
    pub closed: bool,
    /// The channel is being told that its operators take over, and it is not known yet whether it takes that.
    pub telling: bool,
    /// The channel has been told that its operators take over, so the next thing it sends gives the chat back.
    pub told: bool,
    /// When a person wrote last, since the conversation was handed to people.
    pub operator_spoke: Option<Millis>,
    /// The channel gave the conversation back, and the agent has not said since that it has it.
    pub returned: bool,
    /// What the channel says of the visitor.
    pub visitor: Visitor,
    /// What the agent says of the conversation.
    pub facts: Facts,
    /// The agent that the last message went to.
    pub agent: Option<ConnectionId>,
    /// The agent that answers in place of the route's, which is down.
    pub stand_in: Option<ConnectionId>,
    /// The conversation's ids at agents that do not take ours, by the agent's connection.
    pub threads: BTreeMap<ConnectionId, KeptThread>,
    /// The chat's id on the channel, once that is no longer the one in the key.
    pub address: Option<ChatId>,
    /// This item only says that the conversation is kept under that chat's id.
    pub kept_under: Option<ChatId>,
    /// Answers given lately, by event.
    pub answers: BTreeMap<EventHash, KeptAnswer>,
    /// Buttons whose ids the channel does not take, by what it was given instead.
    pub buttons: BTreeMap<String, KeptButton>,
    /// When the visitor wrote before they wrote last; only where buttons come back as their text.
    pub heard_before: Millis,
    /// Seconds since the epoch after which the item counts as absent.
    pub expires: u64,
    /// From the visitor to the agent.
    pub to_agent: Lane,
    /// From the agent to the visitor.
    pub to_channel: Lane,
}

impl Conversation {
    /// The key of the item of `key`.
    pub fn pk(key: &ConversationKey) -> String {
        // No connection's id holds a `#`, so this is unambiguous whatever the chat's id holds.
        format!("conversation#{}#{}", key.channel, key.chat)
    }

    /// Whose item `pk` is, if it is a conversation's.
    pub fn key_of(pk: &str) -> Option<ConversationKey> {
        let (channel, chat) = pk.strip_prefix("conversation#")?.split_once('#')?;
        Some(ConversationKey {
            channel: channel.parse().ok()?,
            chat: chat.parse().ok()?,
        })
    }

    /// One of the lanes.
    pub fn lane(&self, lane: LaneName) -> &Lane {
        match lane {
            LaneName::ToAgent => &self.to_agent,
            LaneName::ToChannel => &self.to_channel,
        }
    }

    /// The chat to send to.
    pub fn chat(&self) -> &ChatId {
        self.address.as_ref().unwrap_or(&self.key.chat)
    }

    /// Whether the item counts as absent. DynamoDB removes it days later.
    pub fn has_expired(&self, now: Millis) -> bool {
        self.expires != 0 && self.expires <= now.seconds()
    }

    /// Reads an item. An empty one is a conversation that does not exist yet.
    ///
    /// # Errors
    /// If an attribute is not what this version writes.
    pub fn read(key: ConversationKey, item: &Item) -> Result<Self, StoreError> {
        let id = |name: &str| read::text(item, name);
        let told = read::flag(item, "told")?;
        Ok(Self {
            key,
            mode: match id("mode")? {
                // Whatever the agent says, the channel's operators have it.
                _ if told => Mode::Operator,
                _ if read::flag(item, "closed")? => Mode::Closed,
                None => Mode::default(),
                Some(mode) => {
                    Mode::parse(mode).ok_or_else(|| StoreError::corrupt("unknown mode"))?
                }
            },
            with_people: id("mode")? == Some(Mode::Operator.as_str()),
            closed: read::flag(item, "closed")?,
            telling: read::flag(item, "telling")?,
            told,
            operator_spoke: operator_spoke(item)?,
            returned: read::flag(item, "returned")?,
            visitor: fields(item, "visitor_")?,
            facts: fields(item, "fact_")?,
            agent: id("agent")?
                .map(str::parse)
                .transpose()
                .map_err(StoreError::corrupt)?,
            stand_in: id("stand_in")?
                .map(str::parse)
                .transpose()
                .map_err(StoreError::corrupt)?,
            threads: threads(item)?,
            address: id("address")?
                .map(str::parse)
                .transpose()
                .map_err(StoreError::corrupt)?,
            kept_under: id("kept_under")?
                .map(str::parse)
                .transpose()
                .map_err(StoreError::corrupt)?,
            answers: answers(item)?,
            buttons: buttons(item)?,
            heard_before: Millis(read::number(item, "heard_before")?.unwrap_or_default()),
            expires: read::number(item, "expires")?.unwrap_or_default(),
            to_agent: read_lane(item, LaneName::ToAgent)?,
            to_channel: read_lane(item, LaneName::ToChannel)?,
        })
    }
}

impl Store {
    /// The conversation, as every write that was answered left it; `None` if there is none.
    ///
    /// # Errors
    /// If DynamoDB cannot be asked.
    pub async fn conversation(
        &self,
        key: &ConversationKey,
    ) -> Result<Option<Conversation>, StoreError> {
        let item = self.item(Conversation::pk(key), true).await?;
        item.map(|item| Conversation::read(key.clone(), &item))
            .transpose()
    }
}

/// Fields that are kept one attribute each, so that what one event does not say stays as it was.
fn fields<T: serde::de::DeserializeOwned>(item: &Item, prefix: &str) -> Result<T, StoreError> {
    let object = item
        .iter()
        .filter_map(|(name, value)| {
            let value = match value {
                AttributeValue::S(text) => serde_json::Value::from(text.as_str()),
                AttributeValue::Bool(flag) => serde_json::Value::from(*flag),
                _ => return None,
            };
            Some((name.strip_prefix(prefix)?.to_owned(), value))
        })
        .collect();
    serde_json::from_value(serde_json::Value::Object(object)).map_err(StoreError::corrupt)
}

/// The other way round: attribute names and values of everything that `value` says.
pub(crate) fn field_attributes<T: serde::Serialize>(
    value: &T,
    prefix: &str,
) -> Result<Vec<(String, AttributeValue)>, StoreError> {
    let serde_json::Value::Object(object) =
        serde_json::to_value(value).map_err(StoreError::corrupt)?
    else {
        return Ok(Vec::new());
    };
    Ok(object
        .into_iter()
        .filter_map(|(name, value)| {
            let value = match value {
                serde_json::Value::String(text) if text.len() > MAX_FIELD => {
                    tracing::warn!(
                        outcome = "dropped",
                        reason = "a field that is too long",
                        field = name
                    );
                    return None;
                }
                serde_json::Value::String(text) => AttributeValue::S(text),
                serde_json::Value::Bool(flag) => AttributeValue::Bool(flag),
                _ => return None,
            };
            Some((format!("{prefix}{name}"), value))
        })
        .collect())
}

/// The longest field of a visitor or of the facts, in bytes. Longer is no name or address, and would crowd messages out of
/// the item.
const MAX_FIELD: usize = 2048;

fn operator_spoke(item: &Item) -> Result<Option<Millis>, StoreError> {
    match item.get("operator_spoke") {
        // As it was written before the time was kept: for ever.
        Some(AttributeValue::Bool(true)) => Ok(Some(Millis(u64::MAX))),
        _ => Ok(read::number(item, "operator_spoke")?.map(Millis)),
    }
}

fn threads(item: &Item) -> Result<BTreeMap<ConnectionId, KeptThread>, StoreError> {
    kept(item, "thread_")
        .map(|kept| {
            let (agent, at, id) = kept?;
            let agent = agent.parse().map_err(StoreError::corrupt)?;
            Ok((agent, KeptThread { at, id }))
        })
        .collect()
}

fn answers(item: &Item) -> Result<BTreeMap<EventHash, KeptAnswer>, StoreError> {
    kept(item, "answer_")
        .map(|kept| {
            let (hex, at, body) = kept?;
            let event = hash(hex).ok_or_else(|| read::wrong("answer"))?;
            Ok((event, KeptAnswer { at, body }))
        })
        .collect()
}

fn buttons(item: &Item) -> Result<BTreeMap<String, KeptButton>, StoreError> {
    kept(item, "button_")
        .map(|kept| {
            let (short, at, id) = kept?;
            Ok((short.to_owned(), KeptButton { at, id }))
        })
        .collect()
}

/// The attributes that [`write_kept`] wrote: each one's name after the prefix, its time and its text.
fn kept<'a>(
    item: &'a Item,
    prefix: &'a str,
) -> impl Iterator<Item = Result<(&'a str, Millis, String), StoreError>> {
    item.iter()
        .filter_map(move |(name, value)| Some((name.strip_prefix(prefix)?, value)))
        .map(move |(name, value)| {
            let map = value.as_m().map_err(|_| read::wrong(prefix))?;
            let text = read::text(map, "b")?.ok_or_else(|| read::wrong(prefix))?;
            let at = read::number(map, "t")?.ok_or_else(|| read::wrong(prefix))?;
            Ok((name, Millis(at), text.to_owned()))
        })
}

/// A text that is kept for a while, and since when.
pub(crate) fn write_kept(text: &str, at: Millis) -> AttributeValue {
    AttributeValue::M(
        [
            ("b".to_owned(), write::text(text)),
            ("t".to_owned(), write::number(at.0)),
        ]
        .into(),
    )
}

fn hash(hex: &str) -> Option<EventHash> {
    u64::from_str_radix(hex, 16)
        .ok()
        .map(|number| EventHash(number.to_be_bytes()))
}

fn read_lane(item: &Item, lane: LaneName) -> Result<Lane, StoreError> {
    let number = |field: &str| read::number(item, &lane.attribute(field));
    let small =
        |field: &str| Ok(u32::try_from(number(field)?.unwrap_or_default()).unwrap_or(u32::MAX));
    let queue = match item.get(&lane.attribute("queue")) {
        None => Vec::new(),
        Some(queue) => queue
            .as_l()
            .map_err(|_| read::wrong("queue"))?
            .iter()
            .map(read_entry)
            .collect::<Result<_, _>>()?,
    };
    let prefix = lane.attribute("seen_");
    let seen = item
        .iter()
        .filter_map(|(name, value)| Some((name.strip_prefix(&prefix)?.parse().ok()?, value)))
        .map(|(bucket, value)| Ok((bucket, read_hashes(value)?)))
        .collect::<Result<_, StoreError>>()?;
    let due = number("pending")?.or(number("waiting")?);
    Ok(Lane {
        queue: queue.into(),
        bytes: number("bytes")?.unwrap_or_default(),
        head: number("head")?.unwrap_or_default(),
        part: small("part")?,
        attempts: small("attempts")?,
        seen,
        lease: read_lease(item, lane)?,
        due: due.map(Millis),
        hold: read::flag(item, &lane.attribute("hold"))?,
        sending: read::flag(item, &lane.attribute("sending"))?,
    })
}

fn read_hashes(value: &AttributeValue) -> Result<Vec<EventHash>, StoreError> {
    value
        .as_l()
        .map_err(|_| read::wrong("seen"))?
        .iter()
        .map(|hash| {
            let bytes = hash.as_b().map_err(|_| read::wrong("seen"))?;
            Ok(EventHash(
                bytes.as_ref().try_into().map_err(|_| read::wrong("seen"))?,
            ))
        })
        .collect()
}

fn read_lease(item: &Item, lane: LaneName) -> Result<Option<Lease>, StoreError> {
    let Some(lease) = item.get(&lane.attribute("lease")) else {
        return Ok(None);
    };
    let lease = lease.as_m().map_err(|_| read::wrong("lease"))?;
    match (read::number(lease, "o")?, read::number(lease, "u")?) {
        (Some(owner), Some(until)) => Ok(Some(Lease {
            owner: Owner(owner),
            until: Millis(until),
        })),
        _ => Err(read::wrong("lease")),
    }
}

pub(crate) fn write_lease(lease: Lease) -> AttributeValue {
    AttributeValue::M(
        [
            ("o".to_owned(), write::number(lease.owner.0)),
            ("u".to_owned(), write::number(lease.until.0)),
        ]
        .into(),
    )
}

fn read_entry(value: &AttributeValue) -> Result<Entry, StoreError> {
    let map = value.as_m().map_err(|_| read::wrong("queue"))?;
    let event = map
        .get("e")
        .and_then(|event| event.as_b().ok())
        .and_then(|bytes| bytes.as_ref().try_into().ok())
        .ok_or_else(|| read::wrong("queue"))?;
    Ok(Entry {
        event: EventHash(event),
        // Without a time it counts as old: it is still tried, and a dead letter if that fails. An error would block the lane.
        accepted: Millis(read::number(map, "t")?.unwrap_or_default()),
        body: read::text(map, "m")?
            .ok_or_else(|| read::wrong("queue"))?
            .to_owned(),
    })
}

pub(crate) fn write_entry(entry: &Entry) -> AttributeValue {
    AttributeValue::M(
        [
            ("e".to_owned(), write::bytes(&entry.event.0)),
            ("t".to_owned(), write::number(entry.accepted.0)),
            ("m".to_owned(), write::text(entry.body.clone())),
        ]
        .into(),
    )
}
