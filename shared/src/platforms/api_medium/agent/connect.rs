//! SmartBot360 has one call, and that is a person's message.

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
        "SmartBot360's API has one call, which sends a message: the first one shows whether its token is right",
    ))
}
