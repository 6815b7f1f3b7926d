//! `switchboard apply` and `switchboard diff`: what they show, and what they write when somebody wants that.
//!
//! * [`order`]: no message meets half of it, and nobody loses what somebody else has written.
//! * [`refused`]: tables that are not written to.
//! * [`many`]: thousands of connections.

mod many;
mod order;
mod refused;

use std::collections::HashMap;

use serde_json::{Value, json};
use shared::connections::{Connection, Secret, Secrets};
use shared::http::Http;
use shared::store::Store;
use shared::store::client::{Access, client};
use switchboard::configuration::parse;
use switchboard::gateway::{Gateway, Options, TABLE};
use tokio::net::TcpListener;

use crate::messages::{GOOD, SECRETS, text, written};
use crate::process::{Ended, run};

/// A table with the connections of a configuration.
async fn table(configuration: &str) -> Gateway {
    let given = SECRETS.map(|(name, value)| (name.to_owned(), Secret::new(value).unwrap()));
    let options = Options::new(
        parse(configuration, "test").unwrap(),
        Secrets::with(HashMap::from(given)),
        TcpListener::bind("127.0.0.1:0").await.unwrap(),
    );
    Gateway::start(options).await.unwrap()
}

fn store(endpoint: &str) -> Store {
    let access = Access::emulator(endpoint);
    Store::new(client(&Http::new().unwrap(), &access), TABLE)
}

/// The table's connections, in the order of their ids.
async fn connections(store: &Store) -> Vec<Connection> {
    let kept = store.connections().await.unwrap();
    kept.into_iter()
        .map(|kept| kept.connection.unwrap())
        .collect()
}

/// The same connections as a file has them.
fn configured(configuration: &str) -> Vec<Connection> {
    let mut connections = parse(configuration, "test").unwrap().connections;
    connections.sort_by(|a, b| a.id.cmp(&b.id));
    connections
}

/// The program on a table behind `endpoint`, with `configuration` as its file.
fn on(endpoint: &str, configuration: &str, arguments: &[&str]) -> Ended {
    let (_folder, file) = written(configuration);
    let (command, more) = arguments.split_first().unwrap();
    let table = [
        *command,
        text(&file),
        "--table",
        TABLE,
        "--endpoint",
        endpoint,
    ];
    tokio::task::block_in_place(|| run(&[&table[..], more].concat(), &[]))
}

/// What it printed; it succeeded.
fn ran(endpoint: &str, configuration: &str, arguments: &[&str]) -> String {
    let ended = on(endpoint, configuration, arguments);
    let end = (ended.code, ended.err.as_str());
    assert_eq!(end, (Some(0), ""), "{arguments:?}");
    ended.out
}

/// [`GOOD`] with a channel renamed and an agent moved.
fn changed() -> String {
    GOOD.replace("[channels.site]", "[channels.shop]")
        .replace("channel = \"site\"", "channel = \"shop\"")
        .replace("http://127.0.0.1:1", "http://127.0.0.1:2")
        .replace("env:SELARTI_TOKEN", "secret:SELARTI")
}

const SHOWN: &str = r#"+ shop (webim, answered by helper)
~ helper (selarti)
    token: "env:SELARTI_TOKEN" -> "secret:SELARTI"
    url: "http://127.0.0.1:1" -> "http://127.0.0.1:2"
"#;

#[tokio::test(flavor = "multi_thread")]
async fn what_differs_is_shown_and_written_when_that_is_wanted() {
    let gateway = table(GOOD).await;
    let endpoint = gateway.dynamodb_url();
    let store = store(endpoint);
    let configuration = changed();

    let left = "? site is not in the file; --prune removes it\n";
    let count = "1 new, 1 changed, 0 to be removed, 1 as they should be.\n";
    let shown = format!("{SHOWN}{left}{count}");
    let diff = on(endpoint, &configuration, &["diff"]);
    assert_eq!(
        (diff.code, diff.out, diff.err),
        (Some(1), shown.clone(), String::new())
    );

    // Nobody is there to be asked.
    let ended = on(endpoint, &configuration, &["apply"]);
    assert_eq!((ended.code, &ended.out), (Some(2), &shown));
    assert_eq!(
        ended.err,
        "error: nothing was written: there is no terminal to ask on; --yes writes without asking, \
         and `switchboard diff` only shows the difference\n"
    );
    assert_eq!(connections(&store).await, configured(GOOD));

    let said = ran(endpoint, &configuration, &["apply", "--yes"]);
    let done = "Written. The functions go by it within a minute.\n";
    assert_eq!(said, format!("{shown}{done}"));
    assert_eq!(connections(&store).await.len(), 4);

    // There is nothing left to ask about.
    let same = format!("{left}0 new, 0 changed, 0 to be removed, 3 as they should be.\n");
    assert_eq!(ran(endpoint, &configuration, &["diff"]), same);
    let said = ran(endpoint, &configuration, &["apply"]);
    assert_eq!(said, format!("{same}There is nothing to write.\n"));

    let shown = "- site (webim, answered by helper)\n0 new, 0 changed, 1 to be removed, 3 as they should be.\n";
    let diff = on(endpoint, &configuration, &["diff", "--prune"]);
    assert_eq!((diff.code, diff.out.as_str()), (Some(1), shown));
    let said = ran(endpoint, &configuration, &["apply", "--prune", "--yes"]);
    assert_eq!(said, format!("{shown}{done}"));
    assert_eq!(connections(&store).await, configured(&configuration));
    gateway.stop().await;
}

/// The file of a laptop, applied to AWS: nothing else would say so before the first webhook.
#[tokio::test(flavor = "multi_thread")]
async fn secrets_that_the_functions_will_not_find_are_named() {
    let gateway = table(GOOD).await;
    let (_folder, file) = written(&changed());
    let aws = [
        ("AWS_ENDPOINT_URL_DYNAMODB", gateway.dynamodb_url()),
        ("AWS_REGION", "eu-central-1"),
        ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
        ("AWS_SECRET_ACCESS_KEY", "example"),
    ];
    let warned = |secret: &str, of: &str| {
        let (_, name) = secret.split_once(':').unwrap();
        format!(
            "! {secret} of {of}: the functions on AWS have no such variable; put it into AWS Secrets Manager and write \
             secret:{name}\n"
        )
    };
    for arguments in [
        ["diff", text(&file), "--table", TABLE].as_slice(),
        &["apply", text(&file), "--table", TABLE, "--yes"],
    ] {
        let ended = tokio::task::block_in_place(|| run(arguments, &aws));
        assert_eq!(ended.err, "");
        let warnings: String = ended
            .out
            .split_inclusive('\n')
            .filter(|line| line.starts_with('!'))
            .collect();
        // What is as it should be is not spoken of, nor is the token that is in AWS now.
        let expected = [
            warned("env:SITE_TOKEN", "shop"),
            warned("env:SELARTI_WEBHOOK_TOKEN", "helper"),
        ];
        assert_eq!(warnings, expected.concat(), "{}", ended.out);
    }
    gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_difference_as_json_for_programs() {
    let gateway = table(GOOD).await;
    let ended = on(gateway.dynamodb_url(), &changed(), &["diff", "--json"]);
    assert_eq!((ended.code, ended.err.as_str()), (Some(1), ""));
    let shown: Value = serde_json::from_str(&ended.out).unwrap();
    let keys = json!([
        {"key": "token", "from": "\"env:SELARTI_TOKEN\"", "to": "\"secret:SELARTI\""},
        {"key": "url", "from": "\"http://127.0.0.1:1\"", "to": "\"http://127.0.0.1:2\""},
    ]);
    let expected = json!({
        "changes": [
            {"change": "add", "connection": "shop", "platform": "webim"},
            {"change": "replace", "connection": "helper", "platform": "selarti", "keys": keys},
        ],
        "unchanged": 1,
        "not_in_the_file": ["site"],
    });
    assert_eq!(shown, expected);
    gateway.stop().await;
}

/// Runs a program on a terminal of its own, answers the first question on it, and prints what stood there.
const TERMINAL: &str = r#"
import os, pty, sys
answer, program = sys.argv[1], sys.argv[2:]
process, terminal = pty.fork()
if process == 0:
    os.execve(program[0], program, {})
shown = b""
while True:
    try:
        some = os.read(terminal, 4096)
    except OSError:
        break
    if not some:
        break
    if b"[y/N]" in some:
        os.write(terminal, answer.encode() + b"\n")
    shown += some
sys.stdout.write(shown.decode().replace("\r\n", "\n"))
sys.exit(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]))
"#;

#[tokio::test(flavor = "multi_thread")]
async fn on_a_terminal_somebody_is_asked() {
    let gateway = table(GOOD).await;
    let store = store(gateway.dynamodb_url());
    let (_folder, file) = written(&changed());
    let asked = |answer: &str| {
        let apply = ["apply", text(&file), "--table", TABLE, "--endpoint"];
        let ended = std::process::Command::new("python3")
            .args(["-c", TERMINAL, answer, env!("CARGO_BIN_EXE_switchboard")])
            .args(apply)
            .arg(gateway.dynamodb_url())
            .output();
        let ended = ended.unwrap();
        let shown = String::from_utf8(ended.stdout).unwrap();
        assert!(shown.starts_with(SHOWN), "{shown}");
        (ended.status.code(), shown)
    };
    let (code, shown) = tokio::task::block_in_place(|| asked("n"));
    assert_eq!(code, Some(2));
    let end = "Write this? [y/N] n\nerror: nothing was written\n";
    assert!(shown.ends_with(end), "{shown}");
    assert_eq!(connections(&store).await, configured(GOOD));
    let (code, shown) = tokio::task::block_in_place(|| asked("y"));
    assert_eq!(code, Some(0));
    assert!(shown.contains("Write this? [y/N] y\nWritten. "), "{shown}");
    assert_eq!(connections(&store).await.len(), 4);
    gateway.stop().await;
}

/// A table may be that of many files.
#[tokio::test(flavor = "multi_thread")]
async fn of_many_that_are_not_in_the_file_a_few_are_named() {
    let gateway = table(GOOD).await;
    let store = store(gateway.dynamodb_url());
    let [.., site] = &connections(&store).await[..] else {
        panic!("no connections");
    };
    for number in 0..12 {
        let mut other = site.clone();
        other.id = format!("other-{number:02}").parse().unwrap();
        store.put_connection(&other).await.unwrap();
    }
    let said = ran(gateway.dynamodb_url(), GOOD, &["diff"]);
    let first: Vec<_> = (0..10).map(|number| format!("other-{number:02}")).collect();
    let expected = format!(
        "? 12 are not in the file; --prune removes them: {} and 2 more\n0 new, 0 changed, 0 to be removed, 3 as they should be.\n",
        first.join(", ")
    );
    assert_eq!(said, expected);
    gateway.stop().await;
}
