//! The exchange of an API key for a token concerns nobody. A token alone cannot be tried: every other call is a message.

use super::Settings;
use super::send::exchange;
use crate::delivery::outside::Outside;
use crate::platforms::connect::{Connected, NotConnected, Registration, TIMEOUT};

/// Exchanges the API key, if there is one.
///
/// # Errors
/// [`NotConnected`].
pub async fn connect(
    outside: &Outside<'_>,
    _: Registration<'_>,
    settings: &Settings,
) -> Result<Connected, NotConnected> {
    let Some(reference) = &settings.api_key else {
        return Ok(Connected::Unchecked(
            "with a token, Selarti's API has one call, which sends a message: the first one shows whether the token is right",
        ));
    };
    let key = outside.secrets.get(reference).await;
    let key = key.map_err(NotConnected::failed)?;
    exchange(outside, settings, &key, TIMEOUT).await?;
    Ok(Connected::Checked(
        "Selarti exchanged the API key for a token",
    ))
}
