//! Accepting an event into the mailbox, with everything that may be in the way.

use super::Refusal;
use crate::app::App;
use crate::counted::{Line, Outcome};
use crate::delivery::bury_all;
use crate::files::public::PublicUrl;
use crate::fit;
use crate::mailbox::lane::MAX_BYTES;
use crate::mailbox::{Entry, EventId};
use crate::model::{Content, ConversationKey, FileSource, Message};
use crate::platforms::Platform;
use crate::store::conversation::Conversation;
use crate::store::mailbox::{Accept, NotAccepted};
use crate::time::Millis;

/// What became of an event.
pub(crate) enum Kept {
    /// It is in the mailbox.
    New(Conversation),
    /// It was there already.
    Duplicate(Conversation),
    /// A person has the conversation.
    OperatorSpoke,
    /// The event is, or is not, a turn, unlike what was thought.
    Turned,
    /// The channel gave the conversation back, and the agent still says that people have it.
    Returned,
}

/// More than these obstacles in a row are no accident.
const OBSTACLES: usize = 4;

/// Accepts an event of `platform`. Writes a line if it is not accepted; one that is has its line from whoever sees to it
/// ([`crate::counted::Arrival`]).
pub(crate) async fn keep(
    app: &App,
    platform: Platform,
    mut key: ConversationKey,
    accept: &Accept,
) -> Result<Kept, Refusal> {
    if accept.append.bytes() > MAX_BYTES {
        return Err(Refusal::TooLarge);
    }
    for _ in 0..OBSTACLES {
        let line = |outcome| Line::of(outcome, &key, accept.lane).platform(Some(platform));
        match app.store.accept(&key, accept).await {
            Ok(conversation) => {
                if accept.append.entries.is_empty() {
                    app.store
                        .forget_stale(&conversation, accept.lane, Millis::now())
                        .await?;
                }
                return Ok(Kept::New(conversation));
            }
            Err(NotAccepted::Duplicate(conversation)) => {
                line(Outcome::Duplicate).write();
                return Ok(Kept::Duplicate(*conversation));
            }
            Err(NotAccepted::Full) => {
                line(Outcome::Full).write();
                return Err(Refusal::Busy);
            }
            Err(NotAccepted::OperatorSpoke) => return Ok(Kept::OperatorSpoke),
            Err(NotAccepted::Returned) => return Ok(Kept::Returned),
            Err(NotAccepted::Turned) => return Ok(Kept::Turned),
            Err(NotAccepted::KeptUnder(chat)) => key.chat = chat,
            Err(NotAccepted::Expired(conversation)) => {
                bury_all(
                    app,
                    &conversation,
                    "nobody wrote for so long that the conversation expired",
                )
                .await?;
                app.store.remove_expired(&key, Millis::now()).await?;
            }
            Err(NotAccepted::Store(error)) => return Err(error.into()),
        }
    }
    Err(Refusal::unavailable(
        "the conversation changed faster than it could be written",
    ))
}

/// A file whose URL leads into somebody's own network goes as a line of text: nothing on the other side fetches that by itself.
pub(crate) fn refuse_internal(message: &mut Message) {
    for content in &mut message.contents {
        if let Content::File(file) = content
            && let FileSource::Url(url) = &mut file.source
        {
            match PublicUrl::parse(url) {
                Ok(public) => public.as_str().clone_into(url),
                Err(_) => *content = Content::Text(fit::content_to_text(content)),
            }
        }
    }
}

/// The messages of an event as entries of a lane.
pub(crate) fn entries(
    event: EventId,
    messages: &[Message],
    now: Millis,
) -> Result<Vec<Entry>, Refusal> {
    messages
        .iter()
        .map(|message| {
            Ok(Entry {
                event: event.hash,
                accepted: now,
                body: serde_json::to_string(message).map_err(Refusal::unavailable)?,
            })
        })
        .collect()
}
