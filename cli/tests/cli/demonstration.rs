//! `switchboard` alone: what it prints is pasted, line after line, with each channel's usual agent and with one for all of them.

use tokio::task::JoinSet;

use crate::paste;
use crate::process::{Process, run};

/// The channels that one writes to and reads at any time, in the order in which they are printed.
const CHATS: [&str; 5] = ["shop-bot", "support", "own-chat", "app", "portal"];

/// How many secrets there are.
const SECRETS: usize = 15;

/// A demonstration, and what of its lines is not pasted yet.
struct Demonstration {
    process: Process,
    printed: String,
    lines: std::vec::IntoIter<String>,
    /// Who answers every channel, if one does.
    all: Option<&'static str>,
}

impl Demonstration {
    fn start(all: Option<&'static str>) -> Self {
        Self::start_with(all, &[])
    }

    fn start_with(all: Option<&'static str>, more: &[&str]) -> Self {
        let mut arguments = vec!["--listen", "127.0.0.1:0", "--agent-delay", "50ms"];
        arguments.extend(all.iter().flat_map(|agent| ["--agent", agent]));
        arguments.extend(more);
        let mut process = Process::start(&arguments, &[]);
        let printed = process.printed("dead list");
        let lines: Vec<_> = printed
            .lines()
            .filter_map(|line| line.strip_prefix("  "))
            .map(str::to_owned)
            .collect();
        Self {
            process,
            printed,
            lines: lines.into_iter(),
            all,
        }
    }

    /// Where the gateway listens.
    fn port(&self) -> String {
        let listens = self.printed.split("127.0.0.1:").nth(1).unwrap();
        listens.chars().take_while(char::is_ascii_digit).collect()
    }

    fn agent(&self, channel: &str) -> &'static str {
        self.all.unwrap_or(match channel {
            "site" | "shop-bot" => "selarti",
            "support" | "app" => "omnichannel",
            "own-chat" | "portal" => "api-medium",
            other => panic!("{other}"),
        })
    }

    fn next(&mut self) -> String {
        self.lines
            .next()
            .unwrap_or_else(|| panic!("{}", self.printed))
    }

    /// Pastes the next line.
    async fn paste(&mut self) -> String {
        paste::curl(&self.next()).await
    }

    /// Pastes the next line, with which a visitor does something, and the one after it, which shows the chat.
    async fn paste_both(&mut self) -> String {
        let taken = self.paste().await;
        assert!(
            ["{\"message\":", "{\"update_id\":"]
                .iter()
                .any(|begins| taken.starts_with(begins)),
            "{taken}"
        );
        self.paste().await
    }

    /// Waits until the agent of `site` has said so many things more.
    fn site_heard(&self, times: usize) {
        let agent = self.agent("site");
        for _ in 0..times {
            // Kept, until the site asks for it: it goes nowhere yet.
            let line = format!("connection=\"site\" platform=\"{agent}\" lane=\"to_channel\"");
            tokio::task::block_in_place(|| self.process.logged(&line));
        }
    }
}

/// What an agent says to `said`.
fn repeated(agent: &str, said: &str) -> String {
    let ask = match agent {
        "selarti" => "Ask me for an operator, or say bye.",
        _ => "Ask me for buttons, a file or an operator.",
    };
    format!("You said: {said}\n\n{ask}")
}

/// Pastes all that is printed.
async fn every_line(all: Option<&'static str>) {
    let mut run = Demonstration::start(all);
    for channel in CHATS.into_iter().chain(["site"]) {
        let who = format!("(`{channel}`, answered by `{}`)", run.agent(channel));
        assert!(run.printed.contains(&who), "{who}: {}", run.printed);
    }

    let answer: serde_json::Value = serde_json::from_str(&run.paste().await).unwrap();
    let hello = repeated(run.agent("site"), "Hello");
    assert_eq!(
        answer,
        serde_json::json!({"has_answer": true, "messages": [{"kind": "operator", "text": hello}]})
    );
    run.site_heard(1);
    for channel in CHATS {
        let chat = run.paste_both().await;
        let hello = repeated(run.agent(channel), "Hello");
        assert_eq!(chat, format!("bot: {hello}\n"), "{channel}");
    }

    let chat = run.paste_both().await;
    let end = "Ada: two\nbot: Let me think about that.\nbot: You asked: two\n";
    assert!(
        chat.starts_with("Ada: Hello\n") && chat.ends_with(end),
        "{chat}"
    );

    // The agent takes longer than Webim waits; the line after it begins with a pause for a person.
    let slow = run.paste().await;
    assert!(slow.contains("One moment, please"), "{slow}");
    run.site_heard(1);
    let later = run.next();
    assert!(later.starts_with("sleep 5; "), "{later}");
    let later = paste::curl(&later).await;
    assert!(later.contains("You said: Be slow"), "{later}");

    if run.agent("support") != "selarti" {
        let chat = run.paste_both().await;
        assert!(
            chat == "bot: [Yes] [No]\n" || chat == "bot: [Yes]\n[No]\n",
            "{chat}"
        );
        let chat = run.paste_both().await;
        let pressed = repeated(run.agent("support"), "Yes");
        assert_eq!(chat, format!("bot: {pressed}\n"));
    }
    files(&mut run).await;
    handover(&mut run).await;

    assert_eq!(paste::program(&run.next()), "No dead letters.\n");
    assert_eq!(run.lines.next(), None);
    run.process.signal("INT");
    let ended = run.process.end();
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    for secret in 1..=SECRETS {
        let secret = format!("demonstration-only-{secret}");
        assert!(!ended.err.contains(&secret), "{}", ended.err);
    }
}

/// The URL of a file that an agent repeats.
fn file_url(chat: &str) -> &str {
    chat.split(|character: char| character.is_whitespace() || character == '|')
        .find(|word| word.contains("/files/app/"))
        .unwrap_or_else(|| panic!("{chat}"))
}

async fn files(run: &mut Demonstration) {
    let chat = run.paste_both().await;
    let url = file_url(&chat);
    // It is what the visitor sent.
    assert_eq!(paste::curl(&format!("curl -sS '{url}'")).await, "Hello");
    let chat = run.paste_both().await;
    let shown = match run.agent("app") {
        // It has only texts.
        "selarti" => "bot: Here it is: https://example.com/price-list.pdf\n",
        _ => "[https://example.com/price-list.pdf]\n",
    };
    assert!(chat.ends_with(shown), "{chat}");
}

/// Up to the line that shows a conversation.
async fn handover(run: &mut Demonstration) {
    if run.agent("portal") == "api-medium" {
        let chat = run.paste_both().await;
        assert_eq!(chat, "operator: This is Ann. What can I do for you?\n");
    }
    if run.agent("support") != "api-medium" {
        assert_eq!(run.paste_both().await, "bot: [to the operators]\n");
        assert!(run.paste().await.starts_with("{\"message\":"), "given back");
        let again = repeated(run.agent("support"), "Hello again");
        assert_eq!(run.paste_both().await, format!("bot: {again}\n"));
    }
    let agent = run.agent("site");
    if agent == "api-medium" {
        let shown = paste::program(&run.next());
        assert_eq!(
            shown,
            "answered by: agent\nagent: api-medium\nto_agent: 2 delivered, 0 waiting\nto_channel: 3 delivered, 0 waiting\n"
        );
        return;
    }
    let operator = run.paste().await;
    assert!(
        operator.contains("I am passing you to an operator"),
        "{operator}"
    );
    // The answer to the last question, and to this one: a text, and where there is no flag for it, another one.
    run.site_heard(if agent == "selarti" { 2 } else { 3 });
    assert_eq!(run.paste().await, r#"{"has_answer":false}"#);
    let shown = paste::program(&run.next());
    let begins = format!("answered by: operator\nagent: {agent}\n");
    assert!(shown.starts_with(&begins), "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_line_works_with_an_agent_for_each_channel() {
    every_line(None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_line_works_with_one_agent_for_all() {
    // In one test: it is waiting more than working.
    let mut runs = JoinSet::new();
    for agent in ["selarti", "omnichannel", "api-medium"] {
        runs.spawn(async move { every_line(Some(agent)).await });
    }
    while let Some(ended) = runs.join_next().await {
        ended.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_readme_has_the_first_line_and_its_answer() {
    let mut run = Demonstration::start(None);
    let first = run.next();
    let readme = include_str!("../../../README.md");
    let usual = first.replace(&format!(":{}/", run.port()), ":3000/");
    assert!(readme.contains(&format!("\n{usual}\n")), "{usual}");
    let answer = paste::curl(&first).await;
    assert!(readme.contains(&format!("\n{answer}\n")), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_beside_the_data_and_open_where_others_reach_it() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("kept.db");
    let base = "https://chats.example/switchboard";
    let more = ["--data", data.to_str().unwrap(), "--base-url", base];
    let mut run = Demonstration::start_with(None, &more);
    let asks = format!("curl -sS '{base}/connector/webim/");
    assert!(run.next().starts_with(&asks), "{}", run.printed);
    while !run.lines.as_slice()[0].contains("\"attachment\"") {
        run.next();
    }
    let chat = run.paste_both().await;
    let path = file_url(&chat).strip_prefix(base).unwrap();
    let here = format!("http://127.0.0.1:{}", run.port());
    let opened = paste::curl(&format!("curl -sS '{here}{path}'")).await;
    assert_eq!(opened, "Hello");
    let guessed = paste::curl(&format!("curl -sS '{here}{path}0'")).await;
    assert_eq!(guessed, "", "its signature is another one");
    let kept: Vec<_> = std::fs::read_dir(data.with_extension("files").join("app"))
        .unwrap()
        .collect();
    assert_eq!(kept.len(), 1);
}

#[test]
fn an_agent_that_is_none_is_an_error_with_the_choices() {
    let ended = run(&["--agent", "selart"], &[]);
    assert_eq!((ended.code, ended.out.as_str()), (Some(2), ""));
    for part in [
        "'selart' for '--agent <AGENT>'",
        "[possible values: selarti, omnichannel, api-medium]",
    ] {
        assert!(ended.err.contains(part), "{}", ended.err);
    }
    let arguments = ["--agent", "selarti", "--config", "a"];
    let ended = run(&arguments, &[]);
    assert!(ended.err.contains("cannot be used with"), "{}", ended.err);
}
