//! `switchboard run` without a configuration: the whole of it with a simulated Selarti and a simulated Telegram on ports of
//! their own, and lines to paste into another terminal. Every one of them works as it stands.

use std::collections::HashMap;
use std::time::Duration;

use shared::connections::{Secret, Secrets};
use shared::delivery::retry::Retry;
use simulators::selarti::{self, Incoming, Reply, Selarti, friendly};
use simulators::telegram::{self, Telegram};
use tokio::net::TcpListener;

use super::run::{program, until_a_second};
use super::signals::Signals;
use super::{Failure, line};
use crate::configuration;
use crate::gateway::{Data, Gateway, Options, TABLE};
use crate::terminal;

/// The secrets of connections that nobody outside this machine can reach.
const SECRETS: [(&str, &str); 5] = [
    ("SITE_TOKEN", "demonstration-only-1"),
    ("SHOP_BOT_TOKEN", "123456789:demonstration-only-2"),
    ("SHOP_WEBHOOK_SECRET", "demonstration-only-3"),
    ("SELARTI_TOKEN", "demonstration-only-4"),
    ("SELARTI_WEBHOOK_TOKEN", "demonstration-only-5"),
];

/// How long the simulated agent takes when it is asked to be slow: longer than Webim waits.
const SLOW: Duration = Duration::from_secs(7);

/// Runs until the first of `signals`.
pub(super) async fn run(
    listener: TcpListener,
    data: Data,
    base_url: Option<String>,
    delay: Duration,
    mut signals: Signals,
) -> Result<(), Failure> {
    let selarti = Selarti::start(
        simulators::listen("127.0.0.1:0").await.map_err(line)?,
        selarti::Options {
            tokens: vec![secret("SELARTI_TOKEN")],
            delay,
            ..selarti::Options::default()
        },
    )
    .map_err(line)?;
    selarti.set_brain(brain);
    let telegram = Telegram::start(
        simulators::listen("127.0.0.1:0").await.map_err(line)?,
        telegram::Options {
            token: secret("SHOP_BOT_TOKEN"),
            ..telegram::Options::default()
        },
    )
    .map_err(line)?;

    let text = toml(&selarti.base_url(), &telegram.base_url());
    let configuration = configuration::parse(&text, "the demonstration").map_err(line)?;
    let given = SECRETS
        .iter()
        .filter_map(|(name, value)| Some(((*name).to_owned(), Secret::new(*value)?)));
    let secrets = Secrets::with(given.collect::<HashMap<_, _>>());
    configuration
        .check_secrets(&secrets, "the demonstration")
        .map_err(line)?;
    let connections = configuration.connections.clone();
    let gateway = Gateway::start(Options {
        data,
        retry: Retry {
            // A person is watching.
            first_put_off: Duration::from_secs(2),
            ..Retry::default()
        },
        ..Options::new(configuration, secrets.clone(), listener)
    })
    .await
    .map_err(line)?;

    let here = gateway.base_url();
    let mut site = String::new();
    for connection in &connections {
        let settings = &connection.settings;
        let token = secrets.get(settings.webhook_secret()).map_err(line)?;
        let path = settings.webhook_path(connection.id.as_str(), token.expose());
        match connection.id.as_str() {
            "site" => site = format!("{}{path}", base_url.as_deref().unwrap_or(&here)),
            "shop-bot" => telegram.set_webhook(&format!("{here}{path}"), Some(token.expose())),
            _ => selarti.set_webhook(&format!("{here}{path}")),
        }
    }
    let lines = lines(&here, &site, &telegram.base_url(), gateway.dynamodb_url());
    terminal::line(lines).map_err(line)?;

    signals.next().await;
    let stop = async {
        // The gateway first: what it finishes, it finishes with these.
        gateway.stop().await;
        telegram.stop().await;
        selarti.stop().await;
    };
    until_a_second(signals, stop).await
}

/// What the simulated agent says: as simulators do, and slowly when it is asked to.
fn brain(incoming: &Incoming) -> Vec<Reply> {
    let replies = friendly(incoming);
    if incoming.message.to_lowercase().contains("slow") {
        replies.into_iter().map(|reply| reply.after(SLOW)).collect()
    } else {
        replies
    }
}

fn secret(name: &str) -> String {
    SECRETS
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, value)| (*value).to_owned())
        .unwrap_or_default()
}

fn toml(selarti: &str, telegram: &str) -> String {
    let task = selarti::Options::default().tasks.concat();
    format!(
        r#"
[channels.site]
platform = "webim"
token = "env:SITE_TOKEN"

[channels.shop-bot]
platform = "telegram"
bot_token = "env:SHOP_BOT_TOKEN"
webhook_secret = "env:SHOP_WEBHOOK_SECRET"
api_url = "{telegram}"

[agents.helper]
platform = "selarti"
url = "{selarti}"
token = "env:SELARTI_TOKEN"
task_id = "{task}"
webhook_token = "env:SELARTI_WEBHOOK_TOKEN"

[[routes]]
channel = "site"
agent = "helper"
unanswered = "wait"

[[routes]]
channel = "shop-bot"
agent = "helper"
"#
    )
}

fn lines(here: &str, site: &str, telegram: &str, dynamodb: &str) -> String {
    let program = program();
    let webim = |chat: &str, text: &str| {
        format!(
            r#"curl -sS '{site}' -d '{{"event":"new_message","chat":{{"id":"{chat}"}},"kind":"visitor","text":"{text}"}}'"#
        )
    };
    let write = |text: &str| {
        format!(
            r#"curl -sS '{telegram}/chats/1001/messages' -H 'Content-Type: application/json' -d '{{"text":"{text}"}}'"#
        )
    };
    let hello = webim("site-1", "Hello");
    let (slow, later) = (webim("site-2", "Be slow"), webim("site-2", "And now?"));
    let (operator, after) = (
        webim("site-3", "An operator, please"),
        webim("site-3", "Is somebody there?"),
    );
    let (hi, two) = (write("Hello"), write("two"));
    format!(
        "Switchboard listens on {here}, with a simulated Selarti, Telegram and Webim: nothing leaves this machine.
Paste these lines into another terminal. Below them, here, the log says what happens. Ctrl-C ends it.

A chat on a site (Webim). The agent's answer is in the response:

  {hello}

A chat in Telegram. A visitor writes; then the chat as they see it, once the answer is there:

  {hi}
  curl -sS '{telegram}/chats/1001?after=1&wait=10'

The agent answers in two bubbles, and they stay in order:

  {two}
  curl -sS -o /dev/null '{telegram}/chats/1001?after=4&wait=10'; curl -sS '{telegram}/chats/1001'

The agent is slow, and Webim waits for five seconds only. The visitor is asked for patience, and gets the answer later:

  {slow}
  sleep 5; {later}

The agent hands over. It says so, and then Webim's operators have the chat (\"has_answer\":false):

  {operator}
  {after}

Other words that the agent knows: `silence` (it does not answer) and `bye` (it closes the conversation).
How the table sees a conversation, and what could not be delivered:

  {program} show site site-3 --table {TABLE} --endpoint {dynamodb}
  {program} dead list --channel site --channel shop-bot --table {TABLE} --endpoint {dynamodb}
"
    )
}
