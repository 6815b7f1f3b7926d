//! Each mistake and what is said of it.

use std::collections::HashMap;

use shared::connections::{InDoubt, Secret, Secrets, Unanswered};
use shared::platforms::Settings;

use super::*;

const GOOD: &str = r#"
[channels.site]
platform = "webim"
token = "env:SITE_TOKEN"

[channels.shop-bot]
platform = "telegram"
bot_token = "env:SHOP_BOT_TOKEN"
webhook_secret = "env:SHOP_WEBHOOK_SECRET"

[agents.helper]
platform = "selarti"
url = "https://selarti.example"
token = "env:SELARTI_TOKEN"
task_id = "1721129985149x478019552540622850"
webhook_token = "env:SELARTI_WEBHOOK_TOKEN"
in_doubt = "lose"

[[routes]]
channel = "site"
agent = "helper"
unanswered = "wait"
settle_ms = 250

[[routes]]
channel = "shop-bot"
agent = "helper"
"#;

/// What is said of the good configuration with one thing changed.
fn said(from: &str, to: &str) -> String {
    assert!(GOOD.contains(from), "{from}");
    parse(&GOOD.replacen(from, to, 1), FILE)
        .unwrap_err()
        .to_string()
}

#[test]
fn a_good_file_is_its_connections() {
    let connections = parse(GOOD, FILE).unwrap().connections;
    let ids: Vec<_> = connections
        .iter()
        .map(|connection| connection.id.as_str())
        .collect();
    assert_eq!(ids, ["shop-bot", "site", "helper"]);
    let route = connections[1].route.as_ref().unwrap();
    assert_eq!(route.agent.as_str(), "helper");
    assert_eq!(route.unanswered, Unanswered::Wait);
    assert_eq!(route.settle_ms, 250);
    assert_eq!(
        connections[0].route.as_ref().unwrap().unanswered,
        Unanswered::Operator
    );
    assert!(connections[2].route.is_none());
    assert_eq!(connections[2].settings.in_doubt(), InDoubt::Lose);
    let Settings::Telegram(telegram) = &connections[0].settings else {
        panic!("{connections:?}");
    };
    assert_eq!(telegram.api_url, "https://api.telegram.org");
}

#[test]
fn the_example_is_a_good_file() {
    let example = parse(include_str!("../../../switchboard.example.toml"), "example").unwrap();
    let mut platforms: Vec<_> = example
        .connections
        .iter()
        .map(|connection| connection.platform().name())
        .collect();
    platforms.sort_unstable();
    platforms.dedup();
    assert_eq!(platforms.len(), shared::platforms::Platform::ALL.len());
}

#[test]
fn an_unknown_key_is_named_with_the_choices() {
    assert_eq!(
        said("token = \"env:SITE_TOKEN\"", "tokn = \"env:SITE_TOKEN\""),
        "switchboard.toml:4: [channels.site]: unknown key `tokn` (did you mean `token`?); \
         one of: platform, token, duplicate_window"
    );
    assert_eq!(
        said("settle_ms = 250", "wait = true"),
        "switchboard.toml:23: [[routes]]: unknown key `wait`; \
         one of: channel, agent, unanswered, patience, settle_ms, give_up_after_hours"
    );
    assert_eq!(
        said("[agents.helper]", "[agent.helper]"),
        "switchboard.toml:11: unknown section `agent` (did you mean `agents`?); one of: channels, agents, routes"
    );
}

#[test]
fn a_platform_is_one_of_those_of_the_role() {
    assert_eq!(
        said("\"webim\"", "\"webin\""),
        "switchboard.toml:3: [channels.site]: unknown platform `webin` (did you mean `webim`?); one of: telegram, webim"
    );
    assert_eq!(
        said("\"webim\"", "\"selarti\""),
        "switchboard.toml:3: [channels.site]: selarti is an agent; put it under [agents]"
    );
    assert_eq!(
        said("\"selarti\"", "\"telegram\""),
        "switchboard.toml:12: [agents.helper]: telegram is a channel; put it under [channels]"
    );
    assert_eq!(
        said("platform = \"selarti\"", ""),
        "switchboard.toml:11: [agents.helper]: the key `platform` is missing; one of: selarti"
    );
    assert_eq!(
        said("\"selarti\"", "7"),
        "switchboard.toml:12: [agents.helper]: `platform` must be a string"
    );
}

#[test]
fn an_id_has_to_be_one() {
    assert_eq!(
        said("[channels.site]", "[channels.Site]"),
        "switchboard.toml:2: [channels.Site]: the id of a connection is 1 to 64 lower-case letters, digits and hyphens, \
         beginning with a letter or a digit"
    );
    assert_eq!(
        said("[agents.helper]", "[agents.site]"),
        "switchboard.toml:11: [agents.site]: a channel has this id already, in line 2; an id is for one of them"
    );
    assert_eq!(
        said("[channels.shop-bot]", "[channels.site]"),
        "switchboard.toml:6: is not TOML: duplicate key"
    );
}

#[test]
fn what_is_missing_is_named() {
    assert_eq!(
        said("token = \"env:SITE_TOKEN\"", ""),
        "switchboard.toml:2: [channels.site]: the key `token` is missing"
    );
    assert_eq!(
        said("token = \"env:SELARTI_TOKEN\"\n", ""),
        "switchboard.toml:11: [agents.helper]: `token` is missing; give `token` or `api_key`"
    );
    assert_eq!(
        said("channel = \"site\"", ""),
        "switchboard.toml:19: [[routes]]: the key `channel` is missing"
    );
    assert_eq!(
        said("agent = \"helper\"", ""),
        "switchboard.toml:19: [[routes]]: the key `agent` is missing"
    );
}

#[test]
fn a_secret_is_given_by_reference_and_never_repeated() {
    let reference = "a secret is given by reference, as `env:NAME` (letters, digits and underscores), never by its value";
    assert_eq!(
        said("\"env:SITE_TOKEN\"", "\"hunter2\""),
        format!("switchboard.toml:4: [channels.site]: `token` is wrong: {reference}")
    );
    assert_eq!(
        said("\"env:SELARTI_TOKEN\"", "\"hunter2\""),
        format!("switchboard.toml:14: [agents.helper]: `token` is wrong: {reference}")
    );
    assert_eq!(
        said("\"env:SITE_TOKEN\"", "4711"),
        "switchboard.toml:4: [channels.site]: `token` must be a string, not a whole number"
    );
    for broken in [
        "hunter2",
        "\"hunter2",
        "[\"hunter2\"]",
        "{ a = \"hunter2\" }",
        "hunter2\"",
    ] {
        let said = said("\"env:SITE_TOKEN\"", broken);
        assert!(said.starts_with("switchboard.toml:4: "), "{said}");
        assert!(!said.contains("hunter2"), "{said}");
    }
}

#[test]
fn a_value_has_to_be_of_its_kind() {
    let with = |line: &str| {
        said(
            "token = \"env:SITE_TOKEN\"",
            &format!("token = \"env:A\"\n{line}"),
        )
    };
    assert_eq!(
        with("duplicate_window = \"5\""),
        "switchboard.toml:5: [channels.site]: `duplicate_window` must be a whole number from 0 to 4294967295, not a string"
    );
    assert_eq!(
        with("duplicate_window = -5"),
        "switchboard.toml:5: [channels.site]: `duplicate_window` must be a whole number from 0 to 4294967295"
    );
    assert_eq!(
        with("duplicate_window = 99999999999999999999"),
        "switchboard.toml:5: [channels.site]: `duplicate_window` must be a smaller number"
    );
    assert_eq!(
        with("duplicate_window = 4000"),
        "switchboard.toml:5: [channels.site]: `duplicate_window` is in seconds, at most 60; \
         longer would take a visitor's repeated word for a copy"
    );
    assert_eq!(
        said("\"lose\"", "\"maybe\""),
        "switchboard.toml:17: [agents.helper]: `in_doubt` must be one of: repeat, lose"
    );
    assert_eq!(
        said("\"wait\"", "true"),
        "switchboard.toml:22: [[routes]]: `unanswered` must be one of: operator, wait"
    );
    assert_eq!(
        said("settle_ms = 250", "settle_ms = 60000"),
        "switchboard.toml:23: [[routes]]: `settle_ms` is in milliseconds, at most 3000; \
         longer would be most of the time there is to answer"
    );
    assert_eq!(
        said("settle_ms = 250", "give_up_after_hours = 0"),
        "switchboard.toml:23: [[routes]]: `give_up_after_hours` must be 1 to 2160; a conversation is not kept for longer than that"
    );
    assert_eq!(
        said("settle_ms = 250", "patience = \" \""),
        "switchboard.toml:23: [[routes]]: `patience` is empty; leave the key out for the usual text"
    );
}

#[test]
fn a_url_has_to_be_one() {
    for (url, what) in [
        (
            "http://selarti.example",
            "must begin with https:// (http:// only for localhost and 127.0.0.1)",
        ),
        (
            "selarti.example",
            "must begin with https:// (http:// only for localhost and 127.0.0.1)",
        ),
        (
            "https://selarti.example?a=b",
            "must be a base URL without a query",
        ),
    ] {
        assert_eq!(
            said("https://selarti.example", url),
            format!("switchboard.toml:13: [agents.helper]: `url` {what}")
        );
    }
    parse(
        &GOOD.replace("https://selarti.example", "http://127.0.0.1:3001"),
        FILE,
    )
    .unwrap();
}

#[test]
fn a_route_leads_from_a_channel_to_an_agent() {
    assert_eq!(
        said("channel = \"site\"", "channel = \"sit\""),
        "switchboard.toml:20: [[routes]]: unknown channel `sit` (did you mean `site`?); one of: shop-bot, site"
    );
    assert_eq!(
        said("agent = \"helper\"", "agent = \"shop-bot\""),
        "switchboard.toml:21: [[routes]]: unknown agent `shop-bot`; one of: helper"
    );
    assert_eq!(
        said("channel = \"shop-bot\"", "channel = \"site\""),
        "switchboard.toml:26: [[routes]]: the channel `site` has a route already, in line 19"
    );
    assert_eq!(
        said(
            "[[routes]]\nchannel = \"shop-bot\"\nagent = \"helper\"\n",
            ""
        ),
        "switchboard.toml:6: [channels.shop-bot]: no route leads from here to an agent; \
         add a section [[routes]] with channel = \"shop-bot\""
    );
}

#[test]
fn a_file_has_to_have_its_form() {
    let said = |text: &str| parse(text, FILE).unwrap_err().to_string();
    let none =
        "switchboard.toml: no channel is configured; begin one with a section [channels.its-id]";
    assert_eq!(said(""), none);
    assert_eq!(said("[channels]"), none);
    assert_eq!(
        said("channels = 3"),
        "switchboard.toml:1: `channels` must be sections such as [channels.its-id]"
    );
    assert_eq!(
        said("\nchannels.site = 3"),
        "switchboard.toml:2: `site` must be a section [channels.site]"
    );
    assert_eq!(
        said(
            "[channels.site]\nplatform = \"webim\"\ntoken = \"env:A\"\n[routes]\nchannel = \"site\""
        ),
        "switchboard.toml:4: `routes` must be sections [[routes]]"
    );
}

#[test]
fn a_file_has_to_be_there_and_text() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(FILE);
    let said = load(&path).unwrap_err().to_string();
    assert!(
        said.starts_with(&format!(
            "{}: there is no such file; `switchboard run` without --config",
            path.display()
        )),
        "{said}"
    );
    std::fs::write(&path, b"# one\n# two \xff\n").unwrap();
    assert_eq!(
        load(&path).unwrap_err().to_string(),
        format!("{}:2: is not UTF-8", path.display())
    );
    assert!(
        load(folder.path())
            .unwrap_err()
            .to_string()
            .contains("cannot be read"),
        "a folder is no file"
    );
}

#[test]
fn secrets_are_all_there_and_fit() {
    let configuration = parse(GOOD, FILE).unwrap();
    let long = "0123456789abcdef";
    let secrets = |given: &[(&str, &str)]| {
        let given = given
            .iter()
            .map(|(name, secret)| ((*name).to_owned(), Secret::new(*secret).unwrap()));
        Secrets::with(given.collect::<HashMap<_, _>>())
    };
    let all = [
        ("SITE_TOKEN", long),
        ("SHOP_BOT_TOKEN", "1:a"),
        ("SHOP_WEBHOOK_SECRET", long),
        ("SELARTI_TOKEN", "b"),
        ("SELARTI_WEBHOOK_TOKEN", long),
    ];
    configuration.check_secrets(&secrets(&all), FILE).unwrap();
    assert_eq!(
        configuration
            .check_secrets(&secrets(&all[3..]), FILE)
            .unwrap_err()
            .to_string(),
        "switchboard.toml: secrets that are missing or empty: env:SHOP_BOT_TOKEN of [channels.shop-bot], \
         env:SHOP_WEBHOOK_SECRET of [channels.shop-bot], env:SITE_TOKEN of [channels.site]; set these environment variables"
    );
    for unfit in ["hunter2", "hunter2/hunter2/hunter2", &"hunter2".repeat(40)] {
        let mut all = all;
        all[0].1 = unfit;
        assert_eq!(
            configuration
                .check_secrets(&secrets(&all), FILE)
                .unwrap_err()
                .to_string(),
            "switchboard.toml: [channels.site]: env:SITE_TOKEN must hold 16 to 256 of A-Z, a-z, 0-9, _ and -; \
             `openssl rand -hex 24` makes one"
        );
    }
}
