//! What is exported reads as what it was, whichever end it is and whatever its keys hold.

use proptest::prelude::*;
use proptest::sample::select;
use shared::connections::{InDoubt, Route, SecretRef, Unanswered, WhenDown};
use shared::model::ConnectionId;
use shared::platforms::{
    ConnectionSettings, End, Handover, Settings, api_medium, omnichannel, selarti, telegram, webim,
};

use super::*;
use crate::configuration::parse;

/// Texts that TOML, or whoever writes it by hand, could stumble over.
fn words() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("\" \\ \u{7f} \u{1} \t \r \n ''' \"\"\" # = [x] {y} \u{2028} 🙂".to_owned()),
        Just("env:NOT_A_SECRET".to_owned()),
        ".{1,12}",
    ]
}

fn secret() -> impl Strategy<Value = SecretRef> {
    let references = ["env:A", "env:_b1", "secret:TOKEN", "secret:shop-1.eu/TOKEN"];
    select(references.to_vec()).prop_map(|reference| reference.parse().unwrap())
}

fn url() -> impl Strategy<Value = String> {
    let urls = [
        "https://a.example",
        "https://a.example/b/",
        "http://127.0.0.1:3000",
    ];
    select(urls.to_vec()).prop_map(str::to_owned)
}

fn in_doubt() -> impl Strategy<Value = InDoubt> {
    select(&[InDoubt::Repeat, InDoubt::Lose][..])
}

/// The settings of an end with every one of its keys: without one, this does not compile.
fn settings(end: End) -> BoxedStrategy<Settings> {
    let some = any::<bool>;
    match end {
        End::ApiMediumAgent => (
            (url(), words(), secret(), secret()),
            (
                prop::option::of(words()),
                some(),
                0..=10_080_u32,
                in_doubt(),
            ),
        )
            .prop_map(|((url, channel_id, token, webhook_token), rest)| {
                let (start_keyword, inside, operator_silence_minutes, in_doubt) = rest;
                let attachments = match inside {
                    true => api_medium::agent::Attachments::Base64,
                    false => api_medium::agent::Attachments::Url,
                };
                Settings::ApiMediumAgent(api_medium::agent::Settings {
                    url,
                    channel_id,
                    token,
                    webhook_token,
                    start_keyword,
                    attachments,
                    operator_silence_minutes,
                    in_doubt,
                })
            })
            .boxed(),
        End::ApiMediumChannel => (url(), secret(), 0..100_u64, 0..=60_u32, in_doubt())
            .prop_map(|(url, token, admin_id, duplicate_window, in_doubt)| {
                Settings::ApiMediumChannel(api_medium::channel::Settings {
                    url,
                    token,
                    admin_id,
                    duplicate_window,
                    in_doubt,
                })
            })
            .boxed(),
        End::OmnichannelAgent => (
            secret(),
            secret(),
            prop::option::of(words()),
            0..=60_u32,
            in_doubt(),
        )
            .prop_map(
                |(webhook_url, webhook_token, operator_text, duplicate_window, in_doubt)| {
                    Settings::OmnichannelAgent(omnichannel::agent::Settings {
                        webhook_url,
                        webhook_token,
                        operator_text,
                        duplicate_window,
                        in_doubt,
                    })
                },
            )
            .boxed(),
        End::OmnichannelChannel => (some(), url(), secret(), secret(), in_doubt())
            .prop_map(|(hidden, url, secret, webhook_token, in_doubt)| {
                Settings::OmnichannelChannel(omnichannel::channel::Settings {
                    url: (!hidden).then_some(url),
                    token: (!hidden).then(|| secret.clone()),
                    secret_url: hidden.then_some(secret),
                    webhook_token,
                    in_doubt,
                })
            })
            .boxed(),
        End::SelartiAgent => (
            (url(), some(), secret(), secret()),
            (words(), words(), words(), in_doubt()),
        )
            .prop_map(|((url, keyed, secret, webhook_token), rest)| {
                let (api_key_field, token_field, task_id, in_doubt) = rest;
                Settings::SelartiAgent(selarti::agent::Settings {
                    url,
                    token: (!keyed).then(|| secret.clone()),
                    api_key: keyed.then_some(secret),
                    api_key_field,
                    token_field,
                    task_id,
                    webhook_token,
                    in_doubt,
                })
            })
            .boxed(),
        End::SelartiChannel => (
            (url(), some(), secret(), words()),
            (
                prop::option::of(words()),
                words(),
                words(),
                0..=60_u32,
                in_doubt(),
            ),
        )
            .prop_map(|((url, query, token, task_id), rest)| {
                let (channel_id, company_id, manager_id, duplicate_window, in_doubt) = rest;
                Settings::SelartiChannel(selarti::channel::Settings {
                    url: if query { format!("{url}?a=b") } else { url },
                    token,
                    task_id,
                    channel_id,
                    company_id,
                    manager_id,
                    duplicate_window,
                    in_doubt,
                })
            })
            .boxed(),
        End::TelegramChannel => (secret(), secret(), url(), in_doubt())
            .prop_map(|(bot_token, webhook_secret, api_url, in_doubt)| {
                Settings::TelegramChannel(telegram::channel::Settings {
                    bot_token,
                    webhook_secret,
                    api_url,
                    in_doubt,
                })
            })
            .boxed(),
        End::WebimV1Channel => (secret(), 0..=60_u32)
            .prop_map(|(token, duplicate_window)| {
                Settings::WebimV1Channel(webim::v1::Settings {
                    token,
                    duplicate_window,
                })
            })
            .boxed(),
        End::WebimV2Channel => (
            (url(), secret(), secret()),
            (
                prop::option::of(1..9_u64),
                prop::option::of(words()),
                in_doubt(),
            ),
        )
            .prop_map(|((url, token, webhook_token), rest)| {
                let (operator_id, department, in_doubt) = rest;
                Settings::WebimV2Channel(webim::v2::Settings {
                    url,
                    token,
                    webhook_token,
                    department: department.filter(|_| operator_id.is_none()),
                    operator_id,
                    in_doubt,
                })
            })
            .boxed(),
    }
}

/// A route with every one of its keys, as a channel of this kind may have it.
fn route(handover: Handover) -> impl Strategy<Value = Route> {
    let when_down = [
        WhenDown::Wait,
        WhenDown::Agent,
        WhenDown::Operators,
        WhenDown::Text,
    ];
    (
        (
            any::<bool>(),
            words(),
            0..=3000_u64,
            select(when_down.to_vec()),
        ),
        (words(), prop::option::of(words()), 1..=2160_u64),
    )
        .prop_map(move |((waits, patience, settle_ms, when_down), rest)| {
            let (down_text, handover_text, give_up_after_hours) = rest;
            let when_down = match when_down {
                WhenDown::Operators if !handover.to_own_operators() => WhenDown::Wait,
                other => other,
            };
            Route {
                agent: id("first"),
                unanswered: if waits {
                    Unanswered::Wait
                } else {
                    Unanswered::Operator
                },
                patience,
                settle_ms,
                when_down,
                second_agent: (when_down == WhenDown::Agent).then(|| id("second")),
                down_text,
                handover_text: handover_text.filter(|_| handover == Handover::No),
                give_up_after_hours,
            }
        })
        // What no file may say is in no table.
        .prop_filter("a route that is wrong", |route| route.check().is_ok())
}

fn id(id: &str) -> ConnectionId {
    id.parse().unwrap()
}

fn right(end: End) -> impl Strategy<Value = Settings> {
    settings(end).prop_filter("settings that are wrong", |settings| {
        settings.check().is_ok()
    })
}

/// A configuration with one connection to each end, and two agents more that routes lead to. In the order of the file.
fn connections() -> impl Strategy<Value = Vec<Connection>> {
    let channels: Vec<_> = End::ALL
        .into_iter()
        .filter(|end| end.role() == Role::Channel)
        .map(|end| {
            let routed = (right(end), route(end.capabilities().handover));
            routed.prop_map(move |(settings, route)| Connection {
                id: id(&format!("a-{}", end.name())),
                settings,
                route: Some(route),
            })
        })
        .collect();
    let agents: Vec<_> = End::ALL
        .into_iter()
        .filter(|end| end.role() == Role::Agent)
        .map(|end| {
            right(end).prop_map(move |settings| Connection {
                id: id(&format!("b-{}", end.name())),
                settings,
                route: None,
            })
        })
        .collect();
    (channels, agents, right(End::SelartiAgent)).prop_map(|(mut channels, agents, settings)| {
        channels.extend(agents);
        for name in ["first", "second"] {
            channels.push(Connection {
                id: id(name),
                settings: settings.clone(),
                route: None,
            });
        }
        channels
    })
}

proptest! {
    #[test]
    fn what_is_exported_reads_as_what_it_was(connections in connections()) {
        let text = export(&connections).unwrap();
        let read = parse(&text, "exported").map_err(|error| TestCaseError::fail(format!("{error}\n{text}")))?;
        prop_assert_eq!(read.connections, connections, "{}", text);
    }
}

/// A file as short as it can be.
const SHORT: &str = r#"[channels.bot]
platform = "telegram"
bot_token = "env:BOT"
webhook_secret = "secret:HOOK"

[channels.site]
platform = "webim"
token = "env:SITE"

[channels.support]
platform = "webim"
version = "2.0"
token = "env:SUPPORT"
url = "https://webim.example"
webhook_token = "env:HOOK"

[agents.helper]
platform = "selarti"
task_id = "7"
token = "env:TOKEN"
url = "https://selarti.example"
webhook_token = "env:HOOK"

[[routes]]
channel = "bot"
agent = "helper"

[[routes]]
channel = "site"
agent = "helper"
unanswered = "wait"

[[routes]]
channel = "support"
agent = "helper"
"#;

#[test]
fn what_is_a_default_is_left_out() {
    let connections = parse(SHORT, "short").unwrap().connections;
    assert_eq!(export(&connections).unwrap(), SHORT);
    // A default that is written is one all the same.
    let long = SHORT
        .replace(
            "platform = \"webim\"\ntoken",
            "platform = \"webim\"\nversion = \"1.0\"\nduplicate_window = 5\ntoken",
        )
        .replace(
            "unanswered = \"wait\"",
            "unanswered = \"wait\"\nsettle_ms = 400",
        );
    let connections = parse(&long, "long").unwrap().connections;
    assert_eq!(export(&connections).unwrap(), SHORT);
}
