//! `switchboard run`: the gateway, until Ctrl-C.

use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::path::PathBuf;
use std::time::Duration;

use shared::connections::Secrets;
use shared::http::Http;
use tokio::net::TcpListener;

use super::demonstration::{Agent, Choices};
use super::signals::Signals;
use super::{Failure, demonstration, duration, line};
use crate::configuration;
use crate::gateway::{Data, Gateway, Options};
use crate::terminal;

/// Where webhooks come in unless something else is said.
pub(super) const LISTEN: SocketAddr = SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 3000));

/// Where the table is kept unless something else is said.
const DATA: &str = "switchboard.db";

#[derive(Debug, clap::Args)]
#[group(skip)]
pub(super) struct Arguments {
    /// The connections. Without it: a demonstration with simulated platforms
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Where webhooks come in; port 0 for any free one
    #[arg(long, value_name = "ADDRESS", default_value_t = LISTEN)]
    listen: SocketAddr,
    /// Where conversations are kept, and files beside it, or :memory: [default: switchboard.db; :memory: in the demonstration]
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,
    /// The address by which others reach this one, such as a tunnel's; the URLs of files begin with it
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    /// Which of the simulated agents answers every channel. Without it each channel has one of its own
    #[arg(long, value_name = "AGENT", conflicts_with = "config")]
    agent: Option<Agent>,
    /// How long a simulated agent takes for an answer, such as 800ms or 2s
    #[arg(long, value_name = "DURATION", value_parser = duration::parse, default_value = "800ms", conflicts_with = "config")]
    agent_delay: Duration,
}

/// Runs until Ctrl-C or SIGTERM; then what is in flight is finished. A second one does not wait for that.
pub(super) async fn run(arguments: Arguments) -> Result<(), Failure> {
    let mut signals = Signals::catch().map_err(line)?;
    let listener = TcpListener::bind(arguments.listen).await.map_err(|error| {
        format!(
            "cannot listen on {}: {error}; --listen takes another address, with port 0 any free port",
            arguments.listen
        )
    })?;
    let base_url = arguments.base_url.as_deref().map(base_url).transpose()?;
    let Some(config) = arguments.config else {
        let choices = Choices {
            agent: arguments.agent,
            delay: arguments.agent_delay,
            data: data(arguments.data).unwrap_or(Data::Memory),
            base_url,
        };
        return demonstration::run(listener, choices, signals).await;
    };
    let name = config.display().to_string();
    let configuration = configuration::load(&config).map_err(line)?;
    let secrets = Secrets::from_environment(&Http::new().map_err(line)?)?;
    let checked = configuration.check_secrets(&secrets, &name).await;
    checked.map_err(line)?;
    let connections = configuration.connections.len();
    let data = data(arguments.data).unwrap_or_else(|| Data::File(DATA.into()));
    let kept = data.to_string();
    let options = Options {
        data,
        public_url: base_url.clone(),
        ..Options::new(configuration, secrets, listener)
    };
    let gateway = Gateway::start(options).await.map_err(line)?;
    let public = base_url.unwrap_or_else(|| gateway.base_url());
    terminal::line(format_args!(
        "Switchboard listens on {}.\n\
         {connections} connections from {name}; conversations are kept in {kept}.\n\
         What to paste into the platforms: {} urls --config {name} --base-url {public}\n\
         Ctrl-C finishes what is in flight and ends it.",
        gateway.base_url(),
        program(),
    ))
    .map_err(line)?;
    signals.next().await;
    until_a_second(signals, gateway.stop()).await
}

/// Lets `stop` finish, unless a second signal comes.
pub(super) async fn until_a_second(
    mut signals: Signals,
    stop: impl Future<Output = ()>,
) -> Result<(), Failure> {
    tokio::select! {
        () = stop => Ok(()),
        () = signals.next() => Err("stopped before what was in flight was finished".to_owned()),
    }
}

fn data(given: Option<PathBuf>) -> Option<Data> {
    given.map(|path| {
        if path.as_os_str() == ":memory:" {
            Data::Memory
        } else {
            Data::File(path)
        }
    })
}

/// A base URL without a slash at the end.
pub(super) fn base_url(given: &str) -> Result<String, Failure> {
    let uri: http::Uri = given
        .parse()
        .map_err(|error| format!("--base-url `{given}` is no URL: {error}"))?;
    if !matches!(uri.scheme_str(), Some("http" | "https"))
        || uri.host().is_none_or(str::is_empty)
        || uri.query().is_some()
    {
        return Err(format!(
            "--base-url `{given}` must be such as https://chats.example, without a query"
        ));
    }
    Ok(given.trim_end_matches('/').to_owned())
}

/// How this program was called, for lines to paste.
pub(super) fn program() -> String {
    std::env::args()
        .next()
        .unwrap_or_else(|| "switchboard".to_owned())
}
