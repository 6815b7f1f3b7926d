//! Webim's webhook: `POST /connector/webim/webim_message/{connection}.{token}/bot_api_webhook`, for both versions of the
//! External Bot API.

use lambda_http::{Body, Request, Response};
use shared::app::App;
use shared::counted;
use shared::platforms::webim::{v1, v2};
use shared::platforms::{End, Platform, Settings};
use shared::time::Millis;
use shared::webhook::verify::Verified;
use shared::webhook::wait::{SyncAnswer, converse, verify};
use shared::webhook::{Accepted, Received, Refusal, channel, request};

/// Answers one request.
pub async fn handler(app: &App, request: Request) -> Response<Body> {
    let arrived = request::arrived(&request);
    let credential = request::path_parameter(&request, "credential");
    let ends = [End::WebimV1Channel, End::WebimV2Channel];
    // Which version it is has yet to be known, so each gets the time of the one that waits.
    let verifying = Verified::by_credential(app, &ends, &credential);
    let verified = match verify(verifying, End::WebimV1Channel, arrived).await {
        Ok(verified) => verified,
        Err(refusal) => return refusal.into_response(),
    };
    match &verified.connection().settings {
        Settings::WebimV2Channel(_) => v2::answer::answer(told(app, &verified, &request).await),
        Settings::WebimV1Channel(settings) => {
            v1::answer::answer(asked(app, &verified, settings, &request, arrived).await)
        }
        _ => Refusal::Unauthorized.into_response(),
    }
}

/// Version 1.0: the answer is the only way back.
async fn asked(
    app: &App,
    verified: &Verified,
    settings: &v1::Settings,
    request: &Request,
    arrived: Millis,
) -> Result<SyncAnswer, Refusal> {
    match v1::receive::receive(settings, request::body(request)?, Millis::now())? {
        Received::Event(event) => converse(app, verified, event, arrived).await,
        Received::Ignored(reason) => {
            counted::dropped(Platform::Webim, &verified.connection().id, reason);
            Ok(SyncAnswer::Nothing)
        }
    }
}

/// Version 2.0: answered as soon as it is kept.
async fn told(app: &App, verified: &Verified, request: &Request) -> Result<Accepted, Refusal> {
    let mut accepted = Accepted::Ignored;
    for received in v2::receive::receive(request::body(request)?, Millis::now())? {
        match received {
            Received::Event(event) => {
                let until = request::until(request);
                accepted = channel::receive(app, verified, event, until).await?;
            }
            Received::Ignored(reason) => {
                counted::dropped(Platform::Webim, &verified.connection().id, reason);
            }
        }
    }
    Ok(accepted)
}
