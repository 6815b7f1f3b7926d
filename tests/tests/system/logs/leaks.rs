//! Whatever happens, no line says what is not the log's business; nor does a dead letter's reason, nor the answer to a webhook that is
//! refused.

use std::sync::atomic::{AtomicU64, Ordering};

use shared::counted::Outcome;
use shared::model::{Author, Content, Message, Mode};
use shared::platforms::{End, Handover, Role};
use shared::store::conversation::LaneName;
use shared::time::Millis;
use simulators::faults::Fault;

use super::canaries::{AGENT, BUTTON, FILE, PHONE, PLACE, URL, VISITOR, found, names};
use super::deployed::{AWS_SECRETS, Deployed};
use super::line::Line;
use super::{play_at_every_end, webhooks};
use crate::matrix::Played;
use crate::matrix::channels::{ID, SECRET};
use crate::matrix::pair::AGENTS;
use crate::matrix::words::{Attached, Says};
use crate::refused::gate::{Form, Request, Who};
use crate::world::PATIENCE;

#[tokio::test]
async fn no_line_says_what_is_nobody_elses_business() {
    play_at_every_end(|channel, agent| async move {
        let deployed = Deployed::start(channel, agent, &[]).await;
        // From here on each side knows the other.
        deployed.exchange(VISITOR, AGENT).await;
        if !deployed.channel_can().push {
            // It would wait for each answer until its deadline.
            deployed.agent.answers_all();
        }
        copies(&deployed).await;
        contents(&deployed).await;
        failures(&deployed, Role::Agent).await;
        failures(&deployed, Role::Channel).await;
        redelivery(&deployed).await;
        people(&deployed).await;
        let answers = webhooks(&deployed).await;
        assert_silent(&deployed, &answers).await;
        Played::Whole
    })
    .await;
}

/// The same with other words behind it: what is said twice within seconds, some platforms cannot tell from one that comes twice.
fn another(text: &str) -> String {
    static SAID: AtomicU64 = AtomicU64::new(1);
    let number = SAID.fetch_add(1, Ordering::Relaxed);
    format!("{text} {number}")
}

/// What comes twice.
async fn copies(deployed: &Deployed) {
    deployed.channel.repeat(VISITOR, 2).await;
    deployed.agent.repeats(AGENT, 2).await;
    deployed.at_rest().await;
}

/// Everything that a message can hold.
async fn contents(deployed: &Deployed) {
    let (channel, agent) = (&deployed.channel, &deployed.agent);
    let (name, held) = FILE;
    let files = [
        Attached::Bytes {
            name,
            media_type: "text/plain",
            bytes: held.as_bytes().to_vec(),
        },
        Attached::Url(URL.to_owned()),
    ];
    for file in files.iter().filter(|file| channel.takes(file)) {
        let before = agent.heard().len();
        channel.attach(file);
        deployed.more_heard(before).await;
    }
    channel.locate(PLACE.0, PLACE.1);
    deployed.heard("48.27").await;
    if deployed.channel_can().brings.contacts {
        channel.leave_contact(PHONE);
        deployed.heard(PHONE).await;
    }
    if deployed.agent_can().brings.files {
        agent.says(&Says::File(URL.to_owned())).await;
    }
    if deployed.agent_can().brings.buttons {
        let (label, id) = BUTTON;
        let buttons = vec![(id.to_owned(), label.to_owned())];
        agent.answers(&[Says::Buttons(another(AGENT), buttons)]);
        channel.write(&another(VISITOR));
        deployed.offered(label).await;
        deployed.at_rest().await;
        channel.press(label);
        deployed.heard(label).await;
    }
    deployed.at_rest().await;
}

/// The other side refuses what it is sent, and repeats in its answer all that it knows.
async fn failures(deployed: &Deployed, side: Role) {
    let (faults, endpoint) = match side {
        Role::Agent => deployed.agent.faults(),
        Role::Channel => match deployed.channel.faults() {
            Some(faults) => faults,
            None => return,
        },
    };
    let speak = async || match side {
        Role::Agent => deployed.channel.write(&another(VISITOR)),
        Role::Channel => deployed.agent.says(&Says::Text(another(AGENT))).await,
    };
    let lane = match side {
        Role::Agent => "to_agent",
        Role::Channel => "to_channel",
    };
    let told = |outcomes: &'static [Outcome]| {
        move |line: &Line| {
            line.text("lane") == lane && outcomes.iter().any(|outcome| line.is(*outcome))
        }
    };
    for (status, outcomes) in [
        (400, [Outcome::Dead, Outcome::Dead].as_slice()),
        (401, &[Outcome::PutOff, Outcome::Retried]),
        (500, &[Outcome::PutOff, Outcome::Retried]),
    ] {
        let before = deployed.lines().into_iter().filter(told(outcomes)).count();
        // Twice, because what is refused for its form may be sent in another.
        faults.times(
            endpoint,
            2,
            &Fault::Status(status, quoting(deployed, side).await),
        );
        speak().await;
        deployed.until_lines(before + 1, told(outcomes)).await;
        faults.clear();
        deployed.at_rest().await;
    }
    // What was put off goes with what comes next.
    let before = deployed
        .lines()
        .into_iter()
        .filter(told(&[Outcome::Delivered]))
        .count();
    speak().await;
    deployed
        .until_lines(before + 1, told(&[Outcome::Delivered]))
        .await;
    deployed.at_rest().await;
}

/// A body in which every platform's field for what went wrong repeats the message, the secrets and whose it is.
async fn quoting(deployed: &Deployed, side: Role) -> String {
    let text = match side {
        Role::Agent => VISITOR,
        Role::Channel => AGENT,
    };
    let secrets: Vec<String> = match side {
        Role::Agent => deployed
            .agent
            .secrets()
            .into_iter()
            .map(|(_, secret)| secret)
            .collect(),
        Role::Channel => deployed
            .channel
            .secrets()
            .into_iter()
            .map(|(_, secret)| secret)
            .collect(),
    };
    let conversation = deployed.at_rest().await;
    let threads: Vec<&str> = conversation
        .threads
        .values()
        .map(|thread| thread.id.as_str())
        .collect();
    let chat = conversation.key.chat.as_str();
    let said = format!(
        "Bearer {} of {chat} {} may not say <{text}>",
        secrets.join(" "),
        threads.join(" ")
    );
    serde_json::json!({
        "ok": false, "success": false, "message": said, "error": said, "desc": said, "description": said, "reason": said,
        "statusCode": 400, "body": { "status": said, "message": said }
    })
    .to_string()
}

/// What an invocation left behind, in each lane: the other side does not take it, and then it does.
async fn redelivery(deployed: &Deployed) {
    let text =
        |author, text: &str| Message::new(author, Millis::now(), Content::Text(text.to_owned()));
    let visitor = text(Author::Visitor { name: None }, VISITOR);
    let agent = text(Author::Agent, AGENT);
    let agents = Some(deployed.agent.faults());
    let mut lanes = vec![(LaneName::ToAgent, Role::Agent, visitor, agents)];
    if deployed.channel_can().push {
        let channels = deployed.channel.faults();
        lanes.push((LaneName::ToChannel, Role::Channel, agent, channels));
    }
    for (number, (lane, side, message, faults)) in (1..).step_by(2).zip(lanes) {
        if let Some((faults, endpoint)) = faults {
            faults.times(
                endpoint,
                2,
                &Fault::Status(400, quoting(deployed, side).await),
            );
            deployed.redeliver(lane, &message, number).await;
            faults.clear();
        }
        deployed.redeliver(lane, &message, number + 1).await;
        deployed.at_rest().await;
    }
    let lines = deployed.programs.redeliver().log();
    let is_told =
        |line: &String| Line::read(line).number("out") + Line::read(line).number("dead") > 0;
    lines.wait_for_matching(2, PATIENCE, is_told).await.unwrap();
}

/// People take over, the agent talks on, they give back, and it ends.
async fn people(deployed: &Deployed) {
    let agent = &deployed.agent;
    let knows = agent.knows();
    let mut says = Vec::new();
    if deployed.agent_can().handover == Handover::ItSays {
        says.push(Says::TakeOver(another(AGENT)));
    }
    if knows.authors {
        says.push(Says::Person(another(AGENT)));
        says.push(Says::Text(another(AGENT)));
    }
    if knows.back {
        says.push(Says::Back(another(AGENT)));
    }
    if deployed.agent_can().closes {
        says.push(Says::Goodbye(another(AGENT)));
    }
    for says in says {
        agent.says(&says).await;
        let conversation = deployed.at_rest().await;
        let asks = deployed.channel_can().handover == Handover::InTheAnswer;
        if conversation.mode == Mode::Operator && asks && !conversation.told {
            // It asks, and is handed over.
            let notes = deployed.channel.notes();
            let known = notes.count();
            deployed.channel.write(&another(VISITOR));
            notes.more(known, PATIENCE).await;
            deployed.at_rest().await;
        }
    }
}

/// Webhooks of a person, of strangers, and bad ones: what each was answered.
async fn webhooks(deployed: &Deployed) -> Vec<(String, String)> {
    let mut answers = Vec::new();
    for (end, connection) in [(deployed.channel_end, ID), (deployed.agent_end, AGENTS[0])] {
        let token = match end.role() {
            Role::Channel => SECRET.to_owned(),
            Role::Agent => {
                let mut secrets = deployed.agent.secrets().into_iter();
                secrets
                    .find(|(name, _)| name.ends_with("WEBHOOK"))
                    .unwrap()
                    .1
            }
        };
        let who = Who {
            connection: connection.to_owned(),
            token,
        };
        if let Some(body) = webhooks::of_a_person(end) {
            let request = Request::new((end, Form::Usual), &who, body.to_string());
            let answer = deployed.post(request).await;
            // To Selarti's agent nobody of that chat has spoken; elsewhere it is a message like any other.
            assert!(
                answer.status == 200 || end == End::SelartiAgent,
                "{end:?}: {answer:?}"
            );
        }
        for (name, request) in webhooks::bad(end, &who) {
            let answer = deployed.post(request).await;
            let name = format!("{}: {name}", end.name());
            answers.push((name, answer.body));
        }
    }
    answers
}

async fn assert_silent(deployed: &Deployed, answers: &[(String, String)]) {
    let secrets: Vec<(String, String)> = deployed
        .secrets
        .iter()
        .cloned()
        .chain(AWS_SECRETS.map(|(name, secret)| (name.to_owned(), secret.to_owned())))
        .collect();
    // All of it was said to the other side, so that it could have been told.
    let heard = deployed.agent.heard();
    assert!(
        heard.iter().any(|heard| heard.text.contains("Quincetree")),
        "{heard:?}"
    );
    deployed.seen("Medlartree").await;
    // It was refused, too, and one line says so for each.
    let refused = |line: &Line| line.text("outcome") == "refused";
    let lines = deployed.until_lines(answers.len() / 2, refused).await;
    let said: Vec<&str> = lines.iter().map(|line| line.text("outcome")).collect();
    for outcome in [
        Outcome::Delivered,
        Outcome::Duplicate,
        Outcome::Dead,
        Outcome::Retried,
    ] {
        assert!(
            said.contains(&outcome.name()),
            "nothing is {}",
            outcome.name()
        );
    }
    let conversation = deployed.at_rest().await;
    let threads = conversation
        .threads
        .values()
        .map(|thread| thread.id.clone());
    let ids: Vec<String> = threads
        .chain([conversation.key.chat.to_string()])
        // A shorter one may be a line's or a column's number.
        .filter(|id| id.len() > 3)
        .collect();
    for line in &lines {
        let leaks = found(&line.texts().collect::<Vec<_>>().join("\n"), &secrets);
        assert!(leaks.is_empty(), "{leaks:?} in {line:?}");
        let named = ids.iter().find(|id| names(line, id));
        assert_eq!(named, None, "{line:?}");
    }
    let letters = deployed
        .gateway
        .app()
        .store
        .dead_letters(&conversation.key.channel)
        .await
        .unwrap();
    assert!(!letters.is_empty());
    let reasons = letters
        .into_iter()
        .map(|letter| ("a dead letter".to_owned(), letter.reason));
    for (name, text) in reasons.chain(answers.iter().cloned()) {
        let leaks = found(&text, &secrets);
        assert!(leaks.is_empty(), "{leaks:?} in {name}: {text}");
    }
}
