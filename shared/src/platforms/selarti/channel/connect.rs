//! An application has one webhook, and what comes there is a message to a person.

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
        "whatever the application's webhook gets is a message to somebody: the first one shows whether it is right",
    ))
}
