//! Each mistake and what is said of it.

use std::collections::HashMap;

use shared::connections::{InDoubt, Secret, Secrets, Unanswered, WhenDown};
use shared::platforms::{ConnectionSettings, End, Handover, Platform, Role, Settings};

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
    let Settings::TelegramChannel(telegram) = &connections[0].settings else {
        panic!("{connections:?}");
    };
    assert_eq!(telegram.api_url, "https://api.telegram.org");
}

#[test]
fn the_example_is_a_good_file() {
    let example = include_str!("../../../switchboard.example.toml");
    let connections = parse(example, "example").unwrap().connections;
    for end in End::ALL {
        assert!(
            connections.iter().any(|connection| connection.end() == end),
            "the example has no {}",
            end.name()
        );
    }
    // What is commented out is right as well, each key by itself in its place, but for those that stand for another one.
    for commented in example.lines().filter(|line| line.starts_with("# ")) {
        let Some((_, key)) = commented
            .split_once("# ")
            .filter(|(_, key)| key.contains(" = "))
        else {
            continue;
        };
        if let Err(error) = parse(&example.replacen(commented, key, 1), "example") {
            assert!(error.to_string().contains(" stands beside "), "{error}");
        }
    }
}

/// The keys of the section that begins with `begins` in the example, as an unknown one is answered with.
fn keys(begins: &str) -> Vec<String> {
    let example = include_str!("../../../switchboard.example.toml");
    let key = "no-such-key-anywhere = 1";
    let said = parse(
        &example.replacen(begins, &format!("{begins}\n{key}"), 1),
        "example",
    )
    .unwrap_err()
    .to_string();
    let (_, keys) = said.split_once("; one of: ").unwrap();
    keys.split(", ").map(str::to_owned).collect()
}

#[test]
fn the_page_has_every_key() {
    let page = include_str!("../../../docs/configuration.md");
    let example = include_str!("../../../switchboard.example.toml");
    let section = |heading: &str| {
        let (_, rest) = page.split_once(&format!("\n{heading}\n")).unwrap();
        let level = heading.split(' ').next().unwrap();
        rest.split(&format!("\n{level} ")).next().unwrap()
    };
    for connection in parse(example, "example").unwrap().connections {
        let (id, end) = (&connection.id, connection.end());
        let (begins, heading) = match end {
            End::TelegramChannel => ("channels", "### Telegram"),
            End::WebimV1Channel | End::WebimV2Channel => ("channels", "### Webim"),
            End::OmnichannelChannel => ("channels", "### A client server that speaks Omnichannel"),
            End::ApiMediumChannel => ("channels", "### An application that speaks API medium"),
            End::SelartiChannel => ("channels", "### An application that speaks Selarti"),
            End::SelartiAgent => ("agents", "### Selarti"),
            End::OmnichannelAgent => ("agents", "### Omnichannel"),
            End::ApiMediumAgent => ("agents", "### API medium"),
        };
        let written = section(heading);
        for key in keys(&format!("[{begins}.{id}]")) {
            let row = format!("\n| `{key}` | ");
            assert!(written.contains(&row), "{heading}: {key}");
        }
    }
    for key in keys("[[routes]]") {
        let row = format!("\n| `{key}` | ");
        assert!(section("## `[[routes]]`").contains(&row), "{key}");
    }
}

#[test]
fn an_unknown_key_is_named_with_the_choices() {
    assert_eq!(
        said("token = \"env:SITE_TOKEN\"", "tokn = \"env:SITE_TOKEN\""),
        "switchboard.toml:4: [channels.site]: unknown key `tokn` (did you mean `token`?); \
         one of: platform, version, token, duplicate_window"
    );
    assert_eq!(
        said("settle_ms = 250", "wait = true"),
        "switchboard.toml:23: [[routes]]: unknown key `wait`; \
         one of: channel, agent, unanswered, patience, settle_ms, when_down, second_agent, down_text, handover_text, \
         give_up_after_hours"
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
        "switchboard.toml:3: [channels.site]: unknown platform `webin` (did you mean `webim`?); \
         one of: api-medium, omnichannel, selarti, telegram, webim"
    );
    assert_eq!(
        said("\"selarti\"", "\"openai\""),
        "switchboard.toml:12: [agents.helper]: unknown platform `openai`; one of: api-medium, omnichannel, selarti"
    );
    assert_eq!(
        said("platform = \"selarti\"", ""),
        "switchboard.toml:11: [agents.helper]: the key `platform` is missing; one of: api-medium, omnichannel, selarti"
    );
    assert_eq!(
        said("\"selarti\"", "7"),
        "switchboard.toml:12: [agents.helper]: `platform` must be a string"
    );
}

#[test]
fn a_platform_in_the_wrong_section_says_where_it_goes() {
    let is_agent = |platform: &Platform| {
        End::ALL
            .iter()
            .any(|end| end.platform() == *platform && end.role() == Role::Agent)
    };
    let channels_only: Vec<_> = Platform::ALL
        .into_iter()
        .filter(|platform| !is_agent(platform))
        .map(Platform::name)
        .collect();
    assert_eq!(channels_only, ["telegram", "webim"]);
    for platform in channels_only {
        assert_eq!(
            said("\"selarti\"", &format!("\"{platform}\"")),
            format!(
                "switchboard.toml:12: [agents.helper]: {platform} is a channel; put it under [channels], \
                 or take one of: api-medium, omnichannel, selarti"
            )
        );
    }
}

#[test]
fn a_version_is_one_of_those_of_the_platform() {
    let site = "platform = \"webim\"\ntoken = \"env:SITE_TOKEN\"";
    let with = |version: &str| said(site, &format!("{site}\nversion = {version}"));
    assert_eq!(
        with("\"3.0\""),
        "switchboard.toml:5: [channels.site]: unknown version `3.0`; one of: 1.0, 2.0"
    );
    assert_eq!(
        with("2.0"),
        "switchboard.toml:5: [channels.site]: `version` must be a string, one of: 1.0, 2.0"
    );
    assert_eq!(
        said(
            "platform = \"telegram\"",
            "platform = \"telegram\"\nversion = \"7.0\""
        ),
        "switchboard.toml:8: [channels.shop-bot]: telegram has no versions; leave `version` out"
    );
    // Without a version it is the first one, whose keys are not those of the second.
    assert_eq!(
        said(site, &format!("{site}\nurl = \"https://a.example\"")),
        "switchboard.toml:5: [channels.site]: unknown key `url`; one of: platform, version, token, duplicate_window"
    );
    for (version, end) in [
        ("", End::WebimV1Channel),
        ("version = \"1.0\"", End::WebimV1Channel),
        (
            "version = \"2.0\"\nurl = \"https://a.example\"\nwebhook_token = \"env:A\"",
            End::WebimV2Channel,
        ),
    ] {
        let text = GOOD.replacen(site, &format!("{site}\n{version}"), 1);
        let connections = parse(&text, FILE).unwrap().connections;
        assert_eq!(connections[1].end(), end, "{version}");
    }
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
    let reference = "a secret is given by reference, never by its value: `env:NAME`, or on AWS `secret:NAME` or \
         `secret:BUNDLE/NAME` (a name is letters, digits and underscores; a bundle letters, digits, `.`, `_` and `-`)";
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
        "switchboard.toml:23: [[routes]]: `patience` is empty; leave the key out for the usual"
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
fn who_stands_in_for_an_agent_is_another_one() {
    let bot = "channel = \"shop-bot\"\nagent = \"helper\"";
    let with = |keys: &str| said(bot, &format!("{bot}\n{keys}"));
    assert_eq!(
        with("when_down = \"agent\"\nsecond_agent = \"helpr\""),
        "switchboard.toml:29: [[routes]]: unknown agent `helpr` (did you mean `helper`?); one of: helper"
    );
    assert_eq!(
        with("when_down = \"agent\"\nsecond_agent = \"site\""),
        "switchboard.toml:29: [[routes]]: unknown agent `site`; one of: helper"
    );
    assert_eq!(
        with("when_down = \"agent\"\nsecond_agent = \"helper\""),
        "switchboard.toml:29: [[routes]]: `second_agent` is the agent itself"
    );
    assert_eq!(
        with("when_down = \"agent\""),
        "switchboard.toml:28: [[routes]]: `when_down` is \"agent\", so `second_agent` has to name one"
    );
    assert_eq!(
        with("second_agent = \"helper\""),
        "switchboard.toml:28: [[routes]]: `second_agent` is only asked with when_down = \"agent\""
    );
    assert_eq!(
        with("when_down = \"pray\""),
        "switchboard.toml:28: [[routes]]: `when_down` must be one of: wait, agent, operators, text"
    );
}

#[test]
fn a_route_asks_of_its_channel_what_it_has() {
    let bot = "channel = \"shop-bot\"\nagent = \"helper\"";
    let site = "agent = \"helper\"\nunanswered = \"wait\"";
    let (operators, text) = ("when_down = \"operators\"", "handover_text = \"Wait.\"");
    assert_eq!(
        said(bot, &format!("{bot}\n{operators}")),
        "switchboard.toml:28: [[routes]]: `when_down` cannot be \"operators\": the channel `shop-bot` has none of its own; \
         one of: wait, agent, text"
    );
    assert_eq!(
        said(site, &format!("{site}\n{text}")),
        "switchboard.toml:23: [[routes]]: `handover_text` is for channels that have no way to show it, and `site` has; \
         leave it out"
    );
    assert_eq!(
        said(bot, &format!("{bot}\nhandover_text = \" \"")),
        "switchboard.toml:28: [[routes]]: `handover_text` is empty; leave the key out for the usual"
    );
    let text = GOOD.replacen(bot, &format!("{bot}\n{text}"), 1).replacen(
        site,
        &format!("{site}\n{operators}"),
        1,
    );
    let connections = parse(&text, FILE).unwrap().connections;
    let route = |place: usize| connections[place].route.as_ref().unwrap();
    assert_eq!(route(0).handover_text.as_deref(), Some("Wait."));
    assert_eq!(route(1).when_down, WhenDown::Operators);
}

/// Whether the channels of the example may have a key in their routes, against what they can do.
fn may_have(key: &str, expected: impl Fn(Handover) -> bool) {
    let example = include_str!("../../../switchboard.example.toml");
    let (connections, _) = example.split_once("[[routes]]").unwrap();
    let channels: Vec<_> = parse(example, "example")
        .unwrap()
        .connections
        .into_iter()
        .filter(|connection| connection.end().role() == Role::Channel)
        .collect();
    for asked in &channels {
        let mut text = connections.to_owned();
        for channel in &channels {
            let more = if channel.id == asked.id { key } else { "" };
            text.push_str(&format!(
                "[[routes]]\nchannel = \"{}\"\nagent = \"helper\"\n{more}\n",
                channel.id
            ));
        }
        let handover = asked.end().capabilities().handover;
        let read = parse(&text, "example");
        assert_eq!(read.is_ok(), expected(handover), "{}: {read:?}", asked.id);
    }
}

#[test]
fn what_a_route_may_ask_follows_from_what_its_channel_can_do() {
    may_have("when_down = \"operators\"", Handover::to_own_operators);
    may_have("handover_text = \"Wait.\"", |handover| {
        handover == Handover::No
    });
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

#[tokio::test]
async fn secrets_are_all_there_and_fit() {
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
    configuration
        .check_secrets(&secrets(&all), FILE)
        .await
        .unwrap();
    assert_eq!(
        configuration
            .check_secrets(&secrets(&all[3..]), FILE)
            .await
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
                .await
                .unwrap_err()
                .to_string(),
            "switchboard.toml: [channels.site]: env:SITE_TOKEN must hold 16 to 256 of A-Z, a-z, 0-9, _ and -; \
             `openssl rand -hex 24` makes one"
        );
    }
}

/// A configuration of many customers.
fn of_many(customers: usize) -> String {
    let mut text = String::new();
    for number in 0..customers {
        text.push_str(&format!(
            "[channels.site-{number}]\nplatform = \"webim\"\ntoken = \"secret:c{number}/SITE\"\n\n\
             [agents.helper-{number}]\nplatform = \"selarti\"\nurl = \"https://selarti.example\"\n\
             token = \"secret:c{number}/TOKEN\"\ntask_id = \"{number}\"\nwebhook_token = \"secret:c{number}/HOOK\"\n\n\
             [[routes]]\nchannel = \"site-{number}\"\nagent = \"helper-{number}\"\n\n"
        ));
    }
    text
}

/// With a look at each of the others for each, this takes minutes.
#[test]
fn thousands_of_connections_are_read_in_a_moment() {
    let text = of_many(10_000);
    let began = std::time::Instant::now();
    let configuration = parse(&text, FILE).unwrap();
    let lines = text.lines().count();
    let broken = format!("{text}[[routes]]\nchannel = \"site-1\"\nagent = \"helpr-9999\"\n");
    let said = parse(&broken, FILE).unwrap_err().to_string();
    let took = began.elapsed();
    assert_eq!(configuration.connections.len(), 20_000);
    let begins = format!(
        "switchboard.toml:{}: [[routes]]: unknown agent `helpr-9999` (did you mean `helper-9999`?); one of: helper-0, ",
        lines + 3
    );
    assert!(said.starts_with(&begins), "{said}");
    assert!(took < std::time::Duration::from_secs(20), "{took:?}");
}
