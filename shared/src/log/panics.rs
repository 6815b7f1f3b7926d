//! A panic, as a line. The process lives on: the runtime makes an error of it, and Lambda a 500.

use std::panic::PanicHookInfo;

/// Writes where it happened. What it said only if that was written down so: what is put together may quote a message (`byte index 1
/// is not a char boundary; it is inside 'é' of …`).
pub(super) fn tell(panic: &PanicHookInfo<'_>) {
    let said = panic.payload().downcast_ref::<&'static str>().copied();
    let at = panic.location().map(ToString::to_string);
    tracing::error!(outcome = "panicked", at, reason = said);
}
