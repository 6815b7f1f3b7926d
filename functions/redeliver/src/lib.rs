//! Redelivery. The table's stream, filtered on what is pending, brings conversations here some seconds after each write.
//! Most are delivered by then; what is due and whose lease has run out is sent, and what is not due yet is touched, which
//! brings it here again. So the stream is the clock, and nothing runs while nothing is pending.
//!
//! What the time-to-live removes with replies still waiting comes here too, and becomes dead letters.

pub mod image;
mod work;

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream;
use serde::{Deserialize, Serialize};
use shared::app::App;
use shared::store::conversation::Conversation;
use shared::time::Millis;
use shared::trace::Work;

/// A batch of the stream, as Lambda brings it.
///
/// Source: <https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html>.
#[derive(Debug, Deserialize)]
pub struct StreamEvent {
    /// The records, oldest first.
    #[serde(rename = "Records")]
    pub records: Vec<Record>,
}

/// One write to the table.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Record {
    /// `INSERT`, `MODIFY` or `REMOVE`.
    pub event_name: String,
    /// What was written.
    pub dynamodb: Change,
}

/// What was written.
#[derive(Debug, Deserialize)]
pub struct Change {
    /// The item's key.
    #[serde(rename = "Keys")]
    pub keys: image::Image,
    /// The item as it was.
    #[serde(rename = "OldImage", default)]
    pub old_image: image::Image,
    /// The record's place in the stream.
    #[serde(rename = "SequenceNumber")]
    pub sequence_number: String,
}

/// Which records Lambda is to bring again.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchResponse {
    /// The failed ones; everything from the first of them on comes again.
    pub batch_item_failures: Vec<BatchItemFailure>,
}

/// A record that failed.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchItemFailure {
    /// Its sequence number.
    pub item_identifier: String,
}

/// Kept back from the end of the invocation for the last writes.
const RESERVE: Duration = Duration::from_secs(2);
/// How many conversations are worked on at once.
const AT_ONCE: usize = 16;

/// Redelivers what a batch shows; `deadline` is the invocation's end, in milliseconds since the epoch.
///
/// A conversation that cannot be delivered is no failure of its record. Only what DynamoDB could not be asked about, or
/// what there was no time for, comes again.
pub async fn handler(app: &App, event: StreamEvent, deadline: u64) -> BatchResponse {
    let until = Millis(deadline).before(RESERVE);
    let mut seen = BTreeSet::new();
    let records = event.records.into_iter().filter_map(|record| {
        let key = Conversation::key_of(record.dynamodb.keys.text("pk")?)?;
        let removed = record.event_name == "REMOVE";
        // A conversation that was written several times is looked at once, as it is now.
        (removed || seen.insert(key.clone())).then_some((record, key, removed))
    });
    let results: Vec<Option<BatchItemFailure>> = stream::iter(records)
        .map(async |(record, key, removed)| {
            let working = async {
                if removed {
                    work::bury_removed(app, &key, &record.dynamodb.old_image).await
                } else {
                    work::redeliver(app, &key, until).await
                }
            };
            let result = Work::on(&key).around(working).await;
            let error = result.err()?;
            tracing::error!(reason = %error, connection = key.channel.as_str(), "redelivery comes again");
            Some(BatchItemFailure {
                item_identifier: record.dynamodb.sequence_number,
            })
        })
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    BatchResponse {
        batch_item_failures: results.into_iter().flatten().collect(),
    }
}
