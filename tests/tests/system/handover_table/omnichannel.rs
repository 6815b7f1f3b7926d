//! Omnichannel as the agent: rows N of the page.

use shared::model::Mode;
use shared::platforms::End;

use super::Column;
use super::Column::{A, O, S, T, W1, W2};
use super::scene::{Scene, text};
use super::selarti::OVER;
use crate::matrix::pair::HANDOVER_TEXT;
use crate::matrix::words::{Says, Seen};

const WORD: &str = "Good morning.";
const ANSWER: &str = "Of course.";

async fn begin(column: Column) -> Scene {
    Scene::begin(column, End::OmnichannelAgent).await
}

/// The agent says the text that means people; what the visitor saw.
pub(super) async fn take_over(scene: &Scene) -> Vec<Seen> {
    let agent = scene.pair.agent();
    agent.says(&Says::TakeOver(String::new())).await;
    if scene.column == W1 {
        scene.writes("Hello?").await;
    }
    let seen = match scene.column {
        T | O | A => vec![text(HANDOVER_TEXT)],
        S => vec![text(""), Seen::HandedOver],
        W2 | W1 => vec![Seen::HandedOver],
    };
    scene.saw(&seen).await;
    scene.agent_heard(&[]).await;
    let own_operators = matches!(scene.column, W1 | W2);
    scene.is(Mode::Operator, own_operators).await;
    seen
}

/// N1.
pub(super) async fn it_speaks(column: Column) {
    let scene = begin(column).await;
    if column == W1 {
        scene.asks("Hello?", Says::Text(WORD.to_owned())).await;
    } else {
        let says = Says::Text(WORD.to_owned());
        scene.pair.agent().says(&says).await;
    }
    scene.saw(&[text(WORD)]).await;
    scene.is(Mode::Agent, false).await;
    scene.talked_over(0).await;
    scene.is_clean();

    // After N3.
    let scene = begin(column).await;
    let mut seen = take_over(&scene).await;
    scene.pair.agent().says(&Says::Text(OVER.to_owned())).await;
    match column {
        T | O | A | S => {
            seen.push(text(OVER));
            seen.extend((column == S).then_some(Seen::GivenBack));
            scene.is(Mode::Agent, false).await;
        }
        W1 | W2 => {
            scene.is(Mode::Operator, true).await;
            scene.saw(&seen).await;
            scene.is_given_back("And now?", ANSWER).await;
            seen.extend((column == W1).then(|| text(OVER)));
            seen.push(text(ANSWER));
        }
    }
    scene.saw(&seen).await;
    scene.talked_over(usize::from(column == W2)).await;
    scene.is_clean();
}

/// N2.
pub(super) async fn the_visitor_writes(column: Column) {
    let scene = begin(column).await;
    scene.exchange("Hello?", ANSWER).await;
    scene.agent_heard(&["Hello?"]).await;
    scene.saw(&[text(ANSWER)]).await;
    scene.is_clean();

    // After N3.
    let scene = begin(column).await;
    let mut seen = take_over(&scene).await;
    match column {
        T | O | A | S => {
            scene.pair.channel.write("Thank you");
            scene.agent_heard(&["Thank you"]).await;
        }
        W1 | W2 => {
            scene.writes_to_operators("Thank you").await;
            scene.is_given_back("And now?", ANSWER).await;
            scene.agent_heard(&["And now?"]).await;
            seen.push(text(ANSWER));
        }
    }
    scene.saw(&seen).await;
    scene.talked_over(0).await;
    scene.is_clean();
}

/// N3.
pub(super) async fn it_asks_for_people(column: Column) {
    let scene = begin(column).await;
    let seen = take_over(&scene).await;
    // Once more, it is no news.
    let agent = scene.pair.agent();
    agent.says(&Says::TakeOver(String::new())).await;
    scene.saw(&seen).await;
    scene.is(Mode::Operator, matches!(column, W1 | W2)).await;
    scene.talked_over(0).await;
    scene.is_clean();

    if column == W1 {
        // Words wait: they are the answer, and the next question is handed over.
        let scene = begin(column).await;
        let agent = scene.pair.agent();
        agent.says(&Says::Text(WORD.to_owned())).await;
        agent.says(&Says::TakeOver(String::new())).await;
        scene.writes("Hello?").await;
        scene.saw(&[text(WORD)]).await;
        scene.agent_heard(&["Hello?"]).await;
        scene.writes("Anybody?").await;
        scene.saw(&[text(WORD), Seen::HandedOver]).await;
        scene.agent_heard(&["Hello?"]).await;
        scene.is_clean();
    }
}
