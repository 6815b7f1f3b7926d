//! The API medium's webhooks: `POST /api-medium/{connection}.{token}`, where SmartBot360 as the agent brings its replies, and
//! `POST /api-medium/messages`, where an application that takes us for SmartBot360 brings its visitors' messages.

use lambda_http::{Body, Request, Response};
use shared::app::App;
use shared::counted;
use shared::files::{FileKey, Upload};
use shared::platforms::api_medium::wire::{Taken, UserId};
use shared::platforms::api_medium::{agent as bot, channel as application};
use shared::platforms::{End, Platform, Settings};
use shared::time::Millis;
use shared::webhook::verify::Verified;
use shared::webhook::{Accepted, Received, Refusal, agent, channel, request};

/// Makes a request of an application known again. The vendor's document knows no such header.
const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// Answers one request.
pub async fn handler(app: &App, request: Request) -> Response<Body> {
    let credential = request::path_parameter(&request, "credential");
    if credential.is_empty() {
        application::answer::answer(asked(app, &request).await)
    } else {
        bot::answer::answer(replied(app, &request, &credential).await)
    }
}

/// The agent's reply.
async fn replied(app: &App, request: &Request, credential: &str) -> Result<Accepted, Refusal> {
    let verified = Verified::by_credential(app, &[End::ApiMediumAgent], credential).await?;
    let Settings::ApiMediumAgent(settings) = &verified.connection().settings else {
        return Err(Refusal::Unauthorized);
    };
    match bot::receive::receive(settings, request::body(request)?, Millis::now())? {
        Received::Event(event) => {
            agent::receive(app, &verified, event, request::until(request)).await
        }
        Received::Ignored(reason) => {
            counted::dropped(Platform::ApiMedium, &verified.connection().id, reason);
            Ok(Accepted::Ignored)
        }
    }
}

/// The application's message. Its secret stands in the body, of which nothing else is read before.
async fn asked(app: &App, request: &Request) -> Result<Taken, Refusal> {
    let body = request::body_up_to(request, application::MAX_BODY)?;
    let (id, token) = application::receive::credentials(body)?;
    let verified = Verified::by_secret(app, &[End::ApiMediumChannel], &id, &token).await?;
    let connection = verified.connection();
    let Settings::ApiMediumChannel(settings) = &connection.settings else {
        return Err(Refusal::Unauthorized);
    };
    let key = request.headers().get(IDEMPOTENCY_KEY);
    let incoming = application::receive::receive(
        settings,
        &connection.id,
        (body, key.map(|key| key.as_bytes())),
        UserId::random(),
        Millis::now(),
    )?;
    let until = request::until(request);
    keep(app, &incoming.uploads, until).await?;
    channel::receive(app, &verified, incoming.event, until).await?;
    Ok(incoming.taken)
}

/// Keeps the files that came inside a message. Before the message: what is accepted has its files.
async fn keep(app: &App, uploads: &[(FileKey, Upload)], until: Millis) -> Result<(), Refusal> {
    if uploads.is_empty() {
        return Ok(());
    }
    let files = app
        .files
        .as_ref()
        .ok_or_else(|| Refusal::unavailable("there is no storage for files"))?;
    for (key, upload) in uploads {
        let within = Millis::now().until(until);
        files
            .put(key, upload, within)
            .await
            .map_err(Refusal::unavailable)?;
    }
    Ok(())
}
