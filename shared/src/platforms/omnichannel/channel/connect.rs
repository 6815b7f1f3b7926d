//! When a channel is switched on, the platform looks whether the client's server answers under its base URL. So do we.

use http::{HeaderMap, Method};

use super::Settings;
use crate::delivery::outside::Outside;
use crate::platforms::bot_api::call::secret_url;
use crate::platforms::connect::{Connected, NotConnected, Registration, TIMEOUT};

/// Looks whether the server answers, whatever it says.
///
/// # Errors
/// [`NotConnected`].
pub async fn connect(
    outside: &Outside<'_>,
    _: Registration<'_>,
    settings: &Settings,
) -> Result<Connected, NotConnected> {
    let url = match (&settings.url, &settings.secret_url) {
        (Some(url), _) => url.clone(),
        (None, Some(reference)) => secret_url(outside, reference).await?,
        (None, None) => {
            return Err(NotConnected::failed(
                "neither `url` nor `secret_url` is configured",
            ));
        }
    };
    let called = outside
        .http
        .call(Method::GET, &url, HeaderMap::new(), "", TIMEOUT);
    called.await.map_err(|error| {
        NotConnected::Failed(format!("the client's server does not answer: {error}"))
    })?;
    Ok(Connected::Checked(
        "the client's server answers; the first message shows whether its token is right",
    ))
}
