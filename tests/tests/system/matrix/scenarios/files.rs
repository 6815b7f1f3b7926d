//! Files: as files where both sides have them, and as links elsewhere.

use shared::files::{MAX_BASE64, data_url};
use shared::platforms::{End, Threads};

use crate::matrix::pair::{Pair, Setup, until};
use crate::matrix::words::{Attached, Heard, Says, Seen, texts};
use crate::matrix::{Played, everywhere};

/// A file that everybody may have.
const PUBLIC: &str = "https://files.example.com/a/offer.pdf?v=2";
/// What nobody may be sent to.
const INTERNAL: &str = "http://169.254.169.254/latest/offer.pdf";

#[tokio::test]
async fn a_file_that_the_channel_holds_arrives_as_a_signed_url() {
    everywhere(Setup::default(), |pair| async move {
        let bytes = b"%PDF-1.7 not really".to_vec();
        let file = Attached::Bytes {
            name: "offer.pdf",
            media_type: "application/pdf",
            bytes: bytes.clone(),
        };
        let Some(heard) = attach(&pair, &file).await else {
            return Played::NotHere;
        };
        let url = match pair.agent_can.files {
            true => heard.files.first().cloned().unwrap_or_default(),
            false => link(&heard.text),
        };
        let ours = pair.gateway.base_url();
        assert!(url.starts_with(&ours), "no URL of ours: {heard:?}");
        for (_, secret) in pair.channel.secrets() {
            assert!(!url.contains(&secret), "a secret left: {url}");
            assert!(!heard.text.contains(&secret), "a secret left: {heard:?}");
        }
        assert_eq!(pair.open(&url).await, bytes);
        pair.is_clean().await;
        Played::Whole
    })
    .await;
}

/// An agent that is configured so gets the file itself.
#[tokio::test]
async fn a_file_that_the_channel_holds_arrives_whole() {
    let setup = Setup {
        agent: vec![(End::ApiMediumAgent, "attachments = \"base64\"")],
        ..Setup::default()
    };
    everywhere(setup, |pair| async move {
        // The one that can be configured so is the one that gives its own ids.
        if pair.agent_can.threads != Threads::Assigned {
            return Played::NotHere;
        }
        let bytes = b"%PDF-1.7 not really".to_vec();
        let file = Attached::Bytes {
            name: "offer.pdf",
            media_type: "application/pdf",
            bytes: bytes.clone(),
        };
        let Some(heard) = attach(&pair, &file).await else {
            return Played::NotHere;
        };
        let data = data_url::read(&heard.files[0], MAX_BASE64).unwrap();
        assert_eq!(data.bytes, bytes);
        assert!(!heard.text.contains("base64"), "{heard:?}");
        pair.is_clean().await;
        Played::Whole
    })
    .await;
}

#[tokio::test]
async fn a_public_url_of_the_visitor_goes_as_it_is() {
    everywhere(Setup::default(), |pair| async move {
        let file = Attached::Url(PUBLIC.to_owned());
        let Some(heard) = attach(&pair, &file).await else {
            return Played::NotHere;
        };
        if pair.channel_can.brings.files && pair.agent_can.files {
            assert_eq!(heard.files, [PUBLIC]);
        } else {
            assert_eq!(link(&heard.text), PUBLIC);
        }
        pair.is_clean().await;
        Played::Whole
    })
    .await;
}

#[tokio::test]
async fn an_internal_url_of_the_visitor_is_only_text() {
    everywhere(Setup::default(), |pair| async move {
        let file = Attached::Url(INTERNAL.to_owned());
        if pair.channel.refuses_internal() {
            pair.channel.attach(&file);
            let violations = || pair.channel.violations();
            let told = |violations: &Vec<String>| !violations.is_empty();
            let told = until("a refusal", pair.channel.outcomes(), violations, told).await;
            assert!(told[0].contains("400"), "{told:?}");
            assert!(pair.agent().heard().is_empty());
            return Played::Whole;
        }
        let Some(heard) = attach(&pair, &file).await else {
            return Played::NotHere;
        };
        assert!(heard.files.is_empty(), "{heard:?}");
        assert!(heard.text.contains(INTERNAL), "{heard:?}");
        pair.is_clean().await;
        Played::Whole
    })
    .await;
}

#[tokio::test]
async fn a_file_of_the_agent_is_a_file_or_a_link() {
    everywhere(Setup::default(), |pair| async move {
        pair.agent().answers(&[Says::File(PUBLIC.to_owned())]);
        pair.channel.write("Send it");
        let as_file = pair.agent_can.brings.files && pair.channel_can.files;
        let seen = pair
            .until_seen("a file", |seen| match as_file {
                true => seen.contains(&Seen::File(PUBLIC.to_owned())),
                false => texts(seen).iter().any(|text| link(text) == PUBLIC),
            })
            .await;
        let files = seen.iter().filter(|seen| matches!(seen, Seen::File(_)));
        assert_eq!(files.count(), usize::from(as_file), "{seen:?}");
        pair.is_clean().await;
        Played::Whole
    })
    .await;
}

#[tokio::test]
async fn an_internal_url_of_the_agent_is_only_text() {
    everywhere(Setup::default(), |pair| async move {
        pair.agent().answers(&[Says::File(INTERNAL.to_owned())]);
        pair.channel.write("Send it");
        let seen = pair
            .until_seen("a link", |seen| {
                texts(seen).iter().any(|text| text.contains(INTERNAL))
            })
            .await;
        let file = seen.iter().find(|seen| matches!(seen, Seen::File(_)));
        assert_eq!(file, None, "{seen:?}");
        pair.is_clean().await;
        Played::Whole
    })
    .await;
}

/// The visitor sends a file, if the channel lets them; what the agent got.
async fn attach(pair: &Pair, file: &Attached) -> Option<Heard> {
    if !pair.channel.takes(file) {
        return None;
    }
    pair.agent().answers(&[Says::Text("Got it".to_owned())]);
    pair.channel.attach(file);
    let heard = pair.until_heard(1).await;
    pair.until_seen("an answer to the file", |seen| {
        seen.contains(&Seen::text("Got it"))
    })
    .await;
    assert_eq!(pair.agent().heard().len(), 1, "one file, one message");
    heard.into_iter().next()
}

/// The link in a text.
fn link(text: &str) -> String {
    let mut words = text.split_whitespace();
    let link = words.find(|word| word.starts_with("http"));
    link.unwrap_or_default().to_owned()
}
