//! Secrets in AWS Secrets Manager: one JSON object of texts for the deployment, and others beside it where 64 KB are not enough.
//!
//! <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html>, a request of our own. Each object is
//! fetched when the first secret in it is asked for and kept as long as the process lives; again only when one of its secrets was
//! refused or is not in it, and then not more often than every half minute, because anybody can send a wrong token.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use aws_sigv4::http_request::SignableBody;
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::json;
use tokio::sync::Mutex as Turn;

use super::{Renewal, Secret};
use crate::aws::Account;
use crate::aws::sign::Signer;
use crate::http::{Answer, Http, NotFetched};
use crate::time::Millis;
use crate::webhook::json_error;

/// How soon what was fetched may be fetched again.
const RENEWAL: Duration = Duration::from_secs(30);
/// How soon what could not be fetched may be asked for again.
const AFTER_FAILURE: Duration = Duration::from_secs(1);
/// One attempt. It answers within milliseconds.
const ATTEMPT: Duration = Duration::from_millis(1000);
/// How often it is tried.
const ATTEMPTS: usize = 2;
/// The longest answer, in bytes: a secret has 64 KB, and as a text in JSON it may take six times that.
const MAX_ANSWER: usize = 512 * 1024;

/// The deployment's secrets.
pub struct SecretsManager {
    http: Http,
    signer: Signer,
    url: String,
    name: String,
    renewal: Duration,
    bundles: Mutex<HashMap<Option<String>, Arc<Bundle>>>,
}

impl fmt::Debug for SecretsManager {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecretsManager")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// One JSON object.
#[derive(Default)]
struct Bundle {
    /// Held by whoever fetches it. Nobody else waits for that who finds what is wanted in `kept`.
    turn: Turn<()>,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    known: Known,
    /// When it was last asked for.
    asked: Option<Asked>,
    /// When it was last found to be another than before.
    changed: Option<Instant>,
}

/// A moment, by the clock that never goes back and by that of messages.
#[derive(Clone, Copy)]
struct Asked(Instant, Millis);

#[derive(Default)]
enum Known {
    #[default]
    Nothing,
    /// The object's fields; `None` for one that is no text.
    Fields(HashMap<String, Option<Secret>>),
    /// It could not be fetched.
    Failed(String),
}

impl Bundle {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    /// Whether nothing was asked within `pause`.
    fn is_due(&self, pause: Duration) -> bool {
        self.asked.is_none_or(|asked| asked.0.elapsed() >= pause)
    }

    /// Whether whoever wants the field `name` has to ask for it.
    fn lacks(&self, name: &str, renewal: Duration) -> bool {
        match &self.known {
            Known::Nothing => true,
            Known::Failed(_) => self.is_due(AFTER_FAILURE),
            Known::Fields(fields) => {
                !matches!(fields.get(name), Some(Some(_))) && self.is_due(renewal)
            }
        }
    }
}

impl SecretsManager {
    /// The secret called `name`, in the account's region or at `endpoint`.
    pub fn new(http: Http, account: Account, endpoint: Option<String>, name: String) -> Self {
        let url = endpoint.unwrap_or_else(|| {
            let (region, domain) = (&account.region, account.domain());
            format!("https://secretsmanager.{region}.{domain}/")
        });
        Self {
            http,
            url,
            name,
            renewal: RENEWAL,
            bundles: Mutex::default(),
            signer: Signer {
                service: "secretsmanager",
                account,
            },
        }
    }

    /// The same, renewed as often as every `renewal`.
    #[must_use]
    pub fn renewed_every(mut self, renewal: Duration) -> Self {
        self.renewal = renewal;
        self
    }

    /// The field `name`.
    pub(super) async fn get(&self, bundle: Option<&str>, name: &str) -> Result<Secret, String> {
        let kept = self.bundle(bundle);
        let lacks = || kept.kept().lacks(name, self.renewal);
        if lacks() {
            let _turn = kept.turn.lock().await;
            // Whose turn it was before may have fetched it.
            if lacks() {
                self.ask(bundle, &kept).await;
            }
        }
        let secret = self.id(bundle);
        match &kept.kept().known {
            Known::Fields(fields) => match fields.get(name) {
                Some(Some(found)) => Ok(found.clone()),
                Some(None) => Err(format!(
                    "the field `{name}` of the secret `{secret}` in AWS Secrets Manager is empty or no text"
                )),
                None => Err(format!(
                    "the secret `{secret}` in AWS Secrets Manager has no field `{name}`; add it"
                )),
            },
            Known::Failed(why) => Err(why.clone()),
            Known::Nothing => Err("AWS Secrets Manager has not answered yet".to_owned()),
        }
    }

    /// The field `name`, if it was fetched.
    pub(super) fn known(&self, bundle: Option<&str>, name: &str) -> Option<Secret> {
        match &self.bundle(bundle).kept().known {
            Known::Fields(fields) => fields.get(name).cloned().flatten(),
            Known::Nothing | Known::Failed(_) => None,
        }
    }

    /// Fetches the deployment's own, if it was not asked for yet. What fails is said to whoever needs it.
    pub(super) async fn prefetch(&self) {
        let kept = self.bundle(None);
        let lacks = || matches!(kept.kept().known, Known::Nothing);
        if lacks() {
            let _turn = kept.turn.lock().await;
            if lacks() {
                self.ask(None, &kept).await;
            }
        }
    }

    /// Whether it is another than it was at `since`, as far as may be asked; `before` is when what was refused began.
    pub(super) async fn renew(
        &self,
        bundle: Option<&str>,
        since: Instant,
        before: Millis,
    ) -> Renewal {
        let kept = self.bundle(bundle);
        // What was never fetched was not refused.
        let is_due = || {
            let kept = kept.kept();
            !matches!(kept.known, Known::Nothing) && kept.is_due(self.renewal)
        };
        let mut failed = false;
        if is_due() {
            let _turn = kept.turn.lock().await;
            if is_due() {
                failed = !self.ask(bundle, &kept).await;
            }
        }
        let kept = kept.kept();
        let asked_since = kept.asked.is_some_and(|asked| asked.1 >= before);
        if kept.changed.is_some_and(|changed| changed >= since) {
            Renewal::Changed
        } else if matches!(kept.known, Known::Nothing) || (asked_since && !failed) {
            Renewal::Same
        } else {
            Renewal::Unknown
        }
    }

    fn bundle(&self, bundle: Option<&str>) -> Arc<Bundle> {
        let mut bundles = self.bundles.lock().unwrap_or_else(PoisonError::into_inner);
        let bundle = bundles.entry(bundle.map(str::to_owned)).or_default();
        Arc::clone(bundle)
    }

    /// What the object is called at AWS.
    fn id(&self, bundle: Option<&str>) -> String {
        match bundle {
            Some(bundle) => format!("{}/{bundle}", self.name),
            None => self.name.clone(),
        }
    }

    /// Fetches it, in the caller's turn; returns whether it could be.
    async fn ask(&self, bundle: Option<&str>, of: &Bundle) -> bool {
        let asked = Asked(Instant::now(), Millis::now());
        // Noted before, because whoever waits for it may give up: the next one does not begin to wait at once.
        of.kept().asked = Some(asked);
        let fetched = self.fetch(&self.id(bundle)).await;
        let mut kept = of.kept();
        match (fetched, &kept.known) {
            (Ok(fields), Known::Fields(before)) => {
                if fields != *before {
                    kept.changed = Some(Instant::now());
                    kept.known = Known::Fields(fields);
                }
                true
            }
            (Ok(fields), _) => {
                kept.known = Known::Fields(fields);
                true
            }
            // What was fetched before is better than nothing, and as a rule still right.
            (Err(why), Known::Fields(_)) => {
                tracing::warn!(reason = why, "the secrets could not be fetched again");
                false
            }
            (Err(why), _) => {
                kept.known = Known::Failed(why);
                false
            }
        }
    }

    async fn fetch(&self, id: &str) -> Result<HashMap<String, Option<Secret>>, String> {
        let body = Bytes::from(json!({ "SecretId": id }).to_string());
        let mut left = ATTEMPTS;
        loop {
            left -= 1;
            let answer = self.call(body.clone()).await;
            match answer {
                Ok(answer) if answer.status.is_success() => return fields(id, &answer.body),
                Ok(answer) if left == 0 || !is_passing(&answer) => {
                    return Err(refused(id, &answer));
                }
                Err(error) if left == 0 => {
                    return Err(format!("AWS Secrets Manager does not answer: {error}"));
                }
                Ok(_) | Err(_) => {}
            }
        }
    }

    async fn call(&self, body: Bytes) -> Result<Answer, NotFetched> {
        let headers = [
            (CONTENT_TYPE.as_str(), "application/x-amz-json-1.1"),
            ("x-amz-target", "secretsmanager.GetSecretValue"),
        ];
        let headers = self
            .signer
            .headers(
                "POST",
                &self.url,
                &headers,
                SignableBody::Bytes(&body),
                Millis::now(),
            )
            .map_err(|error| {
                NotFetched::NoAnswer(crate::http::NoAnswer::NotSent(error.to_string()))
            })?;
        self.http
            .fetch(Method::POST, &self.url, headers, body, ATTEMPT, MAX_ANSWER)
            .await
    }
}

/// What `GetSecretValue` answers, as far as it matters.
#[derive(Deserialize)]
struct Stored {
    #[serde(rename = "SecretString")]
    text: Option<String>,
}

fn fields(id: &str, body: &[u8]) -> Result<HashMap<String, Option<Secret>>, String> {
    let value: Stored = serde_json::from_slice(body).map_err(|error| {
        format!(
            "the answer of AWS Secrets Manager is {}",
            json_error(&error)
        )
    })?;
    let wanted = "it has to be one JSON object of texts, such as {\"BOT_TOKEN\": \"…\"}";
    let text = value
        .text
        .ok_or_else(|| format!("the secret `{id}` in AWS Secrets Manager is binary; {wanted}"))?;
    let fields: HashMap<String, serde_json::Value> =
        serde_json::from_str(&text).map_err(|error| {
            let what = json_error(&error);
            format!("the secret `{id}` in AWS Secrets Manager is {what}; {wanted}")
        })?;
    let secret = |field| match field {
        serde_json::Value::String(text) => Secret::new(text),
        _ => None,
    };
    Ok(fields
        .into_iter()
        .map(|(name, field)| (name, secret(field)))
        .collect())
}

/// An error as the service's JSON protocol has it.
#[derive(Default, Deserialize)]
struct Refused {
    #[serde(default, rename = "__type")]
    code: String,
}

fn code(answer: &Answer) -> String {
    // One of another shape is known by its status alone.
    let refused: Refused = serde_json::from_slice(&answer.body).unwrap_or_default();
    let code = refused.code.rsplit('#').next().unwrap_or_default();
    code.chars()
        .filter(char::is_ascii_alphanumeric)
        .take(64)
        .collect()
}

fn is_passing(answer: &Answer) -> bool {
    answer.status.is_server_error()
        || answer.status == StatusCode::TOO_MANY_REQUESTS
        || code(answer) == "ThrottlingException"
}

/// <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html#API_GetSecretValue_Errors>. AWS's own
/// words are left out: they name the account.
fn refused(id: &str, answer: &Answer) -> String {
    match code(answer).as_str() {
        "ResourceNotFoundException" => format!(
            "there is no secret `{id}` in AWS Secrets Manager; `aws secretsmanager create-secret --name {id} --secret-string file://secrets.json` makes it"
        ),
        "AccessDeniedException" => format!(
            "no permission to read the secret `{id}` in AWS Secrets Manager, or it does not exist: the role wants secretsmanager:GetSecretValue on it, and kms:Decrypt on its key if that is your own"
        ),
        "DecryptionFailure" => format!(
            "the key of the secret `{id}` in AWS Secrets Manager does not open it; the role wants kms:Decrypt on it"
        ),
        "InvalidRequestException" => format!(
            "the secret `{id}` in AWS Secrets Manager is being deleted; `aws secretsmanager restore-secret --secret-id {id}` keeps it"
        ),
        code => format!(
            "AWS Secrets Manager answered {} {code} for the secret `{id}`",
            answer.status.as_u16()
        ),
    }
}

#[cfg(test)]
mod tests;
