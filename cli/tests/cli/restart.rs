//! A gateway that is stopped and started again on the same file.

use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

use shared::connections::{Secret, Secrets};
use shared::delivery::retry::Retry;
use simulators::faults::{ANY, Fault};
use simulators::selarti::{self, Selarti};
use simulators::telegram::{self, Telegram};
use switchboard::configuration::parse;
use switchboard::gateway::{Data, Gateway, Options};
use tokio::net::TcpListener;

use crate::messages::{GOOD, SECRETS};

const PATIENCE: Duration = Duration::from_secs(60);

/// A gateway on `file`, between simulated platforms, that tries again soon.
async fn gateway(file: &Path, selarti: &Selarti, telegram: &Telegram) -> Gateway {
    let text = GOOD
        .replace("http://127.0.0.1:1", &selarti.base_url())
        .replace(
            "platform = \"telegram\"",
            &format!(
                "platform = \"telegram\"\napi_url = \"{}\"",
                telegram.base_url()
            ),
        );
    let given = SECRETS.map(|(name, value)| (name.to_owned(), Secret::new(value).unwrap()));
    let gateway = Gateway::start(Options {
        data: Data::File(file.to_owned()),
        retry: Retry {
            at_once: Duration::ZERO,
            first_put_off: Duration::from_millis(200),
            ..Retry::default()
        },
        stream_window: Duration::from_millis(50),
        ..Options::new(
            parse(&text, "test").unwrap(),
            Secrets::with(HashMap::from(given)),
            TcpListener::bind("127.0.0.1:0").await.unwrap(),
        )
    })
    .await
    .unwrap();
    let base = gateway.base_url();
    telegram.set_webhook(&format!("{base}/telegram/shop-bot"), Some(SECRETS[2].1));
    selarti.set_webhook(&format!("{base}/selarti/helper.{}", SECRETS[4].1));
    gateway
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_pending_is_delivered_by_the_next_one() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("switchboard.db");
    let listen = || simulators::listen("127.0.0.1:0");
    let selarti = Selarti::start(
        listen().await.unwrap(),
        selarti::Options {
            tokens: vec![SECRETS[3].1.to_owned()],
            tasks: vec!["1".to_owned()],
            ..selarti::Options::default()
        },
    )
    .unwrap();
    let telegram = Telegram::start(
        listen().await.unwrap(),
        telegram::Options {
            token: SECRETS[1].1.to_owned(),
            ..telegram::Options::default()
        },
    )
    .unwrap();

    // The agent is down.
    selarti.faults().every(ANY, 1, Fault::ResetBefore);
    let first = gateway(&file, &selarti, &telegram).await;
    let ada = telegram.chat(1001);
    let update = ada.text("Hello");
    let delivery = telegram.delivered(update, PATIENCE).await.unwrap();
    assert!(delivery.taken(), "{delivery:?}");
    first.stop().await;
    assert!(selarti.accepted().is_empty());

    // It is up again, and so is the gateway; nobody writes.
    selarti.faults().clear();
    let second = gateway(&file, &selarti, &telegram).await;
    let accepted = selarti.accepted().wait_for(1, PATIENCE).await.unwrap();
    assert_eq!(accepted[0].message, "Hello");
    let sent = ada.wait_sent(1, PATIENCE).await.unwrap();
    assert!(sent[0].text.starts_with("You said: Hello"), "{sent:?}");
    second.stop().await;
    assert_eq!(selarti.accepted().len(), 1);
}
