//! Telegram's webhook: `POST /telegram/{connection}`, with the secret in `X-Telegram-Bot-Api-Secret-Token`.

use lambda_http::{Body, Request, Response};
use shared::app::App;
use shared::counted;
use shared::platforms::telegram::channel::{answer, receive};
use shared::platforms::{End, Platform};
use shared::time::Millis;
use shared::webhook::verify::Verified;
use shared::webhook::{Accepted, Received, Refusal, channel, request};

const SECRET: &str = "x-telegram-bot-api-secret-token";

/// Answers one request.
pub async fn handler(app: &App, request: Request) -> Response<Body> {
    match handle(app, &request).await {
        Ok(response) => response,
        Err(refusal) => refusal.into_response(),
    }
}

async fn handle(app: &App, request: &Request) -> Result<Response<Body>, Refusal> {
    let id = request::path_parameter(request, "connection");
    let given = request::header(request, SECRET);
    let verified = Verified::by_secret(app, &[End::TelegramChannel], &id, given).await?;
    let mut incoming = receive::receive(request::body(request)?, Millis::now())?;
    let received = std::mem::replace(&mut incoming.received, Received::Ignored("taken"));
    let result = match received {
        Received::Event(event) => {
            channel::receive(app, &verified, event, request::until(request)).await
        }
        Received::Ignored(reason) => {
            counted::dropped(Platform::Telegram, &verified.connection().id, reason);
            Ok(Accepted::Ignored)
        }
    };
    Ok(answer::answer(&incoming, result))
}
