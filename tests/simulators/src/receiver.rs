//! For the simulators' own tests: a webhook that notes what it receives and answers as it is told.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use crate::client::{Answer, Client};
use crate::faults::Faults;
use crate::log::Log;
use crate::server::{Server, listen};

/// Long enough for anything that is going to happen.
pub(crate) const SOON: Duration = Duration::from_secs(20);

type Received = Arc<Log<(HeaderMap, Value)>>;
type Respond = Arc<dyn Fn(&Value) -> (u16, String) + Send + Sync>;

pub(crate) struct Receiver {
    server: Server,
    pub(crate) faults: Arc<Faults>,
    pub(crate) received: Received,
}

impl fmt::Debug for Receiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver").finish_non_exhaustive()
    }
}

impl Receiver {
    pub(crate) async fn start(
        respond: impl Fn(&Value) -> (u16, String) + Send + Sync + 'static,
    ) -> Self {
        let received = Arc::new(Log::default());
        let respond: Respond = Arc::new(respond);
        let router = Router::new()
            .fallback(receive)
            .with_state((Arc::clone(&received), respond));
        let faults = Arc::new(Faults::default());
        let listener = listen("127.0.0.1:0").await.unwrap();
        let server = Server::start(listener, router, Arc::clone(&faults), |_| json!({})).unwrap();
        Self {
            server,
            faults,
            received,
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("{}/hook", self.server.base_url())
    }

    pub(crate) fn bodies(&self) -> Vec<Value> {
        self.received
            .all()
            .into_iter()
            .map(|(_, body)| body)
            .collect()
    }
}

async fn receive(
    State((received, respond)): State<(Received, Respond)>,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, String) {
    let body = serde_json::from_slice(&body).unwrap();
    let (status, answer) = respond(&body);
    received.push((headers, body));
    (StatusCode::from_u16(status).unwrap(), answer)
}

/// Posts JSON as a client of a platform would.
pub(crate) async fn post(url: &str, headers: &[(&'static str, String)], body: &Value) -> Answer {
    Client::new(SOON)
        .unwrap()
        .post(url, headers, body)
        .await
        .unwrap()
}
