//! The functions' processes, and the API before them.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use shared::platforms::{End, Platform};
use simulators::lambda::{Function, HttpApi, Route};
use simulators::listen;
use switchboard::gateway::Gateway;

use crate::tap::Tap;

/// The bucket's name.
pub(crate) const BUCKET: &str = "switchboard-files";

/// How long redelivery may take. It keeps four seconds of that for itself.
const REDELIVERY: Duration = Duration::from_secs(6);

/// Every function, as a program.
pub(crate) struct Programs {
    functions: HashMap<Platform, Arc<Function>>,
    redeliver: Arc<Function>,
}

impl Programs {
    /// The programs, on `gateway`'s table behind `tap`. `environment` is secrets, and where to find what else.
    pub(crate) async fn new(
        gateway: &Gateway,
        tap: &Tap,
        environment: impl IntoIterator<Item = (impl Into<String>, String)>,
    ) -> Self {
        let environment: Vec<(String, String)> = [
            ("TABLE_NAME", gateway.app().store.table().to_owned()),
            ("FILES_BUCKET", BUCKET.to_owned()),
            (
                "AWS_ENDPOINT_URL_DYNAMODB",
                tap.before(gateway.dynamodb_url()).await,
            ),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into_iter()
        .chain(
            environment
                .into_iter()
                .map(|(name, value)| (name.into(), value)),
        )
        .collect();
        let function = |program: &str| {
            Arc::new(Function::new(PathBuf::from(program), environment.clone()).unwrap())
        };
        let program = |platform| match platform {
            Platform::ApiMedium => env!("CARGO_BIN_EXE_bootstrap-api-medium"),
            Platform::Omnichannel => env!("CARGO_BIN_EXE_bootstrap-omnichannel"),
            Platform::Selarti => env!("CARGO_BIN_EXE_bootstrap-selarti"),
            Platform::Telegram => env!("CARGO_BIN_EXE_bootstrap-telegram"),
            Platform::Webim => env!("CARGO_BIN_EXE_bootstrap-webim"),
        };
        let functions = Platform::ALL.map(|platform| (platform, function(program(platform))));
        Self {
            functions: functions.into(),
            redeliver: function(env!("CARGO_BIN_EXE_bootstrap-redeliver")),
        }
    }

    /// The function of a platform's webhooks.
    pub(crate) fn of(&self, platform: Platform) -> &Arc<Function> {
        &self.functions[&platform]
    }

    /// The function behind the stream.
    pub(crate) fn redeliver(&self) -> &Arc<Function> {
        &self.redeliver
    }

    /// An API with all routes. A function's invocations may take `time`.
    pub(crate) async fn api(&self, time: impl Fn(Platform) -> Duration) -> HttpApi {
        let routes = End::ALL.map(|end| Route {
            method: "POST".to_owned(),
            path_template: end.route().to_owned(),
            function: Arc::clone(self.of(end.platform())),
            timeout: time(end.platform()),
        });
        HttpApi::start(listen("127.0.0.1:0").await.unwrap(), routes.to_vec()).unwrap()
    }

    /// What the programs have printed.
    pub(crate) fn logs(&self) -> String {
        let functions = self.functions.values().chain([&self.redeliver]);
        let lines: Vec<String> = functions.flat_map(|function| function.logs()).collect();
        lines.join("\n")
    }

    /// Brings a conversation to redelivery, as the stream does when it was written.
    pub(crate) async fn redeliver_once(
        &self,
        channel: &str,
        chat: &str,
    ) -> Result<Value, simulators::lambda::Failed> {
        let event = json!({"Records": [{
            "eventID": "1", "eventName": "MODIFY", "eventVersion": "1.1", "eventSource": "aws:dynamodb", "awsRegion": "eu-central-1",
            "dynamodb": {
                "Keys": {"pk": {"S": format!("conversation#{channel}#{chat}")}, "sk": {"S": "-"}},
                "SequenceNumber": "111", "SizeBytes": 26, "StreamViewType": "NEW_AND_OLD_IMAGES"
            }
        }]});
        self.redeliver.invoke(&event, REDELIVERY).await
    }
}
