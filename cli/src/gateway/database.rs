//! The embedded DynamoDB: dynoxide, which keeps its tables in SQLite, behind a port of its own on the loopback interface.

use std::fmt;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use dynoxide::Database;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use super::retention;

/// Where the table is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Data {
    /// In memory: gone with the process.
    Memory,
    /// In a file, which is made if it is not there.
    File(PathBuf),
}

impl fmt::Display for Data {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Memory => f.write_str(":memory:"),
            Self::File(path) => path.display().fmt(f),
        }
    }
}

/// A database in memory under a name of its own, which a second connection of this process can open too.
pub(super) fn in_memory() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    format!("file:/switchboard-{number}?vfs=memdb")
}

/// A running embedded DynamoDB. Dropped, it is gone at once; what was answered is kept.
#[derive(Debug)]
pub(crate) struct Embedded {
    url: String,
    stop: Option<oneshot::Sender<()>>,
    serving: JoinSet<Result<(), String>>,
}

impl Embedded {
    /// Opens the data and serves it.
    ///
    /// # Errors
    /// Why the data cannot be opened, or no port could be had.
    pub(crate) async fn start(data: &Data) -> Result<(Self, Database), String> {
        let path = match data {
            Data::Memory => in_memory(),
            Data::File(path) => path.to_str().ok_or("the path is not UTF-8")?.to_owned(),
        };
        let database = Database::new(&path).map_err(|error| error.to_string())?;
        retention::limit(&path, retention::KEPT).map_err(|error| error.to_string())?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .map_err(|error| error.to_string())?;
        let address = listener.local_addr().map_err(|error| error.to_string())?;
        let (stop, stopped) = oneshot::channel();
        let mut serving = JoinSet::new();
        serving.spawn(dynoxide::server::serve_with_shutdown(
            listener,
            database.clone(),
            async move {
                if stopped.await.is_err() {
                    tracing::debug!("the embedded DynamoDB was dropped");
                }
            },
        ));
        let embedded = Self {
            url: format!("http://{address}"),
            stop: Some(stop),
            serving,
        };
        Ok((embedded, database))
    }

    /// Its endpoint.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Finishes the requests that are being answered, and ends.
    pub(crate) async fn stop(&mut self) {
        if let Some(stop) = self.stop.take()
            && stop.send(()).is_err()
        {
            tracing::debug!("the embedded DynamoDB had ended");
        }
        while let Some(ended) = self.serving.join_next().await {
            match ended {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::error!(reason = error, "the embedded DynamoDB failed"),
                Err(error) => tracing::error!(reason = %error, "the embedded DynamoDB failed"),
            }
        }
    }
}
