//! The platform documents what becomes of an event that it does not know: it is answered with success, and nothing happens. A
//! token that it does not know is refused.

use http::StatusCode;
use serde_json::json;

use super::Settings;
use crate::delivery::failure::Failure;
use crate::delivery::outside::Outside;
use crate::platforms::bot_api::call::{post, secret_url};
use crate::platforms::connect::{Connected, NotConnected, Registration, TIMEOUT};

/// What no version of the API calls an event or a kind of message.
const NOTHING: &str = "switchboard_check";

/// Sends what is nothing, to see whether the platform knows the URL.
///
/// # Errors
/// [`NotConnected`].
pub async fn connect(
    outside: &Outside<'_>,
    _: Registration<'_>,
    settings: &Settings,
) -> Result<Connected, NotConnected> {
    let url = secret_url(outside, &settings.webhook_url).await?;
    // All that is required is there, so that only the event and the kind are wrong.
    let body = json!({
        "event": NOTHING,
        "chat_id": 0,
        "visitor": {"id": NOTHING, "fields": {}},
        "message": {"id": NOTHING, "kind": NOTHING, "text": ""},
    });
    let answer = post(outside, &url, None, &body, TIMEOUT).await?;
    let reference = &settings.webhook_url;
    match answer.status {
        status if status.is_success() => Ok(Connected::Checked(
            "the platform has an active channel under the App.Chatbots webhook's URL",
        )),
        StatusCode::BAD_REQUEST => Err(NotConnected::Failed(format!(
            "the platform has no active channel under the URL in {reference}: either its token is wrong, or the channel is switched off"
        ))),
        StatusCode::NOT_FOUND => Err(NotConnected::Failed(format!(
            "the platform has nothing under the URL in {reference}; copy the whole \"App.Chatbots webhook: URL\""
        ))),
        _ => Err(Failure::from_status(&answer, None).into()),
    }
}
