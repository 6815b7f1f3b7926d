//! What is done about one conversation.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use shared::app::App;
use shared::connections::{Connection, Route};
use shared::delivery::{Delivery, Fate, Sift, Way, bury_all, source};
use shared::mailbox::{Entry, Lease, Owner};
use shared::model::{ConnectionId, ConversationKey};
use shared::store::StoreError;
use shared::store::conversation::{Conversation, LaneName};
use shared::time::Millis;

use crate::image::Image;

/// A conversation is not begun with less time than this.
const LEAST: Duration = Duration::from_secs(2);

/// Why a record has to come again.
#[derive(Debug)]
pub(crate) enum Again {
    /// DynamoDB could not be asked.
    Store(StoreError),
    /// The invocation's time is over.
    NoTime,
}

impl From<StoreError> for Again {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl fmt::Display for Again {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Store(error) => error.fmt(f),
            Self::NoTime => f.write_str("the invocation's time is over"),
        }
    }
}

/// Sends what is due in a conversation's lanes; touches what is not due yet.
pub(crate) async fn redeliver(
    app: &App,
    key: &ConversationKey,
    until: Millis,
) -> Result<(), Again> {
    if Millis::now().until(until) < LEAST {
        return Err(Again::NoTime);
    }
    let conversation = match app.store.conversation(key).await {
        Ok(Some(conversation)) => conversation,
        Ok(None) => return Ok(()),
        Err(error) if error.is_unreadable() => {
            // To bring it again would hold up the others, and change nothing.
            tracing::error!(outcome = "unreadable", connection = key.channel.as_str(), reason = %error);
            return Ok(());
        }
        Err(error) => return Err(error.into()),
    };
    // Read once for both: what came meanwhile is on the stream again, and what is taken is taken as it is then.
    for lane in [LaneName::ToAgent, LaneName::ToChannel] {
        if conversation.lane(lane).due.is_none() {
            continue;
        }
        if Millis::now().until(until) < LEAST {
            return Err(Again::NoTime);
        }
        redeliver_lane(app, conversation.clone(), lane, until).await?;
    }
    Ok(())
}

async fn redeliver_lane(
    app: &App,
    conversation: Conversation,
    name: LaneName,
    until: Millis,
) -> Result<(), Again> {
    let now = Millis::now();
    let lane = conversation.lane(name);
    let Some(due) = lane.due else { return Ok(()) };
    let Some(channel) = configured(app, &conversation.key.channel).await? else {
        let patience = Route::to(conversation.key.channel.clone()).give_up_after();
        return orphaned(app, conversation, name, (patience, until)).await;
    };
    if name == LaneName::ToChannel && !channel.capabilities().push {
        return Ok(());
    }
    let held = lane.lease.is_some_and(|lease| !lease.has_run_out(now));
    if held || now < due {
        app.store.touch(&conversation.key, name, now).await?;
        return Ok(());
    }
    let route = channel.route.clone();
    let route = route.unwrap_or_else(|| Route::to(channel.id.clone()));
    let to = match name {
        LaneName::ToChannel => Some(Arc::clone(&channel)),
        // A channel that has lost its route leads to itself, which is no agent.
        LaneName::ToAgent if route.agent == channel.id => None,
        LaneName::ToAgent => configured(app, &route.agent).await?,
    };
    let Some(to) = to else {
        return orphaned(app, conversation, name, (route.give_up_after(), until)).await;
    };
    let lease = Lease {
        owner: Owner::random(),
        until,
    };
    if let Some(conversation) = app.store.claim(&conversation.key, name, lease, now).await? {
        let way = Way {
            from: source(app, &conversation, name).await,
            channel,
            to,
            route,
        };
        Delivery::new(app, conversation, name, lease, way)
            .drain()
            .await?;
    }
    Ok(())
}

/// A connection, if there is one that can be read. One that was written by another version is as good as none: it must not
/// hold up the batch that it came with.
async fn configured(app: &App, id: &ConnectionId) -> Result<Option<Arc<Connection>>, StoreError> {
    match app.connections.get(id).await {
        Err(error) if error.is_unreadable() => {
            tracing::error!(reason = %error, connection = id.as_str());
            Ok(None)
        }
        result => result,
    }
}

/// A connection or route that was removed may come back; until a message is too old, it waits.
async fn orphaned(
    app: &App,
    conversation: Conversation,
    name: LaneName,
    (patience, until): (Duration, Millis),
) -> Result<(), Again> {
    let now = Millis::now();
    let key = conversation.key.clone();
    let is_old = move |entry: &Entry| entry.accepted.after(patience) <= now;
    if !conversation.lane(name).queue.front().is_some_and(is_old) {
        tracing::error!(
            connection = key.channel.as_str(),
            "messages wait for a connection that is not configured"
        );
        app.store.touch(&key, name, now).await?;
        return Ok(());
    }
    let lease = Lease {
        owner: Owner::random(),
        until,
    };
    if let Some(conversation) = app.store.claim(&key, name, lease, now).await? {
        let fate = |entry: &Entry| {
            if is_old(entry) {
                Fate::Buried("its connection is not configured any more")
            } else {
                Fate::Stays(now)
            }
        };
        let sift = Sift {
            app,
            lane: name,
            owner: lease.owner,
            from: source(app, &conversation, name).await,
            arrival: None,
        };
        sift.through(conversation, fate).await?;
    }
    Ok(())
}

/// What the time-to-live removed with replies still waiting for the visitor's next message becomes dead letters.
pub(crate) async fn bury_removed(
    app: &App,
    key: &ConversationKey,
    image: &Image,
) -> Result<(), Again> {
    let Some(item) = image.item() else {
        tracing::error!(
            connection = key.channel.as_str(),
            "a removed conversation cannot be read"
        );
        return Ok(());
    };
    let conversation = match Conversation::read(key.clone(), &item) {
        Ok(conversation) => conversation,
        Err(error) => {
            tracing::error!(reason = %error, connection = key.channel.as_str(), "a removed conversation cannot be read");
            return Ok(());
        }
    };
    bury_all(app, &conversation, "the visitor did not write again").await?;
    Ok(())
}
