//! A door before a platform: its address is taken from the beginning, and whoever calls there before it is opened is refused.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use shared::http::Http;
use tokio::net::TcpSocket;
use tokio::task::JoinSet;

use super::world::PATIENCE;

/// A door that is closed.
pub(crate) struct Door {
    /// Bound, so that nobody else gets the port, and not listening, so that connections are refused.
    socket: TcpSocket,
    url: String,
}

/// A door that is open, until this is dropped.
pub(crate) struct Open {
    _passing: JoinSet<()>,
}

impl Door {
    pub(crate) fn new() -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let url = format!("http://{}", socket.local_addr().unwrap());
        Self { socket, url }
    }

    /// Where it is: `http://127.0.0.1:port`, without a slash at the end.
    pub(crate) fn url(&self) -> String {
        self.url.clone()
    }

    /// Lets everybody through to the server at `upstream`.
    pub(crate) fn open(self, upstream: String) -> Open {
        let listener = self.socket.listen(1024).unwrap();
        let way = Arc::new((Http::new().unwrap(), upstream));
        let router = Router::new().fallback(pass).with_state(way);
        let mut passing = JoinSet::new();
        passing.spawn(async move { axum::serve(listener, router).await.unwrap() });
        Open { _passing: passing }
    }
}

async fn pass(
    State(way): State<Arc<(Http, String)>>,
    method: Method,
    uri: Uri,
    mut headers: HeaderMap,
    body: Bytes,
) -> Response {
    let (http, upstream) = &*way;
    let url = format!("{upstream}{uri}");
    for hop in ["host", "content-length", "connection", "transfer-encoding"] {
        headers.remove(hop);
    }
    match http.call(method, &url, headers, body, PATIENCE).await {
        Ok(mut answer) => {
            for hop in ["content-length", "connection", "transfer-encoding"] {
                answer.headers.remove(hop);
            }
            (answer.status, answer.headers, answer.body).into_response()
        }
        Err(_) => StatusCode::BAD_GATEWAY.into_response(),
    }
}
