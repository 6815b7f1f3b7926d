//! `switchboard urls`: what to paste into each platform. A URL that carries a token is printed whole: that is what it is for.

use std::path::PathBuf;

use serde_json::json;
use shared::connections::Secrets;
use shared::http::Http;
use shared::platforms::ConnectionSettings;

use super::run::{LISTEN, base_url};
use super::{Failure, line};
use crate::configuration::{self, FILE};
use crate::terminal;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The connections
    #[arg(long, value_name = "FILE", default_value = FILE)]
    config: PathBuf,
    /// The address by which the platforms reach Switchboard: a tunnel's, or BaseUrl of the deployment [default: this
    /// machine's own]
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    /// As JSON, a list of objects with `connection`, `platform`, `url` and `setup`
    #[arg(long)]
    json: bool,
}

/// Prints them.
pub(super) async fn run(arguments: &Arguments) -> Result<(), Failure> {
    let configuration = configuration::load(&arguments.config).map_err(line)?;
    let base_url = match &arguments.base_url {
        Some(given) => base_url(given)?,
        None => format!("http://{LISTEN}"),
    };
    let secrets = Secrets::from_environment(&Http::new().map_err(line)?)?;
    let mut all = Vec::new();
    for connection in &configuration.connections {
        let settings = &connection.settings;
        let token = match settings
            .end()
            .has_url_token()
            .then(|| settings.webhook_secret())
        {
            Some(reference) => secrets
                .get(reference)
                .await
                .map_err(|error| format!("{}: {error}", connection.id))?
                .expose()
                .to_owned(),
            None => String::new(),
        };
        let path = settings.webhook_path(connection.id.as_str(), &token);
        let url = format!("{base_url}{path}");
        let setup = settings.setup(&url);
        all.push((connection, url, setup));
    }
    if arguments.json {
        let all: Vec<_> = all
            .iter()
            .map(|(connection, url, setup)| {
                json!({
                    "connection": connection.id,
                    "platform": connection.platform().name(),
                    "url": url,
                    "setup": setup,
                })
            })
            .collect();
        return terminal::line(format_args!("{:#}", json!(all))).map_err(line);
    }
    for (connection, _, setup) in all {
        let (id, platform) = (&connection.id, connection.platform().name());
        let setup = setup.replace('\n', "\n  ");
        terminal::line(format_args!("{id} ({platform})\n  {setup}\n")).map_err(line)?;
    }
    Ok(())
}
