//! AWS Secrets Manager, as far as the functions ask it.

use axum::Router;
use http::header::CONTENT_TYPE;
use serde_json::{Value, json};
use simulators::listen;
use tokio::task::JoinSet;

use crate::Error;

/// What the deployment's secret is called.
const NAME: &str = "switchboard/bench";

/// The service. It ends with the value.
pub(crate) struct SecretsManager {
    url: String,
    _serving: JoinSet<()>,
}

impl SecretsManager {
    /// One that holds these.
    pub(crate) async fn start(secrets: &[(String, String)]) -> Result<Self, Error> {
        let listener = listen("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let fields = secrets
            .iter()
            .map(|(name, secret)| (name.clone(), secret.as_str()));
        let fields = Value::from_iter(fields).to_string();
        let answer = json!({ "Name": NAME, "SecretString": fields }).to_string();
        let router = Router::new().fallback(async move || {
            let headers = [(CONTENT_TYPE, "application/x-amz-json-1.1")];
            (headers, answer.clone())
        });
        let mut serving = JoinSet::new();
        serving.spawn(async move {
            // It ends when it is aborted, and not with an error.
            axum::serve(listener, router).await.unwrap_or_default();
        });
        Ok(Self {
            url,
            _serving: serving,
        })
    }

    /// Where a function finds it.
    pub(crate) fn environment(&self) -> Vec<(String, String)> {
        [
            ("SECRET_NAME", NAME),
            ("AWS_ENDPOINT_URL_SECRETS_MANAGER", &self.url),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
    }
}
