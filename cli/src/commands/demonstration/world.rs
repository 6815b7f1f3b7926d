//! The platforms around the gateway, simulated, on ports of their own. A chat in Webim 1.0 needs none: whoever asks is Webim.

use std::time::Duration;

use shared::connections::{Connection, Secrets};
use shared::platforms::{ConnectionSettings, End};
use simulators::api_medium_bot::{self, ApiMediumBot};
use simulators::api_medium_client::{self, ApiMediumClient, Early};
use simulators::omnichannel_agent::{self, ClientServer, FileForm, Form, OmnichannelAgent};
use simulators::omnichannel_client::{self, Authentication, OmnichannelClient};
use simulators::selarti::{self, Selarti};
use simulators::selarti_client::{self, SelartiClient};
use simulators::telegram::{self, Telegram};
use simulators::webim_v2::{self, WebimV2};
use tokio::net::TcpListener;

use super::super::{Failure, line};
use super::cast::Channel;
use super::configuration::{
    API_CHANNEL, API_MEDIUM_TOKEN, APP_TOKEN, OMNICHANNEL_TOKEN, OWN_CHAT_TOKEN, PORTAL_TOKEN,
    SELARTI_TOKEN, SHOP_BOT_TOKEN, SUPPORT_TOKEN, TASK,
};

/// How long an agent takes when it is asked to be slow: longer than Webim 1.0 waits.
const SLOW: Duration = Duration::from_secs(7);

/// Every platform that is not the gateway.
#[derive(Debug)]
pub(super) struct World {
    pub(super) telegram: Telegram,
    pub(super) webim: WebimV2,
    pub(super) own_chat: OmnichannelClient,
    pub(super) app: ApiMediumClient,
    pub(super) portal: SelartiClient,
    pub(super) selarti: Selarti,
    pub(super) omnichannel: OmnichannelAgent,
    pub(super) api_medium: ApiMediumBot,
}

impl World {
    /// Starts all of it; agents take `delay` for an answer. Nobody knows the gateway yet.
    ///
    /// # Errors
    /// When there is no port.
    pub(super) async fn start(delay: Duration) -> std::io::Result<Self> {
        Ok(Self {
            telegram: Telegram::start(
                port().await?,
                telegram::Options {
                    token: SHOP_BOT_TOKEN.to_owned(),
                    ..telegram::Options::default()
                },
            )?,
            webim: WebimV2::start(
                port().await?,
                webim_v2::Options {
                    token: SUPPORT_TOKEN.to_owned(),
                    ..webim_v2::Options::default()
                },
            )?,
            own_chat: OmnichannelClient::start(
                port().await?,
                omnichannel_client::Options {
                    authentication: Authentication::Header(OWN_CHAT_TOKEN.to_owned()),
                    ..omnichannel_client::Options::default()
                },
            )?,
            app: ApiMediumClient::start(
                port().await?,
                api_medium_client::Options {
                    channel_id: Channel::App.id().to_owned(),
                    token: APP_TOKEN.to_owned(),
                    // An agent without a delay may be heard before the answer with the `userID` is read.
                    early: Early::Hold,
                    ..api_medium_client::Options::default()
                },
            )?,
            portal: SelartiClient::start(
                port().await?,
                selarti_client::Options {
                    token: format!("{}.{PORTAL_TOKEN}", Channel::Portal.id()),
                    task_id: TASK.to_owned(),
                    ..selarti_client::Options::default()
                },
            )?,
            selarti: selarti(port().await?, delay)?,
            omnichannel: omnichannel(port().await?, delay)?,
            api_medium: api_medium(port().await?, delay)?,
        })
    }

    /// Tells each of them where the gateway is, as a person would by hand; it is at `here`.
    ///
    /// # Errors
    /// When the configuration refers to a secret that there is not.
    pub(super) async fn connect(
        &self,
        here: &str,
        connections: &[Connection],
        secrets: &Secrets,
    ) -> Result<(), Failure> {
        for connection in connections {
            let secret = secrets.get(connection.settings.webhook_secret()).await;
            let secret = secret.map_err(line)?;
            let secret = secret.expose();
            let path = connection
                .settings
                .webhook_path(connection.id.as_str(), secret);
            let url = format!("{here}{path}");
            match connection.end() {
                End::WebimV1Channel => {}
                End::TelegramChannel => self.telegram.set_webhook(&url, Some(secret)),
                End::WebimV2Channel => self.webim.set_bot_url(&url),
                End::OmnichannelChannel => self.own_chat.set_webhook(&url),
                End::ApiMediumChannel => self.app.set_url(&url),
                End::SelartiChannel => self.portal.set_base_url(here),
                End::SelartiAgent => self.selarti.set_webhook(&url),
                End::OmnichannelAgent => {
                    let base = url.strip_suffix("/send_message").unwrap_or(&url);
                    self.omnichannel
                        .set_client(ClientServer::with_unique_url(base));
                }
                End::ApiMediumAgent => self.api_medium.set_webhook(&url),
            }
        }
        Ok(())
    }

    /// Stops all of it.
    pub(super) async fn stop(&self) {
        self.telegram.stop().await;
        self.webim.stop().await;
        self.own_chat.stop().await;
        self.app.stop().await;
        self.portal.stop().await;
        self.selarti.stop().await;
        self.omnichannel.stop().await;
        self.api_medium.stop().await;
    }
}

fn selarti(listener: TcpListener, delay: Duration) -> std::io::Result<Selarti> {
    let agent = Selarti::start(
        listener,
        selarti::Options {
            tokens: vec![SELARTI_TOKEN.to_owned()],
            tasks: vec![TASK.to_owned()],
            delay,
            ..selarti::Options::default()
        },
    )?;
    agent.set_brain(|incoming| {
        let replies = selarti::friendly(incoming).into_iter();
        match slowly(&incoming.message) {
            Some(delay) => replies.map(|reply| reply.after(delay)).collect(),
            None => replies.collect(),
        }
    });
    Ok(agent)
}

fn omnichannel(listener: TcpListener, delay: Duration) -> std::io::Result<OmnichannelAgent> {
    let agent = OmnichannelAgent::start(
        listener,
        omnichannel_agent::Options {
            token: OMNICHANNEL_TOKEN.to_owned(),
            delay,
            // There is more to see of a file than of a link.
            form: Form {
                file: FileForm::FileOperator,
                ..Form::default()
            },
            ..omnichannel_agent::Options::default()
        },
    )?;
    agent.set_brain(|incoming| {
        let replies = omnichannel_agent::friendly(incoming).into_iter();
        match slowly(&incoming.text) {
            Some(delay) => replies.map(|reply| reply.after(delay)).collect(),
            None => replies.collect(),
        }
    });
    Ok(agent)
}

fn api_medium(listener: TcpListener, delay: Duration) -> std::io::Result<ApiMediumBot> {
    let agent = ApiMediumBot::start(
        listener,
        api_medium_bot::Options {
            channel_id: API_CHANNEL.to_owned(),
            token: API_MEDIUM_TOKEN.to_owned(),
            delay,
            ..api_medium_bot::Options::default()
        },
    )?;
    agent.set_brain(|incoming| {
        let replies = api_medium_bot::friendly(incoming).into_iter();
        match slowly(&incoming.message) {
            Some(delay) => replies.map(|reply| reply.after(delay)).collect(),
            None => replies.collect(),
        }
    });
    Ok(agent)
}

/// How long an agent takes that is asked to be slow.
fn slowly(said: &str) -> Option<Duration> {
    said.to_lowercase().contains("slow").then_some(SLOW)
}

async fn port() -> std::io::Result<TcpListener> {
    simulators::listen("127.0.0.1:0").await
}
