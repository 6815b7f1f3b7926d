//! Places and contacts that a visitor shares.

use crate::matrix::pair::Setup;
use crate::matrix::words::{PLACE, Says, Seen};
use crate::matrix::{Played, everywhere, wherever};

#[tokio::test]
async fn a_place_arrives_as_one_that_can_be_opened() {
    everywhere(Setup::default(), |pair| async move {
        assert!(!pair.agent_can.locations, "how it takes one is not told");
        pair.agent().answers(&[Says::Text("Nice".to_owned())]);
        let (latitude, longitude) = PLACE;
        pair.channel.locate(latitude, longitude);
        let heard = pair.until_heard(1).await;
        let text = &heard[0].text;
        assert!(text.contains("https://"), "{text}");
        assert!(text.contains(&format!("{latitude},{longitude}")), "{text}");
        pair.until_seen("an answer", |seen| seen.contains(&Seen::text("Nice")))
            .await;
        pair.is_clean().await;
        Played::Whole
    })
    .await;
}

#[tokio::test]
async fn a_contact_arrives_as_text() {
    wherever(
        |channel, _| channel.brings.contacts,
        Setup::default(),
        |pair| async move {
            assert!(!pair.agent_can.contacts, "how it takes one is not told");
            pair.agent().answers(&[Says::Text("Thanks".to_owned())]);
            pair.channel.leave_contact("+4312345");
            let heard = pair.until_heard(1).await;
            assert!(heard[0].text.contains("+4312345"), "{heard:?}");
            pair.until_seen("an answer", |seen| seen.contains(&Seen::text("Thanks")))
                .await;
            pair.is_clean().await;
            Played::Whole
        },
    )
    .await;
}
