//! Who is not heard, and what becomes of their words: rows Q of the page.

use shared::model::Mode;
use shared::platforms::End;

use super::Column;
use super::Column::{A, O, S, T, W1, W2};
use super::api_medium;
use super::scene::{Scene, bot, by_person, person, text};
use super::selarti::{BYE, GRACE, OVER, close, take_over};
use crate::matrix::pair::HANDOVER_TEXT;
use crate::matrix::words::{Says, Seen};

const WAIT: &str = "Please wait.";
const BACK: &str = "It is me again.";

async fn begin(column: Column) -> Scene {
    Scene::begin(column, End::SelartiAgent).await
}

/// Q1.
pub(super) async fn nobody_before_a_person_wrote(column: Column) {
    let scene = begin(column).await;
    let mut seen = if column == W1 {
        let passing = Says::TakeOver(WAIT.to_owned());
        scene.asks("A person, please", passing).await;
        vec![text(WAIT)]
    } else {
        take_over(&scene).await
    };
    scene.selarti(bot(BACK)).await;
    if column == W1 {
        scene.writes("Hello?").await;
    }
    seen.push(text(BACK));
    scene.saw(&seen).await;
    scene.is(Mode::Operator, false).await;
    scene.talked_over(0).await;
    scene.is_clean();
}

/// Q2.
pub(super) async fn the_bot_after_a_person_at_selarti(column: Column) {
    let scene = begin(column).await;
    scene.selarti(person(GRACE)).await;
    scene.selarti(bot(OVER)).await;
    scene.talked_over(1).await;
    // What it says beside its words is kept, and the channel is told.
    scene.selarti(bot(OVER).yes().titled("Ada L.")).await;
    scene.talked_over(2).await;
    let kept = scene.kept().await;
    assert_eq!(kept.facts.title.as_deref(), Some("Ada L."));
    assert_eq!(kept.mode, Mode::Operator);
    let mut seen = vec![by_person(column, GRACE)];
    match column {
        T | O | A => seen.push(text(HANDOVER_TEXT)),
        S => seen.extend([text(""), Seen::HandedOver]),
        W2 => seen.push(Seen::HandedOver),
        W1 => {
            scene.writes("Hello?").await;
            scene.saw(&seen).await;
            scene.writes("Anybody?").await;
            seen.push(Seen::HandedOver);
        }
    }
    scene.saw(&seen).await;
    scene.is(Mode::Operator, matches!(column, W1 | W2)).await;
    // Until it says that it has the conversation.
    if matches!(column, T | O | A | S) {
        scene.selarti(bot(BACK).no()).await;
        seen.push(text(BACK));
        seen.extend((column == S).then_some(Seen::GivenBack));
        scene.saw(&seen).await;
    }
    scene.talked_over(2).await;
    scene.is_clean();
}

/// Q3.
pub(super) async fn the_bot_after_a_person_at_api_medium(column: Column) {
    api_medium::the_bot_talks_over_a_person(column).await;
}

/// Q4.
pub(super) async fn everybody_while_webims_operators_have_it(column: Column) {
    assert_eq!(column, W2);
    let scene = begin(column).await;
    let mut seen = take_over(&scene).await;
    let calls = scene.calls("send_message");
    scene.selarti(bot(OVER)).await;
    scene.selarti(person(GRACE).yes()).await;
    scene.talked_over(2).await;
    assert_eq!(scene.calls("send_message"), calls, "nobody is even tried");
    scene.saw(&seen).await;
    scene.is_given_back("And now?", BACK).await;
    seen.push(text(BACK));
    scene.saw(&seen).await;
    scene.talked_over(2).await;
    scene.is_clean();
}

/// Q5.
pub(super) async fn everybody_waits_while_webims_operators_have_it(column: Column) {
    assert_eq!(column, W1);
    let scene = begin(column).await;
    let mut seen = take_over(&scene).await;
    scene.selarti(bot(WAIT)).await;
    scene.selarti(person(GRACE).yes()).await;
    // Q2 comes before that.
    scene.selarti(bot(OVER)).await;
    scene.talked_over(1).await;
    scene.saw(&seen).await;
    scene.is_given_back("And now?", BACK).await;
    seen.extend([WAIT, GRACE, BACK].map(text));
    scene.saw(&seen).await;
    scene.talked_over(1).await;
    scene.is_clean();
}

/// Q6.
pub(super) async fn nobody_when_it_is_closed(column: Column) {
    let scene = begin(column).await;
    let mut seen = close(&scene).await;
    let calls = (column == W2).then(|| scene.calls("send_message"));
    scene.selarti(bot(WAIT)).await;
    scene.is(Mode::Closed, false).await;
    match column {
        T | O | A | S => seen.push(text(WAIT)),
        // Webim is asked, and refuses: it has closed the chat.
        W2 => {
            scene.kept().await;
            assert_eq!(
                Some(scene.calls("send_message")),
                calls.map(|calls| calls + 1)
            );
            assert_eq!(scene.pair.dead().await.len(), 1);
        }
        W1 => {
            scene
                .asks("One more thing", Says::Goodbye(BYE.to_owned()))
                .await;
            seen.extend([text(WAIT), text(BYE)]);
        }
    }
    scene.saw(&seen).await;
    if column != W2 {
        scene.talked_over(0).await;
        scene.is_clean();
    }
}
