//! A vendor's API on a port of its own: it answers what it is told to, in order, and records what it was sent.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use shared::aws::Account;
use shared::connections::{Connection, Secret, Secrets, SecretsManager};
use shared::delivery::failure::Failure;
use shared::delivery::outside::{Outside, Target, Tokens};
use shared::http::Http;
use shared::mailbox::{EventHash, Lane};
use shared::model::{ChatId, ConversationKey, Facts, Message, Mode, Visitor};
use shared::platforms::connect::{Connected, NotConnected, Registration};
use shared::platforms::{self, ConnectionSettings, Delivered, Settings};
use shared::store::conversation::{Conversation, KeptThread};
use shared::time::Millis;

/// What the vendor was sent.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    /// `POST /path HTTP/1.1`.
    pub(crate) line: String,
    /// By name, in lower case.
    pub(crate) headers: HashMap<String, String>,
    /// The body.
    pub(crate) body: Value,
}

/// The vendor.
pub(crate) struct Vendor {
    /// Where it is.
    pub(crate) url: String,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Vendor {
    /// Answers each request with the next of `answers`; after the last one, nobody listens any more.
    pub(crate) fn answering(answers: Vec<(u16, &'static str)>) -> Self {
        Self::listening(answers, Duration::ZERO, drop)
    }

    /// Answers each request with the next of `answers`; after the last one, requests are taken and never answered.
    pub(crate) fn hanging_after(answers: Vec<(u16, &'static str)>) -> Self {
        Self::listening(answers, Duration::ZERO, |listener| {
            // Held, because one that is dropped is an answer of a kind.
            let mut held = Vec::new();
            while let Ok((stream, _)) = listener.accept() {
                held.push(stream);
            }
        })
    }

    /// Answers as [`Vendor::answering`] does, each time so much later.
    pub(crate) fn slow_by(delay: Duration, answers: Vec<(u16, &'static str)>) -> Self {
        Self::listening(answers, delay, drop)
    }

    fn listening(
        answers: Vec<(u16, &'static str)>,
        delay: Duration,
        then: fn(TcpListener),
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let record = Arc::clone(&requests);
        std::thread::spawn(move || {
            for (status, body) in answers {
                let (stream, _) = listener.accept().unwrap();
                pause(delay);
                serve(stream, status, body, &record);
            }
            then(listener);
        });
        Self { url, requests }
    }

    /// A vendor that is down.
    pub(crate) fn down() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        Self {
            url,
            requests: Arc::default(),
        }
    }

    /// What it was sent so far.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is how slow the vendor is, in a thread of its own"
)]
fn pause(delay: Duration) {
    std::thread::sleep(delay);
}

fn serve(stream: TcpStream, status: u16, answer: &str, record: &Mutex<Vec<Request>>) {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).unwrap();
    let mut headers = HashMap::new();
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).unwrap();
        match header.trim_end().split_once(':') {
            Some((name, value)) => {
                headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
            }
            None => break,
        }
    }
    let length = headers.get("content-length");
    let length = length.map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    record.lock().unwrap().push(Request {
        line: line.trim_end().to_owned(),
        headers,
        body: match length {
            0 => Value::Null,
            _ => serde_json::from_slice(&body).unwrap(),
        },
    });
    let head = format!(
        "HTTP/1.1 {status} Because\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        answer.len()
    );
    let mut stream = reader.into_inner();
    stream.write_all((head + answer).as_bytes()).unwrap();
}

/// A process that sends through one connection.
pub(crate) struct Sender {
    http: Http,
    given: HashMap<String, Secret>,
    secrets: Secrets,
    tokens: Tokens,
    connection: Connection,
    conversation: Conversation,
    lease: Duration,
}

impl Sender {
    /// Sends to `chat` through a connection with these settings, each of whose secrets is `secret`.
    pub(crate) fn new(settings: &Value, chat: &str, secret: &str) -> Self {
        let settings: Settings = serde_json::from_value(settings.clone()).unwrap();
        let given = settings.secrets().into_iter().map(|reference| {
            let name = reference.name().to_owned();
            (name, Secret::new(secret).unwrap())
        });
        let given: HashMap<_, _> = given.collect();
        Self {
            http: Http::new().unwrap(),
            secrets: Secrets::with(given.clone()),
            given,
            tokens: Tokens::default(),
            connection: Connection {
                id: "shop".parse().unwrap(),
                settings,
                route: None,
            },
            conversation: conversation(chat.parse().unwrap()),
            lease: Duration::from_secs(10),
        }
    }

    /// Sends with a lease of so long.
    pub(crate) fn within(mut self, lease: Duration) -> Self {
        self.lease = lease;
        self
    }

    /// Sends with another secret under this name.
    pub(crate) fn with_secret(mut self, name: &str, secret: &str) -> Self {
        let secret = Secret::new(secret).unwrap();
        self.given.insert(name.to_owned(), secret);
        self.secrets = Secrets::with(self.given.clone());
        self
    }

    /// Sends with secrets that are kept by a Secrets Manager at `url`, which is asked again whenever one is refused.
    pub(crate) fn with_stored(mut self, url: &str) -> Self {
        let (http, account) = (self.http.clone(), Account::emulator());
        let manager = SecretsManager::new(http, account, Some(url.to_owned()), "shop".to_owned());
        let manager = manager.renewed_every(Duration::ZERO);
        self.secrets = Secrets::default().and_stored(manager);
        self
    }

    /// Sends in a conversation with this visitor.
    pub(crate) fn with_visitor(mut self, visitor: Visitor) -> Self {
        self.conversation.visitor = visitor;
        self
    }

    /// Sends to a conversation that the agent calls `thread`.
    pub(crate) fn in_thread(mut self, thread: &str) -> Self {
        let kept = KeptThread {
            at: Millis::now(),
            id: thread.to_owned(),
        };
        let agent = self.connection.id.clone();
        self.conversation.threads.insert(agent, kept);
        self
    }

    /// Sends part number `part`.
    pub(crate) async fn send(&self, message: &Message, part: usize) -> Result<Delivered, Failure> {
        let outside = Outside {
            http: &self.http,
            secrets: &self.secrets,
            tokens: &self.tokens,
        };
        let target = Target {
            connection: &self.connection,
            conversation: &self.conversation,
            event: EventHash(*b"an event"),
            number: 7,
            // After what was fetched before, in whatever millisecond that was.
            accepted: Millis::now().after(Duration::from_millis(1)),
            until: Millis::now().after(self.lease),
        };
        platforms::send(&outside, &target, message, part).await
    }

    /// Connects the connection, whose webhook has this URL.
    pub(crate) async fn connect(&self, url: &str, take: bool) -> Result<Connected, NotConnected> {
        let outside = Outside {
            http: &self.http,
            secrets: &self.secrets,
            tokens: &self.tokens,
        };
        let registration = Registration {
            connection: &self.connection,
            url,
            take,
        };
        platforms::connect(&outside, registration).await
    }

    /// All that the process could write into a log of itself.
    pub(crate) fn printed(&self) -> String {
        let outside = Outside {
            http: &self.http,
            secrets: &self.secrets,
            tokens: &self.tokens,
        };
        format!("{outside:?} {:?}", self.connection)
    }
}

/// A conversation that nothing is known of.
pub(crate) fn conversation(chat: ChatId) -> Conversation {
    Conversation {
        key: ConversationKey {
            channel: "shop".parse().unwrap(),
            chat,
        },
        mode: Mode::Agent,
        with_people: false,
        closed: false,
        telling: false,
        told: false,
        operator_spoke: None,
        returned: false,
        visitor: Visitor::default(),
        facts: Facts::default(),
        agent: None,
        stand_in: None,
        threads: Default::default(),
        address: None,
        kept_under: None,
        answers: Default::default(),
        buttons: Default::default(),
        heard_before: Millis(0),
        expires: 0,
        to_agent: Lane::default(),
        to_channel: Lane::default(),
    }
}
