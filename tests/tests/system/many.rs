//! Many customers in one deployment: a message costs what it costs with one.

use std::time::Duration;

use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, WriteRequest};
use shared::connections::Connection;
use shared::store::Store;
use simulators::selarti::Flags;
use switchboard::configuration::parse;

use crate::kill::programs::Programs;
use crate::tap::Tap;
use crate::world::{
    PATIENCE, SELARTI_WEBHOOK_TOKEN, Setup, WEBHOOK_SECRET, WEBIM_TOKEN, World, selarti_url,
};

/// Each has a channel and an agent.
const CUSTOMERS: usize = 5_000;

/// Their configuration.
fn customers(number: usize) -> String {
    let customer = |number: usize| {
        format!(
            "[channels.c{number}-site]\nplatform = \"webim\"\ntoken = \"secret:c{number}/SITE\"\n\n\
             [agents.c{number}-ai]\nplatform = \"selarti\"\nurl = \"https://selarti.example\"\n\
             token = \"secret:c{number}/TOKEN\"\ntask_id = \"{number}\"\nwebhook_token = \"secret:c{number}/HOOK\"\n\n\
             [[routes]]\nchannel = \"c{number}-site\"\nagent = \"c{number}-ai\"\n\n"
        )
    };
    (0..number).map(customer).collect()
}

/// Writes their connections, twenty-five at a time: what `apply` does with thousands is tested beside it.
async fn fill(store: &Store) {
    let connections = parse(&customers(CUSTOMERS), "customers")
        .unwrap()
        .connections;
    for some in connections.chunks(25) {
        let request = |connection: &Connection| {
            let text = |text: String| AttributeValue::S(text);
            let put = PutRequest::builder()
                .item("pk", text(format!("connection#{}", connection.id)))
                .item("sk", text("-".to_owned()))
                .item("settings", text(serde_json::to_string(connection).unwrap()));
            let put = put.build().unwrap();
            WriteRequest::builder().put_request(put).build()
        };
        let requests = some.iter().map(request).collect();
        let write = store.client().batch_write_item();
        let written = write.request_items(store.table(), requests).send().await;
        let left = written.unwrap().unprocessed_items;
        assert!(left.is_none_or(|left| left.is_empty()));
    }
    let there = store.connections().await.unwrap();
    assert!(there.len() > 2 * CUSTOMERS);
    assert!(there.iter().all(|kept| kept.connection.is_ok()));
}

/// A world, and a tap on its platforms.
async fn world() -> (World, Tap) {
    let tap = Tap::default();
    let setup = Setup {
        tap: Some(tap.clone()),
        ..Setup::default()
    };
    (World::with(setup).await, tap)
}

/// What a message there and one back call, and how many bytes go with that; from programs that have just started, so that they
/// read their connections.
async fn calls_of_a_message((world, tap): &(World, Tap)) -> (Vec<String>, usize) {
    let secrets = [
        ("SITE_TOKEN", WEBIM_TOKEN),
        ("SHOP_BOT_TOKEN", world.telegram.token()),
        ("SHOP_WEBHOOK_SECRET", WEBHOOK_SECRET),
        ("SELARTI_TOKEN", "selarti-token"),
        ("SELARTI_WEBHOOK_TOKEN", SELARTI_WEBHOOK_TOKEN),
    ]
    .map(|(name, secret)| (name, secret.to_owned()));
    let programs = Programs::new(&world.gateway, tap, secrets).await;
    let api = programs.api(|_| Duration::from_secs(20)).await;
    let base = api.base_url();
    world.selarti.set_echo(false);
    world.selarti.set_brain(|_| Vec::new());
    world.selarti.set_webhook(&selarti_url(&base));
    let hook = format!("{base}/telegram/shop-bot");
    world.telegram.set_webhook(&hook, Some(WEBHOOK_SECRET));

    tap.record();
    let ada = world.telegram.chat(1001);
    let update = ada.text("Hello");
    let delivery = world.telegram.delivered(update, PATIENCE).await.unwrap();
    assert!(delivery.taken(), "{delivery:?} {}", programs.logs());
    let delivery = world
        .selarti
        .say("shop-bot.1001", "Hi", Flags::default())
        .await;
    assert!(delivery.outcome.is_ok(), "{delivery:?} {}", programs.logs());
    ada.wait_sent(1, PATIENCE).await.unwrap();
    let calls = tap.disarm();
    (calls, tap.bytes())
}

#[tokio::test]
async fn a_message_costs_the_same_with_ten_thousand_connections() {
    let scene = world().await;
    let (few, few_bytes) = calls_of_a_message(&scene).await;
    let there = [
        "GetItem",
        "GetItem",
        "UpdateItem",
        "send_message_external",
        "UpdateItem",
    ];
    let back = [
        "GetItem",
        "GetItem",
        "UpdateItem",
        "sendMessage",
        "UpdateItem",
    ];
    assert_eq!(few, [there, back].concat());

    let scene = world().await;
    fill(&scene.0.gateway.app().store.patient()).await;
    let (many, many_bytes) = calls_of_a_message(&scene).await;
    assert_eq!(many, few);
    // Random numbers and times are not always of the same length.
    let more = many_bytes.abs_diff(few_bytes);
    assert!(more < few_bytes / 50, "{few_bytes} and {many_bytes} bytes");
}
