//! Who is on the stage: an agent that has ids of its own for conversations, and Telegram.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::Value;
use shared::platforms::Platform;
use simulators::api_medium_bot::{self, ApiMediumBot, Delivery};
use simulators::listen;
use simulators::omnichannel_agent::{self, ClientServer, OmnichannelAgent};
use simulators::telegram::{self, Telegram};

use crate::tap::Tap;
use crate::world::WEBHOOK_SECRET;

/// The secret that lets an agent's webhooks in.
const AGENT_SECRET: &str = "agent-secret-0123456789";
/// What starts the bot of [`Kind::WithKeyword`].
pub(super) const KEYWORD: &str = "#begin";

/// An agent, by how it comes to its id of a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// It tells the id in its answer to the first message.
    Assigns,
    /// The same, and the first message is a keyword.
    WithKeyword,
    /// As [`Kind::Assigns`], and nothing may come twice.
    Careful,
    /// It takes an integer.
    Takes,
}

/// A running agent that says nothing by itself.
pub(super) enum Agent {
    ApiMedium(ApiMediumBot, Kind),
    Omnichannel(OmnichannelAgent),
}

impl Agent {
    pub(super) async fn start(kind: Kind) -> Self {
        let listener = listen("127.0.0.1:0").await.unwrap();
        if kind == Kind::Takes {
            let options = omnichannel_agent::Options::default();
            let agent = OmnichannelAgent::start(listener, options).unwrap();
            agent.set_brain(|_| Vec::new());
            return Self::Omnichannel(agent);
        }
        let keyword = (kind == Kind::WithKeyword).then(|| KEYWORD.to_owned());
        let options = api_medium_bot::Options {
            keyword,
            ..api_medium_bot::Options::default()
        };
        let bot = ApiMediumBot::start(listener, options).unwrap();
        bot.set_brain(|_| Vec::new());
        Self::ApiMedium(bot, kind)
    }

    pub(super) fn platform(&self) -> Platform {
        match self {
            Self::ApiMedium(..) => Platform::ApiMedium,
            Self::Omnichannel(_) => Platform::Omnichannel,
        }
    }

    /// What the call is called that takes a message.
    pub(super) fn taking(&self) -> &'static str {
        match self {
            Self::ApiMedium(..) => "messages",
            Self::Omnichannel(_) => "bot_api_webhook",
        }
    }

    /// Its section of the configuration as agent `id`, and the secrets that that refers to.
    pub(super) async fn section(
        &self,
        id: &str,
        tap: &Tap,
    ) -> (String, Vec<(&'static str, String)>) {
        match self {
            Self::ApiMedium(bot, kind) => {
                let base = bot.base_url();
                let url = bot.send_url().replace(&base, &tap.before(&base).await);
                let more = match kind {
                    Kind::WithKeyword => format!("start_keyword = \"{KEYWORD}\""),
                    Kind::Careful => "in_doubt = \"lose\"".to_owned(),
                    Kind::Assigns | Kind::Takes => String::new(),
                };
                let api_medium_bot::Options {
                    channel_id, token, ..
                } = api_medium_bot::Options::default();
                let section = format!(
                    "[agents.{id}]\nplatform = \"api-medium\"\nurl = \"{url}\"\nchannel_id = \"{channel_id}\"\ntoken = \"env:AGENT_TOKEN\"\nwebhook_token = \"env:AGENT_SECRET\"\n{more}\n"
                );
                let secrets = vec![
                    ("AGENT_TOKEN", token),
                    ("AGENT_SECRET", AGENT_SECRET.to_owned()),
                ];
                (section, secrets)
            }
            Self::Omnichannel(agent) => {
                let base = agent.base_url();
                let url = agent.webhook_url();
                let url = url.replace(&base, &tap.before(&base).await);
                let section = format!(
                    "[agents.{id}]\nplatform = \"omnichannel\"\nwebhook_url = \"env:AGENT_URL\"\nwebhook_token = \"env:AGENT_SECRET\"\n"
                );
                let secrets = vec![
                    ("AGENT_URL", url),
                    ("AGENT_SECRET", AGENT_SECRET.to_owned()),
                ];
                (section, secrets)
            }
        }
    }

    /// Points it, as agent `id`, at an API.
    pub(super) fn connect(&self, id: &str, api: &str) {
        match self {
            Self::ApiMedium(bot, _) => {
                bot.set_webhook(&format!("{api}/api-medium/{id}.{AGENT_SECRET}"));
            }
            Self::Omnichannel(agent) => agent.set_client(ClientServer::with_unique_url(format!(
                "{api}/omnichannel/{id}.{AGENT_SECRET}"
            ))),
        }
    }

    /// What it took, in order, and what it calls the conversation; keywords are not among it.
    pub(super) fn heard(&self) -> Vec<(i64, String)> {
        let mut taken = self.taken();
        taken.retain(|(_, text)| text != KEYWORD);
        taken
    }

    /// What it calls the conversations that it knows of.
    pub(super) fn threads(&self) -> BTreeSet<i64> {
        self.taken().into_iter().map(|(thread, _)| thread).collect()
    }

    fn taken(&self) -> Vec<(i64, String)> {
        match self {
            Self::ApiMedium(bot, _) => bot
                .accepted()
                .all()
                .into_iter()
                .map(|incoming| (incoming.user_id.try_into().unwrap(), incoming.message))
                .collect(),
            Self::Omnichannel(agent) => agent
                .accepted()
                .all()
                .into_iter()
                .map(|incoming| (incoming.chat_id, incoming.text))
                .collect(),
        }
    }

    /// The body that says `text` in a conversation. Its copies are the same to us.
    pub(super) fn saying(&self, thread: i64, text: &str) -> Value {
        match self {
            Self::ApiMedium(bot, _) => {
                let reply = api_medium_bot::Reply::text(text);
                bot.webhook(thread.try_into().unwrap(), reply).to_json()
            }
            Self::Omnichannel(agent) => {
                let reply = omnichannel_agent::Reply::text(text);
                agent.bodies(thread, &reply).remove(0)
            }
        }
    }

    /// Brings a body to us.
    pub(super) async fn deliver(&self, body: &Value) -> Delivery {
        match self {
            Self::ApiMedium(bot, _) => bot.deliver_json(body).await,
            Self::Omnichannel(agent) => agent.deliver_json(body).await,
        }
    }
}

/// A running Telegram that soon sends again what was not taken.
pub(super) async fn telegram() -> Telegram {
    let options = telegram::Options {
        retry: telegram::Retry {
            first: Duration::from_millis(100),
            longest: Duration::from_millis(500),
            attempts: 100,
        },
        ..telegram::Options::default()
    };
    Telegram::start(listen("127.0.0.1:0").await.unwrap(), options).unwrap()
}

/// Telegram's section of the configuration as channel `shop-bot`, and the secrets that that refers to.
pub(super) async fn telegram_section(
    telegram: &Telegram,
    tap: &Tap,
) -> (String, Vec<(&'static str, String)>) {
    let url = tap.before(&telegram.base_url()).await;
    let section = format!(
        "[channels.shop-bot]\nplatform = \"telegram\"\nbot_token = \"env:SHOP_BOT_TOKEN\"\nwebhook_secret = \"env:SHOP_WEBHOOK_SECRET\"\napi_url = \"{url}\"\n"
    );
    let secrets = vec![
        ("SHOP_BOT_TOKEN", telegram.token().to_owned()),
        ("SHOP_WEBHOOK_SECRET", WEBHOOK_SECRET.to_owned()),
    ];
    (section, secrets)
}
