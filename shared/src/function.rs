//! What every function's `main` does before its first event.

use tracing::Level;

use crate::app::App;

/// One JSON line an event, at `LOG_LEVEL` (`info` unless it says otherwise); then everything that handlers share.
///
/// # Errors
/// What is missing in the environment. The process ends with it, and Lambda's log shows it.
pub fn start() -> Result<App, Box<dyn std::error::Error + Send + Sync>> {
    // Nothing below `info`: what the SDK and the HTTP client say there may hold a URL with a token.
    let level = match std::env::var("LOG_LEVEL") {
        Err(_) => Level::INFO,
        Ok(level) => level
            .parse()
            .ok()
            .filter(|level| *level <= Level::INFO)
            .ok_or_else(|| format!("LOG_LEVEL is `{level}`; it may be error, warn or info"))?,
    };
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_max_level(level)
        .init();
    App::from_environment()
}
