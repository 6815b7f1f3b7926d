//! Selarti's webhook: `POST /selarti/{connection}.{token}`.

use lambda_http::{Body, Request, Response};
use shared::app::App;
use shared::counted;
use shared::platforms::{Platform, Settings, selarti};
use shared::time::Millis;
use shared::webhook::verify::Verified;
use shared::webhook::{Accepted, Received, Refusal, agent, request};

/// Answers one request.
pub async fn handler(app: &App, request: Request) -> Response<Body> {
    selarti::answer::answer(handle(app, &request).await)
}

async fn handle(app: &App, request: &Request) -> Result<Accepted, Refusal> {
    let credential = request::path_parameter(request, "credential");
    let verified = Verified::by_url(app, Platform::Selarti, &credential).await?;
    let Settings::Selarti(settings) = &verified.connection().settings else {
        return Err(Refusal::Unauthorized);
    };
    match selarti::receive::receive(settings, request::body(request)?, Millis::now())? {
        Received::Event(event) => {
            agent::receive(app, &verified, event, request::until(request)).await
        }
        Received::Ignored(reason) => {
            counted::dropped(Platform::Selarti, &verified.connection().id, reason);
            Ok(Accepted::Ignored)
        }
    }
}
