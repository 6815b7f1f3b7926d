//! The AWS SDK's DynamoDB client, built by hand: no `aws-config`, no HTTP stack of its own. On Lambda credentials and
//! region are in the environment, so there is nothing to look for; requests go through [`Http`].

use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Region, StalledStreamProtectionConfig};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::retry::ReconnectMode;

use crate::aws::{self, Account};
use crate::http::Http;
use crate::trace::Call;

/// DynamoDB answers within milliseconds; an attempt that takes longer than this is better made anew.
const ATTEMPT: Duration = Duration::from_millis(1500);

/// Where DynamoDB is and who calls it.
#[derive(Debug, Clone)]
pub struct Access {
    /// The region, and who calls.
    pub account: Account,
    /// Another endpoint than the region's own, for an emulator.
    pub endpoint: Option<String>,
}

impl Access {
    /// As Lambda sets it: `AWS_REGION`, `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`, and
    /// `AWS_ENDPOINT_URL_DYNAMODB` for an emulator.
    ///
    /// # Errors
    /// The name of the variable that is missing.
    pub fn from_environment() -> Result<Self, String> {
        Ok(Self {
            account: Account::from_environment()?,
            endpoint: aws::endpoint("DYNAMODB"),
        })
    }

    /// For an emulator at `endpoint`, which takes any credentials.
    pub fn emulator(endpoint: impl Into<String>) -> Self {
        Self {
            account: Account::emulator(),
            endpoint: Some(endpoint.into()),
        }
    }
}

/// The client, over `http`.
pub fn client(http: &Http, access: &Access) -> Client {
    client_over(access, over(http.clone()))
}

/// The client, over any connector; the local gateway brings one that needs no socket.
pub fn client_over(access: &Access, http: SharedHttpClient) -> Client {
    let mut config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new(access.account.region.clone()))
        .credentials_provider(access.account.credentials.clone())
        .http_client(http)
        .retry_config(
            RetryConfig::standard()
                .with_max_attempts(3)
                .with_initial_backoff(Duration::from_millis(50))
                // The pool is [`Http`]'s; the SDK would log an error each time it cannot reach into it.
                .with_reconnect_mode(ReconnectMode::ReuseAllConnections),
        )
        .timeout_config(
            TimeoutConfig::builder()
                .operation_attempt_timeout(ATTEMPT)
                .build(),
        )
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
    config.set_endpoint_url(access.endpoint.clone());
    Client::from_conf(config.build())
}

#[derive(Debug, Clone)]
struct Connector(Http);

fn over(http: Http) -> SharedHttpClient {
    let connector = SharedHttpConnector::new(Connector(http));
    http_client_fn(move |_settings, _components| connector.clone())
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let client = self.0.client().clone();
        let call = Call::to_table(&request);
        HttpConnectorFuture::new(call.around(async move {
            let request = convert(request).map_err(ConnectorError::user)?;
            let response = client.execute(request).await.map_err(classify)?;
            let status = response.status();
            let headers = response.headers().clone();
            let body = response.bytes().await.map_err(classify)?;
            let mut converted = http::Response::new(SdkBody::from(body));
            *converted.status_mut() = status;
            *converted.headers_mut() = headers;
            HttpResponse::try_from(converted)
                .map_err(|error| ConnectorError::other(error.into(), None))
        }))
    }
}

fn convert(
    request: HttpRequest,
) -> Result<reqwest::Request, Box<dyn std::error::Error + Send + Sync>> {
    let request = request.try_into_http1x()?;
    let (parts, body) = request.into_parts();
    // Every DynamoDB request is one JSON document in memory.
    let body = body.bytes().ok_or("a streaming body")?.to_vec();
    let mut converted = reqwest::Request::new(parts.method, parts.uri.to_string().parse()?);
    *converted.headers_mut() = parts.headers;
    *converted.body_mut() = Some(body.into());
    Ok(converted)
}

fn classify(error: reqwest::Error) -> ConnectorError {
    let timeout = error.is_timeout();
    let error = error.without_url();
    if timeout {
        ConnectorError::timeout(error.into())
    } else {
        ConnectorError::io(error.into())
    }
}
