//! How often a message calls what. `tests/tests/system/logs/cost.rs` measures it, with the functions' own programs.

use std::time::Duration;

use shared::platforms::{End, Threads};

/// What a visitor's message and the agent's answer to it take together, in a conversation that has begun: texts of about 100 and
/// 300 characters, each delivered at the first try, by processes that know their connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Webhooks, each an invocation.
    pub requests: u32,
    /// Writes to the table.
    pub writes: u32,
    /// What DynamoDB charges for these: a unit for each KB that the item has or had, begun ones whole.
    pub write_units: u32,
    /// Reads of the table, a unit each, beside those of a synchronous channel that waits ([`looks`]).
    pub reads: u32,
    /// Lines of the functions' own logs.
    pub lines: u32,
}

/// Bytes of such a line, metrics included.
pub const LINE_BYTES: u32 = 550;

/// Units that redelivery reads when the stream brings it a conversation, which it does once after each message: it looks whether
/// anything is left in either lane.
pub const REDELIVERY_READS: u32 = 1;

/// Metrics that CloudWatch keeps for messages which go their ordinary way, in both directions: `in`, `out`, `delivery_ms` and
/// `cold_start` of two platforms, and `dropped` for echoes. What fails or comes twice adds one for a while.
pub const METRICS: u32 = 9;

impl Counts {
    /// Between these two.
    pub fn of(channel: End, agent: End) -> Self {
        let waits = u32::from(channel.capabilities().deadline.is_some());
        // It sends back what a visitor wrote, which is answered and forgotten; and it says of each conversation who answers it and
        // where, which is kept in the item and takes that beyond a KB while an answer is in it.
        let echoes = u32::from(agent == End::SelartiAgent);
        // The id that it calls the conversation by is looked up.
        let looks_up = u32::from(agent.capabilities().threads != Threads::Ours);
        Self {
            requests: 2 + echoes,
            writes: 4,
            // What a copy of a question would be answered is kept in the item for two minutes, and makes it larger yet.
            write_units: if waits == 0 { 4 + 2 * echoes } else { 8 },
            reads: looks_up,
            // A reply that waits for its visitor is told of when it comes and when it is given.
            lines: 2 + waits + echoes,
        }
    }
}

/// How often a synchronous channel's invocation reads its conversation, a unit each, while it waits so long.
pub fn looks(waiting: Duration) -> u32 {
    let (mut pause, longest) = (Duration::from_millis(40), Duration::from_millis(150));
    let (mut looks, mut waited) = (1, Duration::ZERO);
    while waited < waiting {
        waited += pause;
        pause = (pause * 5 / 4).min(longest);
        looks += 1;
    }
    looks
}
