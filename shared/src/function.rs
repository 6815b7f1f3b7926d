//! What every function's `main` does before its first event.

use crate::app::App;

/// One JSON line an event, at `LOG_LEVEL` (`info` unless it says otherwise); then everything that handlers share.
///
/// # Errors
/// What is missing in the environment. The process ends with it, and Lambda's log shows it.
pub fn start() -> Result<App, Box<dyn std::error::Error + Send + Sync>> {
    let level = match std::env::var("LOG_LEVEL") {
        Ok(level) => level.parse().map_err(|_| {
            format!("LOG_LEVEL is `{level}`; it may be error, warn, info, debug or trace")
        })?,
        Err(_) => tracing::Level::INFO,
    };
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        // The SDK's and the HTTP client's lines could hold a URL with a token.
        .with_max_level(level.min(tracing::Level::INFO))
        .init();
    App::from_environment()
}
