//! Secrets stay where they are.

use std::time::Duration;

use serde_json::{Value, json};
use shared::connections::Connection;
use shared::delivery::failure::Failure;
use shared::model::{Author, Content, Message};
use shared::platforms::{ConnectionSettings, End, Settings};

use crate::NOW;
use crate::driver::driver;
use crate::vendor::{Sender, Vendor};

pub(super) const SECRET: &str = "hunter2:AAE-very_secret";
/// The one that took its place.
const NEWER: &str = "hunter3:AAE-very_secret";

fn settings(end: End) -> Value {
    let mut settings = driver(end).settings();
    settings["platform"] = end.name().into();
    settings
}

/// The settings' references to secrets, by key.
fn references(settings: &Value) -> Vec<String> {
    let settings = settings.as_object().unwrap().iter();
    settings
        .filter(|(_, value)| value.as_str().is_some_and(|text| text.starts_with("env:")))
        .map(|(key, _)| key.clone())
        .collect()
}

#[test]
fn a_connection_holds_references_and_nothing_else() {
    for end in End::ALL {
        let written = settings(end);
        let sender = Sender::new(&written, "1", SECRET);
        let printed = sender.printed();
        assert!(!printed.contains("hunter2"), "{end:?}: {printed}");
        let settings: Settings = serde_json::from_value(written.clone()).unwrap();
        let referred: Vec<_> = settings.secrets().iter().map(ToString::to_string).collect();
        for key in references(&written) {
            let reference = written[&key].as_str().unwrap().to_owned();
            assert!(referred.contains(&reference), "{end:?} forgets {key}");
        }
        let connection = Connection {
            id: "shop".parse().unwrap(),
            settings,
            route: None,
        };
        let kept = serde_json::to_string(&connection).unwrap();
        assert!(referred.iter().all(|reference| kept.contains(reference)));
        assert_eq!(
            serde_json::from_str::<Connection>(&kept).unwrap(),
            connection
        );
    }
}

/// Who writes the secret itself into the configuration is told so, without it.
#[test]
fn a_secret_in_place_of_a_reference_is_refused_and_not_repeated() {
    for end in End::ALL {
        let valid = settings(end);
        let references = references(&valid);
        assert!(!references.is_empty(), "{end:?} has no secret");
        for key in references {
            let mut settings = valid.clone();
            settings[&key] = SECRET.into();
            let error = serde_json::from_value::<Settings>(settings)
                .unwrap_err()
                .to_string();
            assert!(error.contains("env:NAME"), "{end:?}, {key}: {error}");
            assert!(!error.contains("hunter2"), "{end:?}, {key}: {error}");
        }
    }
}

/// The settings of a platform that can be spoken to, with its base URL at `vendor`.
pub(super) fn towards(end: End, vendor: &Vendor) -> Option<Value> {
    let mut settings = settings(end);
    match end {
        End::SelartiAgent => {
            settings["url"] = vendor.url.clone().into();
            settings["token"] = "env:TOKEN".into();
        }
        End::ApiMediumAgent | End::ApiMediumChannel => settings["url"] = vendor.url.clone().into(),
        End::SelartiChannel => settings["url"] = vendor.url.clone().into(),
        // The whole URL is a secret; see `sender`.
        End::OmnichannelAgent => {}
        End::OmnichannelChannel | End::WebimV2Channel => {
            settings["url"] = vendor.url.clone().into();
            settings["token"] = "env:TOKEN".into();
        }
        End::TelegramChannel => settings["api_url"] = vendor.url.clone().into(),
        End::WebimV1Channel => return None,
    }
    Some(settings)
}

/// Who sends to `vendor`, each of whose secrets is [`SECRET`], or a URL that holds it.
pub(super) fn sender(settings: &Value, vendor: &Vendor) -> Sender {
    Sender::new(settings, "1", SECRET)
        .with_secret("WEBHOOK_URL", &format!("{}/{SECRET}", vendor.url))
        .in_thread("1")
}

fn reason(failure: Failure) -> String {
    match failure {
        Failure::Later { reason, .. } | Failure::Never { reason } => reason,
        other => panic!("{other:?}"),
    }
}

/// The reason of a failure is in logs and in dead letters.
#[tokio::test]
async fn no_failure_tells_a_secret() {
    let message = Message::new(Author::Agent, NOW, Content::Text("hi".to_owned()));
    for end in End::ALL {
        let answering = |status| Vendor::answering(vec![(status, "<html>no</html>")]);
        for vendor in [
            Vendor::down(),
            answering(401),
            answering(404),
            answering(500),
        ] {
            let Some(settings) = towards(end, &vendor) else {
                assert!(!end.capabilities().push);
                continue;
            };
            let sender = sender(&settings, &vendor);
            let reason = reason(sender.send(&message, 0).await.unwrap_err());
            assert!(!reason.contains("hunter2"), "{end:?}: {reason}");
            assert!(!sender.printed().contains("hunter2"), "{end:?}");
        }
    }
}

/// One that is not reached has not got the message either, so it is sent again.
#[tokio::test]
async fn a_vendor_that_is_down_is_no_doubt() {
    let message = Message::new(Author::Agent, NOW, Content::Text("hi".to_owned()));
    for end in End::ALL {
        let vendor = Vendor::down();
        let Some(settings) = towards(end, &vendor) else {
            continue;
        };
        let sent = sender(&settings, &vendor).send(&message, 0).await;
        assert!(
            matches!(
                sent,
                Err(Failure::Later {
                    in_doubt: false,
                    ..
                })
            ),
            "{end:?}: {sent:?}"
        );
    }
}

/// A secret that was changed at both ends while this process had the old one costs no message: what is refused is sent once more
/// with what the secret is now.
#[tokio::test]
async fn a_refused_secret_is_looked_up_again() {
    let message = Message::new(Author::Agent, NOW, Content::Text("hi".to_owned()));
    for end in End::ALL {
        let vendor = Vendor::answering(vec![(401, ""), (500, "")]);
        let Some(settings) = towards(end, &vendor) else {
            continue;
        };
        let (settings, names) = stored(settings);
        let manager = Vendor::answering(vec![
            held(&names, &vendor, SECRET),
            held(&names, &vendor, NEWER),
        ]);
        let sender = Sender::new(&settings, "1", "unused")
            .with_stored(&manager.url)
            .in_thread("1");
        let failure = sender.send(&message, 0).await.unwrap_err();
        if !is_sent_a_secret(end) {
            continue;
        }
        assert!(
            matches!(failure, Failure::Later { in_doubt: true, .. }),
            "{end:?}: {failure:?}"
        );
        let sent: Vec<_> = vendor
            .requests()
            .iter()
            .map(|sent| format!("{sent:?}"))
            .collect();
        assert_eq!(sent.len(), 2, "{end:?}");
        assert!(sent[0].contains(SECRET), "{end:?}: {}", sent[0]);
        assert!(sent[1].contains(NEWER), "{end:?}: {}", sent[1]);
        assert_eq!(manager.requests().len(), 2, "{end:?}");
        assert!(!sender.printed().contains("hunter"), "{end:?}");
    }
}

/// What every secret that the settings refer to is called, and the settings with AWS in place of the environment.
fn stored(mut settings: Value) -> (Value, Vec<String>) {
    let mut names = Vec::new();
    for key in references(&settings) {
        let name = settings[&key].as_str().unwrap().replacen("env:", "", 1);
        settings[&key] = format!("secret:{name}").into();
        names.push(name);
    }
    (settings, names)
}

/// The answer of a Secrets Manager that holds these, each of them `secret`.
fn held(names: &[String], vendor: &Vendor, secret: &str) -> (u16, &'static str) {
    let fields = names.iter().map(|name| {
        let secret = match name.as_str() {
            "WEBHOOK_URL" => format!("{}/{secret}", vendor.url),
            _ => secret.to_owned(),
        };
        (name.clone(), Value::from(secret))
    });
    let fields = Value::from_iter(fields).to_string();
    let answer = json!({ "SecretString": fields }).to_string();
    (200, &*answer.leak())
}

/// Whether a message to it carries a secret of ours. An application that speaks a vendor's API proves itself, and not we to it.
fn is_sent_a_secret(end: End) -> bool {
    !matches!(end, End::ApiMediumChannel | End::SelartiChannel)
}

/// Every end at once.
async fn at_every_end<F>(case: impl Fn(End) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let mut running = tokio::task::JoinSet::new();
    for end in End::ALL {
        running.spawn(case(end));
    }
    while let Some(ended) = running.join_next().await {
        ended.unwrap();
    }
}

fn is_later<T>(sent: &Result<T, Failure>) -> bool {
    matches!(
        sent,
        Err(Failure::Later {
            in_doubt: false,
            ..
        })
    )
}

/// The lease may be over when a secret has been fetched: then the call would meet that of the next holder.
#[tokio::test]
async fn no_call_begins_after_a_secret_took_too_long() {
    at_every_end(|end| async move {
        let vendor = Vendor::answering(vec![(200, "{}")]);
        let Some(settings) = towards(end, &vendor) else {
            return;
        };
        let (settings, names) = stored(settings);
        // In time for one attempt at it, and not for the lease.
        let late = Duration::from_millis(600);
        let manager = Vendor::slow_by(late, vec![held(&names, &vendor, SECRET)]);
        let sender = Sender::new(&settings, "1", "unused")
            .with_stored(&manager.url)
            .in_thread("1")
            .within(Duration::from_millis(400));
        let message = Message::new(Author::Agent, NOW, Content::Text("hi".to_owned()));
        let sent = sender.send(&message, 0).await;
        if is_sent_a_secret(end) {
            assert!(vendor.requests().is_empty(), "{end:?}");
            assert!(is_later(&sent), "{end:?}: {sent:?}");
        } else {
            assert_eq!(vendor.requests().len(), 1, "{end:?}");
        }
    })
    .await;
}

/// A refusal is looked into within the lease, and as long as nobody knows whether the secrets are others, no message dies of it.
#[tokio::test]
async fn a_refusal_waits_while_the_secrets_cannot_be_looked_up() {
    at_every_end(|end| async move {
        let vendor = Vendor::answering(vec![(403, "")]);
        let Some(settings) = towards(end, &vendor) else {
            return;
        };
        let (settings, names) = stored(settings);
        let manager = Vendor::hanging_after(vec![held(&names, &vendor, SECRET)]);
        let sender = Sender::new(&settings, "1", "unused")
            .with_stored(&manager.url)
            .in_thread("1")
            .within(Duration::from_secs(1));
        let message = Message::new(Author::Agent, NOW, Content::Text("hi".to_owned()));
        let begun = std::time::Instant::now();
        let sent = sender.send(&message, 0).await;
        assert_eq!(vendor.requests().len(), 1, "{end:?}");
        // Telegram says of it that it is about the chat.
        if is_sent_a_secret(end) && end != End::TelegramChannel {
            assert!(is_later(&sent), "{end:?}: {sent:?}");
        } else {
            let is_never = matches!(sent, Err(Failure::Never { .. }));
            assert!(is_never, "{end:?}: {sent:?}");
        }
        // The second call of the service alone may take twice as long.
        assert!(begun.elapsed() < Duration::from_millis(1900), "{end:?}");
    })
    .await;
}
