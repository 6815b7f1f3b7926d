//! One end behind a gateway, and what can be posted to it.

use std::io;
use std::sync::{Arc, Mutex};

use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method};
use serde_json::{Value, json};
use shared::http::Http;
use shared::platforms::{End, Role};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::util::SubscriberInitExt;

use super::answers::Answer;
use crate::matrix::channels::{ID, SECRET};
use crate::matrix::pair::{AGENTS, Pair, Setup};
use crate::world::{PATIENCE, TASK};

/// Stands in everything that is posted: it must be nowhere in the log, and in no answer that refuses.
pub(super) const MARK: &str = "Quince-7104";

/// Where a webhook's secret is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Where the end's route has it.
    Usual,
    /// Omnichannel, as the agent: in the header, and the URL has only the connection.
    Header,
}

/// An end's connection, another connection behind the same gateway, and a conversation that has begun.
pub(super) struct Gate {
    pub(super) end: End,
    pub(super) form: Form,
    pub(super) pair: Pair,
}

/// Who a request says that it is of.
#[derive(Clone, Debug)]
pub(crate) struct Who {
    pub(crate) connection: String,
    pub(crate) token: String,
}

/// A request.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Request {
    /// To the webhook of an end, with this body; it says that it is of `who`.
    pub(crate) fn new((end, form): (End, Form), who: &Who, body: impl Into<Vec<u8>>) -> Self {
        let Who { connection, token } = who;
        let mut headers = HeaderMap::new();
        let json = HeaderValue::from_static("application/json");
        headers.insert(CONTENT_TYPE, json);
        let mut credential = format!("{connection}.{token}");
        let header = |value: &str| HeaderValue::from_str(value).unwrap();
        match (end, form) {
            (End::SelartiChannel, _) => {
                headers.insert(AUTHORIZATION, header(&format!("Bearer {credential}")));
            }
            (End::TelegramChannel, _) => {
                headers.insert("x-telegram-bot-api-secret-token", header(token));
            }
            (_, Form::Header) => {
                headers.insert(AUTHORIZATION, header(&format!("Token {token}")));
                credential.clone_from(connection);
            }
            (_, Form::Usual) => {}
        }
        let path = end.route();
        let path = path.replace("{credential}", &credential);
        Self {
            method: Method::POST,
            path: path.replace("{connection}", connection),
            headers,
            body: with_credentials(end, who, body.into()),
        }
    }

    /// Posts it to what answers at `base`.
    pub(crate) async fn post(self, http: &Http, base: &str) -> Answer {
        let url = format!("{base}{}", self.path);
        let answer = http
            .call(self.method, &url, self.headers, self.body, PATIENCE)
            .await;
        let answer = answer.unwrap();
        let retry_after = answer.headers.get("retry-after");
        Answer {
            status: answer.status.as_u16(),
            retry_after: retry_after.map(|value| value.to_str().unwrap().to_owned()),
            body: String::from_utf8(answer.body.to_vec()).unwrap(),
        }
    }
}

/// Where the secret stands in the body, it is put there, if there is a place for it.
fn with_credentials(end: End, who: &Who, body: Vec<u8>) -> Vec<u8> {
    let given = || serde_json::from_slice::<Value>(&body).ok();
    let Some(mut given) =
        given().filter(|body| end == End::ApiMediumChannel && body.get("token").is_some())
    else {
        return body;
    };
    given["channelID"] = who.connection.clone().into();
    given["token"] = who.token.clone().into();
    given.to_string().into_bytes()
}

impl Gate {
    /// The end in a conversation with `other`.
    pub(super) async fn of(end: End, other: End, form: Form, mut setup: Setup) -> Self {
        let (channel, agent) = match end.role() {
            Role::Channel => (end, other),
            Role::Agent => (other, end),
        };
        setup.route += "\nsettle_ms = 100";
        let pair = Pair::start(channel, &[agent], &setup).await;
        Self { end, form, pair }
    }

    /// Both sides have said something, so that each knows the other.
    pub(super) async fn begun(self) -> Self {
        self.pair.exchange("Hello", "Hi").await;
        self.pair.settled().await;
        self
    }

    /// The end's connection and its secret.
    pub(super) fn who(&self) -> Who {
        self.of_role(self.end.role())
    }

    /// The connection at the other end of the conversation, and its secret.
    pub(super) fn other(&self) -> Who {
        self.of_role(match self.end.role() {
            Role::Channel => Role::Agent,
            Role::Agent => Role::Channel,
        })
    }

    fn of_role(&self, role: Role) -> Who {
        let (connection, token) = match role {
            Role::Channel => (ID, SECRET.to_owned()),
            Role::Agent => {
                let mut secrets = self.pair.agent().secrets().into_iter();
                let secret = secrets.find(|(name, _)| name == "HELPER_WEBHOOK");
                (AGENTS[0], secret.unwrap().1)
            }
        };
        Who {
            connection: connection.to_owned(),
            token,
        }
    }

    /// A webhook as it should be: the text is said in the conversation that has begun, or in that with this id.
    pub(super) async fn good(&self, text: &str, chat: Option<Value>) -> Value {
        let ours = self
            .pair
            .channel
            .chat()
            .unwrap_or_else(|| "1001".to_owned());
        let number = || ours.parse::<i64>().unwrap().into();
        let agents = async || {
            let kept = self.pair.settled_to_channel().await;
            let kept = &kept.threads[&AGENTS[0].parse().unwrap()].id;
            Value::from(kept.parse::<i64>().unwrap())
        };
        let chat = match (chat, self.end) {
            (Some(chat), _) => chat,
            (None, End::ApiMediumAgent | End::OmnichannelAgent) => agents().await,
            (None, End::SelartiAgent) => format!("{ID}.{ours}").into(),
            (None, End::SelartiChannel | End::WebimV1Channel) => ours.into(),
            (None, End::ApiMediumChannel | End::OmnichannelChannel) => number(),
            (None, End::TelegramChannel | End::WebimV2Channel) => number(),
        };
        let id = unique();
        match self.end {
            End::ApiMediumAgent => {
                let channel = simulators::api_medium_bot::Options::default().channel_id;
                json!({ "channelID": channel, "userID": chat, "message": text, "timestamp": 1_760_000_000_000 + id })
            }
            End::ApiMediumChannel => {
                json!({ "channelID": ID, "token": SECRET, "message": text, "userID": chat })
            }
            End::OmnichannelAgent => {
                json!({ "chat_id": chat, "message": { "kind": "operator", "text": text } })
            }
            End::OmnichannelChannel | End::WebimV2Channel => json!({
                "event": "new_message", "chat_id": chat, "visitor": { "id": "17" },
                "message": { "id": format!("m-{id}"), "kind": "visitor", "text": text }
            }),
            End::SelartiAgent => json!({
                "wh_type": "all_messages", "message_type": "bot", "message_id": format!("m-{id}"),
                "message_text": text, "external_chat_id": chat, "task_id": TASK,
                "operator": "no", "close": "no"
            }),
            End::SelartiChannel => json!({ "task_id": TASK, "chat_id": chat, "message": text }),
            End::TelegramChannel => json!({
                "update_id": 1_000_000 + id,
                "message": {
                    "message_id": id, "date": 1_700_000_000, "text": text,
                    "chat": { "id": chat, "type": "private" },
                    "from": { "id": 1001, "is_bot": false, "first_name": "Ada" }
                }
            }),
            End::WebimV1Channel => json!({
                "event": "new_message", "chat": { "id": chat }, "kind": "visitor", "text": text
            }),
        }
    }

    /// A request with this body that says that it is of `who`.
    pub(super) fn request(&self, who: &Who, body: impl Into<Vec<u8>>) -> Request {
        Request::new((self.end, self.form), who, body)
    }

    pub(super) async fn post(&self, request: Request) -> Answer {
        let http = &self.pair.gateway.app().http;
        request.post(http, &self.pair.gateway.base_url()).await
    }

    /// Posts a body as it should be posted.
    pub(super) async fn posts(&self, body: impl Into<Vec<u8>>) -> Answer {
        self.post(self.request(&self.who(), body)).await
    }

    /// All that is in the table.
    pub(super) async fn table(&self) -> impl PartialEq + use<> {
        let store = &self.pair.gateway.app().store;
        let scan = store.client().scan().table_name(store.table());
        let scan = scan.send().await.unwrap();
        assert_eq!(scan.last_evaluated_key, None, "it is read whole");
        let mut items = scan.items.unwrap_or_default();
        items.sort_by_key(|item| format!("{:?} {:?}", item["pk"], item["sk"]));
        items
    }

    /// A good webhook works: what is said reaches the other side, once.
    pub(super) async fn works(&self, text: &str) {
        match self.end.role() {
            Role::Channel => {
                let heard = self.pair.agent().heard().len();
                let says = crate::matrix::words::Says::Text("Still here".to_owned());
                self.pair.agent().answers(&[says]);
                let answer = self.posts(self.good(text, None).await.to_string()).await;
                assert_eq!(answer.status, 200, "{answer:?}");
                let all = self.pair.until_heard(heard + 1).await;
                let said = all.iter().filter(|heard| heard.text == text);
                assert_eq!(said.count(), 1, "{all:?}");
            }
            Role::Agent => {
                let answer = self.posts(self.good(text, None).await.to_string()).await;
                assert_eq!(answer.status, 200, "{answer:?}");
                let seen = crate::matrix::words::Seen::text(text);
                let all = self.pair.until_seen(text, |all| all.contains(&seen)).await;
                assert_eq!(all.iter().filter(|one| **one == seen).count(), 1, "{all:?}");
            }
        }
    }
}

/// A number that nothing else has.
fn unique() -> u64 {
    use std::sync::atomic::{AtomicU64, Ordering};
    static LAST: AtomicU64 = AtomicU64::new(1);
    LAST.fetch_add(1, Ordering::Relaxed)
}

/// What is logged on this thread.
#[derive(Clone, Default)]
pub(super) struct Logged(Arc<Mutex<Vec<u8>>>);

impl Logged {
    pub(super) fn begin(&self) -> impl Drop + use<> {
        let lines = self.clone();
        let log = tracing_subscriber::fmt()
            .with_ansi(false)
            .with_max_level(LevelFilter::DEBUG)
            .with_writer(move || lines.clone());
        log.set_default()
    }

    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

impl io::Write for Logged {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
