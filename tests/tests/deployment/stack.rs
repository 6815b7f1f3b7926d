//! One deployment, and the command line as whoever deployed it has it.

use std::collections::HashMap;
use std::fs;
use std::process::{Command, Output};

use serde_json::{Value, json};
use tokio::sync::OnceCell;

use crate::cloud::{Cloud, USER, cloud};
use crate::programs::{Programs, programs, template};

/// A deployment.
pub(crate) struct Stack {
    pub(crate) cloud: &'static Cloud,
    pub(crate) name: &'static str,
    /// Where its API is.
    pub(crate) url: String,
    /// Its outputs.
    pub(crate) outputs: HashMap<String, String>,
    /// The physical ids of its resources, by their names in the template.
    pub(crate) resources: HashMap<String, String>,
}

/// The programs of all functions.
pub(crate) async fn all_programs() -> &'static Programs {
    static PROGRAMS: OnceCell<Programs> = OnceCell::const_new();
    let built = || async { tokio::task::spawn_blocking(programs).await.unwrap() };
    PROGRAMS.get_or_init(built).await
}

/// The deployment that tests share which break nothing.
pub(crate) async fn shared() -> &'static Stack {
    static SHARED: OnceCell<Stack> = OnceCell::const_new();
    let deployed = || async { Stack::deploy("switchboard", all_programs().await).await };
    SHARED.get_or_init(deployed).await
}

impl Stack {
    /// Deploys the template with `programs`, or updates what is deployed under that name.
    pub(crate) async fn deploy(name: &'static str, programs: &Programs) -> Self {
        Self::deploy_with(name, programs, json!({}))
            .await
            .unwrap_or_else(|failed| panic!("{failed}"))
    }

    /// The same with `parameters` more; what failed if it does.
    pub(crate) async fn deploy_with(
        name: &'static str,
        programs: &Programs,
        parameters: Value,
    ) -> Result<Self, String> {
        let architecture = match std::env::consts::ARCH {
            "aarch64" => "arm64",
            other => other,
        };
        let mut all = json!({ "Architecture": architecture, "RedeliverWindow": "1" });
        let more = parameters.as_object().unwrap().clone();
        all.as_object_mut().unwrap().extend(more);
        let cloud = cloud().await;
        let deployed = cloud
            .attempt(json!({
                "do": "deploy", "stack": name, "template": template(), "programs": programs, "parameters": all
            }))
            .await?;
        let map = |key: &str| serde_json::from_value(deployed[key].clone()).unwrap();
        Ok(Self {
            cloud,
            name,
            url: deployed["url"].as_str().unwrap().to_owned(),
            outputs: map("outputs"),
            resources: map("resources"),
        })
    }

    /// The table's name, which `switchboard` wants to know.
    pub(crate) fn table(&self) -> &str {
        &self.outputs["TableName"]
    }

    /// Keeps the secrets of a bundle, or those of the main secret, as `aws secretsmanager create-secret` does.
    pub(crate) async fn keep_secrets(&self, bundle: Option<&str>, secrets: Value) {
        let name = self.secret(bundle);
        self.cloud
            .run(json!({ "do": "keep_secret", "name": name, "value": secrets }))
            .await;
    }

    /// What the secret of a bundle, or the main secret, is called.
    pub(crate) fn secret(&self, bundle: Option<&str>) -> String {
        let main = &self.outputs["SecretName"];
        bundle.map_or_else(|| main.clone(), |bundle| format!("{main}/{bundle}"))
    }

    /// Writes a configuration to the table.
    pub(crate) async fn apply(&self, configuration: &str) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("switchboard.toml");
        fs::write(&file, configuration).unwrap();
        self.switchboard(&["apply", file.to_str().unwrap(), "--yes"])
            .await;
    }

    /// Runs `switchboard` on the table, which has to succeed; what it printed.
    pub(crate) async fn switchboard(&self, arguments: &[&str]) -> String {
        self.try_switchboard(arguments)
            .await
            .unwrap_or_else(|error| panic!("{arguments:?}: {error}"))
    }

    /// The same; what it printed on stderr if it fails.
    pub(crate) async fn try_switchboard(&self, arguments: &[&str]) -> Result<String, String> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_command-line"));
        command
            .args(arguments)
            .args(["--table", self.table()])
            .env_clear()
            .envs(USER)
            .env("AWS_ENDPOINT_URL_DYNAMODB", &self.cloud.endpoint);
        let output = tokio::task::spawn_blocking(move || command.output());
        let Output {
            status,
            stdout,
            stderr,
        } = output.await.unwrap().unwrap();
        match status.success() {
            true => Ok(String::from_utf8(stdout).unwrap()),
            false => Err(String::from_utf8(stderr).unwrap()),
        }
    }

    /// The keys of the conversations of a channel that are in the table.
    pub(crate) async fn conversations(&self, channel: &str) -> Vec<String> {
        let items = self
            .cloud
            .run(json!({ "do": "items", "table": self.table() }))
            .await;
        let items: Vec<String> = serde_json::from_value(items).unwrap();
        let begins = format!("conversation#{channel}#");
        items
            .into_iter()
            .filter(|key| key.starts_with(&begins))
            .collect()
    }

    /// What a function has logged, by its name in the log groups.
    pub(crate) async fn logs(&self, function: &str) -> String {
        let group = format!("/aws/lambda/{}-{function}", self.name);
        let lines = self
            .cloud
            .run(json!({ "do": "logs", "group": group }))
            .await;
        let lines: Vec<String> = serde_json::from_value(lines).unwrap();
        lines.join("\n")
    }
}
