//! Every channel, with every agent twice: the way there and back, over the API; and what the logs say of it.

use futures_util::future::join_all;
use shared::platforms::{Platform, Role};

use crate::matrix::words::{Says, texts};
use crate::pair::{Pair, ends};
use crate::stack::{Stack, shared};

const ANSWER: &str = "Hi, what is it?";

#[tokio::test]
async fn every_platform_talks() {
    let agents = ends(Role::Agent).cycle();
    let pairs = ends(Role::Channel).zip(agents);
    let stack = shared().await;
    let pairs = join_all(pairs.enumerate().map(async |(at, (channel, agent))| {
        let pair = Pair::on(stack, &format!("talks{at}"), channel, agent).await;
        pair.exchange("Hello", ANSWER).await;
        // The agent speaks first, where it can; on a channel that asks it waits for the visitor.
        let more = "Still there?";
        pair.agent.says(&Says::Text(more.to_owned())).await;
        if !channel.capabilities().push {
            pair.until_shown(|shown| shown.contains(" 1 waiting")).await;
            pair.exchange("Well", "I see").await;
        }
        let seen = pair.until_seen(more).await;
        let expected = match channel.capabilities().push {
            true => vec![ANSWER, more],
            false => vec![ANSWER, more, "I see"],
        };
        assert_eq!(
            texts(&seen),
            expected,
            "{} x {}",
            channel.name(),
            agent.name()
        );
        pair.is_clean().await;
        pair
    }));
    let pairs = pairs.await;
    let secrets = pairs.iter().flat_map(Pair::secrets);
    are_logged(stack, secrets.map(|(_, secret)| secret).collect()).await;
}

/// Each function has logged what became of a message, where the template says, with what is counted; and nothing that is secret.
async fn are_logged(stack: &Stack, secrets: Vec<String>) {
    for platform in Platform::ALL {
        let logs = stack.logs(platform.name()).await;
        let counted = format!("\"Namespace\":\"{}\"", stack.outputs["MetricsNamespace"]);
        for expected in ["\"outcome\":\"delivered\"", &counted] {
            assert!(logs.contains(expected), "{}: {logs}", platform.name());
        }
        for secret in secrets.iter().map(String::as_str).chain([ANSWER]) {
            assert!(!logs.contains(secret), "{} logs {secret}", platform.name());
        }
    }
}
