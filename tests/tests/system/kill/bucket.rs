//! Object storage on loopback, as far as a bucket of S3 is asked: `PutObject`, and `GetObject` by a signed URL. What S3 would refuse
//! is refused here; whether signatures are right, the signer's own tests say.
//!
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html>.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use simulators::listen;
use tokio::task::JoinSet;

use super::programs::BUCKET;

/// A running bucket. Its clones are the same one.
#[derive(Clone)]
pub(crate) struct Bucket {
    base_url: String,
    kept: Arc<Kept>,
    _serving: Arc<JoinSet<()>>,
}

#[derive(Default)]
struct Kept {
    /// By path.
    objects: Mutex<HashMap<String, Object>>,
    /// What was not as S3 wants it.
    refused: Mutex<Vec<String>>,
}

/// A file, and how often it was put.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Object {
    pub(crate) bytes: Bytes,
    pub(crate) media_type: String,
    pub(crate) puts: usize,
}

impl Bucket {
    pub(crate) async fn start() -> Self {
        let listener = listen("127.0.0.1:0").await.unwrap();
        let base_url = format!("http://{}", listener.local_addr().unwrap());
        let kept = Arc::new(Kept::default());
        let router = Router::new().fallback(serve).with_state(Arc::clone(&kept));
        let mut serving = JoinSet::new();
        serving.spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            base_url,
            kept,
            _serving: Arc::new(serving),
        }
    }

    pub(crate) fn base_url(&self) -> &str {
        &self.base_url
    }

    /// Everything that is in it.
    pub(crate) fn objects(&self) -> Vec<Object> {
        self.kept
            .objects
            .lock()
            .unwrap()
            .values()
            .cloned()
            .collect()
    }

    /// What was not as S3 wants it.
    pub(crate) fn refused(&self) -> Vec<String> {
        self.kept.refused.lock().unwrap().clone()
    }
}

async fn serve(
    State(kept): State<Arc<Kept>>,
    method: Method,
    uri: Uri,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let answer = match method {
        Method::PUT => put(&kept, &uri, &headers, body),
        Method::GET => get(&kept, &uri, &query),
        _ => Err("neither PUT nor GET"),
    };
    answer.unwrap_or_else(|why| {
        let refused = format!("{method} {}: {why}", uri.path());
        kept.refused.lock().unwrap().push(refused);
        StatusCode::FORBIDDEN.into_response()
    })
}

fn put(
    kept: &Kept,
    uri: &Uri,
    headers: &HeaderMap,
    bytes: Bytes,
) -> Result<Response, &'static str> {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let path = object_path(uri)?;
    let authorization = header("authorization").ok_or("no authorization")?;
    if !authorization.starts_with("AWS4-HMAC-SHA256 Credential=")
        || !authorization.contains("/s3/aws4_request, SignedHeaders=")
        || !authorization.contains(", Signature=")
    {
        return Err("the authorization is not of version 4");
    }
    header("x-amz-date").ok_or("no date")?;
    header("x-amz-security-token").ok_or("temporary credentials have a token")?;
    let hash = ring::digest::digest(&ring::digest::SHA256, &bytes);
    let hash: String = hash
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    if header("x-amz-content-sha256") != Some(&hash) {
        return Err("the body is not what its hash says");
    }
    let media_type = header("content-type").ok_or("no content type")?;
    let mut objects = kept.objects.lock().unwrap();
    let puts = objects.get(path).map_or(0, |object| object.puts) + 1;
    let object = Object {
        bytes,
        media_type: media_type.to_owned(),
        puts,
    };
    objects.insert(path.to_owned(), object);
    Ok(StatusCode::OK.into_response())
}

fn get(kept: &Kept, uri: &Uri, query: &HashMap<String, String>) -> Result<Response, &'static str> {
    let path = object_path(uri)?;
    for name in [
        "X-Amz-Algorithm",
        "X-Amz-Credential",
        "X-Amz-Date",
        "X-Amz-Expires",
        "X-Amz-SignedHeaders",
        "X-Amz-Security-Token",
        "X-Amz-Signature",
    ] {
        query.get(name).ok_or("the URL is not signed")?;
    }
    let objects = kept.objects.lock().unwrap();
    let object = objects.get(path).ok_or("there is no such file")?;
    let headers = [("content-type", object.media_type.clone())];
    Ok((headers, object.bytes.clone()).into_response())
}

/// A path that leads into the bucket.
fn object_path(uri: &Uri) -> Result<&str, &'static str> {
    let key = uri
        .path()
        .strip_prefix('/')
        .and_then(|path| path.strip_prefix(BUCKET));
    match key {
        Some(key) if key.len() > 1 && key.starts_with('/') => Ok(uri.path()),
        _ => Err("it is not in the bucket"),
    }
}
