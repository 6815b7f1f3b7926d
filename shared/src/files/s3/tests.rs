//! Against a bucket on loopback that keeps what it is sent and shows what it was asked.

use std::sync::{Arc, Mutex};

use aws_credential_types::Credentials;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use http::HeaderMap;

use super::*;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
const WITHIN: Duration = Duration::from_secs(20);

/// One request, as it came.
#[derive(Debug, Clone)]
struct Asked {
    method: String,
    path: String,
    headers: HeaderMap,
    body: Bytes,
}

/// Answers with `answers` in turn; the last one stays.
#[derive(Debug, Default)]
struct Bucketed {
    asked: Mutex<Vec<Asked>>,
    answers: Mutex<Vec<(u16, &'static str)>>,
}

async fn serve(State(bucket): State<Arc<Bucketed>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    bucket.asked.lock().unwrap().push(Asked {
        method: parts.method.to_string(),
        path: parts.uri.to_string(),
        headers: parts.headers,
        body,
    });
    let mut answers = bucket.answers.lock().unwrap();
    let (status, body) = if answers.len() > 1 {
        answers.remove(0)
    } else {
        answers[0]
    };
    let mut response = Response::builder()
        .status(status)
        .header("content-type", "image/png");
    if status == 503 {
        response = response.header("retry-after", "7");
    }
    response.body(Body::from(body)).unwrap()
}

async fn bucket(answers: &[(u16, &'static str)]) -> (Arc<Bucketed>, S3) {
    let bucket = Arc::new(Bucketed {
        answers: Mutex::new(answers.to_vec()),
        ..Bucketed::default()
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().fallback(serve).with_state(bucket.clone());
    #[expect(clippy::disallowed_methods, reason = "it ends with the test")]
    tokio::spawn(async move { axum::serve(listener, router).await });
    let s3 = S3::new(Http::new().unwrap(), named("files", Some(endpoint))).unwrap();
    (bucket, s3)
}

fn named(name: &str, endpoint: Option<String>) -> Bucket {
    Bucket {
        name: name.to_owned(),
        account: account("eu-central-1"),
        endpoint,
    }
}

fn account(region: &str) -> Account {
    Account {
        region: region.to_owned(),
        credentials: Credentials::new("AKID", "hunter2", Some("token".to_owned()), None, "test"),
    }
}

fn sha256(bytes: &[u8]) -> String {
    hex(digest(&SHA256, bytes).as_ref())
}

fn key() -> FileKey {
    FileKey::of(&"shop".parse().unwrap(), PNG)
}

fn picture() -> Upload {
    Upload::new(PNG, Some("image/png"), Some("Счёт.png")).unwrap()
}

#[tokio::test]
async fn a_file_is_put_with_what_it_is() {
    let (bucket, s3) = bucket(&[(200, "")]).await;
    s3.put(&key(), &picture(), WITHIN).await.unwrap();
    let asked = bucket.asked.lock().unwrap().clone();
    assert_eq!(asked.len(), 1);
    let Asked {
        method,
        path,
        headers,
        body,
    } = &asked[0];
    assert_eq!(
        (method.as_str(), path.clone()),
        ("PUT", format!("/files/{}", key()))
    );
    assert_eq!(body.as_ref(), PNG);
    assert_eq!(headers["content-type"], "image/png");
    assert_eq!(
        headers["content-disposition"],
        "inline; filename=\"____.png\"; filename*=UTF-8''%D0%A1%D1%87%D1%91%D1%82.png"
    );
    assert_eq!(headers["x-amz-content-sha256"], sha256(PNG).as_str());
    assert_eq!(headers["x-amz-security-token"], "token");
    let authorization = headers["authorization"].to_str().unwrap();
    assert!(authorization.contains(
        "SignedHeaders=content-disposition;content-type;host;x-amz-content-sha256;x-amz-date;x-amz-security-token"
    ));
}

/// The signature is of the host that is sent, port and all, or nothing but an emulator would take it.
#[tokio::test]
async fn what_is_sent_is_what_was_signed() {
    let (bucket, s3) = bucket(&[(200, "")]).await;
    s3.put(&key(), &picture(), WITHIN).await.unwrap();
    let asked = bucket.asked.lock().unwrap()[0].clone();
    let sent = |name: &str| asked.headers[name].to_str().unwrap().to_owned();
    let at = sent("x-amz-date");
    let (day, _) = at.split_once('T').unwrap();
    let names = "content-disposition;content-type;host;x-amz-content-sha256;x-amz-date;x-amz-security-token";
    let mut canonical = format!("PUT\n{}\n\n", asked.path);
    for name in names.split(';') {
        canonical.push_str(&format!("{name}:{}\n", sent(name)));
    }
    canonical.push_str(&format!("\n{names}\n{}", sent("x-amz-content-sha256")));
    let scope = format!("{day}/eu-central-1/s3/aws4_request");
    let text = format!(
        "AWS4-HMAC-SHA256\n{at}\n{scope}\n{}",
        sha256(canonical.as_bytes())
    );
    let mac = |key: &[u8], text: &str| {
        let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, key);
        ring::hmac::sign(&key, text.as_bytes()).as_ref().to_vec()
    };
    let mut key = mac(b"AWS4hunter2", day);
    for part in ["eu-central-1", "s3", "aws4_request"] {
        key = mac(&key, part);
    }
    let signature = hex(&mac(&key, &text));
    assert!(sent("authorization").ends_with(&format!("Signature={signature}")));
}

#[tokio::test]
async fn a_file_is_got_whole_or_not_at_all() {
    let (_, s3) = bucket(&[(200, "0123456789")]).await;
    let kept = s3.get(&key(), 10, WITHIN).await.unwrap();
    assert_eq!(kept.bytes, "0123456789");
    assert_eq!(kept.media_type.as_str(), "image/png");
    assert_eq!(
        s3.get(&key(), 9, WITHIN).await,
        Err(NoFile::never("the file is longer than 9 bytes"))
    );
}

#[tokio::test]
async fn a_file_that_does_not_say_its_size_is_limited_too() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let s3 = S3::new(Http::new().unwrap(), named("files", Some(endpoint))).unwrap();
    let answer = async {
        for _ in 0..2 {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut asked = [0; 4096];
            assert!(stream.read(&mut asked).await.unwrap() > 0);
            let chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n5\r\n01234\r\n5\r\n56789\r\n0\r\n\r\n";
            stream.write_all(chunked.as_bytes()).await.unwrap();
            stream.shutdown().await.unwrap();
        }
    };
    let key = key();
    let got = async {
        (
            s3.get(&key, 9, WITHIN).await,
            s3.get(&key, 10, WITHIN).await,
        )
    };
    let both = async { tokio::join!(got, answer) };
    let ((cut, whole), ()) = tokio::time::timeout(WITHIN, both).await.unwrap();
    assert_eq!(cut, Err(NoFile::never("the file is longer than 9 bytes")));
    assert_eq!(whole.unwrap().bytes, "0123456789");
}

#[tokio::test]
async fn a_failure_is_tried_once_more_at_once() {
    let (bucket, s3) = bucket(&[(500, "<Code>InternalError</Code>"), (200, "")]).await;
    s3.put(&key(), &picture(), WITHIN).await.unwrap();
    assert_eq!(bucket.asked.lock().unwrap().len(), 2);

    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let s3 = S3::new(Http::new().unwrap(), named("files", Some(endpoint))).unwrap();
    let dropped = async {
        for _ in 0..2 {
            drop(listener.accept().await.unwrap());
        }
    };
    let key = key();
    let both = async { tokio::join!(s3.get(&key, 10, WITHIN), dropped) };
    let (got, ()) = tokio::time::timeout(WITHIN, both)
        .await
        .expect("there were two attempts");
    let Err(NoFile::Later { reason, .. }) = got else {
        panic!("there was no answer: {got:?}");
    };
    assert!(!reason.contains("127.0.0.1"), "{reason}");
}

#[tokio::test]
async fn an_answer_says_what_to_do() {
    let later = |status, body| (status, body, "later");
    for (status, body, what) in [
        (404, "<Error><Code>NoSuchKey</Code></Error>", "not there"),
        (404, "", "not there"),
        later(404, "<Error><Code>NoSuchBucket</Code></Error>"),
        later(301, "<Error><Code>PermanentRedirect</Code></Error>"),
        later(
            403,
            "<Error><Code>AccessDenied</Code><Message>hunter2</Message></Error>",
        ),
        later(400, "<Error><Code>ExpiredToken</Code></Error>"),
        (503, "<Error><Code>SlowDown</Code></Error>", "in 7 s"),
        later(500, "broken"),
        (400, "<Error><Code>EntityTooLarge</Code></Error>", "never"),
        (413, "<Code>a b</Code>", "never"),
    ] {
        let (bucket, s3) = bucket(&[(status, body)]).await;
        let error = s3.get(&key(), 10, WITHIN).await.unwrap_err();
        let told = match &error {
            NoFile::NotThere => "not there",
            NoFile::Later { after: None, .. } => "later",
            NoFile::Later { .. } => "in 7 s",
            NoFile::Never { .. } => "never",
            NoFile::Unauthorized { .. } => "unauthorized",
        };
        assert_eq!(told, what, "{status} {body}");
        let asked = bucket.asked.lock().unwrap().len();
        assert_eq!(asked, if status == 500 { 2 } else { 1 }, "{status} {body}");
        assert!(!error.to_string().contains("hunter2"), "{error}");
        assert!(!error.to_string().contains("a b"), "{error}");
    }
}

#[test]
fn a_url_names_how_it_is_shown_and_ends() {
    let s3 = S3::new(Http::new().unwrap(), named("files", None)).unwrap();
    let url = |valid_for| {
        s3.url(
            &key(),
            &picture().shown(),
            valid_for,
            Millis(1_369_353_600_000),
        )
        .unwrap()
    };
    let hour = url(Duration::from_secs(3600));
    let begin = format!(
        "https://files.s3.eu-central-1.amazonaws.com/{}?response-content-disposition=inline%3B%20filename%3D%22",
        key()
    );
    assert!(hour.starts_with(&begin), "{hour}");
    assert!(hour.contains("&X-Amz-Expires=3600&"), "{hour}");
    assert!(hour.contains("&X-Amz-Security-Token=token"), "{hour}");
    assert!(!hour.contains("hunter2"));
    assert!(url(Duration::ZERO).contains("&X-Amz-Expires=1&"));
    assert!(url(LONGEST * 2).contains("&X-Amz-Expires=604800&"));
    // Computed with botocore 1.43: `S3SigV4QueryAuth` over the same request and time.
    assert!(
        hour.contains(
            "&X-Amz-Signature=dc842558770df161a999b66549b10c7788e90a4255d6dc2c9058d8fe253a33c3"
        ),
        "{hour}"
    );
}

#[test]
fn a_bucket_has_its_place() {
    let base = |name: &str, region: &str, endpoint: Option<&str>| {
        let bucket = Bucket {
            account: account(region),
            ..named(name, endpoint.map(str::to_owned))
        };
        bucket.base()
    };
    for (name, region, endpoint, place) in [
        (
            "abc",
            "us-east-1",
            None,
            "https://abc.s3.us-east-1.amazonaws.com/",
        ),
        (
            "a.b.c",
            "us-east-1",
            None,
            "https://s3.us-east-1.amazonaws.com/a.b.c/",
        ),
        (
            "abc",
            "cn-north-1",
            None,
            "https://abc.s3.cn-north-1.amazonaws.com.cn/",
        ),
        (
            "abc",
            "x",
            Some("http://127.0.0.1:9000"),
            "http://127.0.0.1:9000/abc/",
        ),
        (
            "abc",
            "x",
            Some("https://minio.example/"),
            "https://minio.example/abc/",
        ),
    ] {
        assert_eq!(base(name, region, endpoint).as_deref(), Ok(place));
    }
    for name in [
        "",
        "ab",
        "Abc",
        "a/b",
        "a..b",
        "-ab",
        "ab.",
        "a b",
        &"a".repeat(64),
    ] {
        assert!(base(name, "x", None).is_err(), "{name}");
    }
    for region in ["", "a/b", "a.b"] {
        assert!(base("abc", region, None).is_err(), "{region}");
    }
    for endpoint in [
        "",
        "127.0.0.1:9000",
        "ftp://a",
        "http://a:b@c",
        "http://a/b",
        "http://a?b",
    ] {
        assert!(base("abc", "x", Some(endpoint)).is_err(), "{endpoint}");
    }
}

#[test]
fn a_store_does_not_print_its_secrets() {
    let s3 = S3::new(Http::new().unwrap(), named("files", None)).unwrap();
    let printed = format!("{s3:?} {:?}", named("files", None));
    assert!(
        !printed.contains("hunter2") && !printed.contains("\"token\""),
        "{printed}"
    );
}
