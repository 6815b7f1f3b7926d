//! Webim's version 1.0 has nothing to call: it asks.

use super::Settings;
use crate::delivery::outside::Outside;
use crate::platforms::connect::{Connected, NotConnected, Registration};

/// Has nothing to call.
///
/// # Errors
/// None.
#[expect(clippy::unused_async, reason = "as it is with the other platforms")]
pub async fn connect(
    _: &Outside<'_>,
    _: Registration<'_>,
    _: &Settings,
) -> Result<Connected, NotConnected> {
    Ok(Connected::Unchecked(
        "Webim 1.0 has nothing that could be called: it asks, with the token in this URL",
    ))
}
