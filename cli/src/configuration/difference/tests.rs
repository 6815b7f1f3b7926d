//! What is written, in which order, and that no message meets half of it.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::sample::Index;

use super::*;
use crate::configuration::parse;

/// A table as a model: what each connection is.
type Table = BTreeMap<ConnectionId, Connection>;

fn kept(table: &Table) -> Vec<Kept> {
    let connections = table.values().cloned();
    connections
        .map(|connection| Kept::holding(connection).unwrap())
        .collect()
}

fn table(connections: Vec<Connection>) -> Table {
    let by_id = |connection: Connection| (connection.id.clone(), connection);
    connections.into_iter().map(by_id).collect()
}

/// What DynamoDB does with a change.
fn write(table: &mut Table, change: &Change) {
    match change {
        Change::Add(connection) | Change::Replace { connection, .. } => {
            table.insert(connection.id.clone(), connection.clone());
        }
        Change::Remove(was) => {
            table.remove(&was.id);
        }
    }
}

/// Every route leads to an agent that is there.
fn assert_whole(table: &Table) {
    for channel in table.values() {
        for agent in channel.route.iter().flat_map(Route::agents) {
            let found = table.get(agent).map(|agent| agent.end().role());
            assert_eq!(
                found,
                Some(Role::Agent),
                "{}: {agent}: {table:?}",
                channel.id
            );
        }
    }
}

/// What an id stands for, in one configuration.
#[derive(Debug, Clone)]
enum Stands {
    Nothing,
    Agent { task: u8 },
    Channel { first: Index, second: Option<Index> },
}

fn stands() -> impl Strategy<Value = Stands> {
    prop_oneof![
        2 => Just(Stands::Nothing),
        3 => (0..2_u8).prop_map(|task| Stands::Agent { task }),
        3 => (any::<Index>(), any::<Option<Index>>())
            .prop_map(|(first, second)| Stands::Channel { first, second }),
    ]
}

/// A configuration of some of seven ids; at least one of them is an agent.
fn configuration() -> impl Strategy<Value = Table> {
    prop::collection::vec(stands(), 7).prop_map(|mut ids| {
        if !ids.iter().any(|id| matches!(id, Stands::Agent { .. })) {
            ids[3] = Stands::Agent { task: 0 };
        }
        let agents: Vec<usize> = (0..ids.len())
            .filter(|at| matches!(ids[*at], Stands::Agent { .. }))
            .collect();
        let connections = ids.iter().enumerate().filter_map(|(at, stands)| {
            let connection = match stands {
                Stands::Nothing => return None,
                Stands::Agent { task } => serde_json::json!({"id": format!("c{at}"), "settings": {
                    "platform": "selarti-agent", "url": "https://selarti.example", "token": "env:TOKEN",
                    "task_id": task.to_string(), "webhook_token": "env:HOOK"}}),
                Stands::Channel { first, second } => {
                    let agent = |index: &Index| format!("c{}", index.get(&agents));
                    let first = agent(first);
                    let second = second.as_ref().map(agent).filter(|second| *second != first);
                    let when_down = if second.is_some() { "agent" } else { "wait" };
                    serde_json::json!({"id": format!("c{at}"),
                        "settings": {"platform": "webim-v1-channel", "token": "env:TOKEN"},
                        "route": {"agent": first, "second_agent": second, "when_down": when_down}})
                }
            };
            Some(serde_json::from_value(connection).unwrap())
        });
        table(connections.collect())
    })
}

/// All changes in the order of their groups; within a group in any order, as when they are written at once.
fn some_order(difference: &Difference, order: &[Index]) -> Vec<usize> {
    let mut order = order.iter().cycle();
    let mut written = Vec::new();
    for group in difference.groups() {
        let mut group = group.changes;
        while !group.is_empty() {
            let at = order.next().unwrap().index(group.len());
            let change = group.swap_remove(at);
            let at = difference
                .changes
                .iter()
                .position(|known| known.id() == change.id());
            written.push(at.unwrap());
        }
    }
    written
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn at_every_write_each_route_leads_to_an_agent(
        (was, wanted) in (configuration(), configuration()),
        prune: bool,
        order in prop::collection::vec(any::<Index>(), 1..20),
        killed in any::<Index>(),
    ) {
        let configured: Vec<Connection> = wanted.values().cloned().collect();
        let difference = match Difference::between(&configured, kept(&was), prune) {
            Ok(difference) => difference,
            Err(stranded) => {
                prop_assert!(!prune);
                let channel = &was[&stranded.channel];
                prop_assert!(!wanted.contains_key(&channel.id));
                prop_assert!(channel.route.as_ref().unwrap().agents().any(|agent| *agent == stranded.agent));
                prop_assert_eq!(wanted[&stranded.agent].end().role(), Role::Channel);
                return Ok(());
            }
        };
        let mut whole = was.clone();
        let order_of_writes = some_order(&difference, &order);
        prop_assert_eq!(order_of_writes.len(), difference.changes.len());
        let killed = killed.index(order_of_writes.len() + 1);
        let mut cut = was.clone();
        for (number, at) in order_of_writes.into_iter().enumerate() {
            write(&mut whole, &difference.changes[at]);
            assert_whole(&whole);
            if number < killed {
                cut = whole.clone();
            }
        }
        for connection in &configured {
            prop_assert_eq!(whole.get(&connection.id), Some(connection));
        }
        for (id, connection) in &was {
            if !wanted.contains_key(id) {
                prop_assert_eq!(whole.get(id), (!prune).then_some(connection));
            }
        }
        // Whoever was interrupted runs it again.
        let rest = Difference::between(&configured, kept(&cut), prune).unwrap();
        for at in some_order(&rest, &order) {
            write(&mut cut, &rest.changes[at]);
            assert_whole(&cut);
        }
        prop_assert_eq!(cut, whole.clone());
        prop_assert!(Difference::between(&configured, kept(&whole), prune).unwrap().is_none());
    }
}

const FILE: &str = r#"
[channels.site]
platform = "webim"
token = "env:SITE_TOKEN"

[agents.helper]
platform = "selarti"
url = "https://selarti.example"
token = "env:SELARTI_TOKEN"
task_id = "7"
webhook_token = "env:HOOK"

[[routes]]
channel = "site"
agent = "helper"
"#;

fn read(text: &str) -> Vec<Connection> {
    parse(text, "test.toml").unwrap().connections
}

/// What changes from [`FILE`] to the same with one thing changed.
fn changed(from: &str, to: &str) -> Vec<(String, String, String)> {
    assert!(FILE.contains(from), "{from}");
    let there = kept(&table(read(FILE)));
    let configured = read(&FILE.replacen(from, to, 1));
    let difference = Difference::between(&configured, there, false).unwrap();
    let shown = |literal: Option<Literal>| literal.map_or_else(String::new, |is| is.to_string());
    let keys = difference
        .changes
        .iter()
        .flat_map(|change| change.keys().unwrap());
    keys.map(|change| (change.key, shown(change.from), shown(change.to)))
        .collect()
}

#[test]
fn a_change_names_the_keys_and_what_they_were() {
    let change = |key: &str, from: &str, to: &str| (key.to_owned(), from.to_owned(), to.to_owned());
    assert_eq!(changed("\"7\"", "\"7\""), []);
    assert_eq!(
        changed("\"7\"", "\"8\""),
        [change("task_id", "\"7\"", "\"8\"")]
    );
    assert_eq!(
        changed("token = \"env:SELARTI_TOKEN\"", "api_key = \"env:KEY\""),
        [
            change("api_key", "", "\"env:KEY\""),
            change("token", "\"env:SELARTI_TOKEN\"", ""),
        ]
    );
    assert_eq!(
        changed("agent = \"helper\"", "agent = \"helper\"\nsettle_ms = 250"),
        [change("route.settle_ms", "400", "250")]
    );
    // What a default is, is not written in the file, and is a change all the same.
    assert_eq!(
        changed("task_id = \"7\"", "task_id = \"7\"\nin_doubt = \"lose\""),
        [change("in_doubt", "\"repeat\"", "\"lose\"")]
    );
    assert_eq!(
        changed(
            "token = \"env:SITE_TOKEN\"",
            "version = \"2.0\"\nurl = \"https://webim.example\"\ntoken = \"env:SITE_TOKEN\"\nwebhook_token = \"env:HOOK\""
        ),
        [
            change("duplicate_window", "5", ""),
            change("in_doubt", "", "\"repeat\""),
            change("url", "", "\"https://webim.example\""),
            change("version", "\"1.0\"", "\"2.0\""),
            change("webhook_token", "", "\"env:HOOK\""),
        ]
    );
}

/// The configuration says that a URL may have a query, and some put a key there, or before the host.
#[test]
fn what_may_be_a_key_in_a_url_is_not_shown() {
    let portal = |url: &str| {
        let section = format!("platform = \"selarti\"\ntask_id = \"?\"\nurl = \"{url}\"\n");
        read(&FILE.replace("platform = \"webim\"\n", &section))
    };
    for (from, to, shown) in [
        (
            "https://a.example/hook?key=hunter2",
            "https://a.example/hook?key=hunter3",
            "\"https://a.example/hook?…\"",
        ),
        (
            "https://eve:hunter2@a.example",
            "https://eve:hunter3@a.example",
            "\"https://…@a.example\"",
        ),
        (
            "https://eve:hunter2@a.example/b@c",
            "https://eve:hunter3@a.example/b@c",
            "\"https://…@a.example/b@c\"",
        ),
    ] {
        let there = kept(&table(portal(from)));
        let difference = Difference::between(&portal(to), there, false).unwrap();
        let keys: Vec<_> = difference
            .changes
            .iter()
            .flat_map(|change| change.keys().unwrap())
            .collect();
        let [change] = &keys[..] else {
            panic!("{difference:?}");
        };
        assert_eq!(change.from, change.to);
        assert_eq!(change.to.as_ref().unwrap().to_string(), shown);
    }
}

#[test]
fn what_is_not_in_the_file_stays_unless_it_is_pruned() {
    let there = || {
        let mut there = table(read(FILE));
        let mut old = there[&"site".parse().unwrap()].clone();
        old.id = "old".parse().unwrap();
        there.insert(old.id.clone(), old);
        kept(&there)
    };
    let left = Difference::between(&read(FILE), there(), false).unwrap();
    assert!(left.is_none());
    assert_eq!(left.unchanged, 2);
    assert_eq!(left.left, ["old".parse().unwrap()]);
    let pruned = Difference::between(&read(FILE), there(), true).unwrap();
    assert!(pruned.left.is_empty());
    assert!(matches!(&pruned.changes[..], [Change::Remove(old)] if old.id.as_str() == "old"));
}

#[test]
fn a_channel_that_stays_does_not_lose_its_agent() {
    let there = kept(&table(read(FILE)));
    let configured = read(
        &FILE
            .replace("channels.site", "channels.helper")
            .replace("channel = \"site\"", "channel = \"helper\"")
            .replace("agents.helper", "agents.other")
            .replace("agent = \"helper\"", "agent = \"other\""),
    );
    let said = Difference::between(&configured, there, false)
        .unwrap_err()
        .to_string();
    assert_eq!(
        said,
        "the table's channel `site`, which is not in the file, is answered by the agent `helper`, which the file makes a channel: \
         give that another id, or remove `site` with --prune"
    );
}
