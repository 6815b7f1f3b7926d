//! The HTTP API before the functions.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{Response, StatusCode};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::time::timeout;

use super::event::{answer, event, message};
use super::function::{Failed, Function};
use super::route::Template;
use crate::faults::Faults;
use crate::server::Server;

/// How long an HTTP API waits for a function.
const PATIENCE: Duration = Duration::from_secs(30);
/// The largest request that it takes.
const LARGEST: usize = 10 * 1024 * 1024;

/// Which function answers which requests.
#[derive(Clone, Debug)]
pub struct Route {
    /// `POST`, or `ANY`.
    pub method: String,
    /// `/telegram/{connection}`; `{name+}` takes the rest.
    pub path_template: String,
    /// Who answers.
    pub function: Arc<Function>,
    /// The function's own time limit.
    pub timeout: Duration,
}

/// A running simulated HTTP API.
#[derive(Debug)]
pub struct HttpApi {
    server: Server,
    faults: Arc<Faults>,
}

struct Routes(Vec<(Template, Route)>);

impl HttpApi {
    /// Serves `routes` on `listener`. Must be called within a Tokio runtime.
    ///
    /// # Errors
    /// When the listener cannot be used.
    pub fn start(listener: TcpListener, routes: Vec<Route>) -> io::Result<Self> {
        let routes = routes
            .into_iter()
            .map(|route| (Template::new(&route.method, &route.path_template), route))
            .collect();
        let router = Router::new()
            .fallback(handle)
            .with_state(Arc::new(Routes(routes)));
        let faults = Arc::new(Faults::default());
        // The API throttles with this message and no time.
        let server = Server::start(
            listener,
            router,
            Arc::clone(&faults),
            |_| json!({"message": "Too Many Requests"}),
        )?;
        Ok(Self { server, faults })
    }

    /// Where it is: `http://127.0.0.1:port`, without a slash at the end.
    #[must_use]
    pub fn base_url(&self) -> String {
        self.server.base_url()
    }

    /// What goes wrong before the functions. An endpoint is the last segment of a path.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.faults
    }

    /// Finishes the answers under way and frees the port. The functions live on.
    pub async fn stop(&self) {
        self.server.stop().await;
    }
}

async fn handle(State(routes): State<Arc<Routes>>, request: Request) -> Response<Body> {
    let (head, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, LARGEST).await else {
        return message(StatusCode::PAYLOAD_TOO_LARGE);
    };
    let fitting = routes.0.iter().filter_map(|(template, route)| {
        let (rank, variables) = template.matched(head.method.as_str(), head.uri.path())?;
        Some((rank, template, route, variables))
    });
    let Some((_, template, route, variables)) = fitting.min_by_key(|(rank, ..)| *rank) else {
        return message(StatusCode::NOT_FOUND);
    };
    let event = event(&template.key(), variables, &head, &body, "127.0.0.1");
    match timeout(PATIENCE, route.function.invoke(&event, route.timeout)).await {
        Ok(Ok(response)) => answer(&response),
        Ok(Err(failed)) => {
            log(&failed);
            message(StatusCode::INTERNAL_SERVER_ERROR)
        }
        Err(_) => message(StatusCode::SERVICE_UNAVAILABLE),
    }
}

fn log(failed: &Failed) {
    tracing::warn!(%failed, "an invocation failed");
}
