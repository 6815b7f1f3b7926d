//! The table's stream, read from the embedded DynamoDB.

use dynoxide::Database;
use dynoxide::actions::describe_stream::DescribeStreamRequest;
use dynoxide::actions::get_records::GetRecordsRequest;
use dynoxide::actions::get_shard_iterator::GetShardIteratorRequest;
use dynoxide::actions::list_streams::ListStreamsRequest;
use serde_json::Value;

/// The most that one read brings.
const LIMIT: usize = 1000;

/// A place in the stream.
pub(crate) struct Reader {
    database: Database,
    iterator: String,
}

impl Reader {
    /// At the end of the stream of `table`: it reads what is written from now on.
    pub(crate) fn at_the_end(database: Database, table: &str) -> Result<Self, String> {
        let failed = |error: dynoxide::DynoxideError| format!("the table's stream: {error}");
        let streams = database
            .list_streams(ListStreamsRequest {
                table_name: Some(table.to_owned()),
                ..Default::default()
            })
            .map_err(failed)?;
        let stream_arn = streams
            .streams
            .into_iter()
            .next()
            .ok_or("the table has no stream")?
            .stream_arn;
        let description = database
            .describe_stream(DescribeStreamRequest {
                stream_arn: stream_arn.clone(),
                ..Default::default()
            })
            .map_err(failed)?;
        // The embedded DynamoDB never divides a shard.
        let shard_id = description
            .stream_description
            .shards
            .into_iter()
            .next()
            .ok_or("the table's stream has no shard")?
            .shard_id;
        let iterator = database
            .get_shard_iterator(GetShardIteratorRequest {
                stream_arn,
                shard_id,
                shard_iterator_type: "LATEST".to_owned(),
                sequence_number: None,
            })
            .map_err(failed)?
            .shard_iterator
            .ok_or("the table's stream has no end")?;
        Ok(Self { database, iterator })
    }

    /// What was written since the last call, each record as Lambda brings it.
    pub(crate) fn read(&mut self) -> Result<Vec<Value>, String> {
        let mut records = Vec::new();
        loop {
            let read = self
                .database
                .get_records(GetRecordsRequest {
                    shard_iterator: self.iterator.clone(),
                    limit: Some(LIMIT),
                })
                .map_err(|error| format!("the table's stream: {error}"))?;
            let last = read.records.len() < LIMIT;
            for record in &read.records {
                let record = serde_json::to_value(record)
                    .map_err(|error| format!("a record of the table's stream: {error}"))?;
                records.push(record);
            }
            if let Some(next) = read.next_shard_iterator {
                self.iterator = next;
            }
            if last {
                return Ok(records);
            }
        }
    }
}
