//! People at the agent, or behind the channel, take over and give back; and a conversation ends.

use shared::model::Mode;
use shared::platforms::{End, Handover, Role};

use crate::matrix::pair::{HANDOVER_TEXT, Pair, Setup};
use crate::matrix::words::{By, Says, Seen, texts};
use crate::matrix::{Played, ends, everywhere, wherever};

const WORDS: &str = "I am passing you to a person.";
const GRACE: &str = "Here is Grace. 2 * 3 * 4";
const OVER: &str = "As an AI, I";

#[tokio::test]
async fn people_take_over_and_it_is_shown_once() {
    wherever(
        |_, agent| agent.handover == Handover::ItSays,
        Setup::default(),
        |pair| async move {
            pair.exchange("Hello", "Hi").await;
            take_over(&pair, Says::TakeOver(WORDS.to_owned())).await;
            people_have_it(&pair).await;
            Played::Whole
        },
    )
    .await;
}

#[tokio::test]
async fn a_person_who_writes_takes_over_and_it_is_shown_once() {
    everywhere(Setup::default(), |pair| async move {
        if !pair.agent().knows().authors {
            return Played::NotHere;
        }
        pair.exchange("Hello", "Hi").await;
        take_over(&pair, Says::Person(GRACE.to_owned())).await;
        match pair.agent_can.handover {
            Handover::ItSays => people_have_it(&pair).await,
            _ => {
                // Somebody wrote, and that is all that is said.
                assert_eq!(pair.settled().await.mode, Mode::Agent);
                assert_eq!(told(&pair), 0, "{:?}", pair.channel.seen());
                pair.is_clean().await;
            }
        }
        Played::Whole
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
            return Played::NotHere;
        }
        pair.exchange("Hello", "Hi").await;
        take_over(&pair, Says::Person(GRACE.to_owned())).await;
        // The AI goes on, and does not say that it has the conversation back.
        let over = match says_so(&pair) {
            true => Says::TakeOver(OVER.to_owned()),
            false => Says::Text(OVER.to_owned()),
        };
        pair.agent().says(&over).await;
        let help = "How can I help?";
        let words = Says::Person(help.to_owned());
        pair.agent().answers(std::slice::from_ref(&words));
        pair.channel.write("Thank you");
        let words = Seen::Text(help.to_owned(), by_person(&pair));
        pair.until_seen(help, |seen| seen.contains(&words)).await;
        pair.is_clean_but_for(1).await;
        assert_eq!(pair.agent().heard().len(), 3);
        let seen = pair.channel.seen();
        assert!(!texts(&seen).contains(&OVER), "{seen:?}");

        if knows.back {
            let back = Says::Back("Back with you".to_owned());
            pair.agent().says(&back).await;
            let seen = pair.exchange("And now?", "It is me").await;
            assert!(texts(&seen).contains(&"Back with you"), "{seen:?}");
            let shown = seen.iter().filter(|seen| **seen == Seen::GivenBack);
            let by_flag = pair.channel_can.handover == Handover::ByFlag;
            assert_eq!(shown.count(), usize::from(by_flag), "{seen:?}");
            assert_eq!(pair.settled().await.mode, Mode::Agent);
        }
        Played::Whole
    })
    .await;
}

#[tokio::test]
async fn a_person_who_is_silent_leaves_it_to_the_agent() {
    let by_author = |end: &End| end.capabilities().handover == Handover::ByAuthor;
    let agents = ends(Role::Agent).filter(by_author);
    let setup = Setup {
        // No minute is waited: a word of theirs is over at once.
        agent: agents
            .map(|end| (end, "operator_silence_minutes = 0"))
            .collect(),
        ..Setup::default()
    };
    wherever(
        |_, agent| agent.handover == Handover::ByAuthor,
        setup,
        |pair| async move {
            pair.exchange("Hello", "Hi").await;
            take_over(&pair, Says::Person(GRACE.to_owned())).await;
            pair.exchange("Are you an AI?", "I am").await;
            pair.is_clean().await;
            Played::Whole
        },
    )
    .await;
}

#[tokio::test]
async fn a_conversation_that_is_over_is_closed_once_and_can_begin_again() {
    wherever(
        |_, agent| agent.closes,
        Setup::default(),
        |pair| async move {
            pair.exchange("Hello", "Hi").await;
            let goodbye = |text: &str| Says::Goodbye(text.to_owned());
            pair.agent().answers(&[goodbye("Goodbye")]);
            pair.channel.write("Bye");
            let shown = pair.channel_can.closes;
            pair.until_seen("the end", |seen| {
                texts(seen).contains(&"Goodbye") && (!shown || seen.contains(&Seen::Closed))
            })
            .await;
            assert_eq!(pair.settled().await.mode, Mode::Closed);
            pair.is_clean().await;
            let closed = || {
                let seen = pair.channel.seen().into_iter();
                seen.filter(|seen| *seen == Seen::Closed).count()
            };
            assert_eq!(closed(), usize::from(shown));
            // Where the channel has closed it by call, whoever writes again begins another.
            if shown && pair.channel_can.handover == Handover::ByCall {
                return Played::Whole;
            }
            // Said again, it is no news.
            pair.agent().says(&goodbye("And all the best")).await;
            let seen = pair.exchange("One more thing", "Yes?").await;
            assert!(texts(&seen).contains(&"And all the best"), "{seen:?}");
            assert_eq!(pair.settled().await.mode, Mode::Agent);
            assert_eq!(closed(), usize::from(shown));
            pair.is_clean().await;
            Played::Whole
        },
    )
    .await;
}

/// People at the agent take over in answer to the visitor, and what is to be seen of it is seen.
async fn take_over(pair: &Pair, says: Says) {
    let (text, by) = match &says {
        Says::TakeOver(text) => (text.clone(), By::Agent),
        Says::Person(text) => (text.clone(), by_person(pair)),
        _ => panic!("nobody takes over with {says:?}"),
    };
    pair.agent().answers(&[says]);
    pair.channel.write("A person, please");
    if pair.agent().knows().handover_words {
        let said =
            |seen: &Seen| matches!(seen, Seen::Text(all, of) if all.contains(&text) && *of == by);
        pair.until_seen(&text, |seen| seen.iter().any(said)).await;
        if pair.channel_can.handover == Handover::InTheAnswer && says_so(pair) {
            // One answer cannot both speak and hand over.
            pair.channel.write("Hello?");
        }
    }
    if says_so(pair) {
        let people = "that people have it";
        pair.until_seen(people, |seen| telling(seen) > 0).await;
        assert_eq!(told(pair), 1, "{:?}", pair.channel.seen());
    }
}

/// People have the conversation, it was shown, and they give it back if they can.
async fn people_have_it(pair: &Pair) {
    if pair.channel_can.handover.to_own_operators() {
        own_operators_have_it(pair).await;
        return;
    }
    let conversation = pair.settled().await;
    assert_eq!(conversation.mode, Mode::Operator);
    // Said again, it is no news. The words with it are, unless a person has spoken.
    let wait = "Please wait";
    let spoke = conversation.operator_spoke.is_some();
    pair.agent().says(&Says::TakeOver(wait.to_owned())).await;
    // The agent is where the people are.
    let before = pair.agent().heard().len();
    pair.channel.write("Thank you");
    pair.until_heard(before + 1).await;
    pair.is_clean_but_for(usize::from(spoke)).await;
    assert_eq!(told(pair), 1, "{:?}", pair.channel.seen());
    let seen = pair.channel.seen();
    let has_words = pair.agent().knows().handover_words;
    assert_eq!(
        texts(&seen).contains(&wait),
        has_words && !spoke,
        "{seen:?}"
    );
}

/// The channel's own operators have the conversation, and give it back.
async fn own_operators_have_it(pair: &Pair) {
    assert_eq!(pair.settled().await.mode, Mode::Operator);
    let before = pair.agent().heard().len();
    pair.channel.write("Is anybody here?");
    pair.agent().says(&Says::Text(OVER.to_owned())).await;
    let seen = pair.channel.seen();
    assert!(!texts(&seen).contains(&OVER), "{seen:?}");
    pair.channel.give_back();
    let seen = pair.exchange("Hello again", "Welcome back").await;
    // What could be said there is refused; what can only be answered waits.
    let waited = texts(&seen).contains(&OVER);
    assert_eq!(waited, !pair.channel_can.push, "{seen:?}");
    pair.is_clean_but_for(usize::from(!waited)).await;
    assert_eq!(told(pair), 1, "{seen:?}");
    assert_eq!(pair.settled().await.mode, Mode::Agent);
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
