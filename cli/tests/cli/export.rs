//! `switchboard export`: what it prints is a configuration that changes nothing.

use std::collections::HashMap;

use shared::connections::Secrets;
use switchboard::configuration::{Configuration, parse};
use switchboard::gateway::{Gateway, Options, TABLE};
use tokio::net::TcpListener;

use crate::messages::{text, written};
use crate::process::{failure, run};

/// A connection to each end, with all that the example says.
const EXAMPLE: &str = include_str!("../../../switchboard.example.toml");

async fn gateway(configuration: Configuration) -> Gateway {
    let options = Options::new(
        configuration,
        Secrets::with(HashMap::new()),
        TcpListener::bind("127.0.0.1:0").await.unwrap(),
    );
    Gateway::start(options).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_exported_is_applied_without_a_difference() {
    let configuration = parse(EXAMPLE, "example").unwrap();
    let gateway = gateway(configuration.clone()).await;
    let table = ["--table", TABLE, "--endpoint", gateway.dynamodb_url()];
    let export = [&["export"][..], &table].concat();
    let exported = tokio::task::block_in_place(|| run(&export, &[]));
    assert_eq!((exported.code, exported.err.as_str()), (Some(0), ""));
    assert_eq!(parse(&exported.out, "exported").unwrap(), configuration);

    let (_folder, file) = written(&exported.out);
    let diff = [&["diff", text(&file), "--prune"][..], &table].concat();
    let diff = tokio::task::block_in_place(|| run(&diff, &[]));
    let count = configuration.connections.len();
    let expected = format!("0 new, 0 changed, 0 to be removed, {count} as they should be.\n");
    assert_eq!((diff.code, diff.out), (Some(0), expected));
    gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_without_connections_is_no_configuration() {
    let gateway = gateway(Configuration::default()).await;
    let export = [
        "export",
        "--table",
        TABLE,
        "--endpoint",
        gateway.dynamodb_url(),
    ];
    let said = tokio::task::block_in_place(|| failure(&export, &[]));
    assert_eq!(said, "there are no connections in the table");
    gateway.stop().await;
}
