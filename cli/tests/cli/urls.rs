//! `switchboard urls`.

use crate::messages::{GOOD, SECRETS, text, written};
use crate::process::{failure, run};

#[test]
fn each_connection_has_its_url_and_its_place() {
    let (_folder, file) = written(GOOD);
    // What no URL holds need not be there.
    let secrets = [SECRETS[0], SECRETS[4]];
    let arguments = [
        "urls",
        "--config",
        text(&file),
        "--base-url",
        "https://chats.example/",
    ];
    let ended = run(&arguments, &secrets);
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""));
    let expected = r#"shop-bot (telegram)
  In a shell where the two variables are set:
  curl -sS "https://api.telegram.org/bot$SHOP_BOT_TOKEN/setWebhook" -d 'url=https://chats.example/telegram/shop-bot' -d "secret_token=$SHOP_WEBHOOK_SECRET" -d 'allowed_updates=["message","edited_message","callback_query"]'

site (webim)
  At Webim, Settings > Bots, as the address of a bot of type "Smart bot", version 1:
  https://chats.example/connector/webim/webim_message/site.site-token-123456789/bot_api_webhook

helper (selarti)
  In Selarti's panel, as the webhook url of the integration of type "Another" (webhook type "All messages"):
  https://chats.example/selarti/helper.helper-token-123456789

"#;
    assert_eq!(ended.out, expected);
}

#[test]
fn as_json_for_programs() {
    let (_folder, file) = written(GOOD);
    let ended = run(&["urls", "--config", text(&file), "--json"], &SECRETS);
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    let all: serde_json::Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!(all.as_array().unwrap().len(), 3);
    assert_eq!(all[0]["connection"], "shop-bot");
    assert_eq!(all[0]["url"], "http://127.0.0.1:3000/telegram/shop-bot");
    for (name, secret) in &SECRETS[1..4] {
        assert!(!ended.out.contains(secret), "{name}");
    }
}

#[test]
fn without_the_token_there_is_no_url() {
    let (_folder, file) = written(GOOD);
    let said = failure(&["urls", "--config", text(&file)], &SECRETS[1..]);
    assert_eq!(
        said,
        "site: the secret `env:SITE_TOKEN` is not to be had: set the environment variable SITE_TOKEN"
    );
}
