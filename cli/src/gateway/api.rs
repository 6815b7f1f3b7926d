//! The API: API Gateway's part, in front of the very handlers that the functions have.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body as HttpBody, to_bytes};
use axum::extract::{RawPathParams, Request as HttpRequest, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, Response as HttpResponse, StatusCode};
use axum::routing::{MethodFilter, on};
use lambda_http::{Body, Context, Request, RequestExt, Response};
use shared::app::App;
use shared::platforms::{Platform, Role};
use tokio::sync::watch;

use super::Error;
use super::Phase;
use super::invocations::{Failed, Invocations};
use super::template::Route;

/// The longest body that reaches a function: Lambda's own limit. Handlers refuse much less.
const MAX_BODY: usize = 6 * 1024 * 1024;

/// What answers a route.
#[derive(Debug, Clone)]
struct Endpoint {
    app: Arc<App>,
    invocations: Arc<Invocations>,
    platform: Platform,
    role: Option<Role>,
    timeout: Duration,
    phase: watch::Receiver<Phase>,
}

/// The routes as a service; no invocation takes longer than `invocation`. Once `phase` is not to serve any more, channels are asked
/// to come again, and only agents are let in: what is in flight may wait for them.
pub(crate) fn router(
    routes: &[Route],
    app: &Arc<App>,
    invocations: &Arc<Invocations>,
    invocation: Duration,
    phase: &watch::Receiver<Phase>,
) -> Result<Router, Error> {
    let mut router = Router::new();
    for route in routes {
        let method = MethodFilter::try_from(route.method.clone())
            .map_err(|error| Error::Template(format!("template.yaml: {error}")))?;
        let endpoint = Endpoint {
            app: Arc::clone(app),
            invocations: Arc::clone(invocations),
            platform: route.platform,
            role: route.role,
            timeout: route.timeout.min(invocation),
            phase: phase.clone(),
        };
        let answers = on(method, invoke).with_state(endpoint);
        router = router.route(&route.path, answers);
    }
    // API Gateway knows no 405: a route is a method and a path.
    Ok(router
        .method_not_allowed_fallback(not_found)
        .fallback(not_found))
}

async fn not_found() -> HttpResponse<HttpBody> {
    message(StatusCode::NOT_FOUND, "Not Found")
}

async fn invoke(
    State(endpoint): State<Endpoint>,
    parameters: RawPathParams,
    request: HttpRequest,
) -> HttpResponse<HttpBody> {
    let Endpoint {
        app,
        invocations,
        platform,
        role,
        timeout,
        phase,
    } = endpoint;
    if *phase.borrow() != Phase::Serving && role == Some(Role::Channel) {
        return message(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable");
    }
    let parameters: HashMap<String, String> = parameters
        .iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, MAX_BODY).await else {
        return message(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large");
    };
    let body = match String::from_utf8(body.into()) {
        Ok(text) if text.is_empty() => Body::Empty,
        Ok(text) => Body::Text(text),
        Err(error) => Body::Binary(error.into_bytes()),
    };
    let request = Request::from_parts(parts, body).with_path_parameters(parameters);
    let answer = invocations
        .run(timeout, |deadline| async move {
            let mut context = Context::default();
            context.deadline = deadline;
            handle(&app, platform, request.with_lambda_context(context)).await
        })
        .await;
    match answer {
        Ok(answer) => convert(answer),
        Err(Failed) => message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error"),
    }
}

async fn handle(app: &App, platform: Platform, request: Request) -> Response<Body> {
    match platform {
        Platform::Webim => webim::handler(app, request).await,
        Platform::Telegram => telegram::handler(app, request).await,
        Platform::Selarti => selarti::handler(app, request).await,
        Platform::Omnichannel => omnichannel::handler(app, request).await,
        Platform::ApiMedium => api_medium::handler(app, request).await,
    }
}

fn convert(answer: Response<Body>) -> HttpResponse<HttpBody> {
    answer.map(|body| match body {
        Body::Text(text) => HttpBody::from(text),
        Body::Binary(bytes) => HttpBody::from(bytes),
        _ => HttpBody::empty(),
    })
}

/// As API Gateway says something itself.
fn message(status: StatusCode, message: &str) -> HttpResponse<HttpBody> {
    let body = serde_json::json!({ "message": message }).to_string();
    let mut response = HttpResponse::new(HttpBody::from(body));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
