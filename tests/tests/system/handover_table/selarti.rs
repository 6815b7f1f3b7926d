//! Selarti as the agent: rows S and V of the page.

use shared::model::Mode;
use shared::platforms::End;

use super::Column;
use super::Column::{A, O, S, T, W1, W2};
use super::scene::{Scene, bot, by_person, handed_over, person, text};
use crate::matrix::words::{Says, Seen};

const PLEASE: &str = "A person, please";
const PASSING: &str = "I am passing you on.";
pub(super) const GRACE: &str = "Here is Grace.";
const MORE: &str = "How can I help?";
const WAIT: &str = "Please wait.";
pub(super) const OVER: &str = "As an AI, I";
const BACK: &str = "It is me again.";
const ANSWER: &str = "Of course.";
pub(super) const BYE: &str = "Goodbye.";

async fn begin(column: Column) -> Scene {
    Scene::begin(column, End::SelartiAgent).await
}

/// The bot asks for people, and everything happens that happens then; what the visitor saw.
pub(super) async fn take_over(scene: &Scene) -> Vec<Seen> {
    let seen = vec![text(PASSING), handed_over(scene.column, &text(PASSING))];
    if scene.column == W1 {
        scene.asks(PLEASE, Says::TakeOver(PASSING.to_owned())).await;
        scene.saw(&seen[..1]).await;
        scene.is(Mode::Operator, false).await;
        scene.writes("Hello?").await;
        scene.agent_heard(&[PLEASE]).await;
    } else {
        scene.selarti(bot(PASSING).yes()).await;
    }
    scene.saw(&seen).await;
    let own_operators = matches!(scene.column, W1 | W2);
    scene.is(Mode::Operator, own_operators).await;
    seen
}

/// S1.
pub(super) async fn the_bot_asks_for_people(column: Column) {
    let scene = begin(column).await;
    take_over(&scene).await;
    scene.talked_over(0).await;
    scene.is_clean();
    if column == S {
        let scene = begin(column).await;
        scene.selarti(bot("").yes()).await;
        scene.saw(&[text(""), Seen::HandedOver]).await;
        scene.is_clean();
    }
}

/// S2.
pub(super) async fn the_bot_asks_once_more(column: Column) {
    let scene = begin(column).await;
    if column == W1 {
        scene.asks(PLEASE, Says::TakeOver(PASSING.to_owned())).await;
        scene.selarti(bot(WAIT).yes()).await;
        scene.writes("Hello?").await;
        scene.saw(&[text(PASSING), text(WAIT)]).await;
        scene.agent_heard(&[PLEASE, "Hello?"]).await;
        scene.writes("Anybody?").await;
        scene.is(Mode::Operator, true).await;
        scene.selarti(bot(MORE).yes()).await;
        scene.is_given_back("And now?", BACK).await;
        let seen = [PASSING, WAIT].map(text).into_iter();
        let seen = seen.chain([Seen::HandedOver, text(MORE), text(BACK)]);
        scene.saw(&seen.collect::<Vec<_>>()).await;
        scene.talked_over(0).await;
        return scene.is_clean();
    }
    let mut seen = take_over(&scene).await;
    scene.selarti(bot(WAIT).yes()).await;
    if column != W2 {
        seen.push(text(WAIT));
    }
    scene.saw(&seen).await;
    scene.talked_over(usize::from(column == W2)).await;
    scene.is(Mode::Operator, column == W2).await;
    scene.is_clean();
}

/// S3.
pub(super) async fn the_bot_asks_after_it_was_given_back(column: Column) {
    let scene = begin(column).await;
    let mut seen = take_over(&scene).await;
    scene.pair.channel.give_back();
    for (question, answer) in [("One", "Still one"), ("Two", "Still two")] {
        scene
            .asks(question, Says::TakeOver(answer.to_owned()))
            .await;
        seen.push(text(answer));
        scene.saw(&seen).await;
        scene.is(Mode::Agent, false).await;
    }
    // It has said "no" once: now its "yes" is news.
    scene.asks("Three", Says::Text(ANSWER.to_owned())).await;
    scene.asks("Four", Says::TakeOver(PASSING.to_owned())).await;
    if column == W1 {
        scene.writes("Five").await;
    }
    scene.until_seen(seen.len() + 3).await;
    seen.extend([text(ANSWER), text(PASSING), Seen::HandedOver]);
    scene.saw(&seen).await;
    scene.is(Mode::Operator, true).await;
    scene.talked_over(0).await;
    scene.is_clean();

    let scene = begin(column).await;
    let mut seen = take_over(&scene).await;
    scene.pair.channel.give_back();
    // A person has written there: people have it again.
    scene.asks("One", Says::Person(GRACE.to_owned())).await;
    if column == W1 {
        scene.writes("Two").await;
    }
    scene.until_seen(seen.len() + 2).await;
    seen.extend([by_person(column, GRACE), Seen::HandedOver]);
    scene.saw(&seen).await;
    scene.is(Mode::Operator, true).await;
    scene.is_clean();
}

/// S4.
pub(super) async fn a_person_takes_over(column: Column) {
    let scene = begin(column).await;
    let grace = by_person(column, GRACE);
    let mut seen = vec![grace.clone(), handed_over(column, &grace)];
    scene.selarti(person(GRACE).yes()).await;
    if column == W1 {
        scene.writes("Hello?").await;
        scene.saw(&seen[..1]).await;
        scene.agent_heard(&["Hello?"]).await;
        scene.is(Mode::Operator, false).await;
        scene.writes("Anybody?").await;
    }
    scene.saw(&seen).await;
    scene.is(Mode::Operator, matches!(column, W1 | W2)).await;
    scene.selarti(person(MORE).yes()).await;
    match column {
        W1 => {
            scene.saw(&seen).await;
            scene.is_given_back("And now?", BACK).await;
            seen.extend([text(MORE), text(BACK)]);
        }
        W2 => {}
        T | O | A | S => seen.push(by_person(column, MORE)),
    }
    scene.saw(&seen).await;
    scene.talked_over(usize::from(column == W2)).await;
    scene.is_clean();
}

/// S5.
pub(super) async fn a_person_writes(column: Column) {
    let scene = begin(column).await;
    scene.selarti(person(GRACE)).await;
    let mut seen = vec![by_person(column, GRACE)];
    if column == W1 {
        scene.asks("Hello?", Says::Text(ANSWER.to_owned())).await;
        scene.agent_heard(&["Hello?"]).await;
        seen.push(text(ANSWER));
    }
    scene.saw(&seen).await;
    scene.is(Mode::Agent, false).await;
    scene.talked_over(0).await;
    scene.is_clean();

    let scene = begin(column).await;
    let mut seen = take_over(&scene).await;
    scene.selarti(person(GRACE)).await;
    match column {
        W1 => {
            scene.saw(&seen).await;
            scene.is_given_back("And now?", BACK).await;
            seen.extend([text(GRACE), text(BACK)]);
        }
        W2 => {}
        T | O | A | S => {
            seen.push(by_person(column, GRACE));
            scene.is(Mode::Operator, false).await;
        }
    }
    scene.saw(&seen).await;
    scene.talked_over(usize::from(column == W2)).await;
    scene.is_clean();
}

/// S6.
pub(super) async fn a_person_writes_and_gives_back(column: Column) {
    let scene = begin(column).await;
    scene.selarti(person(GRACE).no()).await;
    let mut seen = vec![by_person(column, GRACE)];
    if column == W1 {
        scene.asks("Hello?", Says::Text(BACK.to_owned())).await;
        scene.agent_heard(&["Hello?"]).await;
    } else {
        scene.selarti(bot(BACK)).await;
    }
    seen.push(text(BACK));
    scene.saw(&seen).await;
    scene.is(Mode::Agent, false).await;
    scene.talked_over(0).await;
    scene.is_clean();

    let scene = begin(column).await;
    let mut seen = take_over(&scene).await;
    scene.selarti(person(GRACE).no()).await;
    match column {
        W1 => {
            scene.saw(&seen).await;
            scene.is(Mode::Operator, true).await;
            scene.is_given_back("And now?", BACK).await;
            seen.extend([text(GRACE), text(BACK)]);
        }
        W2 => scene.is(Mode::Operator, true).await,
        T | O | A | S => {
            seen.push(by_person(column, GRACE));
            seen.extend((column == S).then_some(Seen::GivenBack));
            scene.is(Mode::Agent, false).await;
            scene.selarti(bot(BACK)).await;
            seen.push(text(BACK));
        }
    }
    scene.saw(&seen).await;
    scene.talked_over(usize::from(column == W2)).await;
    scene.is_clean();
}

/// S7.
pub(super) async fn the_bot_talks_over_a_person(column: Column) {
    // After S5.
    let scene = begin(column).await;
    scene.selarti(person(GRACE)).await;
    scene.selarti(bot(OVER)).await;
    scene.talked_over(1).await;
    let mut seen = vec![by_person(column, GRACE)];
    if column == W1 {
        scene.asks("Hello?", Says::Text(ANSWER.to_owned())).await;
        seen.push(text(ANSWER));
    }
    scene.saw(&seen).await;
    scene.is_clean();

    // After S4.
    let scene = begin(column).await;
    scene.selarti(person(GRACE).yes()).await;
    scene.selarti(bot(OVER).yes()).await;
    scene.selarti(bot(OVER)).await;
    scene.talked_over(2).await;
    let grace = by_person(column, GRACE);
    let mut seen = vec![grace.clone(), handed_over(column, &grace)];
    if column == W1 {
        scene.writes("Hello?").await;
        seen.truncate(1);
    }
    scene.saw(&seen).await;
    scene.is(Mode::Operator, column == W2).await;
    scene.is_clean();
}

/// S8.
pub(super) async fn the_bot_has_it_again(column: Column) {
    let scene = begin(column).await;
    let mut seen = match column {
        W1 => {
            scene.asks(PLEASE, Says::TakeOver(PASSING.to_owned())).await;
            vec![text(PASSING)]
        }
        // Not told, but a person has spoken.
        W2 => {
            scene.selarti(person(GRACE)).await;
            vec![text(GRACE)]
        }
        T | O | A | S => {
            scene.selarti(person(GRACE).yes()).await;
            let grace = by_person(column, GRACE);
            vec![grace.clone(), handed_over(column, &grace)]
        }
    };
    scene.saw(&seen).await;
    scene.selarti(bot(BACK).no()).await;
    seen.push(text(BACK));
    seen.extend((column == S).then_some(Seen::GivenBack));
    scene.is(Mode::Agent, false).await;
    if column == W1 {
        scene.asks("Hello?", Says::Text(ANSWER.to_owned())).await;
        scene.agent_heard(&[PLEASE, "Hello?"]).await;
    } else {
        scene.selarti(bot(ANSWER)).await;
    }
    seen.push(text(ANSWER));
    scene.saw(&seen).await;
    scene.talked_over(0).await;
    scene.is_clean();
    match column {
        S => without_a_word(column).await,
        W1 | W2 => it_stays_told(column).await,
        T | O | A => {}
    }
}

async fn without_a_word(column: Column) {
    let scene = begin(column).await;
    let mut seen = take_over(&scene).await;
    scene.selarti(bot("").no()).await;
    scene.saw(&seen).await;
    scene.is(Mode::Agent, false).await;
    scene.selarti(bot(ANSWER)).await;
    seen.extend([text(ANSWER), Seen::GivenBack]);
    scene.saw(&seen).await;
    scene.is_clean();
}

async fn it_stays_told(column: Column) {
    let scene = begin(column).await;
    let mut seen = take_over(&scene).await;
    scene.selarti(bot(BACK).no()).await;
    scene.is(Mode::Operator, true).await;
    scene.writes_to_operators("Is anybody here?").await;
    scene.is_given_back("And now?", ANSWER).await;
    if column == W1 {
        seen.push(text(BACK));
    }
    seen.push(text(ANSWER));
    scene.saw(&seen).await;
    assert!(!scene.heard().contains(&"Is anybody here?".to_owned()));
    scene.talked_over(usize::from(column == W2)).await;
    scene.is_clean();
}

/// The bot closes the conversation; what the visitor saw.
pub(super) async fn close(scene: &Scene) -> Vec<Seen> {
    let mut seen = vec![text(BYE)];
    match scene.column {
        W1 => scene.asks("Bye", Says::Goodbye(BYE.to_owned())).await,
        T | O | A => scene.selarti(bot(BYE).close()).await,
        S | W2 => {
            scene.selarti(bot(BYE).close()).await;
            seen.push(Seen::Closed);
        }
    }
    scene.saw(&seen).await;
    scene.is(Mode::Closed, false).await;
    seen
}

/// S9.
pub(super) async fn it_is_closed(column: Column) {
    let scene = begin(column).await;
    let seen = close(&scene).await;
    scene.talked_over(0).await;
    scene.is_clean();

    // `close` counts before `operator`.
    let scene = begin(column).await;
    scene.selarti(bot(BYE).yes().close()).await;
    scene.is(Mode::Closed, false).await;
    if column != W1 {
        scene.saw(&seen).await;
    }
    scene.is_clean();

    match column {
        S => {
            let scene = begin(column).await;
            scene.selarti(bot("").close()).await;
            scene.saw(&[text(""), Seen::Closed]).await;
            scene.is_clean();
        }
        W2 => {
            let scene = begin(column).await;
            let seen = take_over(&scene).await;
            scene.selarti(bot(BYE).close()).await;
            scene.saw(&seen).await;
            scene.talked_over(1).await;
            assert_eq!(scene.calls("close_chat"), 0);
            scene.is_clean();
        }
        T | O | A | W1 => {}
    }
}

/// S10.
pub(super) async fn it_is_closed_once_more(column: Column) {
    let scene = begin(column).await;
    let mut seen = close(&scene).await;
    let calls = (column == W2).then(|| scene.calls("send_message"));
    scene.selarti(bot(MORE).close()).await;
    match column {
        W1 => {
            let best = "And all the best.";
            scene
                .asks("One more thing", Says::Goodbye(best.to_owned()))
                .await;
            seen.extend([text(MORE), text(best)]);
        }
        // Webim is asked, and refuses: it has closed the chat.
        W2 => {
            scene.kept().await;
            assert_eq!(
                Some(scene.calls("send_message")),
                calls.map(|calls| calls + 1)
            );
            assert_eq!(scene.calls("close_chat"), 1);
            assert_eq!(scene.pair.dead().await.len(), 1);
        }
        T | O | A | S => seen.push(text(MORE)),
    }
    scene.saw(&seen).await;
    scene.is(Mode::Closed, false).await;
    if column != W2 {
        scene.talked_over(0).await;
        scene.is_clean();
    }
}

/// V1.
pub(super) async fn the_visitor_writes_to_people(column: Column) {
    let scene = begin(column).await;
    let seen = take_over(&scene).await;
    match column {
        T => assert!(!scene.shows_typing("Thank you").await),
        O | A | S | W2 => scene.pair.channel.write("Thank you"),
        W1 => scene.writes("Thank you").await,
    }
    match column {
        T | O | A | S => scene.agent_heard(&["Thank you"]).await,
        W2 => scene.agent_heard(&[]).await,
        W1 => scene.agent_heard(&[PLEASE]).await,
    }
    scene.saw(&seen).await;
    scene.is(Mode::Operator, matches!(column, W1 | W2)).await;
    scene.talked_over(0).await;
    scene.is_clean();

    if column == W1 {
        // Words wait: they are the answer, and the question goes where they are from.
        let scene = begin(column).await;
        scene.selarti(person(GRACE).yes()).await;
        scene.writes("Thank you").await;
        scene.saw(&[text(GRACE)]).await;
        scene.agent_heard(&["Thank you"]).await;
        scene.is(Mode::Operator, false).await;
        scene.is_clean();
    }
}

/// V2.
pub(super) async fn the_visitor_writes_when_it_is_closed(column: Column) {
    let scene = begin(column).await;
    let mut seen = close(&scene).await;
    let more = "One more thing";
    match column {
        T => assert!(scene.shows_typing(more).await),
        O | A | S => scene.pair.channel.write(more),
        W1 => {
            scene.asks(more, Says::Text(ANSWER.to_owned())).await;
            seen.push(text(ANSWER));
        }
        // Webim itself would begin another chat.
        W2 => assert_eq!(scene.event(&scene.webims("1", more)).await.0, 200),
    }
    let heard: &[&str] = if column == W1 {
        &["Bye", more]
    } else {
        &[more]
    };
    scene.agent_heard(heard).await;
    scene.is(Mode::Agent, false).await;
    if matches!(column, T | O | A | S) {
        scene.selarti(bot(ANSWER)).await;
        scene.selarti(bot(BYE).close()).await;
        seen.extend([text(ANSWER), text(BYE)]);
        // It was said to be open in between.
        seen.extend((column == S).then_some(Seen::Closed));
    }
    scene.saw(&seen).await;
    scene.talked_over(0).await;
    scene.is_clean();
}
