//! Connections' items.

use serde_json::{Value, json};
use shared::connections::Connection;

use crate::emulator::{fresh_key, put_raw, raw_item, store};

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
        item.insert(
            "settings".to_owned(),
            aws_sdk_dynamodb::types::AttributeValue::S(settings),
        );
        put_raw(&store, &pk, item).await;
        let error = store.connection(&connection.id).await.unwrap_err();
        assert!(
            error.to_string().contains(connection.id.as_str()),
            "{error}"
        );
    }
}
