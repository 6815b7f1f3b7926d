//! S3's part: files in a folder beside the data, and the URLs by which others open them.

use std::io;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{OriginalUri, State};
use axum::http::{Response, StatusCode};
use axum::routing::get;
use shared::files::NoFile;
use shared::files::folder::{Folder, PATH};
use shared::time::Millis;
use tempfile::TempDir;

use super::Data;

/// Where the folder is. With data in memory it goes when this does.
#[derive(Debug)]
pub(super) enum At {
    /// Beside the data.
    Data,
    /// Nowhere for long.
    Temporary {
        /// Removed when it is dropped.
        _folder: TempDir,
    },
}

/// The folder for the files of what is in `data`; their URLs begin with `public_url`.
pub(super) fn folder(data: &Data, public_url: &str) -> io::Result<(Arc<Folder>, At)> {
    let (path, at) = match data {
        Data::Memory => {
            let folder = tempfile::Builder::new()
                .prefix("switchboard-files")
                .tempdir()?;
            (folder.path().to_owned(), At::Temporary { _folder: folder })
        }
        Data::File(file) => (file.with_extension("files"), At::Data),
    };
    Ok((Arc::new(Folder::new(path, public_url)?), at))
}

/// What opens a file's URL.
pub(super) fn router(folder: Arc<Folder>) -> Router {
    Router::new()
        .route(&format!("{PATH}{{*key}}"), get(open))
        .with_state(folder)
}

async fn open(State(folder): State<Arc<Folder>>, OriginalUri(uri): OriginalUri) -> Response<Body> {
    let asked = uri.path_and_query().map_or("", |asked| asked.as_str());
    match folder.open(asked, Millis::now()).await {
        Ok(stored) => stored.into_response().map(Body::from),
        Err(error) => {
            let status = match error {
                NoFile::NotThere | NoFile::Never { .. } => StatusCode::NOT_FOUND,
                NoFile::Later { .. } | NoFile::Unauthorized { .. } => {
                    StatusCode::SERVICE_UNAVAILABLE
                }
            };
            let mut response = Response::new(Body::empty());
            *response.status_mut() = status;
            response
        }
    }
}
