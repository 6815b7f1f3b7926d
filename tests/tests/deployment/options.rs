//! The template's parameters: everything switched on, and what does not go together.

use serde_json::json;
use shared::platforms::End;

use crate::cloud::cloud;
use crate::pair::{KeptIn, Pair};
use crate::stack::{Stack, all_programs};

/// The deployment is taken, its URL is that of the domain, and a visitor is answered with secrets out of a main secret that has
/// another name. The emulator encrypts nothing, shifts no traffic and answers at no domain.
#[tokio::test]
async fn everything_that_can_be_switched_on_leaves_it_working() {
    let key = cloud().await.run(json!({ "do": "make_key" })).await;
    let zone = cloud()
        .await
        .run(json!({ "do": "make_zone", "name": "example.com" }))
        .await;
    let parameters = json!({
        "SecretName": "shop/chats",
        "GradualDeployment": "Canary10Percent5Minutes",
        "ReservedConcurrency": "20",
        "LogLevel": "WARN",
        "AlarmEmail": "chats@example.com",
        "KmsKeyArn": key,
        "DomainName": "chats.example.com",
        "HostedZoneId": zone,
        "CertificateArn": "arn:aws:acm:eu-central-1:000000000000:certificate/0a1b2c3d",
    });
    let stack = Stack::deploy_with("everything", all_programs().await, parameters).await;
    let stack = stack.unwrap_or_else(|failed| panic!("{failed}"));
    assert_eq!(stack.outputs["BaseUrl"], "https://chats.example.com");
    let (channel, agent) = (End::TelegramChannel, End::SelartiAgent);
    let pair = Pair::without_secrets(&stack, "everything", KeptIn::Main, channel, agent).await;
    pair.keep_secrets().await;
    pair.exchange("Hello", "Hi").await;
    pair.is_clean().await;
}

#[tokio::test]
async fn what_does_not_go_together_is_refused_before_anything_is_made() {
    let cases = [
        (
            json!({ "DomainName": "chats.example.com" }),
            "DomainName needs a certificate",
        ),
        (
            json!({ "HostedZoneId": "Z0123456789ABCDEFGHIJ" }),
            "HostedZoneId is for DomainName, which is empty",
        ),
        (
            json!({ "AlarmEmail": "chats@example.com", "AlarmTopic": "arn:aws:sns:eu-central-1:000000000000:alarms" }),
            "leave one of them empty",
        ),
        (json!({ "RedeliverWindow": "301" }), "1 to 300 seconds"),
        (json!({ "Architecture": "riscv64" }), "Architecture"),
    ];
    for (parameters, why) in cases {
        let deployed =
            Stack::deploy_with("refused", all_programs().await, parameters.clone()).await;
        let failed = deployed
            .err()
            .unwrap_or_else(|| panic!("{parameters} is taken"));
        assert!(failed.contains(why), "{parameters}: {failed}");
    }
}
