//! Selarti, at either end: its webhook, `POST /selarti/{connection}.{token}`, where it is the agent; and
//! `POST /api/1.1/wf/send_message_external`, which an application calls as if we were Selarti.

use lambda_http::{Body, Request, Response};
use shared::app::App;
use shared::counted;
use shared::platforms::selarti;
use shared::platforms::{End, Platform, Settings};
use shared::time::Millis;
use shared::webhook::verify::Verified;
use shared::webhook::{Accepted, Received, Refusal, agent, channel, request};

/// Answers one request.
pub async fn handler(app: &App, request: Request) -> Response<Body> {
    // The router has matched the path, and only one of the two routes has a parameter. Not the path itself: before it may
    // stand what a stage or a domain of the API puts there.
    let credential = request::path_parameter(&request, "credential");
    if credential.is_empty() {
        selarti::channel::answer::answer(written(app, &request).await)
    } else {
        selarti::agent::answer::answer(replied(app, &request, &credential).await)
    }
}

/// A visitor of an application wrote.
async fn written(app: &App, request: &Request) -> Result<Accepted, Refusal> {
    let credential = selarti::channel::receive::bearer(request::header(request, "authorization"));
    let verified = Verified::by_credential(app, &[End::SelartiChannel], credential).await?;
    let Settings::SelartiChannel(settings) = &verified.connection().settings else {
        return Err(Refusal::Unauthorized);
    };
    let body = request::body(request)?;
    match selarti::channel::receive::receive(settings, body, Millis::now())? {
        Received::Event(event) => {
            channel::receive(app, &verified, event, request::until(request)).await
        }
        Received::Ignored(reason) => Ok(ignored(&verified, reason)),
    }
}

/// Selarti answered, or told something.
async fn replied(app: &App, request: &Request, credential: &str) -> Result<Accepted, Refusal> {
    let verified = Verified::by_credential(app, &[End::SelartiAgent], credential).await?;
    let Settings::SelartiAgent(settings) = &verified.connection().settings else {
        return Err(Refusal::Unauthorized);
    };
    let body = request::body(request)?;
    match selarti::agent::receive::receive(settings, body, Millis::now())? {
        Received::Event(event) => {
            agent::receive(app, &verified, event, request::until(request)).await
        }
        Received::Ignored(reason) => Ok(ignored(&verified, reason)),
    }
}

fn ignored(verified: &Verified, reason: &'static str) -> Accepted {
    counted::dropped(Platform::Selarti, &verified.connection().id, reason);
    Accepted::Ignored
}
