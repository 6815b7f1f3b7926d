//! The list of bad input, the same on every end's webhook.

use futures_util::FutureExt;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderValue, Method};
use serde_json::{Value, json};
use shared::platforms::{End, Role, api_medium};
use shared::webhook::MAX_BODY;

use super::answers::{Wrong, assert_refused};
use super::gate::{Form, Gate, Logged, MARK, Request, Who};
use crate::matrix::pair::Setup;
use crate::matrix::{Play, Played, play_all};

/// What is to come of a bad request.
#[derive(Clone, Copy, Debug)]
enum Expected {
    Refused(Wrong),
    /// It is answered as a success, and passed over.
    Ignored,
}

use Expected::{Ignored, Refused};

/// Every end, with each form of its webhook, and another end that it shares a gateway with: one of its own platform if there
/// is one, and one of another.
fn gates() -> Vec<(End, Form, End)> {
    let mut gates = Vec::new();
    for end in End::ALL {
        let own = End::ALL
            .into_iter()
            .find(|other| other.platform() == end.platform() && other.role() != end.role());
        let another = match (end, end.role()) {
            (End::SelartiChannel, _) => End::OmnichannelAgent,
            (_, Role::Channel) => End::SelartiAgent,
            (_, Role::Agent) => End::TelegramChannel,
        };
        for other in own.into_iter().chain([another]) {
            gates.push((end, Form::Usual, other));
            if end == End::OmnichannelAgent {
                gates.push((end, Form::Header, other));
            }
        }
    }
    gates
}

/// Plays it at every gate.
fn at_every_gate<F>(play: fn(Gate) -> F) -> Vec<Play>
where
    F: Future<Output = ()> + Send + 'static,
{
    at(gates(), play)
}

/// Plays it once for each end and form, whatever is beside.
fn at_every_end<F>(play: fn(Gate) -> F) -> Vec<Play>
where
    F: Future<Output = ()> + Send + 'static,
{
    let mut gates = gates();
    let mut known = Vec::new();
    gates.retain(|(end, form, _)| {
        let is_new = !known.contains(&(*end, *form));
        known.push((*end, *form));
        is_new
    });
    at(gates, play)
}

fn at<F>(gates: Vec<(End, Form, End)>, play: fn(Gate) -> F) -> Vec<Play>
where
    F: Future<Output = ()> + Send + 'static,
{
    let plays = gates.into_iter().map(|(end, form, other)| {
        let name = format!("{} ({form:?}) beside {}", end.name(), other.name());
        let playing = async move {
            play(
                Gate::of(end, other, form, Setup::default())
                    .await
                    .begun()
                    .await,
            )
            .await;
            Played::Whole
        };
        (name, playing.boxed())
    });
    plays.collect()
}

/// Posts them all, and asserts what each is answered, and that nothing was kept.
async fn assert_all(gate: &Gate, requests: Vec<(String, Request, Expected)>) {
    let before = gate.table().await;
    for (name, request, expected) in requests {
        let answer = gate.post(request).await;
        match expected {
            Refused(wrong) => assert_refused(gate.end, wrong, &answer, &name),
            Ignored => assert_eq!(answer.status, 200, "{name}: {answer:?}"),
        }
        let said = &answer.body;
        assert!(!said.contains(MARK), "{name}: {said}");
        assert!(gate.table().await == before, "{name}: nothing is kept");
    }
}

/// Plays all of them at once, and asserts that nothing that was posted is in the log.
async fn play_unlogged(plays: Vec<Play>) {
    let logged = Logged::default();
    let logging = logged.begin();
    play_all(plays).await;
    drop(logging);
    let log = logged.text();
    assert!(log.contains("refused"), "there is a log");
    let found = log.lines().find(|line| line.contains(MARK));
    assert_eq!(found, None, "nothing of a body is in the log");
}

#[tokio::test]
async fn bad_bodies_are_refused_and_nothing_is_kept() {
    let plays = at_every_end(|gate| async move {
        let who = gate.who();
        let bodies = bodies(&gate).await;
        let requests = bodies
            .into_iter()
            .map(|(name, body, expected)| (name, gate.request(&who, body), expected));
        assert_all(&gate, requests.collect()).await;
        gate.works("And a good one").await;
    });
    play_unlogged(plays.into_iter().chain(of_nobody()).collect()).await;
}

/// Agents that name a conversation that there is not, by ids that could be. They are played beside the others: where the
/// agent gives ids, one may become known, and that is waited for.
fn of_nobody() -> impl Iterator<Item = Play> {
    let agents = [End::OmnichannelAgent, End::ApiMediumAgent].into_iter();
    agents.map(|end| {
        let playing = async move {
            let gate = Gate::of(end, End::TelegramChannel, Form::Usual, Setup::default());
            let gate = gate.await.begun().await;
            let body = gate.good(MARK, Some(json!(7_104_710_471_i64))).await;
            let request = gate.request(&gate.who(), body.to_string());
            let expected = Refused(Wrong::Conversation);
            assert_all(&gate, vec![("nobody's".to_owned(), request, expected)]).await;
            gate.works("And a good one").await;
            Played::Whole
        };
        (format!("{} of nobody", end.name()), playing.boxed())
    })
}

#[tokio::test]
async fn nobody_gets_in_who_has_not_the_secret() {
    play_unlogged(at_every_gate(|gate| async move {
        let good = gate.good(MARK, None).await.to_string();
        let mut requests = Vec::new();
        for (name, who) in impostors(&gate) {
            let request = gate.request(&who, good.clone());
            requests.push((name.to_owned(), request, Refused(Wrong::Unknown)));
        }
        for (name, request) in without_a_secret(&gate, &good) {
            let wrong = match gate.end {
                // There it is a field like any other.
                End::ApiMediumChannel => Wrong::Missing,
                _ => Wrong::Unknown,
            };
            requests.push((name.to_owned(), request, Refused(wrong)));
        }
        // Who is not known learns nothing of what is wrong with the rest.
        if gate.end != End::ApiMediumChannel {
            let who = Who {
                token: "wrong".to_owned(),
                ..gate.who()
            };
            for body in [b"".to_vec(), MARK.into(), b"{}".to_vec()] {
                let request = gate.request(&who, body);
                requests.push(("bad".to_owned(), request, Refused(Wrong::Unknown)));
            }
        }
        assert_all(&gate, requests).await;
        gate.works("And a good one").await;
    }))
    .await;
}

#[tokio::test]
async fn other_methods_and_paths_are_not_found() {
    play_unlogged(at_every_end(|gate| async move {
        let who = gate.who();
        let good = gate.good(MARK, None).await.to_string();
        let request = || gate.request(&who, good.clone());
        let mut requests = Vec::new();
        for method in [Method::GET, Method::PUT, Method::DELETE, Method::PATCH] {
            let other = Request {
                method: method.clone(),
                ..request()
            };
            requests.push((method.to_string(), other, Refused(Wrong::Path)));
        }
        for path in ["/more", "/more/and/more"] {
            let mut other = request();
            other.path += path;
            requests.push((path.to_owned(), other, Refused(Wrong::Path)));
        }
        // So that the log has a line.
        let nobody = Who {
            token: "wrong".to_owned(),
            ..gate.who()
        };
        let nobody = gate.request(&nobody, good.clone());
        requests.push(("nobody".to_owned(), nobody, Refused(Wrong::Unknown)));
        assert_all(&gate, requests).await;
        gate.works("And a good one").await;
    }))
    .await;
}

#[tokio::test]
async fn the_type_that_a_body_claims_is_not_looked_at() {
    play_all(at_every_end(|gate| async move {
        let types = ["text/plain", "application/x-www-form-urlencoded", "x"];
        for (number, content_type) in types.into_iter().enumerate() {
            let text = format!("Of type {content_type}");
            let good = gate.good(&text, None).await.to_string();
            let mut request = gate.request(&gate.who(), good);
            match number {
                2 => request.headers.remove(CONTENT_TYPE),
                _ => {
                    let value = HeaderValue::from_static(content_type);
                    request.headers.insert(CONTENT_TYPE, value)
                }
            };
            if gate.end.role() == Role::Channel {
                let says = crate::matrix::words::Says::Text("Yes".to_owned());
                gate.pair.agent().answers(&[says]);
            }
            let answer = gate.post(request).await;
            assert_eq!(answer.status, 200, "{content_type}: {answer:?}");
        }
        gate.works("And a good one").await;
    }))
    .await;
}

/// Those who are not who they say.
fn impostors(gate: &Gate) -> Vec<(&'static str, Who)> {
    let (who, other) = (gate.who(), gate.other());
    let with = |connection: &str, token: &str| Who {
        connection: connection.to_owned(),
        token: token.to_owned(),
    };
    let (id, token) = (who.connection.as_str(), who.token.as_str());
    let half: String = token.chars().take(token.len() / 2).collect();
    vec![
        ("a wrong token", with(id, "wrong")),
        ("no token", with(id, "")),
        ("half of the token", with(id, &half)),
        ("more than the token", with(id, &format!("{token}0"))),
        ("the token in capitals", with(id, &token.to_uppercase())),
        ("an unknown connection", with("nobody", token)),
        ("a connection in capitals", with(&id.to_uppercase(), token)),
        ("no connection that can be", with("-", token)),
        (
            "a connection that is too long",
            with(&"a".repeat(300), token),
        ),
        ("the other end", other.clone()),
        ("the other end's token", with(id, &other.token)),
        (
            "our token for the other end",
            with(&other.connection, token),
        ),
    ]
}

/// Requests that bring no secret at all.
fn without_a_secret(gate: &Gate, good: &str) -> Vec<(&'static str, Request)> {
    let request = gate.request(&gate.who(), good);
    let mut bare = request.clone();
    match (gate.end, gate.form) {
        (End::ApiMediumChannel, _) => {
            let mut body: Value = serde_json::from_str(good).unwrap();
            body.as_object_mut().unwrap().remove("token");
            bare.body = body.to_string().into();
        }
        (End::SelartiChannel, _) | (_, Form::Header) => {
            bare.headers.remove(AUTHORIZATION);
            let mut basic = request;
            let value = basic.headers[AUTHORIZATION].to_str().unwrap();
            let (_, token) = value.split_once(' ').unwrap();
            let value = HeaderValue::from_str(&format!("Basic {token}")).unwrap();
            basic.headers.insert(AUTHORIZATION, value);
            return vec![("no header", bare), ("another scheme", basic)];
        }
        (End::TelegramChannel, _) => {
            bare.headers.clear();
        }
        (_, Form::Usual) => {
            let who = gate.who();
            let credential = format!("{}.{}", who.connection, who.token);
            bare.path = bare.path.replace(&credential, &who.connection);
        }
    }
    vec![("no secret", bare)]
}

/// Where the chat's id and the text stand in a webhook.
fn places(end: End) -> (&'static str, &'static str) {
    match end {
        End::ApiMediumAgent | End::ApiMediumChannel => ("/userID", "/message"),
        End::OmnichannelAgent | End::OmnichannelChannel | End::WebimV2Channel => {
            ("/chat_id", "/message/text")
        }
        End::SelartiAgent => ("/external_chat_id", "/message_text"),
        End::SelartiChannel => ("/chat_id", "/message"),
        End::TelegramChannel => ("/message/chat/id", "/message/text"),
        End::WebimV1Channel => ("/chat/id", "/text"),
    }
}

/// `good` with another value at `place`, or none there.
fn changed(good: &Value, place: &str, value: Option<Value>) -> Vec<u8> {
    let mut body = good.clone();
    let (parent, name) = place.rsplit_once('/').unwrap();
    let parent = body.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    match value {
        Some(value) => parent.insert(name.to_owned(), value),
        None => parent.remove(name),
    };
    body.to_string().into_bytes()
}

type Bodies = Vec<(String, Vec<u8>, Expected)>;

async fn bodies(gate: &Gate) -> Bodies {
    let good = gate.good(MARK, None).await;
    let mut bodies: Bodies = Vec::new();
    let mut add = |name: &str, body: &[u8], expected| {
        bodies.push((name.to_owned(), body.to_vec(), expected));
    };
    let form = Refused(Wrong::Form);
    let limit = match gate.end {
        End::ApiMediumChannel => api_medium::channel::MAX_BODY,
        _ => MAX_BODY,
    };
    let text = good.to_string();
    add("empty", b"", form);
    add("not JSON", MARK.as_bytes(), form);
    add("a list", format!("[{text}]").as_bytes(), form);
    add("a text", json!(MARK).to_string().as_bytes(), form);
    add("null", b"null", form);
    add("no field", b"{}", Refused(Wrong::Missing));
    add("more behind", format!("{text}}}").as_bytes(), form);
    add("cut off", &text.as_bytes()[..text.len() - 1], form);
    let invalid = text.replace(MARK, &format!("{MARK}\u{1}"));
    let invalid: Vec<u8> = invalid
        .bytes()
        .map(|b| if b == 1 { 0xff } else { b })
        .collect();
    add("invalid UTF-8", &invalid, form);
    add("deep", "[".repeat(200_000).as_bytes(), form);
    let deep = format!("{}\"{MARK}\"{}", "[".repeat(5000), "]".repeat(5000));
    add(
        "a deep text",
        text.replace(&json!(MARK).to_string(), &deep).as_bytes(),
        form,
    );
    add(
        "a large body",
        MARK.repeat(limit / MARK.len() + 1).as_bytes(),
        Refused(Wrong::Size),
    );
    add(
        "a large text",
        text.replace(MARK, &MARK.repeat(20_000)).as_bytes(),
        Refused(Wrong::Size),
    );
    of_chat(gate.end, &good, &mut add);
    of_text(gate.end, &good, &mut add);
    bodies
}

/// What can be wrong with the chat's id.
fn of_chat(end: End, good: &Value, add: &mut impl FnMut(&str, &[u8], Expected)) {
    let (chat, _) = places(end);
    let form = Refused(Wrong::Form);
    let mut with = |name: &str, value: Option<Value>, expected| {
        add(name, &changed(good, chat, value), expected);
    };
    let of_ours = |id: &str| match end {
        End::SelartiAgent => json!(format!("shop.{id}")),
        _ => json!(id),
    };
    // What is no id of ours: nobody's affair, or nowhere.
    let strange = match end {
        End::SelartiAgent => Ignored,
        End::OmnichannelAgent => Refused(Wrong::Conversation),
        _ => form,
    };
    // Without one it is somebody new.
    if end != End::ApiMediumChannel {
        with("no id of the chat", None, Refused(Wrong::Missing));
        with(
            "null as the chat's id",
            Some(Value::Null),
            Refused(Wrong::Missing),
        );
    }
    with("a list as the chat's id", Some(json!([MARK])), form);
    with(
        "an object as the chat's id",
        Some(json!({ "id": MARK })),
        form,
    );
    with("true as the chat's id", Some(json!(true)), form);
    with("a fraction as the chat's id", Some(json!(1.5)), form);
    let blank = if end == End::OmnichannelAgent {
        form
    } else {
        strange
    };
    with("a blank id of the chat", Some(of_ours("")), blank);
    with(
        "a long id of the chat",
        Some(of_ours(&"7".repeat(600))),
        strange,
    );
    with(
        "a control character in the chat's id",
        Some(of_ours("7\u{0}7\n7")),
        strange,
    );
    // Whoever comes last counts, or it is refused for being twice: in no case is it the first.
    let text = good.to_string();
    let (_, name) = chat.rsplit_once('/').unwrap();
    let value = good.pointer(chat).unwrap().to_string();
    let once = format!("\"{name}\":{value}");
    assert!(text.contains(&once));
    let twice = text.replace(&once, &format!("{once},\"{name}\":[]"));
    add("the chat's id twice", twice.as_bytes(), form);
}

/// What can be wrong with the text.
fn of_text(end: End, good: &Value, add: &mut impl FnMut(&str, &[u8], Expected)) {
    let (_, text) = places(end);
    let form = Refused(Wrong::Form);
    let mut with = |name: &str, value: Option<Value>, expected| {
        add(name, &changed(good, text, value), expected);
    };
    match end {
        // What it says beside its words is kept; Telegram's messages are many things.
        End::SelartiAgent | End::TelegramChannel => {}
        End::OmnichannelAgent => with("no text", None, form),
        _ => with("no text", None, Refused(Wrong::Missing)),
    }
    match end {
        End::SelartiAgent | End::TelegramChannel => {}
        End::ApiMediumChannel | End::SelartiChannel | End::WebimV1Channel => {
            with("an empty text", Some(json!("")), form);
            with("a blank text", Some(json!(" \t\n")), form);
        }
        _ => with("an empty text", Some(json!("")), Ignored),
    }
    with("a list as the text", Some(json!([MARK])), form);
    with("an object as the text", Some(json!({ "text": MARK })), form);
    with("a number as the text", Some(json!(7104)), form);
}
