//! The whole deployment in one process: API Gateway's part in front of the functions' own handlers, an embedded DynamoDB,
//! and the stream that wakes `redeliver`. Its routes, filters and time limits are those of `template.yaml`.
//!
//! * [`api`] is the API, [`invocations`] the functions' processes, [`template`] what is read of the template.
//! * [`database`] is the embedded DynamoDB, [`stream`] plays its stream, [`retention`] gives that an end, and [`connections`]
//!   writes the configuration into the table.

mod api;
mod connections;
mod database;
mod files;
mod invocations;
mod retention;
mod stream;
mod template;

#[cfg(test)]
mod tests;

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use shared::app::App;
use shared::connections::Secrets;
use shared::delivery::retry::Retry;
use shared::http::Http;
use shared::store::client::{Access, client};
use shared::store::{Store, StoreError};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

pub use database::Data;
pub(crate) use database::Embedded;

use crate::configuration::Configuration;
use invocations::Invocations;
use stream::Stream;
use template::Template;

/// The table's name in an embedded DynamoDB.
pub const TABLE: &str = "switchboard";

/// The shortest time for an invocation: `redeliver` keeps four seconds of it for itself.
const SHORTEST_INVOCATION: Duration = Duration::from_secs(5);

/// What a gateway is made of.
#[derive(Debug)]
pub struct Options {
    /// The connections. Those in the table that are not among them are removed from it.
    pub configuration: Configuration,
    /// The secrets that they refer to.
    pub secrets: Secrets,
    /// Where webhooks come in.
    pub listener: TcpListener,
    /// Where the table is kept. Default: in memory.
    pub data: Data,
    /// Where agents and people reach this gateway from outside, for the URLs of files. Default: where it listens.
    pub public_url: Option<String>,
    /// When failed messages are tried again. Default: as on AWS.
    pub retry: Retry,
    /// How long the stream gathers changes before it invokes `redeliver`: the step of the retry clock. Default: 1 s.
    pub stream_window: Duration,
    /// How long an invocation may take, where the template does not allow less; at least 5 s. Default: 29 s.
    pub invocation: Duration,
}

impl Options {
    /// With the defaults for the rest.
    pub fn new(configuration: Configuration, secrets: Secrets, listener: TcpListener) -> Self {
        Self {
            configuration,
            secrets,
            listener,
            data: Data::Memory,
            public_url: None,
            retry: Retry::default(),
            stream_window: Duration::from_secs(1),
            invocation: Duration::from_secs(29),
        }
    }
}

/// Why a gateway does not start.
#[derive(Debug)]
pub enum Error {
    /// The data cannot be opened, or is of another program.
    Data {
        /// Which.
        data: Data,
        /// Why.
        reason: String,
    },
    /// The folder for files cannot be used.
    Files(io::Error),
    /// The embedded DynamoDB does not do what it has to.
    Store(StoreError),
    /// The connections cannot be written into it.
    Connections(String),
    /// The stream cannot be played.
    Stream(String),
    /// The template is not as the gateway needs it: a mistake of the build.
    Template(String),
    /// There is no HTTP client: a mistake of the build.
    Http(String),
    /// The listener is of no use.
    Listener(io::Error),
    /// [`Options::invocation`] is too short.
    Invocation(Duration),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Data { data, reason } => write!(f, "the data in {data} cannot be used: {reason}"),
            Self::Files(error) => write!(f, "the folder for files: {error}"),
            Self::Store(error) => write!(f, "the embedded DynamoDB: {error}"),
            Self::Connections(reason) => {
                write!(f, "the connections in the embedded DynamoDB: {reason}")
            }
            Self::Stream(reason) | Self::Template(reason) => f.write_str(reason),
            Self::Http(reason) => write!(f, "the HTTP client: {reason}"),
            Self::Listener(error) => write!(f, "the listener: {error}"),
            Self::Invocation(given) => write!(
                f,
                "an invocation of {given:?} is too short; it takes {SHORTEST_INVOCATION:?} or more"
            ),
        }
    }
}

impl std::error::Error for Error {}

/// A running gateway. Dropped, it ends as a killed process does: at once, with nothing finished.
#[derive(Debug)]
pub struct Gateway {
    app: Arc<App>,
    address: SocketAddr,
    embedded: Embedded,
    invocations: Arc<Invocations>,
    invocation: Duration,
    phase: watch::Sender<Phase>,
    tasks: JoinSet<()>,
    _files: files::At,
}

impl Gateway {
    /// Starts one. When this returns it answers.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn start(options: Options) -> Result<Self, Error> {
        let Options {
            configuration,
            secrets,
            listener,
            data,
            public_url,
            retry,
            stream_window,
            invocation,
        } = options;
        if invocation < SHORTEST_INVOCATION {
            return Err(Error::Invocation(invocation));
        }
        let template = Template::embedded().map_err(|error| Error::Template(error.to_string()))?;
        let address = listener.local_addr().map_err(Error::Listener)?;
        let http = Http::new().map_err(|error| Error::Http(error.to_string()))?;
        let kept_beside = data.clone();
        let (embedded, database) = Embedded::start(&data)
            .await
            .map_err(|reason| Error::Data { data, reason })?;
        let store = Store::new(client(&http, &Access::emulator(embedded.url())), TABLE);
        store.create_table().await.map_err(Error::Store)?;
        connections::replace(&store, &configuration.connections)
            .await
            .map_err(Error::Connections)?;

        let public_url = public_url.unwrap_or_else(|| format!("http://{address}"));
        let (folder, at) = files::folder(&kept_beside, &public_url).map_err(Error::Files)?;
        let app = App::new(store, http, secrets, retry).with_files(Arc::clone(&folder) as _);
        let app = Arc::new(app);
        let invocations = Arc::new(Invocations::default());
        let phase = watch::Sender::new(Phase::Serving);
        let router = api::router(
            &template.routes,
            &app,
            &invocations,
            invocation,
            &phase.subscribe(),
        )?
        .merge(files::router(folder));
        let stream = Stream::start(
            Arc::clone(&app),
            database,
            template.trigger,
            Arc::clone(&invocations),
            invocation,
        )
        .await
        .map_err(Error::Stream)?;

        let mut tasks = JoinSet::new();
        tasks.spawn(stream.run(stream_window, reached(phase.subscribe(), Phase::Draining)));
        let stopped = reached(phase.subscribe(), Phase::Stopping);
        tasks.spawn(async move {
            let serving = axum::serve(listener, router).with_graceful_shutdown(stopped);
            if let Err(error) = serving.await {
                tracing::error!(reason = %error, "the API failed");
            }
        });
        Ok(Self {
            app,
            address,
            embedded,
            invocations,
            invocation,
            phase,
            tasks,
            _files: at,
        })
    }

    /// Where it listens: `http://127.0.0.1:3000`, without a slash at the end.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What its handlers share: the table, the connections, the secrets.
    pub fn app(&self) -> &Arc<App> {
        &self.app
    }

    /// The endpoint of the embedded DynamoDB; the table there is [`TABLE`].
    pub fn dynamodb_url(&self) -> &str {
        self.embedded.url()
    }

    /// Takes nothing more from channels, finishes what is in flight, and closes the table. What is not done after the time
    /// of an invocation is cut off, and redelivered by the next gateway.
    pub async fn stop(mut self) {
        let finished = async {
            self.phase.send_replace(Phase::Draining);
            self.invocations.finish().await;
            self.phase.send_replace(Phase::Stopping);
            while self.tasks.join_next().await.is_some() {}
            self.invocations.finish().await;
        };
        if tokio::time::timeout(self.invocation, finished)
            .await
            .is_err()
        {
            tracing::warn!("what was in flight took too long and is cut off");
            self.tasks.abort_all();
            self.invocations.abort();
        }
        if tokio::time::timeout(CLOSE, self.embedded.stop())
            .await
            .is_err()
        {
            tracing::warn!("the embedded DynamoDB took too long to end and is cut off");
        }
    }
}

/// How long the embedded DynamoDB may take to end: its requests take milliseconds.
const CLOSE: Duration = Duration::from_secs(5);

/// What a gateway does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    /// Everything.
    Serving,
    /// It finishes what is in flight. That may wait for an agent, so agents are still let in.
    Draining,
    /// It lets nobody in.
    Stopping,
}

/// Returns when `wanted` is reached, or when whoever could say so is gone.
async fn reached(mut phase: watch::Receiver<Phase>, wanted: Phase) {
    if phase.wait_for(|phase| *phase >= wanted).await.is_err() {
        tracing::debug!("the gateway was dropped");
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        self.invocations.abort();
    }
}
