//! Who has which chat.

use std::collections::HashMap;

use serde_json::Value;

use super::refusal::Refusal;

/// To whom the bot gave a chat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// One operator, by id.
    Operator(i64),
    /// A department, by its key.
    Department(String),
    /// The general queue.
    Queue,
}

/// Who has a chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holder {
    /// The bot.
    Bot,
    /// The operators, or their queue.
    Operators,
    /// Nobody: it is closed, or has not begun.
    Nobody,
}

/// A chat that has begun.
#[derive(Debug)]
pub(crate) struct Thread {
    pub(crate) holder: Holder,
    /// The visitor's messages, in order.
    pub(crate) said: Vec<Value>,
    /// How many of them the bot was told of.
    pub(crate) heard: usize,
}

#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) threads: HashMap<i64, Thread>,
}

impl State {
    /// The chat, if the bot may act in it.
    pub(crate) fn with_bot(&mut self, chat_id: i64) -> Result<&mut Thread, Refusal> {
        match self.threads.get_mut(&chat_id) {
            None => Err(Refusal::not_found(&format!("there is no chat {chat_id}"))),
            Some(thread) if thread.holder == Holder::Bot => Ok(thread),
            Some(thread) => Err(Refusal::not_yours(match thread.holder {
                Holder::Operators => "the chat is with the operators",
                Holder::Bot | Holder::Nobody => "the chat is closed",
            })),
        }
    }
}
