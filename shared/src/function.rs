//! What every function's `main` does before its first event.

use std::future::ready;
use std::pin::Pin;
use std::sync::Arc;

use lambda_http::{Body, IntoResponse, Response};
use tracing::Level;

use crate::app::App;
use crate::files::s3::{Bucket, S3};

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

/// The same for a function that files go through: they are kept in the bucket that `FILES_BUCKET` names.
///
/// # Errors
/// As [`start`].
pub fn start_with_files() -> Result<App, Box<dyn std::error::Error + Send + Sync>> {
    let app = start()?;
    let bucket = std::env::var("FILES_BUCKET")
        .ok()
        .filter(|bucket| !bucket.is_empty())
        .ok_or("the environment variable FILES_BUCKET is not set; the template sets it to the bucket's name")?;
    let files = S3::new(app.http.clone(), Bucket::from_environment(bucket)?)?;
    Ok(app.with_files(Arc::new(files)))
}

/// An answer that goes out as it is. What [`lambda_http`] would do to one by itself looks for its character set, and brings
/// the tables of all of them with it: 150 KB of a program.
#[derive(Debug)]
pub struct AsItIs(pub Response<Body>);

impl IntoResponse for AsItIs {
    fn into_response(self) -> Pin<Box<dyn Future<Output = Response<Body>> + Send>> {
        Box::pin(ready(self.0))
    }
}
