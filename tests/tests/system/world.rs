//! One whole system for one test.

use std::collections::HashMap;
use std::time::Duration;

use shared::connections::{Secret, Secrets};
use shared::delivery::retry::Retry;
use shared::model::ConversationKey;
use shared::store::conversation::Conversation;
use simulators::listen;
use simulators::selarti::{self, Selarti};
use simulators::telegram::{self, Telegram};
use simulators::webim::Webim;
use switchboard::configuration::{self, Configuration};
use switchboard::gateway::{Data, Gateway, Options};

use super::tap::Tap;

/// Long enough for a machine that does something else too; nothing waits for it when all is well.
pub(crate) const PATIENCE: Duration = Duration::from_secs(40);

pub(crate) const WEBIM_TOKEN: &str = "site-token-0123456789";
pub(crate) const WEBHOOK_SECRET: &str = "telegram-secret-0123456789";
pub(crate) const SELARTI_WEBHOOK_TOKEN: &str = "selarti-webhook-0123456789";
pub(crate) const TASK: &str = "1721129985149x478019552540622850";

/// How a world differs from the usual one.
pub(crate) struct Setup {
    /// Keys of Webim's route beside channel and agent.
    pub(crate) webim_route: &'static str,
    /// Keys of Telegram's route beside channel and agent.
    pub(crate) telegram_route: &'static str,
    /// Keys of the Selarti connection, `token` among them.
    pub(crate) selarti: &'static str,
    /// Keys of the Telegram connection beside its own.
    pub(crate) telegram: &'static str,
    /// Keys of the Webim connection beside its own.
    pub(crate) webim: &'static str,
    /// When failed messages are tried again.
    pub(crate) retry: Retry,
    /// How long an invocation may take.
    pub(crate) invocation: Duration,
    /// How long the stream gathers before it brings what was written.
    pub(crate) stream_window: Duration,
    /// No message is tried longer than it takes to fail once.
    pub(crate) gives_up_at_once: bool,
    /// The platforms are reached through this tap.
    pub(crate) tap: Option<Tap>,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            webim_route: "settle_ms = 100",
            telegram_route: "",
            selarti: "token = \"env:SELARTI_TOKEN\"",
            telegram: "",
            webim: "",
            retry: Retry {
                at_once: Duration::from_secs(2),
                first_pause: Duration::from_millis(10),
                first_put_off: Duration::from_millis(100),
                longest_put_off: Duration::from_millis(500),
                down_for: Duration::from_millis(200),
            },
            invocation: Duration::from_secs(20),
            stream_window: Duration::from_millis(100),
            gives_up_at_once: false,
            tap: None,
        }
    }
}

/// Simulated platforms on both sides of a gateway.
pub(crate) struct World {
    pub(crate) selarti: Selarti,
    pub(crate) telegram: Telegram,
    pub(crate) webim: Webim,
    pub(crate) gateway: Gateway,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(Setup::default()).await
    }

    pub(crate) async fn with(setup: Setup) -> Self {
        // What the handlers log is shown with a test that fails.
        let log = tracing_subscriber::fmt()
            .with_max_level(tracing_subscriber::filter::LevelFilter::WARN)
            .with_test_writer();
        // Only the first test of the process can set it.
        log.try_init().ok();
        let selarti = Selarti::start(
            listen("127.0.0.1:0").await.unwrap(),
            selarti::Options::default(),
        )
        .unwrap();
        let telegram =
            Telegram::start(listen("127.0.0.1:0").await.unwrap(), telegram_options()).unwrap();
        let reached = async |direct: String| match &setup.tap {
            Some(tap) => tap.before(&direct).await,
            None => direct,
        };
        let configuration = configuration(
            &setup,
            &reached(selarti.base_url()).await,
            &reached(telegram.base_url()).await,
        );
        let mut configuration = configuration;
        if setup.gives_up_at_once {
            let routes = configuration
                .connections
                .iter_mut()
                .filter_map(|connection| connection.route.as_mut());
            routes.for_each(|route| route.give_up_after_hours = 0);
        }
        let gateway = Gateway::start(Options {
            configuration,
            secrets: secrets(telegram.token()),
            listener: listen("127.0.0.1:0").await.unwrap(),
            data: Data::Memory,
            public_url: None,
            retry: setup.retry,
            stream_window: setup.stream_window,
            invocation: setup.invocation,
        })
        .await
        .unwrap();
        let base = gateway.base_url();
        selarti.set_webhook(&selarti_url(&base));
        telegram.set_webhook(&format!("{base}/telegram/shop-bot"), Some(WEBHOOK_SECRET));
        let webim = Webim::new(&webim_url(&base)).unwrap();
        Self {
            selarti,
            telegram,
            webim,
            gateway,
        }
    }

    /// A conversation as the table has it.
    pub(crate) async fn conversation(&self, channel: &str, chat: &str) -> Conversation {
        let key = ConversationKey {
            channel: channel.parse().unwrap(),
            chat: chat.parse().unwrap(),
        };
        self.gateway
            .app()
            .store
            .conversation(&key)
            .await
            .unwrap()
            .unwrap()
    }

    /// A channel's dead letters.
    pub(crate) async fn dead_letters(&self, channel: &str) -> Vec<shared::store::dead::DeadLetter> {
        let store = &self.gateway.app().store;
        store.dead_letters(&channel.parse().unwrap()).await.unwrap()
    }

    /// Waits until nothing is pending in a conversation.
    pub(crate) async fn settled(&self, channel: &str, chat: &str) -> Conversation {
        self.until(channel, chat, |conversation| {
            at_rest(&conversation.to_agent) && at_rest(&conversation.to_channel)
        })
        .await
    }

    /// Waits until everything that a visitor wrote is with the agent.
    pub(crate) async fn sent_to_agent(&self, channel: &str, chat: &str) -> Conversation {
        self.until(channel, chat, |conversation| {
            at_rest(&conversation.to_agent)
        })
        .await
    }

    /// Waits until a conversation is as wanted. There is no event for that outside the table, so it is asked.
    pub(crate) async fn until(
        &self,
        channel: &str,
        chat: &str,
        wanted: impl Fn(&Conversation) -> bool,
    ) -> Conversation {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            let conversation = self.conversation(channel, chat).await;
            if wanted(&conversation) {
                return conversation;
            }
            assert!(
                tokio::time::Instant::now() < deadline,
                "never came to rest: {conversation:?}"
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// The texts that the agent took, of one conversation, in order.
    pub(crate) fn taken(&self, thread: &str) -> Vec<String> {
        let mine = self
            .selarti
            .accepted()
            .matching(|incoming| incoming.chat_id == thread);
        mine.into_iter().map(|incoming| incoming.message).collect()
    }
}

/// Whether nothing is under way in a lane.
pub(crate) fn at_rest(lane: &shared::mailbox::Lane) -> bool {
    lane.due.is_none() && lane.lease.is_none() && lane.queue.is_empty()
}

fn telegram_options() -> telegram::Options {
    telegram::Options {
        retry: telegram::Retry {
            first: Duration::from_millis(100),
            longest: Duration::from_millis(500),
            attempts: 100,
        },
        ..telegram::Options::default()
    }
}

pub(crate) fn webim_url(base: &str) -> String {
    format!("{base}/connector/webim/webim_message/site.{WEBIM_TOKEN}/bot_api_webhook")
}

pub(crate) fn selarti_url(base: &str) -> String {
    format!("{base}/selarti/helper.{SELARTI_WEBHOOK_TOKEN}")
}

pub(crate) fn secrets(bot_token: &str) -> Secrets {
    let given = [
        ("SITE_TOKEN", WEBIM_TOKEN),
        ("SHOP_BOT_TOKEN", bot_token),
        ("SHOP_WEBHOOK_SECRET", WEBHOOK_SECRET),
        ("SELARTI_TOKEN", "selarti-token"),
        ("SELARTI_KEY", "selarti-key"),
        ("SELARTI_WEBHOOK_TOKEN", SELARTI_WEBHOOK_TOKEN),
    ];
    let given: HashMap<String, Secret> = given
        .into_iter()
        .map(|(name, value)| (name.to_owned(), Secret::new(value).unwrap()))
        .collect();
    Secrets::with(given)
}

pub(crate) fn configuration(setup: &Setup, selarti: &str, telegram: &str) -> Configuration {
    let Setup {
        webim_route,
        telegram_route,
        selarti: selarti_keys,
        telegram: telegram_keys,
        webim: webim_keys,
        ..
    } = setup;
    let text = format!(
        r#"
[channels.site]
platform = "webim"
token = "env:SITE_TOKEN"
{webim_keys}

[channels.shop-bot]
platform = "telegram"
bot_token = "env:SHOP_BOT_TOKEN"
webhook_secret = "env:SHOP_WEBHOOK_SECRET"
api_url = "{telegram}"
{telegram_keys}

[agents.helper]
platform = "selarti"
url = "{selarti}"
task_id = "{TASK}"
webhook_token = "env:SELARTI_WEBHOOK_TOKEN"
{selarti_keys}

[[routes]]
channel = "site"
agent = "helper"
{webim_route}

[[routes]]
channel = "shop-bot"
agent = "helper"
{telegram_route}
"#
    );
    configuration::parse(&text, "test.toml").unwrap()
}
