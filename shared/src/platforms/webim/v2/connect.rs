//! Every call that Webim publishes for bots acts on a chat.

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
        "every call that Webim publishes for bots acts on a chat: the first message shows whether the token is right",
    ))
}
