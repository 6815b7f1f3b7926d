//! The platforms, the table, and the functions on a simulated Lambda behind an HTTP API.

use std::sync::Arc;
use std::time::Duration;

use dynoxide::types::AttributeValue;
use dynoxide::{Database, ImportOptions};
use serde_json::json;
use shared::connections::Connection;
use shared::http::Http;
use shared::store::Store;
use shared::store::client::{Access, client};
use simulators::lambda::{Function, HttpApi, Route};
use simulators::listen;
use simulators::selarti::{self, Flags, Reply, Selarti};
use simulators::telegram::{self, Chat, Telegram};

use crate::counter::DynamoDb;
use crate::programs::Programs;
use crate::secrets::SecretsManager;
use crate::{Error, cpu};

/// Long enough for any of it; nothing waits for it when all is well.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// The table.
pub(crate) const TABLE: &str = "switchboard";
/// What a visitor says, and what the agent answers.
pub(crate) const QUESTION: &str = "How much is the delivery to Porto, and how long does it take?";
const REPLY: &str = "The delivery is **free** from 30 euros. It takes two or three working days.";

/// Items are copied so many at a time.
const AT_ONCE: usize = 5_000;

const TASK: &str = "1721129985149x478019552540622850";
const WEBHOOK_SECRET: &str = "telegram-secret-0123456789";
const SELARTI_WEBHOOK_TOKEN: &str = "selarti-webhook-0123456789";
const SELARTI_TOKEN: &str = "selarti-token";

/// All of it.
pub(crate) struct World {
    pub(crate) dynamodb: DynamoDb,
    pub(crate) agent: Agent,
    pub(crate) telegram: Telegram,
    /// Where the functions answer.
    pub(crate) api: HttpApi,
    /// The functions, warm, with their processes' ids.
    pub(crate) functions: Warm,
    /// To call the functions with.
    pub(crate) http: Http,
    _secrets: SecretsManager,
}

/// A function and the one process that runs it.
#[derive(Clone, Debug)]
pub(crate) struct Measured {
    function: Arc<Function>,
    process: u32,
}

/// The functions that take part.
#[derive(Debug)]
pub(crate) struct Warm {
    pub(crate) telegram: Measured,
    pub(crate) selarti: Measured,
    pub(crate) hello: Measured,
    pub(crate) nothing: Measured,
    pub(crate) update: Measured,
    pub(crate) call: Measured,
}

impl Measured {
    pub(crate) async fn start(
        programs: &Programs,
        program: &str,
        environment: Vec<(String, String)>,
    ) -> Result<Self, Error> {
        let function = Function::new(programs.path(program), environment)?;
        let process = function.provision().await?.process;
        cpu::apart(process)?;
        Ok(Self {
            function: Arc::new(function),
            process,
        })
    }

    /// `POST path` leads to it.
    pub(crate) fn route(&self, path: &str) -> Route {
        Route {
            method: "POST".to_owned(),
            path_template: path.to_owned(),
            function: Arc::clone(&self.function),
            timeout: PATIENCE,
        }
    }

    /// What its process has used. An error if it is no longer the only one: then the figures are of no use.
    pub(crate) fn used(&self) -> Result<Duration, Error> {
        let processes = self.function.processes();
        if processes != [self.process] {
            return Err(format!(
                "process {} should be the only one: {processes:?}; it printed {:#?}",
                self.process,
                self.function.logs()
            )
            .into());
        }
        cpu::used(self.process)
    }
}

/// The simulated Selarti.
pub(crate) struct Agent(pub(crate) Selarti);

impl Agent {
    /// One that answers every message with one, or none.
    pub(crate) async fn start(answers: bool) -> Result<Self, Error> {
        let options = selarti::Options {
            tokens: vec![SELARTI_TOKEN.to_owned()],
            tasks: vec![TASK.to_owned()],
            // An echo is an invocation that does nothing: it would lie between the messages that are measured.
            echo: false,
            brain: Arc::new(move |_| answers.then(|| Reply::text(REPLY)).into_iter().collect()),
            ..selarti::Options::default()
        };
        Ok(Self(Selarti::start(listen("127.0.0.1:0").await?, options)?))
    }
}

/// The simulated Telegram.
pub(crate) async fn telegram() -> Result<Telegram, Error> {
    Ok(Telegram::start(
        listen("127.0.0.1:0").await?,
        telegram::Options::default(),
    )?)
}

/// Points both platforms' webhooks at `base`.
pub(crate) fn point(agent: &Agent, telegram: &Telegram, base: &str) {
    agent
        .0
        .set_webhook(&format!("{base}/selarti/helper.{SELARTI_WEBHOOK_TOKEN}"));
    telegram.set_webhook(&format!("{base}/telegram/shop-bot"), Some(WEBHOOK_SECRET));
}

/// The secrets, by name.
pub(crate) fn secrets(telegram: &Telegram) -> Vec<(String, String)> {
    [
        ("BOT_TOKEN", telegram.token()),
        ("WEBHOOK_SECRET", WEBHOOK_SECRET),
        ("SELARTI_TOKEN", SELARTI_TOKEN),
        ("SELARTI_WEBHOOK_TOKEN", SELARTI_WEBHOOK_TOKEN),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into()
}

/// The same connections as [`World`]'s, as `switchboard.toml`.
pub(crate) fn configuration(agent: &Agent, telegram: &Telegram) -> String {
    format!(
        r#"
[channels.shop-bot]
platform = "telegram"
bot_token = "env:BOT_TOKEN"
webhook_secret = "env:WEBHOOK_SECRET"
api_url = "{}"

[agents.helper]
platform = "selarti"
url = "{}"
token = "env:SELARTI_TOKEN"
task_id = "{TASK}"
webhook_token = "env:SELARTI_WEBHOOK_TOKEN"

[[routes]]
channel = "shop-bot"
agent = "helper"
"#,
        telegram.base_url(),
        agent.0.base_url()
    )
}

/// What every function of ours is given.
pub(crate) fn environment(dynamodb: &str) -> Vec<(String, String)> {
    [
        ("TABLE_NAME", TABLE),
        // No file is sent here.
        ("FILES_BUCKET", "switchboard-files"),
        ("AWS_ENDPOINT_URL_DYNAMODB", dynamodb),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into()
}

impl World {
    pub(crate) async fn start(programs: &Programs) -> Result<Self, Error> {
        let dynamodb = DynamoDb::start().await?;
        let agent = Agent::start(false).await?;
        let telegram = telegram().await?;
        let http = Http::new()?;
        let store = Store::new(client(&http, &Access::emulator(&dynamodb.url)), TABLE);
        store.create_table().await?;
        for connection in connections(&agent, &telegram)? {
            store.put_connection(&connection).await?;
        }
        let secrets = SecretsManager::start(&secrets(&telegram)).await?;
        let functions = Warm::start(programs, &dynamodb, &agent, &secrets).await?;
        let routes = vec![
            functions.telegram.route("/telegram/{connection}"),
            functions.selarti.route("/selarti/{credential}"),
            functions.hello.route("/hello"),
            functions.nothing.route("/probe/nothing"),
            functions.update.route("/probe/update"),
            functions.call.route("/probe/call"),
        ];
        let api = HttpApi::start(listen("127.0.0.1:0").await?, routes)?;
        point(&agent, &telegram, &api.base_url());
        Ok(Self {
            dynamodb,
            agent,
            telegram,
            api,
            functions,
            http,
            _secrets: secrets,
        })
    }

    /// A visitor writes and the agent has it; the function has finished. Returns the agent's id of the chat.
    pub(crate) async fn ask(&self, chat: &Chat) -> Result<String, Error> {
        let accepted = self.agent.0.accepted().len() + 1;
        write(&self.telegram, chat).await?;
        let accepted = self.agent.0.accepted().wait_for(accepted, PATIENCE).await?;
        let last = accepted.last().ok_or("the agent has no message")?;
        Ok(last.chat_id.clone())
    }

    /// The agent answers and the visitor has it; the function has finished.
    pub(crate) async fn answer(&self, thread: &str) -> Result<(), Error> {
        let sent = self.telegram.sent().len() + 1;
        let delivery = self.agent.0.say(thread, REPLY, Flags::default()).await;
        taken(&delivery)?;
        self.telegram.sent().wait_for(sent, PATIENCE).await?;
        Ok(())
    }

    /// Forgets what the platforms noted: their logs would grow, and waiting on them with them.
    pub(crate) fn forget(&self) {
        forget(&self.agent, &self.telegram);
    }
}

/// A visitor writes, and the webhook has taken it.
async fn write(telegram: &Telegram, chat: &Chat) -> Result<(), Error> {
    let update = chat.text(QUESTION);
    let delivery = telegram.delivered(update, PATIENCE).await?;
    if delivery.taken() {
        Ok(())
    } else {
        Err(format!("the webhook did not take the message: {delivery:?}").into())
    }
}

/// Whether the webhook took the agent's answer.
fn taken(delivery: &selarti::Delivery) -> Result<(), Error> {
    match &delivery.outcome {
        Ok(answer) if answer.is_success() => Ok(()),
        _ => Err(format!("the webhook did not take the answer: {delivery:?}").into()),
    }
}

/// A visitor writes, and has the answer of an agent that answers by itself.
pub(crate) async fn exchange(agent: &Agent, telegram: &Telegram, chat: &Chat) -> Result<(), Error> {
    let answered = agent.0.deliveries().len() + 1;
    let sent = telegram.sent().len() + 1;
    write(telegram, chat).await?;
    let deliveries = agent.0.deliveries().wait_for(answered, PATIENCE).await?;
    deliveries.iter().try_for_each(taken)?;
    telegram.sent().wait_for(sent, PATIENCE).await?;
    Ok(())
}

/// [`World::forget`].
pub(crate) fn forget(agent: &Agent, telegram: &Telegram) {
    agent.0.accepted().clear();
    agent.0.deliveries().clear();
    telegram.sent().clear();
    telegram.calls().clear();
    telegram.updates().clear();
    telegram.deliveries().clear();
}

/// Copies of the first chat's conversation, for other chats.
pub(crate) fn copy_conversation(
    database: &Database,
    chats: impl Iterator<Item = String>,
) -> Result<(), Error> {
    let pks = chats.map(|chat| format!("conversation#shop-bot#{chat}"));
    copy(database, "conversation#shop-bot#1", pks)
}

/// Copies of the agent's connection, for other customers.
pub(crate) fn copy_connection(
    database: &Database,
    ids: impl Iterator<Item = String>,
) -> Result<(), Error> {
    let pks = ids.map(|id| format!("connection#{id}"));
    copy(database, "connection#helper", pks)
}

fn copy(database: &Database, pk: &str, pks: impl Iterator<Item = String>) -> Result<(), Error> {
    let key = json!({"pk": {"S": pk}, "sk": {"S": "-"}});
    let request = serde_json::from_value(json!({"TableName": TABLE, "Key": key}))?;
    let found = database.get_item(request)?;
    let item = found.item.ok_or("there is no item to copy")?;
    let mut copies = pks.map(|pk| {
        let mut copy = item.clone();
        copy.insert("pk".to_owned(), AttributeValue::S(pk));
        copy
    });
    loop {
        let some: Vec<_> = copies.by_ref().take(AT_ONCE).collect();
        if some.is_empty() {
            return Ok(());
        }
        database.import_items(TABLE, some, ImportOptions::default())?;
    }
}

fn connections(agent: &Agent, telegram: &Telegram) -> Result<Vec<Connection>, Error> {
    let connections = json!([
        {
            "id": "shop-bot",
            "settings": {
                "platform": "telegram",
                "bot_token": "secret:BOT_TOKEN",
                "webhook_secret": "secret:WEBHOOK_SECRET",
                "api_url": telegram.base_url(),
            },
            "route": {"agent": "helper"},
        },
        {
            "id": "helper",
            "settings": {
                "platform": "selarti",
                "url": agent.0.base_url(),
                "token": "secret:SELARTI_TOKEN",
                "task_id": TASK,
                "webhook_token": "secret:SELARTI_WEBHOOK_TOKEN",
            },
        },
    ]);
    Ok(serde_json::from_value(connections)?)
}

impl Warm {
    async fn start(
        programs: &Programs,
        dynamodb: &DynamoDb,
        agent: &Agent,
        secrets: &SecretsManager,
    ) -> Result<Self, Error> {
        let mut ours = environment(&dynamodb.url);
        ours.extend(secrets.environment());
        let body = json!({"task_id": TASK, "chat_id": "probe", "message": QUESTION}).to_string();
        let url = format!("{}/api/1.1/wf/send_message_external", agent.0.base_url());
        let probe = async |which: &str| {
            let mut environment = ours.clone();
            environment.extend(
                [
                    ("PROBE", which),
                    ("PROBE_URL", &url),
                    ("PROBE_AUTHORIZATION", &format!("Bearer {SELARTI_TOKEN}")),
                    ("PROBE_BODY", &body),
                ]
                .map(|(name, value)| (name.to_owned(), value.to_owned())),
            );
            Measured::start(programs, "probe", environment).await
        };
        Ok(Self {
            telegram: Measured::start(programs, "telegram", ours.clone()).await?,
            selarti: Measured::start(programs, "selarti", ours.clone()).await?,
            hello: Measured::start(programs, "hello", vec![]).await?,
            nothing: probe("nothing").await?,
            update: probe("update").await?,
            call: probe("call").await?,
        })
    }
}
