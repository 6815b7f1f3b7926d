//! The HTTP server under every server simulator: its own port, faults before the handlers, an end on demand.

pub(crate) mod line;

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::faults::{self, Faults, Gate};
use line::{Line, Lines};

/// Opens a listener on `address`, for example `127.0.0.1:0` for any free port.
///
/// # Errors
/// When the address is not one, or is taken.
pub async fn listen(address: &str) -> io::Result<TcpListener> {
    TcpListener::bind(address).await
}

/// A running server. It stops when it is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    serving: Mutex<JoinSet<io::Result<()>>>,
}

impl Server {
    /// Serves `router` on `listener`, behind `faults`.
    ///
    /// `retry_form` is how this platform says "later" in a 429.
    pub(crate) fn start(
        listener: TcpListener,
        router: Router,
        faults: Arc<Faults>,
        retry_form: faults::RetryForm,
    ) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let stop = watch::Sender::new(false);
        let gate = Gate {
            faults,
            retry_form,
            stopping: stop.subscribe(),
        };
        let service = router
            .layer(axum::middleware::from_fn_with_state(gate, faults::apply))
            .into_make_service_with_connect_info::<Line>();
        let mut stopping = stop.subscribe();
        let mut serving = JoinSet::new();
        serving.spawn(async move {
            axum::serve(Lines(listener), service)
                .with_graceful_shutdown(async move {
                    // A dropped sender means the same as a sent word: the owner is gone.
                    if stopping.wait_for(|stop| *stop).await.is_err() {
                        tracing::trace!("the simulator was dropped");
                    }
                })
                .await
        });
        Ok(Self {
            address,
            stop,
            serving: Mutex::new(serving),
        })
    }

    pub(crate) fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Takes no new connections, lets the answers under way end, and frees the port.
    pub(crate) async fn stop(&self) {
        self.stop.send_replace(true);
        let mut serving =
            std::mem::take(&mut *self.serving.lock().unwrap_or_else(PoisonError::into_inner));
        while let Some(ended) = serving.join_next().await {
            match ended {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::error!(%error, "a simulator's server failed"),
                Err(error) => tracing::error!(%error, "a simulator's server was aborted"),
            }
        }
    }
}
