//! Secrets stay where they are.

use serde_json::Value;
use shared::connections::Connection;
use shared::delivery::failure::Failure;
use shared::model::{Author, Content, Message};
use shared::platforms::{Platform, Settings};

use crate::NOW;
use crate::driver::driver;
use crate::vendor::{Sender, Vendor};

const SECRET: &str = "hunter2:AAE-very_secret";

fn settings(platform: Platform) -> Value {
    let mut settings = driver(platform).settings();
    settings["platform"] = platform.name().into();
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
    for platform in Platform::ALL {
        let written = settings(platform);
        let sender = Sender::new(&written, "1", SECRET);
        let printed = sender.printed();
        assert!(!printed.contains("hunter2"), "{platform:?}: {printed}");
        let settings: Settings = serde_json::from_value(written.clone()).unwrap();
        let referred: Vec<_> = settings.secrets().iter().map(ToString::to_string).collect();
        for key in references(&written) {
            let reference = written[&key].as_str().unwrap().to_owned();
            assert!(referred.contains(&reference), "{platform:?} forgets {key}");
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
    for platform in Platform::ALL {
        let valid = settings(platform);
        let references = references(&valid);
        assert!(!references.is_empty(), "{platform:?} has no secret");
        for key in references {
            let mut settings = valid.clone();
            settings[&key] = SECRET.into();
            let error = serde_json::from_value::<Settings>(settings)
                .unwrap_err()
                .to_string();
            assert!(error.contains("env:NAME"), "{platform:?}, {key}: {error}");
            assert!(!error.contains("hunter2"), "{platform:?}, {key}: {error}");
        }
    }
}

/// The settings of a platform that can be spoken to, with its base URL at `vendor`.
fn towards(platform: Platform, vendor: &Vendor) -> Option<Value> {
    let mut settings = settings(platform);
    match platform {
        Platform::Selarti => {
            settings["url"] = vendor.url.clone().into();
            settings["token"] = "env:TOKEN".into();
        }
        Platform::Telegram => settings["api_url"] = vendor.url.clone().into(),
        Platform::Webim => return None,
    }
    Some(settings)
}

fn reason(failure: Failure) -> String {
    match failure {
        Failure::Later { reason, .. } | Failure::Never { reason } => reason,
        Failure::Moved(chat) => panic!("moved to {chat}"),
    }
}

/// The reason of a failure is in logs and in dead letters.
#[tokio::test]
async fn no_failure_tells_a_secret() {
    let message = Message::new(Author::Agent, NOW, Content::Text("hi".to_owned()));
    for platform in Platform::ALL {
        let answering = |status| Vendor::answering(vec![(status, "<html>no</html>")]);
        for vendor in [
            Vendor::down(),
            answering(401),
            answering(404),
            answering(500),
        ] {
            let Some(settings) = towards(platform, &vendor) else {
                assert!(!platform.capabilities().push);
                continue;
            };
            let sender = Sender::new(&settings, "1", SECRET);
            let reason = reason(sender.send(&message, 0).await.unwrap_err());
            assert!(!reason.contains("hunter2"), "{platform:?}: {reason}");
            assert!(!sender.printed().contains("hunter2"), "{platform:?}");
        }
    }
}

/// One that is not reached has not got the message either, so it is sent again.
#[tokio::test]
async fn a_vendor_that_is_down_is_no_doubt() {
    let message = Message::new(Author::Agent, NOW, Content::Text("hi".to_owned()));
    for platform in Platform::ALL {
        let Some(settings) = towards(platform, &Vendor::down()) else {
            continue;
        };
        let sent = Sender::new(&settings, "1", SECRET).send(&message, 0).await;
        assert!(
            matches!(
                sent,
                Err(Failure::Later {
                    in_doubt: false,
                    ..
                })
            ),
            "{platform:?}: {sent:?}"
        );
    }
}
