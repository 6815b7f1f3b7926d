//! A secret is missing, unreadable, forbidden, or another one than before.

use std::time::{Duration, Instant};

use shared::aws::Account;
use shared::connections::{Secrets, SecretsManager};
use shared::http::Http;
use shared::platforms::End;
use simulators::listen;
use switchboard::gateway::{Gateway, Options};

use super::deployment::{
    Deployment, SECRET_NAME, TOKEN, body, configured, fields, of_each_function,
};
use super::service::{Secret, Service};
use crate::refused::gate::{Form, Request, Who};

#[tokio::test]
async fn a_secret_that_cannot_be_had_is_named_and_the_webhook_is_sent_again() {
    let deployment = Deployment::start().await;
    for (secret, says) in [
        (
            Secret::Refused(400, "ResourceNotFoundException"),
            "aws secretsmanager create-secret --name switchboard/test",
        ),
        (
            Secret::Refused(400, "AccessDeniedException"),
            "secretsmanager:GetSecretValue",
        ),
        (Secret::Text("hunter2".to_owned()), "is not JSON"),
        (
            Secret::Text("[\"hunter2\"]".to_owned()),
            "is JSON of another shape",
        ),
        (Secret::Text("{}".to_owned()), "has no field `"),
        (fields(""), "is empty or no text"),
    ] {
        deployment.aws.holds(SECRET_NAME, secret);
        for end in of_each_function() {
            // One that has not fetched it yet.
            deployment.function(end).kill_all().await;
            deployment.fails(end, &body(), &[says, SECRET_NAME]).await;
            let logged = deployment.function(end).logs().join("\n");
            assert!(!logged.contains("hunter2"), "{end:?}: {logged}");
        }
    }
    assert_eq!(deployment.items().await, 0);
}

#[tokio::test]
async fn a_process_fetches_the_secrets_once() {
    let deployment = Deployment::start().await;
    for end in End::ALL {
        deployment.function(end).kill_all().await;
        let before = deployment.aws.asked("GetSecretValue");
        for _ in 0..3 {
            let answer = deployment.post(end, TOKEN, &body()).await;
            // It was let in, whatever is said of what it brought.
            assert!(![401, 503].contains(&answer.status), "{end:?}: {answer:?}");
        }
        let asked = deployment.aws.asked("GetSecretValue") - before;
        assert_eq!(asked, 1, "{end:?}");
    }
}

/// Anybody can send a wrong secret; the service is paid by the call.
#[tokio::test]
async fn wrong_secrets_do_not_make_it_fetch_again_and_again() {
    let deployment = Deployment::start().await;
    let end = End::TelegramChannel;
    for _ in 0..20 {
        let answer = deployment.post(end, "amaranth-9876543210", &body()).await;
        assert_eq!(answer.status, 401, "{answer:?}");
    }
    assert_eq!(deployment.aws.asked("GetSecretValue"), 1);
}

/// The webhook's secret was changed here and at the platform, while the process still has the one before.
#[tokio::test]
async fn a_secret_that_was_changed_at_both_sides_lets_in() {
    let aws = Service::before("http://127.0.0.1:9").await;
    aws.holds(SECRET_NAME, fields(TOKEN));
    let manager = SecretsManager::new(
        Http::new().unwrap(),
        Account::emulator(),
        Some(aws.url()),
        SECRET_NAME.to_owned(),
    );
    let (configuration, connections) = configured();
    let gateway = Gateway::start(Options::new(
        configuration,
        Secrets::default().and_stored(manager.renewed_every(Duration::ZERO)),
        listen("127.0.0.1:0").await.unwrap(),
    ))
    .await
    .unwrap();
    let http = Http::new().unwrap();
    let newer = "amaranth-1234567890";
    for (end, connection) in connections {
        let post = async |token: &str| {
            let who = Who {
                connection: connection.clone(),
                token: token.to_owned(),
            };
            let request = Request::new((end, Form::Usual), &who, body().to_string());
            request.post(&http, &gateway.base_url()).await
        };
        aws.holds(SECRET_NAME, fields(TOKEN));
        let nobody = post("amaranth-9876543210").await;
        assert_ne!(post(TOKEN).await, nobody, "{end:?}");
        assert_eq!(post(newer).await, nobody, "{end:?}");
        aws.holds(SECRET_NAME, fields(newer));
        let with_old = post(TOKEN).await;
        assert_ne!(with_old, nobody, "{end:?}: nobody was refused since");
        assert_ne!(post(newer).await, nobody, "{end:?}");
        assert_eq!(post(TOKEN).await, nobody, "{end:?}");
    }
}

#[tokio::test]
async fn webim_has_its_answer_in_time_even_if_aws_has_none() {
    let deployment = Deployment::start().await;
    deployment.aws.holds(SECRET_NAME, Secret::Hangs);
    let begun = Instant::now();
    let answer = deployment.post(End::WebimV1Channel, TOKEN, &body()).await;
    assert_eq!(answer.status, 503, "{answer:?}");
    assert!(begun.elapsed() < Duration::from_secs(5), "{answer:?}");
}
