//! An embedded DynamoDB with one table for each test.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use shared::http::Http;
use shared::model::ConversationKey;
use shared::store::client::{Access, client};
use shared::store::{Item, Store};
use tokio::sync::oneshot;

use crate::wire::Wire;

const TABLE: &str = "switchboard";

thread_local! {
    /// A test has a thread, and so a server, of its own: with one for all they would wait for each other.
    static SERVER: Server = Server::start();
}

/// It ends with the value.
struct Server {
    address: SocketAddr,
    _running: oneshot::Sender<()>,
}

impl Server {
    fn start() -> Self {
        let (tell, address) = mpsc::channel();
        let (running, ended) = oneshot::channel::<()>();
        // On a thread of its own: a test blocks its own runtime where it likes.
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
                let address = listener.local_addr().unwrap();
                let database = dynoxide::Database::memory().unwrap();
                tell.send(address).unwrap();
                // The sender is dropped, never used.
                let ended = async { drop(ended.await) };
                dynoxide::server::serve_with_shutdown(listener, database, ended)
                    .await
                    .unwrap();
            });
        });
        Self {
            address: address.recv().unwrap(),
            _running: running,
        }
    }
}

/// A store on the table, and the wire that leads there.
///
/// The client is the production one but for its patience: on a busy machine an attempt must not be made anew, because
/// some results say so.
pub(crate) async fn store() -> (Store, Wire) {
    let (store, wire) = store_named(TABLE);
    store.create_table().await.unwrap();
    (store, wire)
}

/// A store on a table that need not be there.
pub(crate) fn store_named(table: &str) -> (Store, Wire) {
    let wire = Wire::default();
    let access = Access::emulator(format!("http://{}", SERVER.with(|server| server.address)));
    let production = client(&Http::new().unwrap(), &access);
    let config = production
        .config()
        .to_builder()
        .interceptor(wire.clone())
        .retry_config(
            RetryConfig::standard()
                .with_max_attempts(3)
                .with_initial_backoff(Duration::from_millis(1)),
        )
        .timeout_config(
            TimeoutConfig::builder()
                .operation_attempt_timeout(Duration::from_secs(60))
                .build(),
        )
        .build();
    (Store::new(Client::from_conf(config), table), wire)
}

/// A conversation that no other test has.
pub(crate) fn fresh_key() -> ConversationKey {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    ConversationKey {
        channel: format!("shop-{number}").parse().unwrap(),
        chat: format!("chat#{number}").parse().unwrap(),
    }
}

/// The item as the table has it, without the store's reading of it.
pub(crate) async fn raw_item(store: &Store, pk: &str) -> Option<Item> {
    use aws_sdk_dynamodb::types::AttributeValue;
    let output = store
        .client()
        .get_item()
        .table_name(store.table())
        .key("pk", AttributeValue::S(pk.to_owned()))
        .key("sk", AttributeValue::S("-".to_owned()))
        .consistent_read(true)
        .send()
        .await
        .unwrap();
    output.item
}

/// Writes an item as it is.
pub(crate) async fn put_raw(store: &Store, pk: &str, mut item: Item) {
    use aws_sdk_dynamodb::types::AttributeValue;
    item.insert("pk".to_owned(), AttributeValue::S(pk.to_owned()));
    item.insert("sk".to_owned(), AttributeValue::S("-".to_owned()));
    store
        .client()
        .put_item()
        .table_name(store.table())
        .set_item(Some(item))
        .send()
        .await
        .unwrap();
}
