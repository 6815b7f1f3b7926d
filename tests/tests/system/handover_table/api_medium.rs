//! API medium as the agent: rows M of the page.

use shared::model::Mode;
use shared::platforms::End;

use super::Column;
use super::Column::{A, O, S, T, W1, W2};
use super::scene::{Scene, by_person, text, to_operators};
use super::selarti::{GRACE, OVER};
use crate::matrix::pair::Setup;
use crate::matrix::words::{Says, Seen};

const LATER: &str = "Anything else?";

fn person(text: &str) -> Says {
    Says::Person(text.to_owned())
}

fn bot(text: &str) -> Says {
    Says::Text(text.to_owned())
}

async fn begin(column: Column) -> Scene {
    Scene::begin(column, End::ApiMediumAgent).await
}

/// Webim's operators have the chat, because the agent was down.
async fn told(column: Column, setup: Setup) -> Option<Scene> {
    if !matches!(column, W1 | W2) {
        return None;
    }
    let scene = Scene::begin_with(column, &[End::ApiMediumAgent], setup).await;
    scene.operators_get_it("Hello?").await;
    Some(scene)
}

/// M1.
pub(super) async fn a_person_writes(column: Column) {
    let scene = begin(column).await;
    if column == W1 {
        scene.asks("Hello?", person(GRACE)).await;
    } else {
        scene.pair.agent().says(&person(GRACE)).await;
    }
    scene.saw(&[by_person(column, GRACE)]).await;
    scene.is(Mode::Agent, false).await;
    scene.talked_over(0).await;
    scene.is_clean();
    if let Some(scene) = told(column, to_operators()).await {
        is_not_heard(&scene, person(GRACE)).await;
    }
}

/// While Webim's operators have the chat: what is said is a dead letter, or waits until it was given back.
async fn is_not_heard(scene: &Scene, says: Says) {
    scene.pair.agent().says(&says).await;
    scene.saw(&[Seen::HandedOver]).await;
    scene.pair.channel.give_back();
    scene.asks("And now?", bot(LATER)).await;
    let (Says::Text(words) | Says::Person(words)) = says else {
        panic!("only words are said");
    };
    let mut seen = vec![Seen::HandedOver];
    if scene.column == W1 {
        seen.push(text(&words));
    }
    seen.push(text(LATER));
    scene.saw(&seen).await;
    scene.talked_over(usize::from(scene.column == W2)).await;
}

/// M2.
pub(super) async fn the_bot_talks_over_a_person(column: Column) {
    let scene = begin(column).await;
    if column == W1 {
        scene.asks("Hello?", person(GRACE)).await;
    } else {
        scene.pair.agent().says(&person(GRACE)).await;
    }
    scene.pair.agent().says(&bot(OVER)).await;
    scene.talked_over(1).await;
    let mut seen = vec![by_person(column, GRACE)];
    scene.saw(&seen).await;
    // The person goes on.
    scene.asks("And now?", person(LATER)).await;
    seen.push(by_person(column, LATER));
    scene.saw(&seen).await;
    scene.talked_over(1).await;
    scene.is_clean();
}

/// M3.
pub(super) async fn the_bot_speaks_later(column: Column) {
    // No minute is waited: a word of theirs is over at once.
    let setup = |base: Setup| Setup {
        agent: vec![(End::ApiMediumAgent, "operator_silence_minutes = 0")],
        ..base
    };
    let agents = [End::ApiMediumAgent];
    let scene = Scene::begin_with(column, &agents, setup(Setup::default())).await;
    if column == W1 {
        scene.asks("Hello?", person(GRACE)).await;
        scene.asks("Are you an AI?", bot(LATER)).await;
    } else {
        scene.pair.agent().says(&person(GRACE)).await;
        scene.pair.agent().says(&bot(LATER)).await;
    }
    scene.saw(&[by_person(column, GRACE), text(LATER)]).await;
    scene.is(Mode::Agent, false).await;
    scene.talked_over(0).await;
    scene.is_clean();
    if let Some(scene) = told(column, setup(to_operators())).await {
        is_not_heard(&scene, bot(OVER)).await;
    }
}

/// M4.
pub(super) async fn the_visitor_writes(column: Column) {
    let scene = begin(column).await;
    match column {
        T => {
            scene.pair.agent().says(&person(GRACE)).await;
            assert!(scene.shows_typing("Thank you").await);
        }
        O | A | S | W2 => {
            scene.pair.agent().says(&person(GRACE)).await;
            scene.pair.channel.write("Thank you");
        }
        W1 => scene.asks("Thank you", person(GRACE)).await,
    }
    scene.agent_heard(&["Thank you"]).await;
    scene.saw(&[by_person(column, GRACE)]).await;
    scene.is(Mode::Agent, false).await;
    scene.talked_over(0).await;
    scene.is_clean();
    if let Some(scene) = told(column, to_operators()).await {
        scene.writes_to_operators("Not for the agent").await;
        scene.is_given_back("And now?", LATER).await;
        assert!(!scene.heard().contains(&"Not for the agent".to_owned()));
    }
}
