//! Bad input gets a fitting 4xx, never a 5xx, and nothing is stored. Webim takes any of them as "give it to the
//! operators".

use std::time::Duration;

use http::{HeaderMap, HeaderValue, Method};
use shared::http::Http;

use super::world::{SELARTI_WEBHOOK_TOKEN, WEBHOOK_SECRET, WEBIM_TOKEN, World};

struct Case {
    name: &'static str,
    body: Vec<u8>,
    statuses: &'static [u16],
}

fn bad_bodies() -> Vec<Case> {
    let case = |name, body: &[u8], statuses| Case {
        name,
        body: body.to_vec(),
        statuses,
    };
    vec![
        case("empty", b"", &[400]),
        case("not JSON", b"hello", &[400]),
        case("another shape", b"[1,2,3]", &[400]),
        case("null", b"null", &[400]),
        case("missing fields", b"{}", &[400]),
        case(
            "wrong types",
            br#"{"event":1,"update_id":"x","wh_type":[],"chat":"a"}"#,
            &[400],
        ),
        case("invalid UTF-8", b"{\"event\":\"\xff\xfe\"}", &[400]),
        case("deep nesting", "[".repeat(200_000).as_bytes(), &[400]),
        case("deep nesting in a field", nested().as_bytes(), &[400]),
        case("10 MB", "x".repeat(10_000_000).as_bytes(), &[413]),
        case("2 MB", "x".repeat(2_000_000).as_bytes(), &[413]),
    ]
}

/// Deeper than any parser should follow, where each platform has an object or a text.
fn nested() -> String {
    let deep = format!("{}{}", "[".repeat(5_000), "]".repeat(5_000));
    format!(
        r#"{{"event":"new_message","chat":{{"id":"1"}},"text":"hi","visitor":{{"fields":{deep}}},"update_id":1,"message":{deep},"wh_type":"all_messages","contacts":{deep}}}"#
    )
}

async fn post(url: &str, headers: HeaderMap, body: Vec<u8>) -> (u16, Vec<u8>) {
    let http = Http::new().unwrap();
    let answer = http
        .call(Method::POST, url, headers, body, Duration::from_secs(20))
        .await
        .unwrap();
    (answer.status.as_u16(), answer.body.to_vec())
}

fn telegram_header(secret: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(
        "x-telegram-bot-api-secret-token",
        HeaderValue::from_str(secret).unwrap(),
    );
    headers
}

async fn items(world: &World) -> usize {
    let store = &world.gateway.app().store;
    let scan = store
        .client()
        .scan()
        .table_name(store.table())
        .send()
        .await
        .unwrap();
    usize::try_from(scan.count).unwrap()
}

#[tokio::test]
async fn bad_bodies_are_refused_and_nothing_is_stored() {
    let world = World::new().await;
    let base = world.gateway.base_url();
    let before = items(&world).await;
    for (url, headers) in [
        (
            format!("{base}/connector/webim/webim_message/site.{WEBIM_TOKEN}/bot_api_webhook"),
            HeaderMap::new(),
        ),
        (
            format!("{base}/telegram/shop-bot"),
            telegram_header(WEBHOOK_SECRET),
        ),
        (
            format!("{base}/selarti/helper.{SELARTI_WEBHOOK_TOKEN}"),
            HeaderMap::new(),
        ),
    ] {
        for case in bad_bodies() {
            let (status, _) = post(&url, headers.clone(), case.body).await;
            assert!(
                case.statuses.contains(&status),
                "{url}: {}: {status}",
                case.name
            );
        }
    }
    assert_eq!(items(&world).await, before);
}

#[tokio::test]
async fn nobody_gets_in_and_nobody_learns_why() {
    let world = World::new().await;
    let base = world.gateway.base_url();
    let before = items(&world).await;
    let body = br#"{"event":"new_message","chat":{"id":"1"},"text":"hi"}"#;
    for credential in [
        "site.wrong".to_owned(),
        "site.".to_owned(),
        "site".to_owned(),
        format!("nobody.{WEBIM_TOKEN}"),
        format!("helper.{SELARTI_WEBHOOK_TOKEN}"),
        "a..b".to_owned(),
    ] {
        let url = format!("{base}/connector/webim/webim_message/{credential}/bot_api_webhook");
        assert_eq!(
            post(&url, HeaderMap::new(), body.to_vec()).await,
            (401, Vec::new()),
            "{credential}"
        );
    }
    for (path, headers) in [
        ("telegram/shop-bot", HeaderMap::new()),
        ("telegram/shop-bot", telegram_header("wrong")),
        ("telegram/shop-bot", telegram_header("")),
        ("telegram/nobody", telegram_header(WEBHOOK_SECRET)),
        ("telegram/site", telegram_header(WEBIM_TOKEN)),
        ("selarti/helper.wrong", HeaderMap::new()),
    ] {
        let answer = post(&format!("{base}/{path}"), headers, b"{}".to_vec()).await;
        assert_eq!(answer, (401, Vec::new()), "{path}");
    }
    assert_eq!(items(&world).await, before);
}

#[tokio::test]
async fn what_does_not_exist_is_not_found() {
    let world = World::new().await;
    let base = world.gateway.base_url();
    let http = Http::new().unwrap();
    for (method, path) in [
        (Method::GET, "/telegram/shop-bot"),
        (Method::POST, "/"),
        (Method::POST, "/telegram"),
        (Method::POST, "/telegram/shop-bot/more"),
        (Method::DELETE, "/selarti/helper.x"),
    ] {
        let answer = http
            .call(
                method.clone(),
                &format!("{base}{path}"),
                HeaderMap::new(),
                "",
                Duration::from_secs(10),
            )
            .await
            .unwrap();
        assert!(
            matches!(answer.status.as_u16(), 404 | 405),
            "{method} {path}: {}",
            answer.status
        );
    }
}
