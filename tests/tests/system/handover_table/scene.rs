//! A channel and an agent, and what can be said and looked at there.

use std::time::Duration;

use http::{HeaderMap, HeaderValue, Method};
use serde_json::{Value, json};
use shared::model::Mode;
use shared::platforms::End;
use shared::store::conversation::Conversation;
use simulators::faults::Fault;

use super::Column;
use super::Column::{A, O, S, T, W1, W2};
use crate::matrix::channels::{ID, SECRET};
use crate::matrix::pair::{AGENTS, HANDOVER_TEXT, Pair, Setup, until};
use crate::matrix::words::{By, Says, Seen};
use crate::world::{PATIENCE, TASK};

/// What the visitor wrote first, and what they read.
const HELLO: &str = "Hello";
const HI: &str = "Hi";

/// A conversation that has begun.
pub(super) struct Scene {
    pub(super) column: Column,
    pub(super) pair: Pair,
}

/// One webhook of Selarti's.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    author: &'static str,
    text: &'static str,
    operator: Option<&'static str>,
    close: &'static str,
    title: &'static str,
}

impl Line {
    const fn of(author: &'static str, text: &'static str) -> Self {
        Self {
            author,
            text,
            operator: None,
            close: "no",
            title: "Ada",
        }
    }

    /// `operator: "yes"`.
    pub(super) const fn yes(self) -> Self {
        self.operator("yes")
    }

    /// `operator: "no"`.
    pub(super) const fn no(self) -> Self {
        self.operator("no")
    }

    const fn operator(self, operator: &'static str) -> Self {
        Self {
            operator: Some(operator),
            ..self
        }
    }

    /// The conversation is called so.
    pub(super) const fn titled(self, title: &'static str) -> Self {
        Self { title, ..self }
    }

    /// `close: "yes"`.
    pub(super) const fn close(self) -> Self {
        Self {
            close: "yes",
            ..self
        }
    }
}

/// The bot says this, without a word of `operator`.
pub(super) const fn bot(text: &'static str) -> Line {
    Line::of("bot", text)
}

/// A person says this, without a word of `operator`.
pub(super) const fn person(text: &'static str) -> Line {
    Line::of("operator", text)
}

impl Scene {
    /// The visitor has written, and the agent has answered.
    pub(super) async fn begin(column: Column, agent: End) -> Self {
        Self::begin_with(column, &[agent], Setup::default()).await
    }

    pub(super) async fn begin_with(column: Column, agents: &[End], mut setup: Setup) -> Self {
        if !setup.route.contains("settle_ms") {
            setup.route += "\nsettle_ms = 100\n";
        }
        let pair = Pair::start(column.end(), agents, &setup).await;
        assert_eq!(pair.exchange(HELLO, HI).await, [Seen::text(HI)]);
        let scene = Self { column, pair };
        scene.pair.settled().await;
        scene
    }

    /// Selarti says something now.
    pub(super) async fn selarti(&self, line: Line) {
        let chat = self.pair.channel.chat().unwrap();
        let mut body = json!({
            "wh_type": "all_messages", "task_id": TASK, "external_chat_id": format!("{ID}.{chat}"),
            "message_id": unique(), "message_type": line.author, "message_text": line.text,
            "close": line.close, "thread_id": "1721129985149x1", "title": line.title
        });
        if let Some(operator) = line.operator {
            body["operator"] = operator.into();
        }
        let path = End::SelartiAgent.route();
        let token = self.secret();
        let path = path.replace("{credential}", &format!("{}.{token}", AGENTS[0]));
        let (status, _) = self.post(&path, HeaderMap::new(), &body).await;
        assert_eq!(status, 200, "{line:?}");
    }

    /// The secret of the agent's webhook.
    fn secret(&self) -> String {
        let mut secrets = self.pair.agent().secrets().into_iter();
        let secret = secrets.find(|(name, _)| name == "HELPER_WEBHOOK");
        secret.unwrap().1
    }

    /// Brings the channel's webhook an event beside its platform; what came back.
    pub(super) async fn event(&self, body: &Value) -> (u16, Value) {
        let mut headers = HeaderMap::new();
        let secret = HeaderValue::from_static(SECRET);
        headers.insert("x-telegram-bot-api-secret-token", secret);
        let path = self.column.end().route();
        let path = path.replace("{credential}", &format!("{ID}.{SECRET}"));
        let path = path.replace("{connection}", ID);
        self.post(&path, headers, body).await
    }

    async fn post(&self, path: &str, headers: HeaderMap, body: &Value) -> (u16, Value) {
        let url = format!("{}{path}", self.pair.gateway.base_url());
        let http = &self.pair.gateway.app().http;
        let body = body.to_string();
        let answer = http.call(Method::POST, &url, headers, body, PATIENCE).await;
        let answer = answer.unwrap();
        let body = serde_json::from_slice(&answer.body).unwrap_or(Value::Null);
        (answer.status.as_u16(), body)
    }

    /// On Telegram: the visitor writes. Whether they are shown that somebody is typing.
    pub(super) async fn shows_typing(&self, text: &str) -> bool {
        assert_eq!(self.column, T);
        let chat: i64 = self.pair.channel.chat().unwrap().parse().unwrap();
        let update = json!({
            "update_id": 900_000 + self.pair.agent().heard().len(),
            "message": {
                "message_id": 900, "date": 1_700_000_000, "text": text,
                "chat": {"id": chat, "type": "private"},
                "from": {"id": chat, "is_bot": false, "first_name": "Ada"}
            }
        });
        let (status, answer) = self.event(&update).await;
        assert_eq!(status, 200);
        answer["method"] == "sendChatAction" && answer["action"] == "typing"
    }

    /// An event of Webim's in which the visitor writes; `id` makes it known again.
    pub(super) fn webims(&self, id: &str, text: &str) -> Value {
        let chat = self.pair.channel.chat().unwrap();
        match self.column {
            W1 => json!({
                "event": "new_message", "chat": {"id": chat}, "kind": "visitor", "text": text, "id": id
            }),
            W2 => json!({
                "event": "new_message", "chat_id": chat.parse::<i64>().unwrap(),
                "message": {"id": id, "kind": "visitor", "text": text}
            }),
            _ => panic!("not on Webim"),
        }
    }

    /// What the visitor saw since the beginning, line by line, as soon as nothing is on its way to them.
    pub(super) async fn seen(&self) -> Vec<Seen> {
        if self.column != W1 {
            self.pair.settled_to_channel().await;
        }
        lines(self.pair.channel.seen()).split_off(1)
    }

    /// Asserts that the visitor saw this since the beginning and nothing else.
    pub(super) async fn saw(&self, expected: &[Seen]) {
        assert_eq!(self.seen().await, expected);
    }

    /// Waits until the visitor saw so many lines since the beginning.
    pub(super) async fn until_seen(&self, count: usize) {
        let what = format!("{count} lines");
        let enough = |seen: &[Seen]| lines(seen.to_vec()).len() > count;
        self.pair.until_seen(&what, enough).await;
    }

    /// The visitor writes and the agent answers, which they see last; the agent heard that last.
    pub(super) async fn exchange(&self, question: &str, answer: &str) {
        self.pair.exchange(question, answer).await;
        assert_eq!(self.heard().last().unwrap(), question);
    }

    /// The visitor writes to an agent that answers so, and the answer is waited for.
    pub(super) async fn asks(&self, question: &str, answer: Says) {
        let seen = self.pair.channel.seen().len();
        self.pair.agent().answers(&[answer]);
        self.pair.channel.write(question);
        let more = |now: &[Seen]| now.len() > seen;
        self.pair.until_seen("the answer", more).await;
    }

    /// The visitor of Webim 1.0 writes, and Webim makes something of the answer.
    pub(super) async fn writes(&self, text: &str) {
        assert_eq!(self.column, W1);
        let notes = self.pair.channel.notes();
        let known = notes.count();
        self.pair.channel.write(text);
        let answered = |count: &usize| *count > known;
        until("an outcome", notes, || notes.count(), answered).await;
    }

    /// What the agent heard since the beginning, in order.
    pub(super) fn heard(&self) -> Vec<String> {
        let heard = self.pair.agent().heard().into_iter().skip(1);
        heard.map(|heard| heard.text).collect()
    }

    /// Waits until the agent heard this since the beginning, and nothing else.
    pub(super) async fn agent_heard(&self, expected: &[&str]) {
        self.pair.until_heard(expected.len() + 1).await;
        assert_eq!(self.heard(), expected);
    }

    /// The conversation, when nothing is on its way to the agent, nor to a channel that can be spoken to.
    pub(super) async fn kept(&self) -> Conversation {
        let pushes = self.column != W1;
        let at_rest = crate::world::at_rest;
        let done =
            |kept: &Conversation| at_rest(&kept.to_agent) && (!pushes || at_rest(&kept.to_channel));
        self.pair.until_kept(done).await
    }

    /// Asserts who has the conversation, and whether the channel's own operators were given it.
    pub(super) async fn is(&self, mode: Mode, told: bool) {
        let kept = self.kept().await;
        assert_eq!((kept.mode, kept.told), (mode, told), "mode, and told");
    }

    /// Asserts that nothing is a dead letter but so many words that would have talked over a person.
    pub(super) async fn talked_over(&self, count: usize) {
        self.kept().await;
        let dead = self.pair.dead().await;
        let over = dead
            .iter()
            .filter(|why| *why == "it would have talked over the person who has the conversation");
        assert_eq!((over.count(), dead.len()), (count, count), "{dead:?}");
    }

    /// Asserts that the two platforms had nothing to object to.
    pub(super) fn is_clean(&self) {
        let (channel, agent) = (&self.pair.channel, self.pair.agent());
        let violations = [channel.violations(), agent.violations()].concat();
        assert!(violations.is_empty(), "{violations:#?}");
    }

    /// How often the gateway called a method of the channel's.
    pub(super) fn calls(&self, method: &str) -> usize {
        let (faults, _) = self.pair.channel.faults().unwrap();
        let calls = faults.attempts();
        calls.matching(|call| call.endpoint == method).len()
    }

    /// The next call of a method of the channel's is refused for good.
    pub(super) fn refuse(&self, method: &str) {
        let (faults, _) = self.pair.channel.faults().unwrap();
        faults.next(method, Fault::Status(400, "{}".to_owned()));
    }

    /// The agent takes nothing until [`Self::agent_is_back`].
    pub(super) fn agent_is_down(&self) {
        let (faults, endpoint) = self.pair.agent().faults();
        faults.every(endpoint, 1, Fault::Status(500, "{}".to_owned()));
    }

    pub(super) async fn agent_is_back(&self) {
        let (faults, _) = self.pair.agent().faults();
        faults.clear();
        let app = self.pair.gateway.app();
        let id = AGENTS[0].parse().unwrap();
        // Time alone ends that it is left alone, so there is nothing to wait for but time.
        while app.outages.is_down(&id, app.retry.down_for) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// On Webim, with `when_down = "operators"`: the agent is down, the visitor writes, and the operators have the chat.
    pub(super) async fn operators_get_it(&self, question: &str) {
        let before = self.seen().await.len();
        self.agent_is_down();
        self.pair.channel.write(question);
        self.until_seen(before + 1).await;
        assert_eq!(self.seen().await.last(), Some(&Seen::HandedOver));
        self.agent_is_back().await;
        self.is(Mode::Operator, true).await;
    }

    /// On Webim: the visitor writes what only the channel's operators read.
    pub(super) async fn writes_to_operators(&self, text: &str) {
        match self.column {
            W1 => self.writes(text).await,
            // Whether the bot is told is decided at once.
            _ => self.pair.channel.write(text),
        }
    }

    /// The channel's operators give the chat back, and the visitor writes.
    pub(super) async fn is_given_back(&self, question: &str, answer: &str) {
        self.pair.channel.give_back();
        self.exchange(question, answer).await;
        self.is(Mode::Agent, false).await;
    }
}

/// A route on which the channel's operators get what the agent does not take.
pub(super) fn to_operators() -> Setup {
    Setup {
        route: "when_down = \"operators\"".to_owned(),
        ..Setup::default()
    }
}

/// A line of the AI's.
pub(super) fn text(text: &str) -> Seen {
    Seen::text(text)
}

/// A line of a person's, as `column` shows it.
pub(super) fn by_person(column: Column, text: &str) -> Seen {
    let by = match column {
        S | A => By::Person,
        T | O | W2 | W1 => By::Agent,
    };
    Seen::Text(text.to_owned(), by)
}

/// How `column` shows that people have the conversation, after words that are a person's or the AI's.
pub(super) fn handed_over(column: Column, words: &Seen) -> Seen {
    match (column, words) {
        (S | W2 | W1, _) => Seen::HandedOver,
        (T | O | A, Seen::Text(_, by)) => Seen::Text(HANDOVER_TEXT.to_owned(), *by),
        (T | O | A, _) => panic!("no words: {words:?}"),
    }
}

/// Texts of several lines are as many texts: what a channel makes of them is its own affair.
fn lines(seen: Vec<Seen>) -> Vec<Seen> {
    let mut lines = Vec::new();
    for seen in seen {
        match seen {
            Seen::Text(text, by) if text.contains('\n') => {
                let texts = text.lines().filter(|line| !line.is_empty());
                lines.extend(texts.map(|line| Seen::Text(line.to_owned(), by)));
            }
            seen => lines.push(seen),
        }
    }
    lines
}

/// An id that nothing else has.
fn unique() -> String {
    use std::sync::atomic::{AtomicU64, Ordering};
    static LAST: AtomicU64 = AtomicU64::new(0);
    format!("m{}", LAST.fetch_add(1, Ordering::Relaxed))
}
