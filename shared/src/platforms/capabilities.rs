//! What an end of a platform can do. What it cannot express becomes the nearest thing that it can ([`crate::fit`]).

use std::time::Duration;

use crate::text::Limit;

/// Which end of a conversation a connection is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Where people chat.
    Channel,
    /// The AI.
    Agent,
}

/// What an end of a platform can do.
#[derive(Debug, Clone, Copy)]
pub struct Capabilities {
    /// Which end it is.
    pub role: Role,
    /// It can be spoken to at any time. If not, messages wait until it asks.
    pub push: bool,
    /// How long its webhook waits for the answer, where the answer is what counts.
    pub deadline: Option<Duration>,
    /// The longest text of one message, in the platform's own unit.
    pub text: Limit,
    /// It shows bold, links and code.
    pub markup: bool,
    /// It takes files as files, by URL; elsewhere a file is a line of text with its URL.
    pub files: bool,
    /// How it shows buttons.
    pub buttons: Buttons,
    /// It takes a pressed button as such; elsewhere a press is the button's text.
    pub presses: bool,
    /// It takes places as places.
    pub locations: bool,
    /// It takes contacts as contacts.
    pub contacts: bool,
    /// What it can say itself.
    pub brings: Brings,
    /// How a conversation gets to people.
    pub handover: Handover,
    /// It knows that a conversation is closed: a channel can be told, an agent can say it.
    pub closes: bool,
    /// Whose id a conversation has at an agent.
    pub threads: Threads,
}

/// What an end can say beside text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Brings {
    /// Files.
    pub files: bool,
    /// An agent: buttons to choose from. A channel: that one was pressed.
    pub buttons: bool,
    /// Places.
    pub locations: bool,
    /// Contacts.
    pub contacts: bool,
}

/// How a channel shows buttons.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Buttons {
    /// Not at all: they become lines of text.
    No,
    /// With ids, which come back when they are pressed.
    WithIds(ButtonIds),
    /// By their text alone, which comes back as if the visitor had written it.
    ByText,
}

/// Which ids of buttons a platform takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ButtonIds {
    /// The longest, in bytes.
    pub max: usize,
    /// Only `a-z`, `A-Z`, `0-9`, `_` and `-`.
    pub word_characters_only: bool,
}

/// How a platform hands a conversation to people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Handover {
    /// A channel whose own operators take over when its webhook is answered so.
    InTheAnswer,
    /// A channel whose own operators take over when it is told so by a call.
    ByCall,
    /// A channel whose messages say who has the conversation; whoever reads them decides what that means.
    ByFlag,
    /// An agent that says that its people have taken over, and that they have given back.
    ItSays,
    /// An agent whose messages say that a person wrote them, and nothing before.
    ByAuthor,
    /// Not at all.
    No,
}

impl Handover {
    /// Whether a channel has operators of its own, who take a conversation out of the agent's sight.
    pub fn to_own_operators(self) -> bool {
        matches!(self, Self::InTheAnswer | Self::ByCall)
    }
}

/// Whose id a conversation has at an agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Threads {
    /// Ours: `{connection}.{chat}`, which leads straight back. Channels have this too, to no effect.
    Ours,
    /// An integer that we allocate.
    Allocated,
    /// What the agent's answer to the first message says.
    Assigned,
}
