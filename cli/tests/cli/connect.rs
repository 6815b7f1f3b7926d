//! `switchboard connect`: the platform knows the webhook afterwards, nobody else has lost theirs unasked, and no secret is
//! printed.

use std::collections::HashMap;
use std::time::Duration;

use shared::connections::Secrets;
use simulators::faults::Fault;
use simulators::listen;
use simulators::telegram::{self, Telegram};
use switchboard::configuration::parse;
use switchboard::gateway::{Gateway, Options, TABLE};
use tokio::net::TcpListener;

use crate::messages::{GOOD, SECRETS, text, written};
use crate::process::{Ended, run};

const PATIENCE: Duration = Duration::from_secs(60);
const BASE: &str = "https://chats.example";

async fn telegram(options: telegram::Options) -> Telegram {
    let options = telegram::Options {
        token: SECRETS[1].1.to_owned(),
        ..options
    };
    Telegram::start(listen("127.0.0.1:0").await.unwrap(), options).unwrap()
}

/// [`GOOD`] with the bot at this Telegram.
fn at(telegram: &Telegram) -> String {
    let secret = "webhook_secret = \"env:SHOP_WEBHOOK_SECRET\"";
    let url = format!("{secret}\napi_url = \"{}\"", telegram.base_url());
    GOOD.replace(secret, &url)
}

/// The program, which never prints a secret.
fn connect(arguments: &[&str], secrets: &[(&str, &str)]) -> Ended {
    let all = [&["connect"][..], arguments].concat();
    let ended = tokio::task::block_in_place(|| run(&all, secrets));
    for (name, secret) in secrets {
        for printed in [&ended.out, &ended.err] {
            assert!(!printed.contains(secret), "{name}: {printed}");
        }
    }
    ended
}

fn bot(configuration: &str, base_url: &str, more: &[&str]) -> Ended {
    let (_folder, file) = written(configuration);
    let arguments = ["shop-bot", text(&file), "--base-url", base_url];
    connect(&[&arguments[..], more].concat(), &SECRETS)
}

#[tokio::test(flavor = "multi_thread")]
async fn telegram_brings_its_updates_to_a_gateway_that_was_connected() {
    let telegram = telegram(telegram::Options::default()).await;
    let configuration = at(&telegram);
    // What was written before is not lost.
    let early = telegram.chat(1).text("Anybody there?");
    let given = SECRETS.map(|(name, value)| {
        let secret = shared::connections::Secret::new(value).unwrap();
        (name.to_owned(), secret)
    });
    let gateway = Gateway::start(Options::new(
        parse(&configuration, "test").unwrap(),
        Secrets::with(HashMap::from(given)),
        TcpListener::bind("127.0.0.1:0").await.unwrap(),
    ))
    .await
    .unwrap();
    let base = gateway.base_url();
    let ended = bot(&configuration, &base, &[]);
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""));
    let begins =
        format!("shop-bot (telegram)\n  Connected: its webhooks go to {base}/telegram/shop-bot\n");
    assert!(ended.out.starts_with(&begins), "{}", ended.out);
    let delivery = telegram.delivered(early, PATIENCE).await.unwrap();
    assert!(delivery.taken(), "{delivery:?}");

    let set = telegram
        .calls()
        .matching(|call| call.method == "setWebhook");
    assert_eq!(set.len(), 1);
    let parameters = &set[0].params;
    assert_eq!(parameters["drop_pending_updates"], false);
    let updates = serde_json::json!(["message", "edited_message", "callback_query"]);
    assert_eq!(parameters["allowed_updates"], updates);
    assert_eq!(parameters["secret_token"], SECRETS[2].1);
    // Again, and from the table: the same.
    let again = [
        "shop-bot",
        "--table",
        TABLE,
        "--endpoint",
        gateway.dynamodb_url(),
        "--base-url",
        &base,
    ];
    let ended = connect(&again, &SECRETS);
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""));
    assert!(ended.out.starts_with(&begins), "{}", ended.out);
    gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_loses_a_webhook_unasked() {
    let telegram = telegram(telegram::Options::default()).await;
    let configuration = at(&telegram);
    telegram.set_webhook("https://other.example/hook/hunter2", None);
    let ended = bot(&configuration, BASE, &[]);
    assert_eq!((ended.code, ended.out.as_str()), (Some(2), ""));
    assert_eq!(
        ended.err,
        "error: The webhooks of shop-bot go to https://other.example/… now. Nothing was changed: there is no terminal to ask on; \
         --yes takes them without asking\n"
    );
    assert!(
        telegram
            .calls()
            .matching(|call| call.method == "setWebhook")
            .is_empty()
    );

    let ended = bot(&configuration, BASE, &["--yes"]);
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""));
    let set = telegram
        .calls()
        .matching(|call| call.method == "setWebhook");
    assert_eq!(
        set[0].params["url"],
        "https://chats.example/telegram/shop-bot"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_telegram_could_not_bring_is_shown() {
    let telegram = telegram(telegram::Options::default()).await;
    // A gateway that is not there.
    let nowhere = "http://127.0.0.1:1";
    telegram.set_webhook(&format!("{nowhere}/telegram/shop-bot"), None);
    telegram.chat(1).text("Hello");
    telegram.deliveries().wait_for(1, PATIENCE).await.unwrap();
    let ended = bot(&at(&telegram), nowhere, &[]);
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""));
    assert!(
        ended.out.contains("\n  One waits there to be brought.\n"),
        "{}",
        ended.out
    );
    assert!(
        ended
            .out
            .contains("\n  The last one that could not be brought, "),
        "{}",
        ended.out
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_telegram_refuses_is_told_in_its_words() {
    let strict = telegram(telegram::Options {
        plain_webhooks: false,
        ..telegram::Options::default()
    })
    .await;
    let configuration = at(&strict);
    for (base, why) in [
        (
            "http://chats.example",
            "bad webhook: An HTTPS URL must be provided for webhook",
        ),
        (
            "https://chats.example:9000",
            "bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443",
        ),
    ] {
        let ended = bot(&configuration, base, &[]);
        let expected = format!("error: shop-bot: setWebhook: status 400: Bad Request: {why}\n");
        assert_eq!((ended.code, ended.err), (Some(2), expected));
    }
    for (fault, why) in [
        (Fault::Status(502, "<html>".to_owned()), "status 502"),
        (
            Fault::Status(200, "<html>".to_owned()),
            "the answer is not the Bot API's",
        ),
        (Fault::ResetBefore, "no answer: "),
    ] {
        strict.faults().next("getWebhookInfo", fault);
        let ended = bot(&configuration, BASE, &[]);
        assert_eq!(
            (ended.code, ended.out.as_str()),
            (Some(2), ""),
            "{}",
            ended.err
        );
        assert!(ended.err.contains(why), "{why}: {}", ended.err);
    }
    // A token that Telegram does not know, and one that is none.
    for token in ["123456789:another-token", "hunter2-hunter2"] {
        let mut secrets = SECRETS;
        secrets[1].1 = token;
        let (_folder, file) = written(&configuration);
        let ended = connect(&["shop-bot", text(&file), "--base-url", BASE], &secrets);
        assert_eq!((ended.code, ended.out.as_str()), (Some(2), ""));
        let begins = "error: shop-bot: Telegram does not know the bot's token: ";
        assert!(ended.err.starts_with(begins), "{}", ended.err);
        assert!(
            ended
                .err
                .ends_with("; look at what env:SHOP_BOT_TOKEN holds\n"),
            "{}",
            ended.err
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_only_be_pasted_is_shown_without_its_secret() {
    let (_folder, file) = written(GOOD);
    let ended = connect(&["site", text(&file), "--base-url", BASE], &SECRETS);
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""));
    assert_eq!(
        ended.out,
        r#"site (webim)
  Not checked: Webim 1.0 has nothing that could be called: it asks, with the token in this URL.
  Left for you:
  At Webim, Settings > Bots, as the address of a bot of type "Smart bot", version 1:
  https://chats.example/connector/webim/webim_message/site.…/bot_api_webhook
  `switchboard urls` prints the URL whole.
"#
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_or_a_secret_that_is_not_there() {
    let (_folder, file) = written(GOOD);
    let ended = connect(&["shp-bot", text(&file), "--base-url", BASE], &SECRETS);
    let expected = format!(
        "error: {}: unknown connection `shp-bot` (did you mean `shop-bot`?); one of: shop-bot, site, helper\n",
        file.display()
    );
    assert_eq!((ended.code, ended.err), (Some(2), expected));
    let ended = connect(
        &["shop-bot", text(&file), "--base-url", BASE],
        &SECRETS[..2],
    );
    let expected = format!(
        "error: {}: secrets that are missing or empty: env:SHOP_WEBHOOK_SECRET of [channels.shop-bot]; set these environment variables\n",
        file.display()
    );
    assert_eq!((ended.code, ended.err), (Some(2), expected));
}
