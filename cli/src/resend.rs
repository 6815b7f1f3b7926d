//! A dead letter sent again: into its lane as a new message, behind what waits there.

use shared::app::App;
use shared::delivery::bury_all;
use shared::mailbox::{Append, Entry, EventId, Lease, Owner};
use shared::store::StoreError;
use shared::store::conversation::LaneName;
use shared::store::dead::DeadLetter;
use shared::store::mailbox::{Accept, NotAccepted};
use shared::time::Millis;

/// What became of a letter. It is gone either way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resent {
    /// Its message is in the lane again.
    Appended,
    /// It was there already: an earlier attempt died before it could remove the letter.
    Before,
}

/// Why a letter stays a letter.
#[derive(Debug)]
pub enum NotResent {
    /// What waits in its lane leaves no room.
    Full,
    /// The conversation changed faster than it could be written.
    Changing,
    /// DynamoDB could not be asked.
    Store(StoreError),
}

impl std::fmt::Display for NotResent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Full => {
                f.write_str("what waits in the conversation leaves no room; try again later")
            }
            Self::Changing => {
                f.write_str("the conversation changed faster than it could be written; try again")
            }
            Self::Store(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for NotResent {}

impl From<StoreError> for NotResent {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// More than these obstacles in a row are no accident.
const OBSTACLES: usize = 4;

/// Puts a letter's message into its lane again and removes the letter. `redeliver` sends it.
///
/// # Errors
/// [`NotResent`]; the letter is still there.
pub async fn resend(app: &App, letter: &DeadLetter) -> Result<Resent, NotResent> {
    let mut key = letter.key.clone();
    let accept = accept(letter, waits_to_be_fetched(app, letter).await?);
    for _ in 0..OBSTACLES {
        let resent = match app.store.accept(&key, &accept).await {
            Ok(_) => Resent::Appended,
            Err(NotAccepted::Duplicate(_)) => Resent::Before,
            Err(NotAccepted::KeptUnder(chat)) => {
                key.chat = chat;
                continue;
            }
            Err(NotAccepted::Expired(conversation)) => {
                bury_all(
                    app,
                    &conversation,
                    "nobody wrote for so long that the conversation expired",
                )
                .await?;
                app.store.remove_expired(&key, Millis::now()).await?;
                continue;
            }
            Err(NotAccepted::Full) => return Err(NotResent::Full),
            Err(NotAccepted::OperatorSpoke | NotAccepted::Returned | NotAccepted::Turned) => {
                return Err(NotResent::Changing);
            }
            Err(NotAccepted::Store(error)) => return Err(error.into()),
        };
        app.store.remove_dead_letter(letter).await?;
        return Ok(resent);
    }
    Err(NotResent::Changing)
}

/// Whether nobody sends what is in the letter's lane: its channel fetches it.
async fn waits_to_be_fetched(app: &App, letter: &DeadLetter) -> Result<bool, StoreError> {
    let channel = app.connections.get(&letter.key.channel).await?;
    let pushed = channel.is_none_or(|channel| channel.capabilities().push);
    Ok(letter.lane == LaneName::ToChannel && !pushed)
}

fn accept(letter: &DeadLetter, fetched: bool) -> Accept {
    let now = Millis::now();
    // The same for every attempt to send this letter again; another one if the message dies a second time.
    let event = EventId::named(&format!("resend {} {}", letter.id(), letter.died.0));
    let append = Append {
        event,
        entries: vec![Entry {
            event: event.hash,
            accepted: now,
            body: letter.message.clone(),
        }],
        // Run out already: it makes the lane one that has to be sent, and is there for `redeliver` to take.
        lease: (!fetched).then(|| Lease {
            owner: Owner::random(),
            until: now,
        }),
        now,
    };
    Accept::new(letter.lane, append)
}
