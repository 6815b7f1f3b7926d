//! Connections' items.

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};
use shared::connections::Connection;
use shared::store::connections::{Kept, Replaced};
use shared::store::{Item, Store};

use crate::emulator::{fresh_key, put_raw, raw_item, store, store_named};

fn connections() -> [Value; 3] {
    let route = json!({ "agent": "ai", "unanswered": "wait", "patience": "Soon.", "settle_ms": 250,
        "give_up_after_hours": 48 });
    [
        json!({ "platform": "selarti", "url": "https://selarti.example", "token": "env:TOKEN",
            "task_id": "7", "webhook_token": "env:HOOK", "in_doubt": "lose" }),
        json!({ "platform": "webim", "token": "env:TOKEN", "duplicate_window": 9, "route": route }),
        json!({ "platform": "telegram", "bot_token": "env:BOT", "webhook_secret": "env:HOOK",
            "route": { "agent": "ai" } }),
    ]
}

/// A connection from its settings as one object, with the route beside them.
fn connection(mut settings: Value) -> Connection {
    let route = settings.as_object_mut().unwrap().remove("route");
    let mut connection = json!({ "id": fresh_key().channel, "settings": settings });
    if let Some(route) = route {
        connection["route"] = route;
    }
    serde_json::from_value(connection).unwrap()
}

#[tokio::test]
async fn every_platforms_comes_back_as_it_was() {
    let (store, _) = store().await;
    for connection in connections().map(connection) {
        assert!(store.connection(&connection.id).await.unwrap().is_none());
        store.put_connection(&connection).await.unwrap();
        let read = store.connection(&connection.id).await.unwrap();
        assert_eq!(read, Some(connection));
    }
}

#[tokio::test]
async fn the_last_one_written_counts() {
    let (store, _) = store().await;
    let mut written = connections().map(connection);
    let id = written[0].id.clone();
    for connection in &mut written {
        connection.id = id.clone();
        store.put_connection(connection).await.unwrap();
    }
    let read = store.connection(&id).await.unwrap();
    assert_eq!(read.as_ref(), written.last());
}

#[tokio::test]
async fn settings_of_another_version_are_an_error_that_names_the_connection() {
    let (store, _) = store().await;
    let connection = connection(connections()[1].clone());
    let pk = format!("connection#{}", connection.id);
    store.put_connection(&connection).await.unwrap();
    let written = raw_item(&store, &pk).await.unwrap();
    let settings = written["settings"].as_s().unwrap();
    for settings in [
        settings.replace("webim", "teleport"),
        settings.replace("duplicate_window", "duplicate_door"),
        "{".to_owned(),
    ] {
        let mut item = written.clone();
        item.insert("settings".to_owned(), AttributeValue::S(settings));
        put_raw(&store, &pk, item).await;
        let error = store.connection(&connection.id).await.unwrap_err();
        assert!(
            error.to_string().contains(connection.id.as_str()),
            "{error}"
        );
    }
}

/// A connection, and another one in its place.
fn two() -> [Connection; 2] {
    let mut other = connection(connections()[0].clone());
    let first = connection(connections()[1].clone());
    other.id = first.id.clone();
    [first, other]
}

/// A connection as the listing has it.
async fn kept(store: &Store, connection: &Connection) -> Option<Kept> {
    let all = store.connections().await.unwrap();
    all.into_iter().find(|kept| kept.id == connection.id)
}

async fn now(store: &Store, connection: &Connection) -> Option<Connection> {
    store.connection(&connection.id).await.unwrap()
}

#[tokio::test]
async fn what_was_read_is_replaced_and_removed() {
    let (store, _) = store().await;
    let [first, second] = two();
    let done = store.replace_connection(None, &first).await.unwrap();
    assert_eq!(done, Replaced::Done);
    let was = kept(&store, &first).await.unwrap();
    assert_eq!(was.connection.as_ref().unwrap(), &first);
    let done = store.replace_connection(Some(&was), &second).await.unwrap();
    assert_eq!(done, Replaced::Done);
    assert_eq!(now(&store, &first).await.as_ref(), Some(&second));
    let was = kept(&store, &first).await.unwrap();
    assert_eq!(store.remove_connection(&was).await.unwrap(), Replaced::Done);
    assert!(kept(&store, &first).await.is_none());
}

#[tokio::test]
async fn what_somebody_else_has_changed_stays_as_they_left_it() {
    let (store, _) = store().await;
    let [mine, theirs] = two();
    let mut third = theirs.clone();
    third.settings = connection(connections()[2].clone()).settings;
    // They made it first.
    store.put_connection(&theirs).await.unwrap();
    let made = store.replace_connection(None, &mine).await.unwrap();
    assert_eq!(made, Replaced::ChangedMeanwhile);
    assert_eq!(now(&store, &mine).await.as_ref(), Some(&theirs));
    // They changed it.
    let was = kept(&store, &mine).await.unwrap();
    store.put_connection(&third).await.unwrap();
    let replaced = store.replace_connection(Some(&was), &mine).await.unwrap();
    assert_eq!(replaced, Replaced::ChangedMeanwhile);
    let removed = store.remove_connection(&was).await.unwrap();
    assert_eq!(removed, Replaced::ChangedMeanwhile);
    assert_eq!(now(&store, &mine).await.as_ref(), Some(&third));
    // They removed it: then it is not made again, and to remove it is done.
    let was = kept(&store, &mine).await.unwrap();
    assert_eq!(store.remove_connection(&was).await.unwrap(), Replaced::Done);
    let replaced = store.replace_connection(Some(&was), &mine).await.unwrap();
    assert_eq!(replaced, Replaced::ChangedMeanwhile);
    assert_eq!(store.remove_connection(&was).await.unwrap(), Replaced::Done);
    assert_eq!(now(&store, &mine).await, None);
}

/// The client asks again, and its own write is in the way.
#[tokio::test]
async fn an_answer_that_is_lost_is_no_change_by_somebody_else() {
    let (store, wire) = store().await;
    let [first, second] = two();
    wire.lose_next_answer();
    let done = store.replace_connection(None, &first).await.unwrap();
    assert_eq!(done, Replaced::Done);
    let was = kept(&store, &first).await.unwrap();
    wire.lose_next_answer();
    let done = store.replace_connection(Some(&was), &second).await.unwrap();
    assert_eq!(done, Replaced::Done);
    let was = kept(&store, &first).await.unwrap();
    wire.lose_next_answer();
    assert_eq!(store.remove_connection(&was).await.unwrap(), Replaced::Done);
    assert_eq!(now(&store, &first).await, None);
}

#[tokio::test]
async fn what_cannot_be_read_is_listed_and_can_be_replaced() {
    let (store, _) = store().await;
    for settings in [
        Some(AttributeValue::S("{".to_owned())),
        Some(AttributeValue::N("1".to_owned())),
        None,
    ] {
        let [first, _] = two();
        let item: Item = settings
            .map(|settings| ("settings".to_owned(), settings))
            .into_iter()
            .collect();
        put_raw(&store, &format!("connection#{}", first.id), item).await;
        let was = kept(&store, &first).await.unwrap();
        assert!(was.connection.as_ref().unwrap_err().is_unreadable());
        let replaced = store.replace_connection(Some(&was), &first).await.unwrap();
        assert_eq!(replaced, Replaced::Done);
        assert_eq!(now(&store, &first).await.as_ref(), Some(&first));
        assert_eq!(
            store.remove_connection(&was).await.unwrap(),
            Replaced::ChangedMeanwhile
        );
    }
}

/// More than a page, which is a megabyte, and among other items.
#[tokio::test]
async fn the_listing_has_all_pages_in_order() {
    let (store, wire) = store_named("pages");
    store.create_table().await.unwrap();
    let padding = "x".repeat(60_000);
    let mut ids = Vec::new();
    for number in 0..120 {
        let [mut connection, _] = two();
        connection.id = format!("shop-{number:03}").parse().unwrap();
        connection.route.as_mut().unwrap().patience = padding.clone();
        store.put_connection(&connection).await.unwrap();
        ids.push(connection.id);
        let other = AttributeValue::S("no connection".to_owned());
        put_raw(
            &store,
            &format!("conversation#shop#{number}"),
            Item::from([("settings".to_owned(), other)]),
        )
        .await;
    }
    wire.requests();
    let listed = store.connections().await.unwrap();
    let listed: Vec<_> = listed.into_iter().map(|kept| kept.id).collect();
    assert_eq!(listed, ids);
    let scans = wire.requests();
    assert!(scans.len() > 4, "{} calls", scans.len());
    assert!(scans.iter().all(|scan| scan["ConsistentRead"] == true));
}
