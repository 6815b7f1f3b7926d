//! The stream's retention. DynamoDB forgets a record of the stream after 24 hours; dynoxide keeps every one for ever and looks
//! through all of them at each write, so that a write would cost more with every write before it. An index and a trigger in
//! its SQLite database give the stream an end.

use rusqlite::Connection;

/// How many records the stream keeps. They are read at least once a second ([`super::stream`]); this is more than can be
/// written in that time.
pub(super) const KEPT: u32 = 8192;

/// Makes the SQLite database at `path`, which dynoxide has opened, keep the last `kept` records of its streams.
///
/// # Errors
/// What SQLite says.
pub(super) fn limit(path: &str, kept: u32) -> rusqlite::Result<()> {
    Connection::open(path)?.execute_batch(&format!(
        "CREATE INDEX IF NOT EXISTS switchboard_stream
             ON _stream_records (table_name, CAST(sequence_number AS INTEGER));
         DROP TRIGGER IF EXISTS switchboard_stream_end;
         CREATE TRIGGER switchboard_stream_end AFTER INSERT ON _stream_records
             BEGIN DELETE FROM _stream_records WHERE id <= NEW.id - {kept}; END;"
    ))
}

#[cfg(test)]
mod tests {
    use dynoxide::Database;
    use serde_json::json;

    use super::super::database::in_memory;
    use super::super::stream::reader::Reader;
    use super::*;

    const TABLE: &str = "table";

    fn put(database: &Database, number: u32) {
        let put = json!({ "TableName": TABLE, "Item": { "pk": { "S": number.to_string() } } });
        database
            .put_item(serde_json::from_value(put).unwrap())
            .unwrap();
    }

    #[test]
    fn the_stream_has_an_end_and_loses_nothing_before_it() {
        let path = in_memory();
        let database = Database::new(&path).unwrap();
        limit(&path, 10).unwrap();
        // As a gateway does that opens a file again.
        limit(&path, 10).unwrap();
        let table = json!({
            "TableName": TABLE,
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{ "AttributeName": "pk", "AttributeType": "S" }],
            "KeySchema": [{ "AttributeName": "pk", "KeyType": "HASH" }],
            "StreamSpecification": { "StreamEnabled": true, "StreamViewType": "NEW_AND_OLD_IMAGES" },
        });
        database
            .create_table(serde_json::from_value(table).unwrap())
            .unwrap();
        let mut reader = Reader::at_the_end(database.clone(), TABLE).unwrap();
        (0..10).for_each(|number| put(&database, number));
        assert_eq!(reader.read().unwrap().len(), 10);
        (0..30).for_each(|number| put(&database, number));
        let last: Vec<_> = reader
            .read()
            .unwrap()
            .iter()
            .map(|record| {
                record["dynamodb"]["Keys"]["pk"]["S"]
                    .as_str()
                    .unwrap()
                    .to_owned()
            })
            .collect();
        let expected: Vec<_> = (20..30).map(|number| number.to_string()).collect();
        assert_eq!(last, expected);
    }
}
