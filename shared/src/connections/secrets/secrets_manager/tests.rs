//! Against a Secrets Manager on loopback that answers as AWS documents it and notes what it was asked.

use axum::Router;
use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::response::Response;
use http::HeaderMap;

use super::super::{SecretRef, Secrets};
use super::*;

/// The service: what it holds, by id, as the text of its answer; and what it was asked.
#[derive(Default)]
struct Service {
    held: Mutex<HashMap<String, (u16, String)>>,
    asked: Mutex<Vec<(String, HeaderMap)>>,
}

impl Service {
    fn holds(&self, id: &str, secret: &serde_json::Value) {
        self.answers(
            id,
            200,
            &json!({ "Name": id, "SecretString": secret.to_string() }),
        );
    }

    fn answers(&self, id: &str, status: u16, body: &serde_json::Value) {
        let answer = (status, body.to_string());
        self.held.lock().unwrap().insert(id.to_owned(), answer);
    }

    fn asked(&self) -> Vec<String> {
        let asked = self.asked.lock().unwrap();
        asked.iter().map(|(id, _)| id.clone()).collect()
    }
}

async fn serve(State(service): State<Arc<Service>>, request: Request) -> Response<String> {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
    let id = body["SecretId"].as_str().unwrap().to_owned();
    service
        .asked
        .lock()
        .unwrap()
        .push((id.clone(), parts.headers));
    let held = service.held.lock().unwrap();
    let (status, body) = held.get(&id).cloned().unwrap_or_else(|| {
        let body = json!({
            "__type": "ResourceNotFoundException",
            "Message": "Secrets Manager can't find the specified secret.",
        });
        (400, body.to_string())
    });
    Response::builder().status(status).body(body).unwrap()
}

async fn service() -> (Arc<Service>, String) {
    let service = Arc::new(Service::default());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}/", listener.local_addr().unwrap());
    let router = Router::new()
        .fallback(serve)
        .with_state(Arc::clone(&service));
    #[expect(clippy::disallowed_methods, reason = "it ends with the test")]
    tokio::spawn(async move { axum::serve(listener, router).await });
    (service, endpoint)
}

fn secrets(endpoint: &str, renewal: Duration) -> Secrets {
    let http = Http::new().unwrap();
    let manager = SecretsManager::new(
        http,
        Account::emulator(),
        Some(endpoint.to_owned()),
        "shop".to_owned(),
    );
    Secrets::default().and_stored(manager.renewed_every(renewal))
}

fn reference(text: &str) -> SecretRef {
    text.parse().unwrap()
}

async fn get(secrets: &Secrets, text: &str) -> String {
    let secret = secrets.get(&reference(text)).await.unwrap();
    secret.expose().to_owned()
}

async fn error(secrets: &Secrets, text: &str) -> String {
    secrets.get(&reference(text)).await.unwrap_err().to_string()
}

/// What `secret:A` is, for a message that begins now and was refused after `since`.
async fn renewed(secrets: &Secrets, since: Instant) -> Renewal {
    secrets
        .renew([&reference("secret:A")], since, Millis::now())
        .await
}

const NEVER: Duration = Duration::from_secs(3600);

#[tokio::test]
async fn each_object_is_fetched_once_whatever_is_asked_of_it() {
    let (service, endpoint) = service().await;
    service.holds("shop", &json!({ "A": "hunter1", "B": "hunter2" }));
    service.holds("shop/acme", &json!({ "A": "hunter3" }));
    let secrets = secrets(&endpoint, NEVER);
    let asked = futures(
        &secrets,
        &["secret:A", "secret:B", "secret:acme/A", "secret:A"],
    )
    .await;
    assert_eq!(asked, ["hunter1", "hunter2", "hunter3", "hunter1"]);
    let mut ids = service.asked();
    ids.sort();
    assert_eq!(ids, ["shop", "shop/acme"]);

    let asked = service.asked.lock().unwrap().clone();
    let (_, headers) = &asked[0];
    assert_eq!(headers["x-amz-target"], "secretsmanager.GetSecretValue");
    assert_eq!(headers["content-type"], "application/x-amz-json-1.1");
    let signed = headers["authorization"].to_str().unwrap();
    assert!(
        signed.contains("/us-east-1/secretsmanager/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-target, "),
        "{signed}"
    );
    let printed = format!("{secrets:?}");
    assert!(!printed.contains("hunter"), "{printed}");
}

async fn futures(secrets: &Secrets, references: &[&str]) -> Vec<String> {
    let (a, b, c, d) = tokio::join!(
        get(secrets, references[0]),
        get(secrets, references[1]),
        get(secrets, references[2]),
        get(secrets, references[3]),
    );
    vec![a, b, c, d]
}

#[tokio::test]
async fn what_was_fetched_ahead_is_not_fetched_again() {
    let (service, endpoint) = service().await;
    service.holds("shop", &json!({ "A": "hunter1" }));
    let secrets = secrets(&endpoint, NEVER);
    secrets.prefetch().await;
    secrets.prefetch().await;
    assert_eq!(get(&secrets, "secret:A").await, "hunter1");
    assert_eq!(service.asked(), ["shop"]);
}

#[tokio::test]
async fn a_refusal_fetches_again_but_not_often() {
    let (service, endpoint) = service().await;
    service.holds("shop", &json!({ "A": "hunter1" }));
    let a = [&reference("secret:A")];

    let often = secrets(&endpoint, Duration::ZERO);
    assert_eq!(get(&often, "secret:A").await, "hunter1");
    assert_eq!(renewed(&often, Instant::now()).await, Renewal::Same);
    service.holds("shop", &json!({ "A": "hunter2" }));
    assert_eq!(
        get(&often, "secret:A").await,
        "hunter1",
        "nobody refused it"
    );
    assert_eq!(renewed(&often, Instant::now()).await, Renewal::Changed);
    assert_eq!(get(&often, "secret:A").await, "hunter2");
    assert_eq!(renewed(&often, Instant::now()).await, Renewal::Same);
    // The object is there no longer: what was fetched stays.
    service.answers("shop", 500, &json!({}));
    assert_eq!(renewed(&often, Instant::now()).await, Renewal::Unknown);
    assert_eq!(get(&often, "secret:A").await, "hunter2");

    service.holds("shop", &json!({ "A": "hunter1" }));
    let seldom = secrets(&endpoint, NEVER);
    assert_eq!(get(&seldom, "secret:A").await, "hunter1");
    service.holds("shop", &json!({ "A": "hunter3" }));
    let before = service.asked().len();
    let later = Millis::now().after(Duration::from_secs(1));
    let renewal = seldom.renew(a, Instant::now(), later).await;
    assert_eq!(renewal, Renewal::Unknown);
    assert_eq!(service.asked().len(), before, "not so soon");
    // What was fetched after the message began is known well enough.
    let earlier = Millis::now().before(Duration::from_secs(60));
    let renewal = seldom.renew(a, Instant::now(), earlier).await;
    assert_eq!(renewal, Renewal::Same);
    assert_eq!(
        renewed(&Secrets::default(), Instant::now()).await,
        Renewal::Same
    );
}

#[tokio::test]
async fn whoever_was_refused_meanwhile_learns_of_it_too() {
    let (service, endpoint) = service().await;
    service.holds("shop", &json!({ "A": "hunter1" }));
    let secrets = secrets(&endpoint, Duration::from_millis(1));
    let since = Instant::now();
    assert_eq!(get(&secrets, "secret:A").await, "hunter1");
    service.holds("shop", &json!({ "A": "hunter2" }));
    while renewed(&secrets, since).await != Renewal::Changed {
        tokio::task::yield_now().await;
    }
    assert_eq!(renewed(&secrets, since).await, Renewal::Changed);
}

#[tokio::test]
async fn a_field_that_was_added_is_found() {
    let (service, endpoint) = service().await;
    service.holds("shop", &json!({ "A": "hunter1" }));
    let secrets = secrets(&endpoint, Duration::ZERO);
    assert_eq!(
        error(&secrets, "secret:B").await,
        "the secret `secret:B` is not to be had: the secret `shop` in AWS Secrets Manager has no field `B`; add it"
    );
    service.holds("shop", &json!({ "A": "hunter1", "B": 2 }));
    let why = error(&secrets, "secret:B").await;
    assert!(why.contains("is empty or no text"), "{why}");
    service.holds("shop", &json!({ "A": "hunter1", "B": "hunter2" }));
    assert_eq!(get(&secrets, "secret:B").await, "hunter2");
}

#[tokio::test]
async fn what_is_wrong_is_named_and_never_quoted() {
    let (service, endpoint) = service().await;
    let refusal = |code: &str| json!({ "__type": code, "message": "arn:aws:iam::123456789012:role/x hunter2" });
    for (status, body, says) in [
        (
            400,
            refusal("AccessDeniedException"),
            "no permission to read the secret `shop/x`",
        ),
        (
            400,
            refusal("com.amazonaws.secretsmanager#DecryptionFailure"),
            "the key of the secret `shop/x`",
        ),
        (
            400,
            refusal("InvalidRequestException"),
            "the secret `shop/x` in AWS Secrets Manager is being deleted",
        ),
        (
            400,
            refusal("ThrottlingException"),
            "answered 400 ThrottlingException",
        ),
        (
            500,
            refusal("InternalServiceError"),
            "answered 500 InternalServiceError",
        ),
        (503, json!("hunter2"), "answered 503"),
        (200, json!({ "SecretBinary": "aHVudGVyMg==" }), "is binary"),
        (200, json!({ "SecretString": "hunter2" }), "is not JSON"),
        (
            200,
            json!({ "SecretString": "[\"hunter2\"]" }),
            "JSON of another shape",
        ),
        (
            200,
            json!({ "SecretString": "{\"A\": \"\", \"B\": \"hunter2\"}" }),
            "the field `A` of the secret `shop/x`",
        ),
        (
            200,
            json!({ "SecretString": "{\"A\": 12345}" }),
            "is empty or no text",
        ),
        (200, json!(12), "the answer of AWS Secrets Manager is"),
    ] {
        service.answers("shop/x", status, &body);
        let why = error(&secrets(&endpoint, NEVER), "secret:x/A").await;
        assert!(why.contains(says), "{why}");
        for secret in ["hunter", "12345", "123456789012"] {
            assert!(!why.contains(secret), "{why}");
        }
    }
    let why = error(&secrets(&endpoint, NEVER), "secret:y/A").await;
    assert!(
        why.contains("`aws secretsmanager create-secret --name shop/y "),
        "{why}"
    );
    assert_eq!(
        error(&Secrets::default(), "secret:A").await,
        "the secret `secret:A` is not to be had: this process has none of AWS Secrets Manager; the environment variable \
         SECRET_NAME says which"
    );
}

#[tokio::test]
async fn nobody_there_is_an_error_within_its_time() {
    let closed = {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.local_addr().unwrap()
    };
    let why = error(&secrets(&format!("http://{closed}/"), NEVER), "secret:A").await;
    assert!(why.contains("AWS Secrets Manager does not answer"), "{why}");
}

#[tokio::test]
async fn a_passing_failure_is_tried_again_at_once() {
    let (service, endpoint) = service().await;
    service.answers("shop", 500, &json!({ "__type": "InternalServiceError" }));
    let secrets = secrets(&endpoint, NEVER);
    assert!(secrets.get(&reference("secret:A")).await.is_err());
    assert_eq!(service.asked(), ["shop", "shop"]);
    // Within the next second nobody asks again, however many want it.
    assert!(secrets.get(&reference("secret:B")).await.is_err());
    assert_eq!(service.asked().len(), 2);
}

#[test]
fn the_regions_have_their_places() {
    let url = |region: &str| {
        let account = Account {
            region: region.to_owned(),
            ..Account::emulator()
        };
        SecretsManager::new(Http::new().unwrap(), account, None, "shop".to_owned()).url
    };
    assert_eq!(
        url("eu-central-1"),
        "https://secretsmanager.eu-central-1.amazonaws.com/"
    );
    assert_eq!(
        url("cn-north-1"),
        "https://secretsmanager.cn-north-1.amazonaws.com.cn/"
    );
}
