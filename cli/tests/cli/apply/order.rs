//! The order of the writes: what is seen between any two of them, what a kill leaves, and two people at once.

use std::cell::Cell;
use std::sync::{Arc, Mutex};

use shared::connections::{Connection, Route};
use shared::model::ConnectionId;
use shared::platforms::Role;
use switchboard::configuration::{Difference, write};

use super::{changed, configured, connections, on, ran, store, table};
use crate::messages::GOOD;
use crate::proxy::{Fate, Proxy, error};

/// From here to [`AFTER`] an agent goes, one comes, and two ids change sides.
const BEFORE: &str = r#"
[channels.site]
platform = "webim"
token = "env:T"
[channels.bot]
platform = "webim"
token = "env:T"
[channels.gone]
platform = "webim"
token = "env:T"
[agents.helper]
platform = "omnichannel"
webhook_url = "env:U"
webhook_token = "env:T"
[agents.clerk]
platform = "omnichannel"
webhook_url = "env:U"
webhook_token = "env:T"
[[routes]]
channel = "site"
agent = "helper"
when_down = "agent"
second_agent = "clerk"
[[routes]]
channel = "bot"
agent = "clerk"
[[routes]]
channel = "gone"
agent = "helper"
"#;

const AFTER: &str = r#"
[channels.site]
platform = "webim"
token = "env:T"
[channels.clerk]
platform = "webim"
token = "env:T"
[agents.bot]
platform = "omnichannel"
webhook_url = "env:U"
webhook_token = "env:T"
[agents.guide]
platform = "omnichannel"
webhook_url = "env:U"
webhook_token = "env:T"
[[routes]]
channel = "site"
agent = "bot"
[[routes]]
channel = "clerk"
agent = "guide"
"#;

/// The routes that lead to no agent.
fn broken(connections: &[Connection]) -> Vec<String> {
    let is_agent = |id: &ConnectionId| {
        let mut agents = connections.iter();
        agents.any(|agent| agent.id == *id && agent.end().role() == Role::Agent)
    };
    let routes = connections
        .iter()
        .filter_map(|channel| Some((channel, channel.route.as_ref()?)));
    let broken = routes.filter(|(_, route)| !Route::agents(route).all(is_agent));
    broken.map(|(channel, _)| channel.id.to_string()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_message_meets_half_a_configuration() {
    let gateway = table(BEFORE).await;
    let direct = store(gateway.dynamodb_url());
    let seen: Arc<Mutex<Vec<Vec<String>>>> = Arc::default();
    let (looks, note) = (direct.clone(), Arc::clone(&seen));
    let proxy = Proxy::watched(
        gateway.dynamodb_url(),
        Box::new(|_, _| Fate::Passed),
        Box::new(move |_| {
            let (looks, note) = (looks.clone(), Arc::clone(&note));
            Box::pin(async move {
                let broken = broken(&connections(&looks).await);
                note.lock().unwrap().push(broken);
            })
        }),
    )
    .await;
    ran(
        &proxy.url,
        AFTER,
        &["apply", "--prune", "--yes", "--at-once"],
    );
    let seen = seen.lock().unwrap().clone();
    assert_eq!(seen.len(), 6, "each write was looked at: {seen:?}");
    assert_eq!(seen.concat(), Vec::<String>::new());
    assert_eq!(connections(&direct).await, configured(AFTER));
    gateway.stop().await;
}

/// A function goes by what it has read for a minute.
#[tokio::test(flavor = "multi_thread")]
async fn agents_go_when_every_function_has_forgotten_the_routes_to_them() {
    let gateway = table(BEFORE).await;
    let store = store(gateway.dynamodb_url());
    let is_there = async |id: &str| {
        let id = id.parse().unwrap();
        store.connection(&id).await.unwrap().is_some()
    };
    let difference = async |configuration: &str| {
        let there = store.connections().await.unwrap();
        Difference::between(&configured(configuration), there, true).unwrap()
    };
    let all = difference(AFTER).await;
    assert!(all.takes_agents());
    let waited = Cell::new(0);
    let forgotten = async || {
        waited.set(waited.get() + 1);
        assert!(is_there("helper").await, "an agent");
        assert!(!is_there("gone").await, "a channel that was answered by it");
        let site = store.connection(&"site".parse().unwrap()).await.unwrap();
        assert_eq!(site.unwrap().route.unwrap().agent.as_str(), "bot");
    };
    write(&store, &all, forgotten).await.unwrap();
    assert_eq!(waited.get(), 1);
    assert!(!is_there("helper").await);
    assert_eq!(connections(&store).await, configured(AFTER));

    // Where no agent goes, nobody waits.
    let guide = "[agents.guide]\nplatform = \"omnichannel\"\nwebhook_url = \"env:U\"";
    assert!(AFTER.contains(guide));
    let changed = AFTER.replace(guide, &guide.replace("env:U", "env:V"));
    let one = difference(&changed).await;
    assert!(!one.takes_agents());
    let forgotten = async || panic!("nothing is to be forgotten");
    write(&store, &one, forgotten).await.unwrap();
    gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_interrupted_runs_it_again() {
    for killed in 0..6 {
        let gateway = table(BEFORE).await;
        let direct = store(gateway.dynamodb_url());
        // From this write on nothing gets through.
        let written = Mutex::new(0);
        let proxy = Proxy::before(
            gateway.dynamodb_url(),
            Box::new(move |operation, _| {
                let mut written = written.lock().unwrap();
                *written += usize::from(matches!(operation, "PutItem" | "DeleteItem"));
                if *written <= killed {
                    return Fate::Passed;
                }
                let message =
                    "User: arn:aws:iam::1:user/eve is not authorized to perform: dynamodb:PutItem";
                Fate::Answered(400, error("AccessDeniedException", message))
            }),
        )
        .await;
        let ended = on(
            &proxy.url,
            AFTER,
            &["apply", "--prune", "--yes", "--at-once"],
        );
        assert_eq!(ended.code, Some(2), "{}", ended.out);
        assert!(ended.err.contains("AccessDeniedException"), "{}", ended.err);
        let count = match killed {
            0 => "; nothing was written. Run it again to write the rest\n".to_owned(),
            _ => format!("; {killed} of 6 changes were written. Run it again to write the rest\n"),
        };
        assert!(ended.err.ends_with(&count), "{}", ended.err);
        assert_eq!(broken(&connections(&direct).await), Vec::<String>::new());

        let endpoint = gateway.dynamodb_url();
        ran(endpoint, AFTER, &["apply", "--prune", "--yes", "--at-once"]);
        assert_eq!(connections(&direct).await, configured(AFTER));
        gateway.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_two_people_change_at_once_stays_as_the_first_left_it() {
    let gateway = table(GOOD).await;
    let direct = store(gateway.dynamodb_url());
    let mut theirs = connections(&direct).await.remove(0);
    assert_eq!(theirs.id.as_str(), "helper");
    theirs.settings = configured(&GOOD.replace("127.0.0.1:1", "127.0.0.1:7"))[0]
        .settings
        .clone();
    // The other one writes between the look and the write.
    let (write, written) = (direct.clone(), theirs.clone());
    let looked = Mutex::new(false);
    let proxy = Proxy::before(
        gateway.dynamodb_url(),
        Box::new(move |operation, _| {
            let mut looked = looked.lock().unwrap();
            if operation == "PutItem" && !std::mem::replace(&mut looked, true) {
                let (write, written) = (write.clone(), written.clone());
                let put = async move { write.put_connection(&written).await.unwrap() };
                tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(put));
            }
            Fate::Passed
        }),
    )
    .await;
    let ended = on(&proxy.url, &changed(), &["apply", "--yes"]);
    assert_eq!(ended.code, Some(2));
    assert_eq!(
        ended.err,
        "error: `helper` was changed by somebody else while this was looked at, and is as they left it; nothing was written. \
         Run it again to see the difference as it is now\n"
    );
    assert_eq!(connections(&direct).await[0], theirs);
    // Not the channel either: it comes after the agent.
    assert_eq!(connections(&direct).await.len(), 3);
    gateway.stop().await;
}
