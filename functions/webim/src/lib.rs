//! Webim's webhook: `POST /connector/webim/webim_message/{connection}.{token}/bot_api_webhook`.

use lambda_http::{Body, Request, Response};
use shared::app::App;
use shared::connections::Connection;
use shared::counted;
use shared::platforms::{Platform, Settings, webim};
use shared::time::Millis;
use shared::webhook::verify::Verified;
use shared::webhook::wait::{SyncAnswer, converse};
use shared::webhook::{Received, Refusal, request};

/// Answers one request.
pub async fn handler(app: &App, request: Request) -> Response<Body> {
    webim::answer::answer(handle(app, &request).await)
}

async fn handle(app: &App, request: &Request) -> Result<SyncAnswer, Refusal> {
    let arrived = request::arrived(request);
    let credential = request::path_parameter(request, "credential");
    let verified = Verified::by_url(app, Platform::Webim, &credential).await?;
    let settings = settings(verified.connection())?;
    match webim::receive::receive(settings, request::body(request)?, Millis::now())? {
        Received::Event(event) => converse(app, &verified, event, arrived).await,
        Received::Ignored(reason) => {
            counted::dropped(Platform::Webim, &verified.connection().id, reason);
            Ok(SyncAnswer::Nothing)
        }
    }
}

fn settings(connection: &Connection) -> Result<&webim::Settings, Refusal> {
    match &connection.settings {
        Settings::Webim(settings) => Ok(settings),
        _ => Err(Refusal::Unauthorized),
    }
}
