//! `switchboard show`: a conversation as the table has it, without the texts of its messages.

use shared::model::{ChatId, ConnectionId, ConversationKey};
use shared::store::conversation::LaneName;
use shared::time::Millis;

use super::{Failure, duration, line, table};
use crate::terminal;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The channel's id
    channel: ConnectionId,
    /// The chat's id at the channel
    chat: ChatId,
    #[command(flatten)]
    table: table::Arguments,
}

/// Prints it.
pub(super) async fn run(arguments: &Arguments) -> Result<(), Failure> {
    let table = arguments.table.open().await?;
    let key = ConversationKey {
        channel: arguments.channel.clone(),
        chat: arguments.chat.clone(),
    };
    let conversation = table.app.store.conversation(&key).await.map_err(line)?;
    let Some(conversation) = conversation else {
        return Err(format!(
            "there is no conversation {} on {}",
            key.chat, key.channel
        ));
    };
    if let Some(chat) = &conversation.kept_under {
        terminal::line(format_args!("It is kept under the chat {chat}.")).map_err(line)?;
        return Ok(());
    }
    terminal::line(format_args!("answered by: {}", conversation.mode.as_str())).map_err(line)?;
    if let Some(agent) = &conversation.agent {
        terminal::line(format_args!("agent: {agent}")).map_err(line)?;
    }
    if let Some(chat) = &conversation.address {
        terminal::line(format_args!("the chat's id is now: {chat}")).map_err(line)?;
    }
    let now = Millis::now();
    for name in [LaneName::ToAgent, LaneName::ToChannel] {
        let lane = conversation.lane(name);
        let mut text = format!(
            "{}: {} delivered, {} waiting",
            name.as_str(),
            lane.head,
            lane.queue.len()
        );
        if lane.lease.is_some_and(|lease| !lease.has_run_out(now)) {
            text.push_str(", being sent");
        } else if let Some(due) = lane.due.filter(|due| *due > now) {
            let (tries, due) = (lane.attempts, duration::rough(now.until(due)));
            text.push_str(&format!(", put off {tries} times, due in {due}"));
        }
        terminal::line(text).map_err(line)?;
    }
    table.close().await;
    Ok(())
}
