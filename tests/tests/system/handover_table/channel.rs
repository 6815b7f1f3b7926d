//! What the channel does, whoever the agent is: rows C of the page.

use futures_util::future::{join, join_all};
use serde_json::json;
use shared::model::Mode;
use shared::platforms::{End, Role};
use simulators::faults::Fault;

use super::Column;
use super::Column::W1;
use super::scene::{Scene, bot, text, to_operators};
use super::selarti::{BYE, GRACE, take_over};
use crate::matrix::ends;
use crate::matrix::pair::Setup;
use crate::matrix::words::{Says, Seen};

const LATE: &str = "Sorry, I was away.";
const ANSWER: &str = "Of course.";

/// Plays it with each agent.
async fn with_each_agent<F: Future<Output = ()>>(play: impl Fn(End) -> F) {
    join_all(ends(Role::Agent).map(play)).await;
}

fn route(keys: &str) -> Setup {
    Setup {
        route: keys.to_owned(),
        ..Setup::default()
    }
}

/// What is said while the operators have the chat waits, and stands in front of the first answer after.
async fn is_late(scene: &Scene, so_far: &[Seen]) {
    scene.pair.agent().says(&Says::Text(LATE.to_owned())).await;
    scene.saw(so_far).await;
    scene.is_given_back("And now?", ANSWER).await;
    let late = [text(LATE), text(ANSWER)];
    scene.saw(&[so_far, &late].concat()).await;
}

/// C1.
pub(super) async fn no_reply_before_the_deadline(column: Column) {
    with_each_agent(|agent| async move {
        // Without a word of `unanswered`.
        let setup = route("# unanswered");
        let scene = Scene::begin_with(column, &[agent], setup).await;
        scene.writes("Hello?").await;
        scene.saw(&[Seen::HandedOver]).await;
        scene.agent_heard(&["Hello?"]).await;
        scene.is(Mode::Operator, true).await;
        is_late(&scene, &[Seen::HandedOver]).await;
        scene.talked_over(0).await;
        scene.is_clean();
    })
    .await;
}

/// C2.
pub(super) async fn the_agent_does_not_take_the_question(column: Column) {
    with_each_agent(|agent| async move {
        let waiting = "unanswered = \"operator\"\nwhen_down = \"wait\"";
        let lanes = ["when_down = \"operators\"", waiting].map(|keys| async move {
            stays_in_the_lane(Scene::begin_with(column, &[agent], route(keys)).await).await;
        });
        let second = "unanswered = \"operator\"\nwhen_down = \"agent\"\nsecond_agent = \"second\"";
        let agents = [agent, agent];
        let scene = Scene::begin_with(column, &agents, route(second)).await;
        let (faults, endpoint) = scene.pair.agents[1].faults();
        faults.every(endpoint, 1, Fault::Status(400, "{}".to_owned()));
        let alone = Scene::begin_with(column, &[agent], to_operators()).await;
        join(join_all(lanes), join(is_dead(scene), is_dead(alone))).await;
    })
    .await;
}

/// The question goes to the agent when it is back.
async fn stays_in_the_lane(scene: Scene) {
    scene.agent_is_down();
    scene.writes("Hello?").await;
    scene.saw(&[Seen::HandedOver]).await;
    scene.agent_heard(&[]).await;
    scene.agent_is_back().await;
    scene.agent_heard(&["Hello?"]).await;
    scene.is(Mode::Operator, true).await;
    is_late(&scene, &[Seen::HandedOver]).await;
    scene.talked_over(0).await;
}

/// The agent does not want the question.
async fn is_dead(scene: Scene) {
    let (faults, endpoint) = scene.pair.agent().faults();
    faults.every(endpoint, 1, Fault::Status(400, "{}".to_owned()));
    scene.writes("Hello?").await;
    scene.saw(&[Seen::HandedOver]).await;
    scene.is(Mode::Operator, true).await;
    assert_eq!(scene.pair.dead().await.len(), 1);
    scene.agent_is_back().await;
    scene.is_given_back("And now?", ANSWER).await;
    scene.agent_heard(&["And now?"]).await;
}

/// C3.
pub(super) async fn the_operators_give_it_back(column: Column) {
    let each = with_each_agent(|agent| async move {
        let scene = Scene::begin_with(column, &[agent], to_operators()).await;
        scene.operators_get_it("Is anybody there?").await;
        scene.is_given_back("And now?", ANSWER).await;
        scene.saw(&[Seen::HandedOver, text(ANSWER)]).await;
        let heard: &[&str] = match column {
            // Asked, it stayed in the lane.
            W1 => &["Is anybody there?", "And now?"],
            _ => &["And now?"],
        };
        scene.agent_heard(heard).await;
        scene.talked_over(0).await;
    });
    let silences = join(q2_is_over(column), q3_is_over(column));
    join(each, silences).await;
    if column == W1 {
        // An event without a message gives it back too.
        let scene = Scene::begin(column, End::SelartiAgent).await;
        take_over(&scene).await;
        let chat = scene.pair.channel.chat();
        let visitor = json!({ "id": "1", "fields": { "name": "Ada" } });
        let opened = json!({ "event": "new_chat", "chat": { "id": chat }, "visitor": visitor });
        assert_eq!(scene.event(&opened).await.0, 200);
        scene.is(Mode::Agent, false).await;
    }
}

/// The bot does not have to say that it has the conversation.
async fn q2_is_over(column: Column) {
    let scene = Scene::begin(column, End::SelartiAgent).await;
    let mut seen = take_over(&scene).await;
    scene.pair.channel.give_back();
    scene.asks("One", Says::Person(GRACE.to_owned())).await;
    if column == W1 {
        scene.writes("Two").await;
    }
    seen.extend([text(GRACE), Seen::HandedOver]);
    scene.until_seen(seen.len()).await;
    scene.is(Mode::Operator, true).await;
    scene.pair.channel.give_back();
    let heard = scene.pair.agent().heard().len();
    scene.pair.channel.write("Three");
    scene.pair.until_heard(heard + 1).await;
    scene.selarti(bot(ANSWER)).await;
    seen.push(text(ANSWER));
    scene.until_seen(seen.len()).await;
    scene.saw(&seen).await;
    scene.is(Mode::Agent, false).await;
    scene.talked_over(0).await;
    scene.is_clean();
}

/// The bot does not have to wait for the person's silence.
async fn q3_is_over(column: Column) {
    let agents = [End::ApiMediumAgent];
    let scene = Scene::begin_with(column, &agents, to_operators()).await;
    let grace = Says::Person(GRACE.to_owned());
    scene.asks("A person, please", grace).await;
    scene.operators_get_it("Is anybody there?").await;
    scene.is_given_back("And now?", ANSWER).await;
    scene
        .saw(&[text(GRACE), Seen::HandedOver, text(ANSWER)])
        .await;
    scene.talked_over(0).await;
}

/// C4.
pub(super) async fn the_agent_does_not_take_a_message(column: Column) {
    with_each_agent(|agent| async move {
        let scene = Scene::begin_with(column, &[agent], to_operators()).await;
        scene.operators_get_it("Is anybody there?").await;
        assert_eq!(scene.calls("redirect_chat"), 1);
        scene.is_given_back("And now?", ANSWER).await;
        // From here on it can happen again.
        scene.operators_get_it("Hello?").await;
        assert_eq!(scene.calls("redirect_chat"), 2);
        scene.agent_heard(&["And now?"]).await;
        let seen = [Seen::HandedOver, text(ANSWER), Seen::HandedOver];
        scene.saw(&seen).await;
        scene.talked_over(0).await;
    })
    .await;
}

/// C5.
pub(super) async fn the_handover_is_refused(column: Column) {
    // Two agents say that people are to take over.
    for agent in [End::SelartiAgent, End::OmnichannelAgent] {
        let scene = Scene::begin(column, agent).await;
        scene.refuse("redirect_chat");
        let please = Says::TakeOver("Wait.".to_owned());
        scene.pair.agent().says(&please).await;
        is_with_the_agent(&scene).await;
    }
    with_each_agent(|agent| async move {
        let scene = Scene::begin_with(column, &[agent], to_operators()).await;
        scene.refuse("redirect_chat");
        scene.agent_is_down();
        scene.pair.channel.write("Is anybody there?");
        let refused = || async { scene.pair.dead().await.len() };
        while refused().await == 0 {
            tokio::task::yield_now().await;
        }
        scene.agent_is_back().await;
        is_with_the_agent(&scene).await;
        // Nobody read the message in the chat, so the agent has to.
        scene.agent_heard(&["Is anybody there?", "And now?"]).await;
    })
    .await;
}

/// Nobody took it over: one dead letter, and the agent answers.
async fn is_with_the_agent(scene: &Scene) {
    scene.is(Mode::Agent, false).await;
    assert_eq!(scene.pair.dead().await.len(), 1);
    scene.exchange("And now?", ANSWER).await;
    let seen = scene.seen().await;
    assert!(!seen.contains(&Seen::HandedOver), "{seen:?}");
    assert_eq!(scene.calls("redirect_chat"), 1);
    scene.is(Mode::Agent, false).await;
}

/// C6.
pub(super) async fn the_close_is_refused(column: Column) {
    // Only one agent says that it is over.
    let scene = Scene::begin(column, End::SelartiAgent).await;
    scene.refuse("close_chat");
    scene.selarti(bot(BYE).close()).await;
    scene.is(Mode::Closed, false).await;
    scene.saw(&[text(BYE)]).await;
    assert_eq!(scene.pair.dead().await.len(), 1);
    assert_eq!(scene.calls("close_chat"), 1);
    scene.exchange("And now?", ANSWER).await;
    scene.is(Mode::Agent, false).await;
    assert_eq!(scene.pair.dead().await.len(), 1);
}

/// C7.
pub(super) async fn an_event_comes_twice(column: Column) {
    with_each_agent(|agent| async move {
        let scene = Scene::begin_with(column, &[agent], to_operators()).await;
        scene.operators_get_it("Is anybody there?").await;
        let before = scene.heard().len();
        let back = scene.webims("e-1", "Hello again");
        scene.pair.agent().answers(&[Says::Text(ANSWER.to_owned())]);
        let copies = join_all((0..5).map(|_| scene.event(&back))).await;
        assert_eq!(copies[0].0, 200);
        if column == W1 {
            let answer = copies[0].1.to_string();
            assert!(answer.contains(ANSWER), "{answer}");
        }
        assert!(copies.iter().all(|copy| *copy == copies[0]), "{copies:?}");
        scene.is(Mode::Agent, false).await;
        assert_eq!(scene.heard().split_off(before), ["Hello again"]);
        // They have it again, and a copy does not take it from them.
        scene.pair.channel.give_back();
        scene.is(Mode::Agent, false).await;
        scene.operators_get_it("Hello?").await;
        let heard = scene.heard();
        assert_eq!(scene.event(&back).await, copies[0]);
        scene.is(Mode::Operator, true).await;
        assert_eq!(scene.heard(), heard);
    })
    .await;
}
