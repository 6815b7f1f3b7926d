//! The gateway with nothing behind it: what API Gateway would say, and what is kept.

use std::collections::HashMap;

use shared::connections::Secret;

use super::*;
use crate::configuration::parse;

const CONFIGURATION: &str = r#"
    [channels.site]
    platform = "webim"
    token = "env:SITE_TOKEN"
    [agents.helper]
    platform = "selarti"
    url = "http://127.0.0.1:1"
    token = "env:SELARTI_TOKEN"
    task_id = "1"
    webhook_token = "env:SELARTI_WEBHOOK_TOKEN"
    [[routes]]
    channel = "site"
    agent = "helper"
"#;

async fn options() -> Options {
    let secrets = ["SITE_TOKEN", "SELARTI_TOKEN", "SELARTI_WEBHOOK_TOKEN"]
        .map(|name| (name.to_owned(), Secret::new("0123456789abcdef").unwrap()));
    Options::new(
        parse(CONFIGURATION, "test").unwrap(),
        Secrets::with(HashMap::from(secrets)),
        TcpListener::bind("127.0.0.1:0").await.unwrap(),
    )
}

async fn call(gateway: &Gateway, method: &str, path: &str, body: &[u8]) -> (u16, String) {
    let answer = gateway
        .app()
        .http
        .call(
            method.parse().unwrap(),
            &format!("{}{path}", gateway.base_url()),
            http::HeaderMap::new(),
            body.to_vec(),
            Duration::from_secs(20),
        )
        .await
        .unwrap();
    (
        answer.status.as_u16(),
        String::from_utf8(answer.body.to_vec()).unwrap(),
    )
}

#[tokio::test]
async fn what_no_route_leads_to_is_not_found() {
    let gateway = Gateway::start(options().await).await.unwrap();
    let not_found = (404, r#"{"message":"Not Found"}"#.to_owned());
    let webim = "/connector/webim/webim_message/site.a/bot_api_webhook";
    for (method, path) in [
        ("GET", "/"),
        ("POST", "/"),
        ("GET", webim),
        ("PUT", "/telegram/a"),
        ("POST", "/telegram/a/b"),
        ("POST", "/telegram/"),
    ] {
        assert_eq!(
            call(&gateway, method, path, b"").await,
            not_found,
            "{method} {path}"
        );
    }
    assert_eq!(call(&gateway, "POST", webim, b"{}").await.0, 401);
    gateway.stop().await;
}

#[tokio::test]
async fn what_comes_in_reaches_the_function_as_it_is() {
    let gateway = Gateway::start(options().await).await.unwrap();
    let webim = "/connector/webim/webim_message/site.0123456789abcdef/bot_api_webhook";
    let (status, body) = call(&gateway, "POST", webim, b"\xff\xfe").await;
    assert_eq!((status, body.contains("JSON")), (400, true), "{body}");
    let (status, _) = call(&gateway, "POST", webim, &vec![b' '; 2 * 1024 * 1024]).await;
    assert_eq!(status, 413);
    let (status, body) = call(&gateway, "POST", webim, &vec![b' '; MAX_LAMBDA + 1]).await;
    assert_eq!(
        (status, body.as_str()),
        (413, r#"{"message":"Request Entity Too Large"}"#)
    );
    // The agent is not there: the operators take over.
    let hello = br#"{"event":"new_message","chat":{"id":"1"},"kind":"visitor","text":"Hello"}"#;
    let answer = call(&gateway, "POST", webim, hello).await;
    assert_eq!(answer, (200, r#"{"has_answer":false}"#.to_owned()));
    gateway.stop().await;
}

const MAX_LAMBDA: usize = 6 * 1024 * 1024;

#[tokio::test]
async fn connections_that_are_no_longer_configured_are_gone() {
    let folder = tempfile::tempdir().unwrap();
    let data = Data::File(folder.path().join("switchboard.db"));
    let mut first = options().await;
    first.data = data.clone();
    let site = "site".parse().unwrap();
    let helper = "helper".parse().unwrap();
    let gateway = Gateway::start(first).await.unwrap();
    assert_eq!(gateway.app().store.connections().await.unwrap().len(), 2);
    gateway.stop().await;

    let mut second = options().await;
    second.data = data;
    second
        .configuration
        .connections
        .retain(|connection| connection.id == helper);
    let gateway = Gateway::start(second).await.unwrap();
    let store = &gateway.app().store;
    let connections = store.connections().await.unwrap();
    let ids: Vec<_> = connections.into_iter().map(|kept| kept.id).collect();
    assert_eq!(ids, [helper]);
    assert_eq!(store.connection(&site).await.unwrap(), None);
    gateway.stop().await;
}

#[tokio::test]
async fn what_cannot_work_does_not_start() {
    let mut short = options().await;
    short.invocation = Duration::from_secs(4);
    let said = Gateway::start(short).await.unwrap_err().to_string();
    assert_eq!(
        said,
        "an invocation of 4s is too short; it takes 5s or more"
    );

    let folder = tempfile::tempdir().unwrap();
    let nowhere = folder.path().join("nowhere/switchboard.db");
    let mut lost = options().await;
    lost.data = Data::File(nowhere.clone());
    let said = Gateway::start(lost).await.unwrap_err().to_string();
    let begins = format!("the data in {} cannot be used: ", nowhere.display());
    assert!(said.starts_with(&begins), "{said}");

    let other = folder.path().join("other.db");
    std::fs::write(
        &other,
        "this is the file of another program, and it is to stay so",
    )
    .unwrap();
    let mut wrong = options().await;
    wrong.data = Data::File(other.clone());
    let said = Gateway::start(wrong).await.unwrap_err().to_string();
    assert!(said.contains("cannot be used: "), "{said}");
    let kept = std::fs::read_to_string(&other).unwrap();
    assert!(kept.starts_with("this is the file"));
}
