//! Dead letters: messages that could not be delivered, each with its reason, until a person sends or discards them.

use super::conversation::LaneName;
use super::{Item, Store, StoreError, read, write};
use crate::mailbox::EventHash;
use crate::model::{ChatId, ConnectionId, ConversationKey};
use crate::time::Millis;

/// A message that could not be delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// The conversation that it belongs to.
    pub key: ConversationKey,
    /// Which way it was going.
    pub lane: LaneName,
    /// The event that brought it.
    pub event: EventHash,
    /// Its number in the lane, or zero if it never got there.
    pub number: u64,
    /// When it was accepted.
    pub accepted: Millis,
    /// When it was given up.
    pub died: Millis,
    /// Why, for a person to read. Holds no secret and no text of the message.
    pub reason: String,
    /// How often sending it was put off.
    pub attempts: u32,
    /// The message ([`crate::model::Message`]) as JSON.
    pub message: String,
}

impl DeadLetter {
    /// Its id within its connection. The same letter always has the same, so that writing it twice makes one.
    pub fn id(&self) -> String {
        let which = EventHash::of(&[
            self.key.chat.as_str().as_bytes(),
            self.lane.as_str().as_bytes(),
            &self.event.0,
            &self.number.to_be_bytes(),
        ]);
        which.hex()
    }
}

impl Store {
    /// Writes a dead letter; writing it again changes nothing.
    ///
    /// # Errors
    /// If DynamoDB cannot be asked.
    pub async fn bury(&self, letter: &DeadLetter) -> Result<(), StoreError> {
        let result = self
            .client
            .put_item()
            .table_name(&self.table)
            .item("pk", write::text(pk(&letter.key.channel)))
            .item("sk", write::text(letter.id()))
            .item("chat", write::text(letter.key.chat.as_str()))
            .item("lane", write::text(letter.lane.as_str()))
            .item("event", write::text(letter.event.hex()))
            .item("number", write::number(letter.number))
            .item("accepted", write::number(letter.accepted.0))
            .item("died", write::number(letter.died.0))
            .item("reason", write::text(&letter.reason))
            .item("attempts", write::number(letter.attempts.into()))
            .item("message", write::text(&letter.message))
            .condition_expression("attribute_not_exists(pk)")
            .send()
            .await;
        match result {
            Ok(_) => Ok(()),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(|error| error.is_conditional_check_failed_exception()) =>
            {
                Ok(())
            }
            Err(error) => Err(StoreError::sdk("PutItem", &error)),
        }
    }

    /// A channel's dead letters, oldest first. The functions may not do this; the command line may.
    ///
    /// # Errors
    /// If DynamoDB cannot be asked.
    pub async fn dead_letters(
        &self,
        channel: &ConnectionId,
    ) -> Result<Vec<DeadLetter>, StoreError> {
        let mut pages = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :pk")
            .expression_attribute_values(":pk", write::text(pk(channel)))
            .into_paginator()
            .items()
            .send();
        let mut letters = Vec::new();
        while let Some(item) = pages.next().await {
            let item = item.map_err(|error| StoreError::sdk("Query", &error))?;
            letters.push(read_letter(channel, &item)?);
        }
        letters.sort_by_key(|letter: &DeadLetter| (letter.accepted, letter.number));
        Ok(letters)
    }

    /// Removes a dead letter that a person has dealt with.
    ///
    /// # Errors
    /// If DynamoDB cannot be asked.
    pub async fn remove_dead_letter(&self, letter: &DeadLetter) -> Result<(), StoreError> {
        self.client
            .delete_item()
            .table_name(&self.table)
            .key("pk", write::text(pk(&letter.key.channel)))
            .key("sk", write::text(letter.id()))
            .send()
            .await
            .map(drop)
            .map_err(|error| StoreError::sdk("DeleteItem", &error))
    }
}

fn pk(channel: &ConnectionId) -> String {
    format!("dead#{channel}")
}

fn read_letter(channel: &ConnectionId, item: &Item) -> Result<DeadLetter, StoreError> {
    let text = |name: &str| read::text(item, name)?.ok_or_else(|| read::wrong(name));
    let number = |name: &str| read::number(item, name)?.ok_or_else(|| read::wrong(name));
    let chat: ChatId = text("chat")?.parse().map_err(StoreError::corrupt)?;
    let event = u64::from_str_radix(text("event")?, 16).map_err(StoreError::corrupt)?;
    Ok(DeadLetter {
        key: ConversationKey {
            channel: channel.clone(),
            chat,
        },
        lane: LaneName::parse(text("lane")?).ok_or_else(|| read::wrong("lane"))?,
        event: EventHash(event.to_be_bytes()),
        number: number("number")?,
        accepted: Millis(number("accepted")?),
        died: Millis(number("died")?),
        reason: text("reason")?.to_owned(),
        attempts: u32::try_from(number("attempts")?).unwrap_or(u32::MAX),
        message: text("message")?.to_owned(),
    })
}
