//! People at the agent, or behind the channel, take over and give back.

use shared::model::Mode;
use shared::platforms::{End, Handover};

use crate::matrix::everywhere;
use crate::matrix::pair::{HANDOVER_TEXT, Pair, Setup};
use crate::matrix::words::{By, Says, Seen, texts};

const WORDS: &str = "I am passing you to a person.";
const OVER: &str = "As an AI, I";

#[tokio::test]
async fn people_take_over_and_it_is_shown_once() {
    everywhere(Setup::default(), |pair| async move {
        pair.exchange("Hello", "Hi").await;
        take_over(&pair).await;
        if !says_so(&pair) {
            assert_eq!(told(&pair), 0, "a person writes, and that is all");
            pair.is_clean().await;
            return;
        }
        assert_eq!(pair.mode().await, Mode::Operator);
        if pair.channel_can.handover.to_own_operators() {
            own_operators_have_it(&pair).await;
            return;
        }
        // Said again, it is no news.
        let again = Says::TakeOver("Please wait".to_owned());
        pair.agent().says(&again).await;
        // The agent is where the people are.
        pair.channel.write("Thank you");
        pair.until_heard(3).await;
        pair.is_clean().await;
        assert_eq!(told(&pair), 1, "{:?}", pair.channel.seen());
    })
    .await;
}

#[tokio::test]
async fn an_agent_does_not_talk_over_a_person() {
    everywhere(Setup::default(), |pair| async move {
        let knows = pair.agent().knows();
        // Where the channel's own operators have it, the agent's people are not heard.
        let elsewhere = pair.channel_can.handover.to_own_operators() && says_so(&pair);
        if !knows.authors || elsewhere {
            return;
        }
        pair.exchange("Hello", "Hi").await;
        take_over(&pair).await;
        let grace = "Here is Grace. 2 * 3 * 4";
        pair.agent().says(&Says::Person(grace.to_owned())).await;
        // The AI goes on, and does not say that it has the conversation back.
        let over = match says_so(&pair) {
            true => Says::TakeOver(OVER.to_owned()),
            false => Says::Text(OVER.to_owned()),
        };
        pair.agent().says(&over).await;
        let words = Says::Person("How can I help?".to_owned());
        pair.agent().answers(std::slice::from_ref(&words));
        pair.channel.write("Thank you");
        for words in [grace, "How can I help?"] {
            let words = Seen::Text(words.to_owned(), by_person(&pair));
            pair.until_seen("a person's words", |seen| seen.contains(&words))
                .await;
        }
        pair.is_clean_but_for(1).await;
        assert_eq!(pair.agent().heard().len(), 3);
        let seen = pair.channel.seen();
        assert!(!texts(&seen).contains(&OVER), "{seen:?}");

        if knows.back {
            let back = Says::Back("Back with you".to_owned());
            pair.agent().says(&back).await;
            let seen = pair.exchange("And now?", "It is me").await;
            assert!(texts(&seen).contains(&"Back with you"), "{seen:?}");
            assert_eq!(pair.settled().await.mode, Mode::Agent);
        }
    })
    .await;
}

#[tokio::test]
async fn a_person_who_is_silent_leaves_it_to_the_agent() {
    let setup = Setup {
        // No minute is waited: a word of theirs is over at once.
        agent: &[(End::ApiMediumAgent, "operator_silence_minutes = 0")],
        ..Setup::default()
    };
    everywhere(setup, |pair| async move {
        if pair.agent_can.handover != Handover::ByAuthor {
            return;
        }
        pair.exchange("Hello", "Hi").await;
        take_over(&pair).await;
        pair.exchange("Are you an AI?", "I am").await;
        pair.is_clean().await;
    })
    .await;
}

#[tokio::test]
async fn a_conversation_that_is_over_is_closed_once_and_can_begin_again() {
    everywhere(Setup::default(), |pair| async move {
        if !pair.agent_can.closes {
            return;
        }
        pair.exchange("Hello", "Hi").await;
        let goodbye = Says::Goodbye("Goodbye".to_owned());
        pair.agent().answers(std::slice::from_ref(&goodbye));
        pair.channel.write("Bye");
        let shown = pair.channel_can.closes;
        pair.until_seen("the end", |seen| {
            texts(seen).contains(&"Goodbye") && (!shown || seen.contains(&Seen::Closed))
        })
        .await;
        assert_eq!(pair.settled().await.mode, Mode::Closed);
        if pair.channel_can.push {
            // Said again, it is no news; and what is closed there takes nothing more.
            pair.is_clean().await;
        }
        let seen = pair.channel.seen();
        let closed = seen.iter().filter(|seen| **seen == Seen::Closed).count();
        assert_eq!(closed, usize::from(shown), "{seen:?}");
        // Where the channel has closed it by call, whoever writes again begins another.
        if shown && pair.channel_can.handover == Handover::ByCall {
            return;
        }
        pair.exchange("One more thing", "Yes?").await;
        assert_eq!(pair.settled().await.mode, Mode::Agent);
        pair.is_clean().await;
    })
    .await;
}

/// People at the agent take over, and what is to be seen of it is seen.
async fn take_over(pair: &Pair) {
    let take_over = Says::TakeOver(WORDS.to_owned());
    pair.agent().answers(std::slice::from_ref(&take_over));
    pair.channel.write("A person, please");
    let in_the_answer = pair.channel_can.handover == Handover::InTheAnswer;
    if pair.agent().knows().handover_words {
        let by = match says_so(pair) {
            true => By::Agent,
            false => by_person(pair),
        };
        pair.until_seen(WORDS, |seen| {
            let words = |seen: &Seen| matches!(seen, Seen::Text(text, of) if text.contains(WORDS) && *of == by);
            seen.iter().any(words)
        })
        .await;
        if in_the_answer && says_so(pair) {
            // One answer cannot both speak and hand over.
            pair.channel.write("Hello?");
        }
    }
    if says_so(pair) {
        pair.until_seen("that people have it", |seen| telling(seen) > 0)
            .await;
        assert_eq!(told(pair), 1);
    }
}

/// The channel's own operators have the conversation, and give it back.
async fn own_operators_have_it(pair: &Pair) {
    let before = pair.agent().heard().len();
    pair.channel.write("Is anybody here?");
    let over = Says::Text(OVER.to_owned());
    pair.agent().says(&over).await;
    let seen = pair.channel.seen();
    assert!(!texts(&seen).contains(&OVER), "{seen:?}");
    pair.channel.give_back();
    let seen = pair.exchange("Hello again", "Welcome back").await;
    // What can be said there is refused; what can only be answered waits.
    let waited = texts(&seen).contains(&OVER);
    assert_eq!(waited, !pair.channel_can.push, "{seen:?}");
    pair.is_clean_but_for(usize::from(!waited)).await;
    assert_eq!(told(pair), 1);
    assert_eq!(pair.mode().await, Mode::Agent);
    let heard = pair.agent().heard();
    assert_eq!(heard.len(), before + 1, "what operators read is theirs");
    assert_eq!(heard[before].text, "Hello again");
}

/// Whether the agent says that people take over; elsewhere they write, and that is all.
fn says_so(pair: &Pair) -> bool {
    pair.agent_can.handover == Handover::ItSays
}

/// How often the visitor was shown that people have the conversation.
fn told(pair: &Pair) -> usize {
    telling(&pair.channel.seen())
}

fn telling(seen: &[Seen]) -> usize {
    let in_words = texts(seen).into_iter();
    let in_words: usize = in_words
        .map(|text| text.matches(HANDOVER_TEXT).count())
        .sum();
    in_words
        + seen
            .iter()
            .filter(|seen| **seen == Seen::HandedOver)
            .count()
}

/// How a person's words are shown.
fn by_person(pair: &Pair) -> By {
    match pair.channel.tells_people_apart() {
        true => By::Person,
        false => By::Agent,
    }
}
