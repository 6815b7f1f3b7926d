//! The words that everything between two platforms speaks: connections, conversations, messages and what they hold.
//! Nothing here knows a vendor's JSON. What is here is also what waits in a lane, so a field that is renamed must still
//! be read under its old name.

mod ids;
mod message;
mod signals;

pub use ids::{ChatId, ConnectionId, ConversationKey, InvalidId};
pub use message::{
    Author, Button, Contact, Content, File, FileKind, FileSource, Location, Message,
};
pub use signals::{Facts, Mode, Signals, Visitor};
