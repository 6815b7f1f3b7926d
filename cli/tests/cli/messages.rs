//! What a person is told when it cannot work.

use std::net::TcpListener;
use std::path::{Path, PathBuf};

use crate::process::{failure, run};

/// A configuration that is right.
pub(crate) const GOOD: &str = r#"
[channels.site]
platform = "webim"
token = "env:SITE_TOKEN"

[channels.shop-bot]
platform = "telegram"
bot_token = "env:SHOP_BOT_TOKEN"
webhook_secret = "env:SHOP_WEBHOOK_SECRET"

[agents.helper]
platform = "selarti"
url = "http://127.0.0.1:1"
token = "env:SELARTI_TOKEN"
task_id = "1"
webhook_token = "env:SELARTI_WEBHOOK_TOKEN"

[[routes]]
channel = "site"
agent = "helper"

[[routes]]
channel = "shop-bot"
agent = "helper"
"#;

/// Its secrets.
pub(crate) const SECRETS: [(&str, &str); 5] = [
    ("SITE_TOKEN", "site-token-123456789"),
    ("SHOP_BOT_TOKEN", "123456789:bot-token"),
    ("SHOP_WEBHOOK_SECRET", "webhook-secret-123456789"),
    ("SELARTI_TOKEN", "selarti-token"),
    ("SELARTI_WEBHOOK_TOKEN", "helper-token-123456789"),
];

/// A folder with this configuration.
pub(crate) fn written(text: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("switchboard.toml");
    std::fs::write(&file, text).unwrap();
    (folder, file)
}

pub(crate) fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn a_configuration_that_is_not_there() {
    let said = failure(&["run", "--config", "/nowhere/switchboard.toml"], &[]);
    let begins = "/nowhere/switchboard.toml: there is no such file; `switchboard run` without --config is a demonstration";
    assert!(said.starts_with(begins), "{said}");
}

#[test]
fn a_configuration_that_is_wrong() {
    let (_folder, file) =
        written(&GOOD.replace("token = \"env:SITE_TOKEN\"", "tokn = \"hunter2\""));
    for command in ["run", "urls"] {
        let said = failure(&[command, "--config", text(&file)], &SECRETS);
        let expected = format!(
            "{}:4: [channels.site]: unknown key `tokn` (did you mean `token`?); one of: platform, version, token, duplicate_window",
            file.display()
        );
        assert_eq!(said, expected, "{command}");
    }
}

#[test]
fn secrets_that_are_missing() {
    let (_folder, file) = written(GOOD);
    let said = failure(
        &["run", "--config", text(&file), "--listen", "127.0.0.1:0"],
        &SECRETS[..3],
    );
    let expected = format!(
        "{}: secrets that are missing or empty: env:SELARTI_TOKEN of [agents.helper], \
         env:SELARTI_WEBHOOK_TOKEN of [agents.helper]; set these environment variables",
        file.display()
    );
    assert_eq!(said, expected);
}

#[test]
fn a_secret_that_anybody_could_guess() {
    let (_folder, file) = written(GOOD);
    let mut secrets = SECRETS;
    secrets[0].1 = "hunter2";
    let said = failure(
        &["run", "--config", text(&file), "--listen", "127.0.0.1:0"],
        &secrets,
    );
    assert!(
        said.contains("[channels.site]: env:SITE_TOKEN must hold 16 to 256"),
        "{said}"
    );
    assert!(!said.contains("hunter2"), "{said}");
}

#[test]
fn a_port_that_is_taken() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let said = failure(&["--listen", &address], &[]);
    let begins = format!("cannot listen on {address}: ");
    assert!(said.starts_with(&begins), "{said}");
    assert!(
        said.ends_with("; --listen takes another address, with port 0 any free port"),
        "{said}"
    );
}

#[test]
fn data_that_cannot_be_used() {
    let (folder, file) = written(GOOD);
    let other = folder.path().join("other.db");
    std::fs::write(
        &other,
        "the file of another program, which is to stay as it is",
    )
    .unwrap();
    for data in [
        &folder.path().join("no/such/folder.db"),
        &other,
        folder.path(),
    ] {
        let arguments = [
            "run",
            "--config",
            text(&file),
            "--listen",
            "127.0.0.1:0",
            "--data",
            text(data),
        ];
        let said = failure(&arguments, &SECRETS);
        let begins = format!("the data in {} cannot be used: ", data.display());
        assert!(said.starts_with(&begins), "{said}");
    }
}

#[test]
fn arguments_that_are_wrong() {
    for (arguments, part) in [
        (&["--listen", "nowhere"][..], "--listen <ADDRESS>"),
        (
            &["--base-url", "chats.example"],
            "--base-url `chats.example`",
        ),
        (&["--agent-delay", "long"], "write it as 800ms or 2s"),
        (
            &["--agent-delay", "2s", "--config", "a"],
            "cannot be used with",
        ),
        (&["--log", "loud"], "--log <LEVEL>"),
        (&["walk"], "unrecognized subcommand"),
        (&["dead"], "Usage: switchboard dead"),
        (&["dead", "list", "--table", "a"], "--config <FILE>"),
        (
            &["dead", "discard", "--channel", "site", "--table", "a"],
            "--all",
        ),
        (
            &["dead", "list", "--channel", "Not An Id", "--table", "a"],
            "the id of a connection",
        ),
    ] {
        let ended = run(arguments, &[]);
        assert_eq!(
            (ended.code, ended.out.as_str()),
            (Some(2), ""),
            "{arguments:?}"
        );
        assert!(ended.err.contains(part), "{arguments:?}: {}", ended.err);
    }
    let said = failure(&[], &[("LOG_LEVEL", "loud")]);
    assert_eq!(
        said,
        "LOG_LEVEL is `loud`; it may be error, warn, info, debug or trace"
    );
}

#[test]
fn a_table_that_cannot_be_reached() {
    let said = failure(&["dead", "list", "--channel", "site"], &[]);
    assert_eq!(
        said,
        "which table? --data FILE is that of a gateway, --table NAME that of a deployment"
    );
    let said = failure(&["dead", "list", "--channel", "site", "--table", "a"], &[]);
    assert!(said.contains("AWS_REGION is not set"), "{said}");
    let said = failure(
        &[
            "dead",
            "list",
            "--channel",
            "site",
            "--data",
            "/nowhere/switchboard.db",
        ],
        &[],
    );
    assert_eq!(said, "there is no file /nowhere/switchboard.db");
    let said = failure(
        &[
            "show",
            "site",
            "1",
            "--table",
            "a",
            "--endpoint",
            "http://127.0.0.1:1",
        ],
        &[],
    );
    assert!(said.starts_with("GetItem: "), "{said}");
}

#[test]
fn help_is_no_failure() {
    for arguments in [&["--help"][..], &["help", "dead", "resend"], &["--version"]] {
        let ended = run(arguments, &[]);
        assert_eq!(
            (ended.code, ended.err.as_str()),
            (Some(0), ""),
            "{arguments:?}"
        );
        assert!(ended.out.contains("switchboard"), "{}", ended.out);
    }
}
