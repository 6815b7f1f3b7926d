//! One call an invocation, made as the functions make it, and nothing else: the floor under a message's cost.
//!
//! `PROBE` says which: `nothing`, `update` (one `UpdateItem` with a condition, on an item of two attributes, that returns
//! the item), `updates` (those of `PROBE_UPDATES`, for the item that the path names: [`replay`]), or `call` (one `POST` of
//! `PROBE_BODY` to `PROBE_URL`).

mod replay;

use std::convert::Infallible;
use std::time::Duration;

use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use lambda_http::{Body, Error, Request, RequestExt, Response, run, service_fn};
use shared::app::App;
use shared::http::chain;

const TIMEOUT: Duration = Duration::from_secs(10);

enum Probe {
    Nothing,
    Update,
    Updates(Vec<replay::Recorded>),
    Call {
        url: String,
        headers: HeaderMap,
        body: String,
    },
}

impl Probe {
    fn from_environment() -> Result<Self, Error> {
        let variable = |name: &str| std::env::var(name).map_err(|error| format!("{name}: {error}"));
        match variable("PROBE")?.as_str() {
            "nothing" => Ok(Self::Nothing),
            "update" => Ok(Self::Update),
            "updates" => Ok(Self::Updates(replay::parse(&variable("PROBE_UPDATES")?)?)),
            "call" => {
                let authorization = HeaderValue::try_from(variable("PROBE_AUTHORIZATION")?)?;
                let json = HeaderValue::from_static("application/json");
                let headers = [
                    (header::AUTHORIZATION, authorization),
                    (header::CONTENT_TYPE, json),
                ];
                Ok(Self::Call {
                    url: variable("PROBE_URL")?,
                    headers: headers.into_iter().collect(),
                    body: variable("PROBE_BODY")?,
                })
            }
            other => Err(
                format!("PROBE is `{other}`; it may be nothing, update, updates or call").into(),
            ),
        }
    }

    async fn run(&self, app: &App, request: &Request) -> Result<(), Error> {
        match self {
            Self::Nothing => {}
            Self::Update => {
                app.store
                    .client()
                    .update_item()
                    .table_name(app.store.table())
                    .key("pk", AttributeValue::S("probe".to_owned()))
                    .key("sk", AttributeValue::S("-".to_owned()))
                    .update_expression("SET hits = if_not_exists(hits, :none) + :one")
                    .condition_expression("attribute_not_exists(gone)")
                    .expression_attribute_values(":none", AttributeValue::N("0".to_owned()))
                    .expression_attribute_values(":one", AttributeValue::N("1".to_owned()))
                    .return_values(ReturnValue::AllNew)
                    .send()
                    .await?;
            }
            Self::Updates(updates) => {
                let parameters = request.path_parameters_ref();
                let chat = parameters
                    .and_then(|parameters| parameters.first("chat"))
                    .ok_or("no chat in the path")?;
                for update in updates {
                    update.send(&app.store, chat).await?;
                }
            }
            Self::Call { url, headers, body } => {
                let (headers, body) = (headers.clone(), body.clone());
                let answer = app
                    .http
                    .call(Method::POST, url, headers, body, TIMEOUT)
                    .await?;
                if answer.status != StatusCode::OK {
                    return Err(format!("the other side answered {}", answer.status).into());
                }
            }
        }
        Ok(())
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let app = &shared::function::start().map_err(|_| "the log says why it cannot start")?;
    let probe = &Probe::from_environment()?;
    run(service_fn(async |request: Request| {
        let (status, body) = match probe.run(app, &request).await {
            Ok(()) => (StatusCode::OK, Body::Empty),
            Err(error) => (StatusCode::BAD_GATEWAY, Body::from(chain(&*error))),
        };
        let mut response = Response::new(body);
        *response.status_mut() = status;
        Ok::<_, Infallible>(response)
    }))
    .await
}
