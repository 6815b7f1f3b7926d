//! Where a lane's messages come from.

use crate::app::App;
use crate::platforms::Platform;
use crate::store::conversation::{Conversation, LaneName};

/// The platform that a lane's messages come from, for whoever did not take them from it: the channel's, or that of the agent that
/// answers the conversation. `None` if it is not configured any more. Only counted by, so a table that cannot be asked is no failure.
pub async fn source(app: &App, conversation: &Conversation, lane: LaneName) -> Option<Platform> {
    let id = match lane {
        LaneName::ToAgent => Some(&conversation.key.channel),
        LaneName::ToChannel => conversation
            .stand_in
            .as_ref()
            .or(conversation.agent.as_ref()),
    };
    let connection = app.connections.get(id?).await.ok().flatten();
    connection.map(|connection| connection.platform())
}
