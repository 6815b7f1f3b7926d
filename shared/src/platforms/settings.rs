//! A connection's settings, whichever end of a platform it is.

use serde::{Deserialize, Serialize};

use super::{End, api_medium, omnichannel, selarti, telegram, webim};
use crate::connections::{InDoubt, SecretRef};
use crate::store::mailbox::Silence;

/// What everything outside the platforms' folders needs of a connection's settings.
pub trait ConnectionSettings {
    /// What is wrong with them, if something is.
    ///
    /// # Errors
    /// The key that is wrong, and why.
    fn check(&self) -> Result<(), (&'static str, String)>;

    /// Every secret that they refer to.
    fn secrets(&self) -> Vec<&SecretRef>;

    /// The secret that lets a webhook in: in its URL, in a header or in its body.
    fn webhook_secret(&self) -> &SecretRef;

    /// What a person does so that the platform knows the webhook's URL, `url`. Shows no secret but what is in the URL.
    fn setup(&self, url: &str) -> String;

    /// Whether files that have no URL of their own go as what they hold (`data:` URLs) rather than by one of ours.
    fn takes_bytes(&self) -> bool {
        false
    }

    /// When people at the agent leave a conversation to it again without a word.
    fn operator_silence(&self) -> Silence {
        Silence::Never
    }

    /// What happens to a message of which it cannot be known whether the platform has it.
    fn in_doubt(&self) -> InDoubt;
}

/// A connection's settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "platform", rename_all = "kebab-case")]
pub enum Settings {
    /// For SmartBot360 as the agent.
    ApiMediumAgent(api_medium::agent::Settings),
    /// For an application that speaks SmartBot360's API.
    ApiMediumChannel(api_medium::channel::Settings),
    /// For the platform behind the Omnichannel API as the agent.
    OmnichannelAgent(omnichannel::agent::Settings),
    /// For a client server that speaks the Omnichannel API.
    OmnichannelChannel(omnichannel::channel::Settings),
    /// For Selarti as the agent.
    #[serde(alias = "selarti")]
    SelartiAgent(selarti::agent::Settings),
    /// For an application that speaks Selarti's API.
    SelartiChannel(selarti::channel::Settings),
    /// For a bot on Telegram.
    #[serde(alias = "telegram")]
    TelegramChannel(telegram::channel::Settings),
    /// For a bot on Webim, version 1.0.
    #[serde(rename = "webim-v1-channel", alias = "webim")]
    WebimV1Channel(webim::v1::Settings),
    /// For a bot on Webim, version 2.0.
    #[serde(rename = "webim-v2-channel")]
    WebimV2Channel(webim::v2::Settings),
}

impl Settings {
    /// The settings of a connection to `end`, without the key `platform` itself.
    ///
    /// # Errors
    /// What the deserializer makes of a key that is missing, unknown or of another type.
    pub fn of<'de, D: serde::Deserializer<'de>>(end: End, settings: D) -> Result<Self, D::Error> {
        Ok(match end {
            End::ApiMediumAgent => Self::ApiMediumAgent(Deserialize::deserialize(settings)?),
            End::ApiMediumChannel => Self::ApiMediumChannel(Deserialize::deserialize(settings)?),
            End::OmnichannelAgent => Self::OmnichannelAgent(Deserialize::deserialize(settings)?),
            End::OmnichannelChannel => {
                Self::OmnichannelChannel(Deserialize::deserialize(settings)?)
            }
            End::SelartiAgent => Self::SelartiAgent(Deserialize::deserialize(settings)?),
            End::SelartiChannel => Self::SelartiChannel(Deserialize::deserialize(settings)?),
            End::TelegramChannel => Self::TelegramChannel(Deserialize::deserialize(settings)?),
            End::WebimV1Channel => Self::WebimV1Channel(Deserialize::deserialize(settings)?),
            End::WebimV2Channel => Self::WebimV2Channel(Deserialize::deserialize(settings)?),
        })
    }

    /// The end that they are for.
    pub fn end(&self) -> End {
        match self {
            Self::ApiMediumAgent(_) => End::ApiMediumAgent,
            Self::ApiMediumChannel(_) => End::ApiMediumChannel,
            Self::OmnichannelAgent(_) => End::OmnichannelAgent,
            Self::OmnichannelChannel(_) => End::OmnichannelChannel,
            Self::SelartiAgent(_) => End::SelartiAgent,
            Self::SelartiChannel(_) => End::SelartiChannel,
            Self::TelegramChannel(_) => End::TelegramChannel,
            Self::WebimV1Channel(_) => End::WebimV1Channel,
            Self::WebimV2Channel(_) => End::WebimV2Channel,
        }
    }

    /// The path of the connection's webhook: [`End::route`] with its id and token in their places.
    pub fn webhook_path(&self, id: &str, token: &str) -> String {
        self.end()
            .route()
            .replace("{credential}", &format!("{id}.{token}"))
            .replace("{connection}", id)
    }

    fn inner(&self) -> &dyn ConnectionSettings {
        match self {
            Self::ApiMediumAgent(settings) => settings,
            Self::ApiMediumChannel(settings) => settings,
            Self::OmnichannelAgent(settings) => settings,
            Self::OmnichannelChannel(settings) => settings,
            Self::SelartiAgent(settings) => settings,
            Self::SelartiChannel(settings) => settings,
            Self::TelegramChannel(settings) => settings,
            Self::WebimV1Channel(settings) => settings,
            Self::WebimV2Channel(settings) => settings,
        }
    }
}

impl ConnectionSettings for Settings {
    fn check(&self) -> Result<(), (&'static str, String)> {
        self.inner().check()
    }

    fn secrets(&self) -> Vec<&SecretRef> {
        self.inner().secrets()
    }

    fn webhook_secret(&self) -> &SecretRef {
        self.inner().webhook_secret()
    }

    fn setup(&self, url: &str) -> String {
        self.inner().setup(url)
    }

    fn takes_bytes(&self) -> bool {
        self.inner().takes_bytes()
    }

    fn operator_silence(&self) -> Silence {
        self.inner().operator_silence()
    }

    fn in_doubt(&self) -> InDoubt {
        self.inner().in_doubt()
    }
}
