//! What is done about one conversation.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use shared::app::App;
use shared::connections::{Connection, Route};
use shared::delivery::{Delivery, bury_all, discard};
use shared::mailbox::{Lease, Owner};
use shared::model::ConversationKey;
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
    for lane in [LaneName::ToAgent, LaneName::ToChannel] {
        if Millis::now().until(until) < LEAST {
            return Err(Again::NoTime);
        }
        let Some(conversation) = app.store.conversation(key).await? else {
            return Ok(());
        };
        redeliver_lane(app, conversation, lane, until).await?;
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
    let Some(channel) = app.connections.get(&conversation.key.channel).await? else {
        return orphaned(app, conversation, name, until).await;
    };
    if name == LaneName::ToChannel && !channel.platform().capabilities().push {
        return Ok(());
    }
    let held = lane.lease.is_some_and(|lease| !lease.has_run_out(now));
    if held || now < due {
        app.store.touch(&conversation.key, name, now).await?;
        return Ok(());
    }
    let Some((to, route)) = destination(app, channel, name).await? else {
        return orphaned(app, conversation, name, until).await;
    };
    let lease = Lease {
        owner: Owner::random(),
        until,
    };
    if let Some(conversation) = app.store.claim(&conversation.key, name, lease, now).await? {
        let holder = (lease.owner, lease.until);
        Delivery::new(app, conversation, name, holder, to, route.give_up_after())
            .drain()
            .await?;
    }
    Ok(())
}

async fn destination(
    app: &App,
    channel: Arc<Connection>,
    name: LaneName,
) -> Result<Option<(Arc<Connection>, Route)>, StoreError> {
    let route = channel.route.clone();
    match (name, route) {
        (LaneName::ToAgent, None) => Ok(None),
        (LaneName::ToAgent, Some(route)) => {
            let agent = app.connections.get(&route.agent).await?;
            Ok(agent.map(|agent| (agent, route)))
        }
        (LaneName::ToChannel, route) => {
            let route = route.unwrap_or_else(|| Route::to(channel.id.clone()));
            Ok(Some((channel, route)))
        }
    }
}

/// A connection or route that was removed may come back; until a message is too old, it waits.
async fn orphaned(
    app: &App,
    conversation: Conversation,
    name: LaneName,
    until: Millis,
) -> Result<(), Again> {
    let now = Millis::now();
    let key = conversation.key.clone();
    let patience = Route::to(key.channel.clone()).give_up_after();
    let oldest = conversation.lane(name).queue.front();
    if oldest.is_some_and(|entry| now < entry.accepted.after(patience)) {
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
        bury_all(
            app,
            &conversation,
            "its connection is not configured any more",
        )
        .await?;
        discard(app, conversation, name, lease.owner).await?;
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
    let buried = bury_all(app, &conversation, "the visitor did not write again").await?;
    tracing::info!(count = "expired", connection = key.channel.as_str(), buried);
    Ok(())
}
