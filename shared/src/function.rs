//! What every function's `main` does before its first event, and at its end.

use std::fmt::Display;
use std::future::ready;
use std::pin::Pin;
use std::process::ExitCode;
use std::sync::Arc;

use lambda_http::{Body, IntoResponse, Response};
use tracing::Level;

use crate::app::App;
use crate::files::s3::{Bucket, S3};
use crate::{log, trace};

/// Begins the log: one JSON line an event, at `LOG_LEVEL` (`info` unless it says otherwise), with metrics in `METRICS_NAMESPACE`
/// where that is set. Then everything that handlers share.
///
/// # Errors
/// What the process ends with, if something is missing in the environment: a line of the log says what.
pub fn start() -> Result<App, ExitCode> {
    prepare(App::from_environment)
}

/// The same for a function that files go through: they are kept in the bucket that `FILES_BUCKET` names.
///
/// # Errors
/// As [`start`].
pub fn start_with_files() -> Result<App, ExitCode> {
    prepare(|| {
        let app = App::from_environment()?;
        let bucket = std::env::var("FILES_BUCKET")
            .ok()
            .filter(|bucket| !bucket.is_empty())
            .ok_or("the environment variable FILES_BUCKET is not set; the template sets it to the bucket's name")?;
        let files = S3::new(app.http.clone(), Bucket::from_environment(bucket)?)?;
        Ok(app.with_files(Arc::new(files)))
    })
}

/// What the process ends with, which it does only if there are no more events to be had.
pub fn end<E: Display>(result: Result<(), E>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&error),
    }
}

type Error = Box<dyn std::error::Error + Send + Sync>;

fn prepare(app: impl FnOnce() -> Result<App, Error>) -> Result<App, ExitCode> {
    let level = level();
    let namespace = std::env::var("METRICS_NAMESPACE")
        .ok()
        .filter(|namespace| !namespace.is_empty());
    let shown = level.as_ref().copied().unwrap_or(Level::INFO);
    log::start(shown, namespace).map_err(|error| failed(&error))?;
    let app = level
        .map_err(Error::from)
        .and_then(|_| app())
        .map_err(|error| failed(&error))?;
    trace::start(&app.http);
    Ok(app)
}

/// Nothing below `info`: what the SDK and the HTTP client say there may hold a URL with a token.
fn level() -> Result<Level, String> {
    match std::env::var("LOG_LEVEL") {
        Err(_) => Ok(Level::INFO),
        Ok(level) => level
            .parse()
            .ok()
            .filter(|level| *level <= Level::INFO)
            .ok_or_else(|| format!("LOG_LEVEL is `{level}`; it may be error, warn or info")),
    }
}

fn failed(error: &dyn Display) -> ExitCode {
    tracing::error!(outcome = "ended", reason = %error, "the function cannot run");
    ExitCode::FAILURE
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
