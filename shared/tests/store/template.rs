//! `template.yaml` describes the table that the store creates in an emulator, and its filters name attributes that the
//! store writes.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType,
    ScalarAttributeType, StreamSpecification, StreamViewType, TimeToLiveSpecification,
};
use serde_yaml_ng::Value;
use shared::mailbox::Owner;
use shared::store::conversation::{Conversation, LaneName};
use shared::store::mailbox::{Give, Given};
use shared::store::table::{KEYS, Lack, STREAM, TTL};
use shared::store::{Item, Store};

use crate::emulator::{fresh_key, raw_item, store, store_named};
use crate::make::{START, accept, lease};

fn template() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../template.yaml");
    serde_yaml_ng::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// The one table's properties.
fn table() -> Value {
    let template = template();
    let resources = template["Resources"].as_mapping().unwrap();
    let mut tables = resources
        .values()
        .filter(|resource| resource["Type"].as_str() == Some("AWS::DynamoDB::Table"));
    let table = tables.next().unwrap()["Properties"].clone();
    assert!(tables.next().is_none(), "a second table");
    table
}

#[test]
fn keys_time_to_live_and_stream_are_the_same() {
    let table = table();
    let texts = |list: &str, a: &str, b: &str| -> Vec<(String, String)> {
        let list = table[list].as_sequence().unwrap().iter();
        list.map(|entry| {
            let text = |name: &str| entry[name].as_str().unwrap().to_owned();
            (text(a), text(b))
        })
        .collect()
    };
    let keys =
        KEYS.map(|(name, key_type): (_, KeyType)| (name.to_owned(), key_type.as_str().to_owned()));
    assert_eq!(texts("KeySchema", "AttributeName", "KeyType"), keys);
    let types = KEYS.map(|(name, _)| (name.to_owned(), "S".to_owned()));
    assert_eq!(
        texts("AttributeDefinitions", "AttributeName", "AttributeType"),
        types
    );
    let ttl = &table["TimeToLiveSpecification"];
    assert_eq!(ttl["AttributeName"].as_str(), Some(TTL));
    assert_eq!(ttl["Enabled"].as_bool(), Some(true));
    let stream = &table["StreamSpecification"]["StreamViewType"];
    assert_eq!(stream.as_str(), Some(STREAM.as_str()));
    assert_eq!(table["BillingMode"].as_str(), Some("PAY_PER_REQUEST"));
}

#[tokio::test]
async fn the_emulators_table_is_the_same() {
    let (store, _) = store().await;
    store.create_table().await.unwrap();
    let described = store.client().describe_table().table_name(store.table());
    let described = described.send().await.unwrap().table.unwrap();
    let keys = described.key_schema.unwrap();
    let keys: Vec<_> = keys
        .iter()
        .map(|key| (key.attribute_name(), key.key_type().clone()))
        .collect();
    assert_eq!(keys, KEYS);
    let stream = described.stream_specification.unwrap();
    assert_eq!(stream.stream_view_type, Some(STREAM));
    let ttl = store.client().describe_time_to_live();
    let ttl = ttl.table_name(store.table()).send().await.unwrap();
    let ttl = ttl.time_to_live_description.unwrap();
    assert_eq!(ttl.attribute_name.as_deref(), Some(TTL));
}

/// A table that somebody else has made.
async fn made(
    name: &str,
    keys: [(&str, KeyType, ScalarAttributeType); 2],
    stream: Option<StreamViewType>,
    life: Option<&str>,
) -> Store {
    let (store, _) = store_named(name);
    let mut create = store
        .client()
        .create_table()
        .table_name(name)
        .billing_mode(BillingMode::PayPerRequest);
    for (name, key_type, attribute_type) in keys {
        let definition = AttributeDefinition::builder()
            .attribute_name(name)
            .attribute_type(attribute_type);
        let key = KeySchemaElement::builder()
            .attribute_name(name)
            .key_type(key_type);
        create = create
            .attribute_definitions(definition.build().unwrap())
            .key_schema(key.build().unwrap());
    }
    if let Some(view) = stream {
        let stream = StreamSpecification::builder()
            .stream_enabled(true)
            .stream_view_type(view);
        create = create.stream_specification(stream.build().unwrap());
    }
    create.send().await.unwrap();
    if let Some(attribute) = life {
        let life = TimeToLiveSpecification::builder()
            .attribute_name(attribute)
            .enabled(true);
        let update = store.client().update_time_to_live().table_name(name);
        let update = update.time_to_live_specification(life.build().unwrap());
        update.send().await.unwrap();
    }
    store
}

#[tokio::test]
async fn what_a_table_is_without_is_named() {
    let right = || KEYS.map(|(name, key_type)| (name, key_type, ScalarAttributeType::S));
    let (own, _) = store().await;
    assert_eq!(own.lacks().await.unwrap(), []);
    let same = made("same", right(), Some(STREAM), Some(TTL)).await;
    assert_eq!(same.lacks().await.unwrap(), []);

    let silent = made("silent", right(), None, Some(TTL)).await;
    assert_eq!(silent.lacks().await.unwrap(), [Lack::Stream(None)]);
    let blind = made("blind", right(), Some(StreamViewType::KeysOnly), Some(TTL)).await;
    let lack = Lack::Stream(Some(StreamViewType::KeysOnly));
    assert_eq!(blind.lacks().await.unwrap(), [lack]);
    for (name, life) in [("eternal", None), ("elsewhere", Some("ttl"))] {
        let table = made(name, right(), Some(STREAM), life).await;
        assert_eq!(table.lacks().await.unwrap(), [Lack::TimeToLive]);
    }
    let mut other = right();
    other[1].0 = "id";
    let other = made("other", other, Some(STREAM), Some(TTL)).await;
    assert_eq!(other.lacks().await.unwrap(), [Lack::Keys]);
    let mut numbers = right();
    numbers[0].2 = ScalarAttributeType::N;
    let numbers = made("numbers", numbers, None, None).await;
    assert_eq!(
        numbers.lacks().await.unwrap(),
        [Lack::Keys, Lack::Stream(None), Lack::TimeToLive]
    );
    let (nowhere, _) = store_named("nowhere");
    let error = nowhere.lacks().await.unwrap_err().to_string();
    assert!(error.contains("nowhere"), "{error}");
}

/// The attributes whose presence the stream's filters ask for.
fn filtered() -> BTreeSet<String> {
    let template = template();
    let resources = template["Resources"].as_mapping().unwrap();
    let events = resources
        .values()
        .filter_map(|resource| resource["Properties"]["Events"].as_mapping())
        .flat_map(|events| events.values());
    events
        .filter_map(|event| event["Properties"]["FilterCriteria"]["Filters"].as_sequence())
        .flatten()
        .flat_map(|filter| {
            let pattern = filter["Pattern"].as_str().unwrap();
            let pattern: serde_json::Value = serde_json::from_str(pattern).unwrap();
            let images = pattern["dynamodb"].as_object().unwrap().clone();
            images.into_iter().flat_map(|(_, image)| {
                let attributes = image.as_object().unwrap().clone();
                attributes.into_iter().map(|(name, asked)| {
                    assert_eq!(asked["N"][0]["exists"], true, "{name}");
                    name
                })
            })
        })
        .collect()
}

/// Which of the filters' attributes the item has.
async fn shown(store: &Store, conversation: &Conversation) -> Vec<String> {
    let item: Item = raw_item(store, &Conversation::pk(&conversation.key))
        .await
        .unwrap();
    let shown = filtered().into_iter().filter(|name| {
        item.get(name).is_some_and(|value| {
            assert!(matches!(value, AttributeValue::N(_)), "{name}: {value:?}");
            true
        })
    });
    shown.collect()
}

#[tokio::test]
async fn the_streams_filters_see_what_is_pending_and_nothing_else() {
    let (store, _) = store().await;
    for (lane, attribute) in [
        (LaneName::ToAgent, "agent_pending"),
        (LaneName::ToChannel, "channel_pending"),
    ] {
        let event = accept(lane, "a", &["text"], lease(1));
        let conversation = store.accept(&fresh_key(), &event).await.unwrap();
        assert_eq!(shown(&store, &conversation).await, [attribute]);
        let put_off = (START, false, 1);
        let (result, _) = store
            .put_off(&conversation.key, lane, Owner(1), put_off)
            .await
            .unwrap();
        assert_eq!(result, Ok(()));
        assert_eq!(shown(&store, &conversation).await, [attribute]);
        let claimed = store.claim(&conversation.key, lane, lease(2).unwrap(), START);
        let claimed = claimed.await.unwrap().unwrap();
        let (result, done) = store.finish(&claimed, lane, Owner(2), START).await.unwrap();
        assert_eq!(result, Ok(()));
        assert!(shown(&store, &done).await.is_empty());
    }
}

#[tokio::test]
async fn the_streams_filters_see_replies_that_wait_to_be_taken() {
    let (store, _) = store().await;
    let event = accept(LaneName::ToChannel, "a", &["one", "two"], None);
    let conversation = store.accept(&fresh_key(), &event).await.unwrap();
    let mut left = conversation.clone();
    for (event, attributes) in [("b", vec!["channel_waiting"]), ("c", vec![])] {
        let give = Give {
            event: accept(LaneName::ToAgent, event, &[], None)
                .append
                .event
                .hash,
            head: left.to_channel.head,
            count: 1,
            body: "an answer".to_owned(),
            hands_over: false,
            now: START,
        };
        let given = store.give(&left, &give).await.unwrap();
        assert!(matches!(given, Given::Taken));
        assert_eq!(shown(&store, &conversation).await, attributes);
        left = store.conversation(&left.key).await.unwrap().unwrap();
    }
}
