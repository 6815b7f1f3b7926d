//! What a function has for as long as its process lives.

use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::connections::{Connections, Secrets};
use crate::delivery::outages::Outages;
use crate::delivery::outside::Tokens;
use crate::delivery::retry::Retry;
use crate::files::Files;
use crate::http::Http;
use crate::store::Store;
use crate::store::client::{Access, client};

/// Everything that handlers share.
#[derive(Debug)]
pub struct App {
    /// The table.
    pub store: Store,
    /// The way out.
    pub http: Http,
    /// The connections, as the table has them.
    pub connections: Connections,
    /// The secrets that they refer to.
    pub secrets: Secrets,
    /// Tokens that were exchanged for secrets.
    pub tokens: Tokens,
    /// Which agents are down, as this process knows.
    pub outages: Outages,
    /// Where files are kept that have no URL of their own; not every function has to do with such.
    pub files: Option<Arc<dyn Files>>,
    /// One file at a time is held in memory, however many conversations are worked on.
    pub one_file: Semaphore,
    /// When failed messages are tried again.
    pub retry: Retry,
}

impl App {
    /// Puts it together.
    pub fn new(store: Store, http: Http, secrets: Secrets, retry: Retry) -> Self {
        Self {
            connections: Connections::new(store.clone()),
            store,
            http,
            secrets,
            tokens: Tokens::default(),
            outages: Outages::default(),
            files: None,
            one_file: Semaphore::new(1),
            retry,
        }
    }

    /// With a place for files.
    #[must_use]
    pub fn with_files(mut self, files: Arc<dyn Files>) -> Self {
        self.files = Some(files);
        self
    }

    /// As a function on Lambda: the table is named by `TABLE_NAME`, the secrets by `SECRET_NAME`, the rest by Lambda's own variables.
    ///
    /// # Errors
    /// What is missing in the environment.
    pub fn from_environment() -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        let table = std::env::var("TABLE_NAME")
            .ok()
            .filter(|table| !table.is_empty())
            .ok_or("the environment variable TABLE_NAME is not set; the template sets it to the table's name")?;
        let http = Http::new()?;
        let secrets = Secrets::from_environment(&http)?;
        let store = Store::new(client(&http, &Access::from_environment()?), table);
        Ok(Self::new(store, http, secrets, Retry::default()))
    }
}
