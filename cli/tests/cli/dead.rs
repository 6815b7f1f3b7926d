//! `switchboard dead`, on a gateway that runs.

use std::collections::HashMap;
use std::time::Duration;

use shared::connections::{Secret, Secrets};
use shared::delivery::retry::Retry;
use simulators::faults::Fault;
use simulators::selarti::{self, Selarti};
use simulators::webim::{Outcome, Shown, Webim};
use switchboard::configuration::parse;
use switchboard::gateway::{Gateway, Options, TABLE};
use tokio::net::TcpListener;

use crate::messages::{GOOD, SECRETS, text, written};
use crate::process::{failure, run};

const PATIENCE: Duration = Duration::from_secs(60);

fn ran(arguments: &[&str]) -> String {
    let ended = run(arguments, &[]);
    assert_eq!(
        (ended.code, ended.err.as_str()),
        (Some(0), ""),
        "{arguments:?}"
    );
    ended.out
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_letter_is_listed_sent_again_and_gone() {
    let selarti = Selarti::start(
        simulators::listen("127.0.0.1:0").await.unwrap(),
        selarti::Options {
            tokens: vec![SECRETS[3].1.to_owned()],
            tasks: vec!["1".to_owned()],
            ..selarti::Options::default()
        },
    )
    .unwrap();
    let configuration = GOOD.replace("http://127.0.0.1:1", &selarti.base_url());
    let given = SECRETS.map(|(name, value)| (name.to_owned(), Secret::new(value).unwrap()));
    let gateway = Gateway::start(Options {
        retry: Retry {
            first_put_off: Duration::from_millis(200),
            ..Retry::default()
        },
        stream_window: Duration::from_millis(50),
        ..Options::new(
            parse(&configuration, "test").unwrap(),
            Secrets::with(HashMap::from(given)),
            TcpListener::bind("127.0.0.1:0").await.unwrap(),
        )
    })
    .await
    .unwrap();
    let base = gateway.base_url();
    selarti.set_webhook(&format!("{base}/selarti/helper.{}", SECRETS[4].1));
    let webim = Webim::new(&format!(
        "{base}/connector/webim/webim_message/site.{}/bot_api_webhook",
        SECRETS[0].1
    ))
    .unwrap();

    // The agent refuses for good.
    let refusal = Fault::Status(400, r#"{"message":"no such task"}"#.to_owned());
    selarti.faults().next("send_message_external", refusal);
    let chat = webim.chat("42");
    assert_eq!(chat.say("Hello").await, Outcome::HandedOver);

    let table = ["--table", TABLE, "--endpoint", gateway.dynamodb_url()];
    let (_folder, file) = written(&configuration);
    let list = [&["dead", "list", "--config", text(&file)][..], &table].concat();
    let listed = tokio::task::block_in_place(|| ran(&list));
    let id = listed.split(' ').next().unwrap();
    assert!(
        listed.starts_with(&format!("{id} site to_agent chat 42\n")),
        "{listed}"
    );
    assert!(listed.contains("\n  Hello\n"), "{listed}");
    assert!(listed.ends_with("\n1 dead letter.\n"), "{listed}");
    let json = tokio::task::block_in_place(|| ran(&[&list[..], &["--json"]].concat()));
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json[0]["id"], id);
    assert_eq!(json[0]["message"]["contents"][0]["text"], "Hello");

    let which = |what, which: &'static str| {
        [&["dead", what, "--channel", "site", which][..], &table].concat()
    };
    let unknown = tokio::task::block_in_place(|| failure(&which("resend", "no-such-letter"), &[]));
    assert!(
        unknown.starts_with("there is no letter no-such-letter"),
        "{unknown}"
    );
    let resend = [&["dead", "resend", "--channel", "site", id][..], &table].concat();
    let said = tokio::task::block_in_place(|| ran(&resend));
    assert_eq!(said, format!("{id} is in its conversation again\n"));
    let accepted = selarti.accepted().wait_for(1, PATIENCE).await.unwrap();
    assert_eq!(accepted[0].message, "Hello");
    assert_eq!(
        tokio::task::block_in_place(|| ran(&list)),
        "No dead letters.\n"
    );

    // The answer waits for the visitor's next message, which the operators let through.
    selarti.deliveries().wait_for(2, PATIENCE).await.unwrap();
    chat.hand_back();
    let Outcome::Answered(shown) = chat.say("Still there?").await else {
        panic!("{:?}", webim.exchanges().all());
    };
    let Shown::Text(first) = &shown[0] else {
        panic!("{shown:?}");
    };
    assert!(first.starts_with("You said: Hello"), "{shown:?}");

    // Another one, discarded.
    let refusal = Fault::Status(400, String::new());
    selarti.faults().next("send_message_external", refusal);
    assert_eq!(chat.say("Again").await, Outcome::HandedOver);
    let said = tokio::task::block_in_place(|| ran(&which("discard", "--all")));
    assert!(said.ends_with(" is gone\n"), "{said}");
    assert_eq!(
        tokio::task::block_in_place(|| ran(&list)),
        "No dead letters.\n"
    );
    assert_eq!(selarti.accepted().len(), 2);
    gateway.stop().await;
}
