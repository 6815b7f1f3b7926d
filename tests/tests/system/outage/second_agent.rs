//! A second agent answers until the first is back.

use std::time::Duration;

use futures_util::FutureExt;
use shared::platforms::{End, Role};
use simulators::faults::Fault;

use super::counted::Counted;
use super::{Down, Outage, plays, setup};
use crate::matrix::agents::echo;
use crate::matrix::pair::Setup;
use crate::matrix::words::{Says, longer_than, texts};
use crate::matrix::{Played, ends, play_all};

const ROUTE: &str = "when_down = \"agent\"\nsecond_agent = \"second\"";

#[tokio::test]
async fn a_second_agent_answers_until_the_first_is_back() {
    let counted = Counted::default();
    let _counting = counted.begin();
    let setup = setup(ROUTE);
    let plays = plays(
        &setup,
        |_| true,
        |mut outage| async move {
            outage.exchange("one").await;
            outage.exchange("two").await;
            assert_eq!(outage.heard(0), [""; 0]);
            assert_eq!(outage.heard(1), ["one", "two"]);
            outage.is_over().await;
            let seen = outage.exchange("three").await;
            assert_eq!(outage.heard(0), ["three"]);
            assert_eq!(outage.heard(1), ["one", "two"]);
            assert_eq!(texts(&seen), ["one", "two", "three"].map(echo));
            // Once more, in the middle of the conversation.
            outage.begins_again();
            outage.exchange("four").await;
            outage.is_over().await;
            outage.exchange("five").await;
            assert_eq!(outage.heard(0), ["three", "five"]);
            assert_eq!(outage.heard(1), ["one", "two", "four"]);
            // Who stood in is heard all the same.
            let late = Says::Text("By the way".to_owned());
            outage.pair.agents[1].says(&late).await;
            let seen = outage.exchange("six").await;
            assert!(texts(&seen).contains(&"By the way"), "{seen:?}");
            let conversation = outage.pair.settled().await;
            assert_eq!(conversation.stand_in, None, "nobody stands in any more");
            outage.pair.is_clean().await;
            Played::Whole
        },
    );
    let of = plays.len();
    play_all(plays).await;
    assert!(counted.of("agent_down") >= 2 * of);
    assert_eq!(counted.of("agent_back"), 2 * of);
}

#[tokio::test]
async fn an_agent_that_is_down_is_left_alone_where_another_stands_in() {
    let mut setup = setup(ROUTE);
    setup.retry.down_for = Duration::from_secs(3600);
    let agents: Vec<End> = ends(Role::Agent).collect();
    let channels = ends(Role::Channel).zip(agents.iter().cycle());
    let plays = channels.enumerate().map(|(number, (channel, agent))| {
        let both = [*agent, agents[(number + 1) % agents.len()]];
        let setup = setup.clone();
        let playing = async move {
            let outage = Outage::start(channel, both, Down::Fails, setup).await;
            outage.exchange("one").await;
            let (faults, _) = outage.pair.agent().faults();
            let tried = faults.attempts().len();
            assert!(tried > 0);
            // It would answer now, but nobody asks.
            faults.clear();
            outage.exchange("two").await;
            outage.exchange("three").await;
            assert_eq!(faults.attempts().len(), tried);
            assert_eq!(outage.heard(1), ["one", "two", "three"]);
            outage.pair.is_clean().await;
            Played::Whole
        };
        let name = format!("{} x {}", channel.name(), agent.name());
        (name, playing.boxed())
    });
    play_all(plays).await;
}

#[tokio::test]
async fn a_message_that_the_agent_has_begun_to_take_stays_with_it() {
    let setup = setup(ROUTE);
    let plays = plays(
        &setup,
        |end| end.capabilities().push,
        |mut outage| async move {
            let limit = outage.pair.agent_can.text;
            let long = longer_than(limit);
            let longest = outage.pair.channel.longest();
            if longest.is_some_and(|longest| long.encode_utf16().count() > longest) {
                return Played::NotHere;
            }
            outage.is_over().await;
            outage.exchange("one").await;
            // The first part is taken, and no other.
            let (faults, endpoint) = outage.pair.agent().faults();
            faults.next(endpoint, Fault::Delay(Duration::ZERO));
            outage.begins_again();
            outage.pair.channel.write(&long);
            outage.pair.until_put_off(1).await;
            outage.is_over().await;
            outage.pair.until_heard(3).await;
            outage.exchange("two").await;
            let heard = outage.heard(0);
            let words = heard[1..].iter().flat_map(|part| part.split_whitespace());
            assert!(
                words.eq(long.split_whitespace().chain(["two"])),
                "all of it, once"
            );
            assert_eq!(outage.heard(1), [""; 0]);
            outage.pair.is_clean().await;
            Played::Whole
        },
    );
    play_all(plays).await;
}

#[tokio::test]
async fn what_the_agent_may_have_taken_goes_nowhere_else_where_nothing_may_come_twice() {
    let lose = ends(Role::Agent).map(|end| (end, "in_doubt = \"lose\""));
    let setup = Setup {
        agent: lose.collect(),
        ..setup(ROUTE)
    };
    let plays = plays(
        &setup,
        |end| end.capabilities().push,
        |mut outage| async move {
            outage.is_over().await;
            let pair = &outage.pair;
            // From here on each side knows the other.
            outage.exchange("hello").await;
            let (faults, endpoint) = pair.agent().faults();
            faults.next(endpoint, Fault::ResetAfter);
            pair.channel.write("one");
            // It was taken, and so it is answered; that nobody heard of it is all that went wrong.
            outage.until_answered("one").await;
            pair.settled().await;
            let dead = pair.dead().await;
            assert_eq!(dead.len(), 1, "{dead:?}");
            assert!(dead[0].contains("may have arrived"), "{dead:?}");
            assert_eq!(outage.heard(0), ["hello", "one"]);
            assert_eq!(outage.heard(1), [""; 0]);
            outage.exchange("two").await;
            assert_eq!(outage.heard(0), ["hello", "one", "two"]);
            Played::Whole
        },
    );
    play_all(plays).await;
}
