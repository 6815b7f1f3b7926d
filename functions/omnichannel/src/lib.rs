//! The webhooks of the Omnichannel public API. As the agent's client server:
//!
//! * `POST /omnichannel/{connection}.{token}/send_message`, or `POST /omnichannel/{connection}/send_message` with
//!   `Authorization: Token {token}`: what the agent says;
//! * `GET` and `POST /omnichannel/{anything}`: whether there is a server.
//!
//! In the platform's place, for a client's server:
//!
//! * `POST /connector/omnichannel/omnichannel_message/{connection}.{token}/bot_api_webhook`: what the visitor says.

use lambda_http::{Body, Request, Response};
use shared::app::App;
use shared::counted;
use shared::model::ConnectionId;
use shared::platforms::bot_api::read::Fault;
use shared::platforms::omnichannel::{agent as agent_end, channel as channel_end};
use shared::platforms::{End, Platform, Settings};
use shared::time::Millis;
use shared::webhook::verify::Verified;
use shared::webhook::{Accepted, Received, Refusal, agent, channel, request};

/// Answers one request.
pub async fn handler(app: &App, request: Request) -> Response<Body> {
    let path = request.uri().path();
    if path.ends_with("/bot_api_webhook") {
        channel_end::answer::answer(heard(app, &request).await)
    } else if path.ends_with("/send_message") {
        agent_end::answer::answer(said(app, &request).await)
    } else {
        agent_end::answer::reached()
    }
}

/// What a visitor said to the client's server.
async fn heard(app: &App, request: &Request) -> Result<Accepted, Fault> {
    let credential = request::path_parameter(request, "credential");
    let verified = Verified::by_credential(app, &[End::OmnichannelChannel], &credential).await?;
    match channel_end::receive::receive(request::body(request)?, Millis::now())? {
        Received::Event(event) => {
            let until = request::until(request);
            Ok(channel::receive(app, &verified, event, until).await?)
        }
        Received::Ignored(reason) => Ok(ignored(&verified.connection().id, reason)),
    }
}

/// What the agent said.
async fn said(app: &App, request: &Request) -> Result<Accepted, Refusal> {
    let verified = agent_of(app, request).await?;
    let Settings::OmnichannelAgent(settings) = &verified.connection().settings else {
        return Err(Refusal::Unauthorized);
    };
    match agent_end::receive::receive(settings, request::body(request)?, Millis::now())? {
        Received::Event(event) => {
            agent::receive(app, &verified, event, request::until(request)).await
        }
        Received::Ignored(reason) => Ok(ignored(&verified.connection().id, reason)),
    }
}

/// The token is in the URL, or else in the header.
async fn agent_of(app: &App, request: &Request) -> Result<Verified, Refusal> {
    let ends = [End::OmnichannelAgent];
    let credential = request::path_parameter(request, "credential");
    if credential.contains('.') {
        return Verified::by_credential(app, &ends, &credential).await;
    }
    let token = match request::header(request, "authorization").split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("token") => token.trim(),
        _ => "",
    };
    Verified::by_secret(app, &ends, &credential, token).await
}

fn ignored(connection: &ConnectionId, reason: &'static str) -> Accepted {
    counted::dropped(Platform::Omnichannel, connection, reason);
    Accepted::Ignored
}
