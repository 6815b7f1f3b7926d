//! The configuration of thousands of customers.

use std::future::ready;
use std::time::{Duration, Instant};

use shared::connections::Connection;
use shared::store::Store;
use switchboard::configuration::{Difference, export, parse, write};

use super::{store, table};
use crate::messages::GOOD;

/// Each has a channel and an agent.
const CUSTOMERS: usize = 5_000;

/// Their configuration.
fn customers() -> String {
    let customer = |number: usize| {
        format!(
            "[channels.c{number}-site]\nplatform = \"webim\"\ntoken = \"secret:c{number}/SITE\"\n\n\
             [agents.c{number}-ai]\nplatform = \"selarti\"\nurl = \"https://selarti.example\"\n\
             token = \"secret:c{number}/TOKEN\"\ntask_id = \"{number}\"\nwebhook_token = \"secret:c{number}/HOOK\"\n\n\
             [[routes]]\nchannel = \"c{number}-site\"\nagent = \"c{number}-ai\"\n\n"
        )
    };
    (0..CUSTOMERS).map(customer).collect()
}

async fn difference(store: &Store, configured: &[Connection]) -> Difference {
    let there = store.connections().await.unwrap();
    Difference::between(configured, there, false).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_connections_are_written_compared_and_exported_in_a_moment() {
    let gateway = table(GOOD).await;
    let store = &store(gateway.dynamodb_url()).patient();
    let text = customers();
    let began = Instant::now();
    let configured = parse(&text, "customers").unwrap().connections;
    let all = difference(store, &configured).await;
    assert_eq!(all.changes.len(), 2 * CUSTOMERS);
    let writing = write(store, &all, || ready(()));
    writing.await.unwrap();
    let written = began.elapsed();

    let same = difference(store, &configured).await;
    assert!(same.is_none());
    assert_eq!((same.unchanged, same.left.len()), (2 * CUSTOMERS, 3));

    // One customer changes: one connection is written.
    let changed = text.replacen("task_id = \"77\"", "task_id = \"78\"", 1);
    let configured = parse(&changed, "customers").unwrap().connections;
    let one = difference(store, &configured).await;
    assert_eq!(one.changes.len(), 1);
    let writing = write(store, &one, || ready(()));
    writing.await.unwrap();

    let kept = store.connections().await.unwrap();
    let kept = kept.into_iter().map(|kept| kept.connection.unwrap());
    let exported = export(&kept.collect::<Vec<_>>()).unwrap();
    let exported = parse(&exported, "exported").unwrap().connections;
    assert!(difference(store, &exported).await.is_none());
    let took = began.elapsed();
    // On a machine that does much else too; a release build is many times as fast.
    assert!(took < Duration::from_secs(120), "{written:?} of {took:?}");
    gateway.stop().await;
}
