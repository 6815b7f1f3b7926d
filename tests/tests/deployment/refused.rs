//! Nobody gets in who has not the connection's secret.

use http::{HeaderMap, Method};
use shared::http::Http;
use shared::platforms::{End, Role};

use crate::pair::{PATIENCE, Pair, ends};
use crate::stack::shared;

#[tokio::test]
async fn an_unauthorised_webhook_is_refused_and_nothing_is_kept() {
    let stack = shared().await;
    let http = Http::new().unwrap();
    let pairs = ends(Role::Channel).zip(ends(Role::Agent).cycle());
    for (at, (channel, agent)) in pairs.enumerate() {
        let pair = Pair::on(stack, &format!("refused{at}"), channel, agent).await;
        for (end, id) in [(channel, pair.channel_id), (agent, pair.agent_id)] {
            for credential in [
                format!("{id}.guessed-0123456789"),
                id.to_owned(),
                "nobody.guessed-0123456789".to_owned(),
            ] {
                let answer = guess(&http, &stack.url, end, id, &credential).await;
                assert_eq!(answer, refusal(end), "{} with {credential}", end.name());
            }
        }
        assert_eq!(
            stack.conversations(pair.channel_id).await,
            Vec::<String>::new()
        );
        assert!(pair.agent.heard().is_empty() && pair.channel.seen().is_empty());
    }
}

/// The status that says so.
fn refusal(end: End) -> u16 {
    match end {
        // The vendor's table: "400: not found the active channel".
        End::OmnichannelChannel => 400,
        _ => 401,
    }
}

/// What a webhook answers to a credential, in all the places where a platform has its own.
async fn guess(http: &Http, api: &str, end: End, id: &str, credential: &str) -> u16 {
    let path = end
        .route()
        .replace("{credential}", credential)
        .replace("{connection}", id);
    let token = credential.split_once('.').map_or("", |(_, token)| token);
    let mut headers = HeaderMap::new();
    headers.insert("content-type", "application/json".parse().unwrap());
    headers.insert(
        "authorization",
        format!("Bearer {credential}").parse().unwrap(),
    );
    headers.insert(
        "x-telegram-bot-api-secret-token",
        credential.parse().unwrap(),
    );
    let body =
        serde_json::json!({ "channelID": id, "token": token, "message": "Hello", "userID": 1 });
    let url = format!("{api}{path}");
    let answer = http
        .call(Method::POST, &url, headers, body.to_string(), PATIENCE)
        .await
        .unwrap();
    answer.status.as_u16()
}
