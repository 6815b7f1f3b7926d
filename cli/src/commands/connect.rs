//! `switchboard connect`: a platform is told where a connection's webhooks go, if it has a call for that; else the credentials are
//! checked as far as they can be without anybody noticing. Neither a secret nor a URL with one is printed: `urls` does that.

use std::path::PathBuf;

use shared::connections::{Connection, Secrets};
use shared::delivery::outside::{Outside, Tokens};
use shared::http::Http;
use shared::model::ConnectionId;
use shared::platforms::connect::{Connected, NotConnected, Registered, Registration};
use shared::platforms::{self, ConnectionSettings};
use shared::time::Millis;

use super::run::base_url;
use super::{Failure, duration, line, table, told};
use crate::configuration::{self, Configuration, FILE};
use crate::terminal;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The connection's id
    connection: ConnectionId,
    /// The connections, where none of --table, --data and --endpoint says that they are in a table [default: switchboard.toml]
    #[arg(value_name = "FILE", conflicts_with_all = ["data", "table", "endpoint"])]
    file: Option<PathBuf>,
    #[command(flatten)]
    table: table::Arguments,
    /// The address by which the platforms reach Switchboard: a tunnel's, or BaseUrl of the deployment
    #[arg(long, value_name = "URL")]
    base_url: String,
    /// Do not ask before the webhook is taken from somebody else
    #[arg(long)]
    yes: bool,
}

/// What stands in a URL in place of its secret.
const HIDDEN: &str = "…";

/// Does it, and prints what came of it.
pub(super) async fn run(arguments: &Arguments) -> Result<(), Failure> {
    let base_url = base_url(&arguments.base_url)?;
    let (connection, place) = arguments.find().await?;
    let http = Http::new().map_err(line)?;
    let secrets = Secrets::from_environment(&http)?;
    let alone = Configuration {
        connections: vec![connection.clone()],
    };
    let checked = alone.check_secrets(&secrets, &place).await;
    checked.map_err(line)?;

    let settings = &connection.settings;
    let token = match settings.end().has_url_token() {
        true => {
            let secret = secrets.get(settings.webhook_secret()).await;
            secret.map_err(line)?.expose().to_owned()
        }
        false => String::new(),
    };
    let address = |token: &str| {
        let path = settings.webhook_path(connection.id.as_str(), token);
        format!("{base_url}{path}")
    };
    let (url, shown) = (address(&token), address(HIDDEN));
    let outside = Outside {
        http: &http,
        secrets: &secrets,
        tokens: &Tokens::default(),
    };
    let mut registration = Registration {
        connection: &connection,
        url: &url,
        take: arguments.yes,
    };
    let mut connected = platforms::connect(&outside, registration).await;
    if let Err(NotConnected::Elsewhere(other)) = &connected {
        may_be_taken(&connection, other)?;
        registration.take = true;
        connected = platforms::connect(&outside, registration).await;
    }
    let connected = connected.map_err(|error| format!("{}: {error}", connection.id))?;

    let (id, platform) = (&connection.id, connection.platform().name());
    let mut text = format!("{id} ({platform})\n");
    match connected {
        Connected::Registered(registered) => text.push_str(&said(&registered, &shown)),
        Connected::Checked(what) => {
            text.push_str(&format!("Checked: {what}.\n"));
            text.push_str(&left_to_do(&connection, &shown));
        }
        Connected::Unchecked(why) => {
            text.push_str(&format!("Not checked: {why}.\n"));
            text.push_str(&left_to_do(&connection, &shown));
        }
    }
    terminal::line(text.trim_end().replace('\n', "\n  ")).map_err(line)
}

impl Arguments {
    /// The connection, and what the place where it was is called.
    async fn find(&self) -> Result<(Connection, String), Failure> {
        let id = &self.connection;
        if !self.table.is_given() {
            let file = self.file.clone().unwrap_or_else(|| FILE.into());
            let configuration = configuration::load(&file).map_err(line)?;
            let name = file.display().to_string();
            let found = configuration.find(id, &name).map_err(line)?;
            return Ok((found.clone(), name));
        }
        let table = self.table.open().await?;
        let store = table.patient();
        let found = store.connection(id).await.map_err(told)?;
        let name = format!("the table {}", store.table());
        table.close().await;
        let found = found.ok_or_else(|| {
            format!("{name} has no connection {id}; `switchboard export` shows those that it has")
        })?;
        Ok((found, name))
    }
}

/// Asks.
fn may_be_taken(connection: &Connection, other: &str) -> Result<(), Failure> {
    let id = &connection.id;
    let taking = format!("The webhooks of {id} go to {other}{HIDDEN} now.");
    match terminal::ask(&format!("{taking} Take them from there?")).map_err(line)? {
        Some(true) => Ok(()),
        Some(false) => Err("nothing was changed".to_owned()),
        None => Err(format!(
            "{taking} Nothing was changed: there is no terminal to ask on; --yes takes them without asking"
        )),
    }
}

fn said(registered: &Registered, url: &str) -> String {
    let mut text = format!("Connected: its webhooks go to {url}\n");
    match registered.waiting {
        0 => {}
        1 => text.push_str("One waits there to be brought.\n"),
        many => text.push_str(&format!("{many} wait there to be brought.\n")),
    }
    if let Some((at, why)) = &registered.last_error {
        let ago = duration::rough(at.until(Millis::now()));
        text.push_str(&format!(
            "The last one that could not be brought, {ago} ago: {why}\n"
        ));
    }
    text
}

fn left_to_do(connection: &Connection, url: &str) -> String {
    let setup = connection.settings.setup(url);
    let mut text = format!("Left for you:\n{setup}\n");
    if url.contains(HIDDEN) {
        text.push_str("`switchboard urls` prints the URL whole.\n");
    }
    text
}
