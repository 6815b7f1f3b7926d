//! The functions, on a table that holds a connection of every end, whose secrets are in AWS Secrets Manager.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use shared::connections::Secrets;
use shared::http::Http;
use shared::platforms::{End, Platform};
use simulators::lambda::{Function, HttpApi};
use simulators::listen;
use switchboard::configuration::{self, Configuration};
use switchboard::gateway::{Data, Gateway, Options};

use super::service::{Secret, Service};
use crate::kill::programs::Programs;
use crate::refused::answers::Answer;
use crate::refused::gate::{Form, Request, Who};
use crate::tap::Tap;
use crate::world::{PATIENCE, Setup};

/// How long an invocation may take.
const INVOCATION: Duration = Duration::from_secs(15);
/// Nothing comes through the stream.
const NEVER: Duration = Duration::from_secs(3600);
/// What the deployment's secret is called.
pub(super) const SECRET_NAME: &str = "switchboard/test";
/// What every secret of every connection is.
pub(super) const TOKEN: &str = "amaranth-0123456789";
/// A connection of every end.
const CONFIGURATION: &str = include_str!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../switchboard.example.toml"
));

/// The deployment.
pub(super) struct Deployment {
    pub(super) aws: Service,
    programs: Programs,
    gateway: Gateway,
    api: HttpApi,
    http: Http,
    connections: Vec<(End, String)>,
}

impl Deployment {
    pub(super) async fn start() -> Self {
        Self::with(None).await
    }

    /// One that looks for DynamoDB where nobody is.
    pub(super) async fn without_dynamodb() -> Self {
        let listener = listen("127.0.0.1:0").await.unwrap();
        let nobody = format!("http://{}", listener.local_addr().unwrap());
        drop(listener);
        Self::with(Some(nobody)).await
    }

    async fn with(dynamodb: Option<String>) -> Self {
        let (configuration, connections) = configured();
        let gateway = Gateway::start(Options {
            configuration,
            secrets: Secrets::default(),
            listener: listen("127.0.0.1:0").await.unwrap(),
            data: Data::Memory,
            public_url: None,
            retry: Setup::default().retry,
            stream_window: NEVER,
            invocation: INVOCATION,
        })
        .await
        .unwrap();
        let aws = Service::before(gateway.dynamodb_url()).await;
        aws.holds(SECRET_NAME, fields(TOKEN));
        let environment = [
            (
                "AWS_ENDPOINT_URL_DYNAMODB",
                dynamodb.unwrap_or_else(|| aws.url()),
            ),
            ("AWS_ENDPOINT_URL_SECRETS_MANAGER", aws.url()),
            ("SECRET_NAME", SECRET_NAME.to_owned()),
        ];
        let programs = Programs::new(&gateway, &Tap::default(), environment).await;
        let api = programs.api(|_| INVOCATION).await;
        Self {
            aws,
            programs,
            gateway,
            api,
            http: Http::new().unwrap(),
            connections,
        }
    }

    /// A webhook of one of the end's connections, with its secret and this body.
    pub(super) async fn post(&self, end: End, token: &str, body: &Value) -> Answer {
        let known = self.connections.iter().find(|(known, _)| *known == end);
        let who = Who {
            connection: known.unwrap().1.clone(),
            token: token.to_owned(),
        };
        let request = Request::new((end, Form::Usual), &who, body.to_string());
        request.post(&self.http, &self.api.base_url()).await
    }

    /// Posts to the end's function, which answers that it is to be sent again and logs one error, in which all of `words` are.
    pub(super) async fn fails(&self, end: End, body: &Value, words: &[&str]) {
        let log = self.function(end).log();
        log.clear();
        let answer = self.post(end, TOKEN, body).await;
        let status = match end {
            // The only failure of the server's that its document knows.
            End::OmnichannelChannel => 500,
            _ => 503,
        };
        assert_eq!(answer.status, status, "{end:?}, {words:?}: {answer:?}");
        assert!(answer.retry_after.is_some(), "{end:?}, {words:?}");
        let errors = log
            .wait_for_matching(1, PATIENCE, |line| line.contains("ERROR"))
            .await
            .unwrap();
        for word in words {
            assert!(errors[0].contains(word), "{end:?}, {word}: {errors:?}");
        }
        assert_eq!(errors.len(), 1, "{end:?}");
    }

    pub(super) fn function(&self, end: End) -> &Arc<Function> {
        self.programs.of(end.platform())
    }

    /// How many items the table holds beside the connections.
    pub(super) async fn items(&self) -> usize {
        let store = &self.gateway.app().store;
        let scan = store.client().scan().table_name(store.table());
        let scan = scan.send().await.unwrap();
        usize::try_from(scan.count).unwrap() - self.connections.len()
    }
}

/// A connection of every end, and which is of which.
pub(super) fn configured() -> (Configuration, Vec<(End, String)>) {
    let text = CONFIGURATION.replace("env:", "secret:");
    let configuration = configuration::parse(&text, "switchboard.example.toml").unwrap();
    let connections = configuration.connections.iter();
    let connections: Vec<_> = connections
        .map(|connection| (connection.end(), connection.id.to_string()))
        .collect();
    for end in End::ALL {
        let has = |(known, _): &(End, String)| *known == end;
        assert!(connections.iter().any(has), "{end:?}");
    }
    (configuration, connections)
}

/// The deployment's secret, in which everything is `token`.
pub(super) fn fields(token: &str) -> Secret {
    let names = CONFIGURATION.split("env:").skip(1);
    let names = names.map(|rest| rest.split('"').next().unwrap());
    let fields = names.map(|name| (name.to_owned(), Value::from(token)));
    Secret::Text(Value::from_iter(fields).to_string())
}

/// One end of each platform: those of one share a function.
pub(super) fn of_each_function() -> impl Iterator<Item = End> {
    Platform::ALL.into_iter().map(|platform| {
        let mut ends = End::ALL.into_iter();
        ends.find(|end| end.platform() == platform).unwrap()
    })
}

/// A body that has a place for the secret where that stands in the body.
pub(super) fn body() -> Value {
    json!({ "channelID": "", "token": "", "message": "hello" })
}
