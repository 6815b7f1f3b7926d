//! Deployments that are not as they should be: the platform is told to send again, the log says why, and as soon as a person has
//! mended it what was sent goes through, once.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use http::{HeaderMap, Method};
use serde_json::json;
use shared::http::Http;
use shared::platforms::End;
use tokio::time::Instant;

use crate::pair::{KeptIn, PATIENCE, Pair};
use crate::programs::Programs;
use crate::stack::{Stack, all_programs};

/// Where an ELF file says for which processor it is, and what stands there for ARM's.
const ELF_MACHINE: usize = 18;
const AARCH64: u8 = 0xb7;
const X86_64: u8 = 0x3e;

#[tokio::test]
async fn a_program_that_cannot_run_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let broken = with_every(|program| {
        let mut bytes = fs::read(program).unwrap();
        bytes[ELF_MACHINE] = match bytes[ELF_MACHINE] {
            AARCH64 => X86_64,
            _ => AARCH64,
        };
        written(folder.path(), program, &bytes)
    });
    goes_through_when_deployed_again("otherprocessor", &broken.await).await;
    let broken = with_every(|program| {
        let bytes = fs::read(program).unwrap();
        written(folder.path(), program, &bytes[..bytes.len() / 2])
    });
    goes_through_when_deployed_again("halfaprogram", &broken.await).await;
}

/// All programs, each as `change` makes it.
async fn with_every(change: impl Fn(&Path) -> PathBuf) -> Programs {
    let programs = all_programs().await.iter();
    programs
        .map(|(folder, program)| (folder.clone(), change(program)))
        .collect()
}

fn written(folder: &Path, program: &Path, bytes: &[u8]) -> PathBuf {
    let path = folder.join(program.file_name().unwrap());
    fs::write(&path, bytes).unwrap();
    path
}

async fn goes_through_when_deployed_again(name: &'static str, broken: &Programs) {
    let stack = Stack::deploy(name, broken).await;
    let pair = Pair::on(&stack, name, End::TelegramChannel, End::SelartiAgent).await;
    pair.channel.write("Hello");
    is_told_to_send_again(&stack, &pair).await;
    let mended = Stack::deploy(name, all_programs().await).await;
    assert_eq!(mended.url, stack.url, "an update keeps the address");
    arrives_once(&pair).await;
}

#[tokio::test]
async fn without_its_permission_a_function_loses_nothing() {
    let stack = Stack::deploy("unpermitted", all_programs().await).await;
    let pair = Pair::on(
        &stack,
        "unpermitted",
        End::TelegramChannel,
        End::SelartiAgent,
    )
    .await;
    let policy = |document: serde_json::Value| {
        let role = &stack.resources["TelegramRole"];
        json!({ "do": "put_policy", "role": role, "policy": "telegram", "document": document })
    };
    let before = stack.cloud.run(policy(json!(null))).await;
    pair.channel.write("Hello");
    is_told_to_send_again(&stack, &pair).await;
    until_logged(&stack, "AccessDenied").await;
    stack.cloud.run(policy(before)).await;
    arrives_once(&pair).await;
}

#[tokio::test]
async fn without_its_secret_a_connection_loses_nothing() {
    let stack = Stack::deploy("secretless", all_programs().await).await;
    for (name, kept_in, reference) in [
        ("main", KeptIn::Main, "secret:SHOP"),
        ("beside", KeptIn::Bundle("beside"), "secret:beside/SHOP"),
    ] {
        let (channel, agent) = (End::TelegramChannel, End::SelartiAgent);
        let pair = Pair::without_secrets(&stack, name, kept_in, channel, agent).await;
        pair.channel.write("Hello");
        is_told_to_send_again(&stack, &pair).await;
        until_logged(&stack, reference).await;
        // Not that it may not be read: a role may read the bare name, too, which AWS goes by while there is no secret.
        let secret = stack.secret(kept_in.bundle());
        until_logged(&stack, &format!("there is no secret `{secret}`")).await;
        stack.keep_secrets(kept_in.bundle(), "hunter2".into()).await;
        until_logged(
            &stack,
            &format!("the secret `{secret}` in AWS Secrets Manager is"),
        )
        .await;
        until_logged(&stack, "it has to be one JSON object of texts").await;
        assert!(!stack.logs("telegram").await.contains("hunter2"));
        pair.keep_secrets().await;
        arrives_once(&pair).await;
    }
}

/// Waits until the function has logged such a text. What the platform sends again makes it do so, and there is no event for that.
async fn until_logged(stack: &Stack, text: &str) {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let logs = stack.logs("telegram").await;
        if logs.contains(text) {
            return;
        }
        assert!(Instant::now() < deadline, "{text} is not logged: {logs}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// A webhook is answered with a server's error, which makes every platform send again; and nothing has gone through.
async fn is_told_to_send_again(stack: &Stack, pair: &Pair<'_>) {
    let url = format!("{}/telegram/{}", stack.url, pair.channel_id);
    let mut headers = HeaderMap::new();
    headers.insert(
        "x-telegram-bot-api-secret-token",
        crate::matrix::channels::SECRET.parse().unwrap(),
    );
    let answer = Http::new()
        .unwrap()
        .call(Method::POST, &url, headers, "{}", PATIENCE)
        .await;
    let status = answer.unwrap().status;
    assert!(status.is_server_error(), "{status}");
    assert!(pair.agent.heard().is_empty());
}

async fn arrives_once(pair: &Pair<'_>) {
    pair.agent.answers_all();
    pair.until_seen("You said: Hello").await;
    pair.is_clean().await;
    assert_eq!(pair.agent.heard().len(), 1, "once");
}
