//! The table that a command works on: a deployment's on AWS, an emulator's, or that in a gateway's file.

use std::path::PathBuf;

use shared::app::App;
use shared::connections::Secrets;
use shared::delivery::retry::Retry;
use shared::http::Http;
use shared::store::Store;
use shared::store::client::{Access, client};

use super::{Failure, line};
use crate::gateway::{Data, Embedded, TABLE};

#[derive(Debug, clap::Args)]
#[group(skip)]
pub(super) struct Arguments {
    /// The file of a gateway, as `switchboard run` keeps it
    #[arg(long, value_name = "FILE", conflicts_with = "endpoint")]
    data: Option<PathBuf>,
    /// The table: TableName of the deployment. Region and credentials come from AWS_REGION, AWS_ACCESS_KEY_ID,
    /// AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN
    #[arg(long, value_name = "NAME", conflicts_with = "data")]
    table: Option<String>,
    /// Another DynamoDB than that of AWS: an emulator, which takes any credentials
    #[arg(long, value_name = "URL")]
    endpoint: Option<String>,
}

/// A table that is open.
pub(super) struct Table {
    /// What handlers share, with no secrets but the environment's.
    pub(super) app: App,
    /// Whether a gateway or a deployment may be running on it, so that what is written here is delivered soon.
    pub(super) is_file: bool,
    /// Whether it is on AWS, where the environment of functions is the deployment's.
    pub(super) is_on_aws: bool,
    embedded: Option<Embedded>,
}

impl Arguments {
    /// Whether they name a table.
    pub(super) fn is_given(&self) -> bool {
        self.data.is_some() || self.table.is_some() || self.endpoint.is_some()
    }

    /// Opens it.
    pub(super) async fn open(&self) -> Result<Table, Failure> {
        let http = Http::new().map_err(line)?;
        let (access, embedded) = match (&self.data, &self.endpoint) {
            (Some(path), _) => {
                // It would be made, empty, and nothing in it would look like everything is well.
                if !path.exists() {
                    return Err(format!("there is no file {}", path.display()));
                }
                let (embedded, _) = Embedded::start(&Data::File(path.clone()))
                    .await
                    .map_err(|reason| format!("{} cannot be used: {reason}", path.display()))?;
                (Access::emulator(embedded.url()), Some(embedded))
            }
            (None, Some(endpoint)) => (Access::emulator(endpoint), None),
            (None, None) if self.table.is_none() => {
                return Err(
                    "which table? --data FILE is that of a gateway, --table NAME that of a deployment"
                        .to_owned(),
                );
            }
            (None, None) => (Access::from_environment()?, None),
        };
        let name = self.table.as_deref().unwrap_or(TABLE);
        let store = Store::new(client(&http, &access), name);
        let secrets = Secrets::from_environment(&http)?;
        Ok(Table {
            app: App::new(store, http, secrets, Retry::default()),
            is_file: embedded.is_some(),
            is_on_aws: embedded.is_none() && self.endpoint.is_none(),
            embedded,
        })
    }
}

impl Table {
    /// The table, for reading all of it and for many writes.
    pub(super) fn patient(&self) -> Store {
        self.app.store.patient()
    }

    /// Lets go of it.
    pub(super) async fn close(self) {
        if let Some(mut embedded) = self.embedded {
            embedded.stop().await;
        }
    }
}
