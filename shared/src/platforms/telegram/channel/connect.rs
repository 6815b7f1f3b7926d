//! `setWebhook`, with a look at what was set before and what Telegram says afterwards.
//!
//! Source: <https://core.telegram.org/bots/api#setwebhook>, `#getwebhookinfo`.

use http::header::{CONTENT_TYPE, HeaderValue};
use http::{HeaderMap, Method};
use serde_json::{Value, json};

use super::Settings;
use super::send::judge;
use crate::connections::Secret;
use crate::delivery::failure::Failure;
use crate::delivery::outside::Outside;
use crate::platforms::connect::{
    Connected, NotConnected, Registered, Registration, TIMEOUT, beginning,
};
use crate::platforms::telegram::wire::{WebhookInfo, WebhookInfoIs};
use crate::time::Millis;

/// The updates that [`super::receive`] reads. Others would be webhooks, and bills, for nothing.
pub const UPDATES: [&str; 3] = ["message", "edited_message", "callback_query"];

/// Points the bot's updates at us. What waits at Telegram stays there and comes to us.
///
/// # Errors
/// [`NotConnected`]. The old webhook is still set then, unless Telegram's own answers contradict each other.
pub async fn connect(
    outside: &Outside<'_>,
    registration: Registration<'_>,
    settings: &Settings,
) -> Result<Connected, NotConnected> {
    let secret = async |reference| {
        let secret = outside.secrets.get(reference).await;
        secret.map_err(NotConnected::failed)
    };
    let bot = Bot {
        outside,
        settings,
        token: secret(&settings.bot_token).await?,
    };
    let webhook_secret = secret(&settings.webhook_secret).await?;
    let url = registration.url;
    let before = bot.webhook().await?;
    if !before.url.is_empty() && before.url != url && !registration.take {
        return Err(NotConnected::Elsewhere(beginning(&before.url)));
    }
    let parameters = json!({
        "url": url,
        "secret_token": webhook_secret.expose(),
        "allowed_updates": UPDATES,
        "drop_pending_updates": false,
    });
    bot.call("setWebhook", &parameters).await?;
    let after = bot.webhook().await?;
    if after.url != url {
        return Err(NotConnected::Failed(format!(
            "Telegram took the webhook, and says that it is {}… all the same; somebody else sets it too",
            beginning(&after.url)
        )));
    }
    let last_error = after.last_error_message.map(|message| {
        let at = Millis(after.last_error_date.saturating_mul(1000));
        (at, bot.without_token(&message))
    });
    Ok(Connected::Registered(Registered {
        waiting: after.pending_update_count,
        last_error,
    }))
}

struct Bot<'a> {
    outside: &'a Outside<'a>,
    settings: &'a Settings,
    token: Secret,
}

impl Bot<'_> {
    async fn webhook(&self) -> Result<WebhookInfo, NotConnected> {
        let answer = self.call("getWebhookInfo", &json!({})).await?;
        let info: WebhookInfoIs = serde_json::from_slice(&answer)
            .map_err(|_| NotConnected::failed("the answer to getWebhookInfo is not Telegram's"))?;
        Ok(info.result)
    }

    async fn call(&self, method: &str, parameters: &Value) -> Result<bytes::Bytes, NotConnected> {
        let base = self.settings.api_url.trim_end_matches('/');
        let url = format!("{base}/bot{}/{method}", self.token.expose());
        let headers =
            HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
        let called =
            self.outside
                .http
                .call(Method::POST, &url, headers, parameters.to_string(), TIMEOUT);
        let answer = called.await.map_err(Failure::from)?;
        judge(&answer).map_err(|refused| self.explain(method, refused.into()))?;
        Ok(answer.body)
    }

    fn explain(&self, method: &str, failure: Failure) -> NotConnected {
        let unknown = matches!(failure, Failure::Unauthorized { .. });
        let why = NotConnected::from(failure).to_string();
        let why = self.without_token(&why);
        NotConnected::Failed(if unknown {
            format!("{why}; look at what {} holds", self.settings.bot_token)
        } else {
            format!("{method}: {why}")
        })
    }

    /// Telegram's words, should they repeat the URL that it was called by.
    fn without_token(&self, words: &str) -> String {
        let words = words.replace(self.token.expose(), "***");
        words
            .chars()
            .filter(|c| !c.is_control())
            .take(300)
            .collect()
    }
}
