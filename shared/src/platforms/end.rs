//! The list of platforms, and of the ends that each can be.

use super::{Capabilities, Role, api_medium, omnichannel, selarti, telegram, webim};

/// A vendor's protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Platform {
    /// SmartBot360's API medium.
    ApiMedium,
    /// The public API "Omnichannel" of GMS and its relatives.
    Omnichannel,
    /// Selarti.
    Selarti,
    /// Telegram's Bot API.
    Telegram,
    /// Webim's External Bot API.
    Webim,
}

impl Platform {
    /// Every platform.
    pub const ALL: [Self; 5] = [
        Self::ApiMedium,
        Self::Omnichannel,
        Self::Selarti,
        Self::Telegram,
        Self::Webim,
    ];

    /// Its name: of its folder, its function, its page, its `platform` in the configuration, and in logs and metrics.
    pub fn name(self) -> &'static str {
        match self {
            Self::ApiMedium => "api-medium",
            Self::Omnichannel => "omnichannel",
            Self::Selarti => "selarti",
            Self::Telegram => "telegram",
            Self::Webim => "webim",
        }
    }
}

/// One end that a platform can be, in one version of its protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum End {
    /// SmartBot360 is the AI.
    ApiMediumAgent,
    /// An application that speaks to SmartBot360 speaks to us.
    ApiMediumChannel,
    /// The platform behind the Omnichannel API is the AI.
    OmnichannelAgent,
    /// A client server that speaks the Omnichannel API speaks to us.
    OmnichannelChannel,
    /// Selarti is the AI.
    SelartiAgent,
    /// An application that speaks to Selarti speaks to us.
    SelartiChannel,
    /// A bot on Telegram.
    TelegramChannel,
    /// A bot on Webim, which asks and waits.
    WebimV1Channel,
    /// A bot on Webim, which can be spoken to.
    WebimV2Channel,
}

impl End {
    /// Every end. Of two that differ in the version alone, the first is what a configuration that names none means.
    pub const ALL: [Self; 9] = [
        Self::ApiMediumAgent,
        Self::ApiMediumChannel,
        Self::OmnichannelAgent,
        Self::OmnichannelChannel,
        Self::SelartiAgent,
        Self::SelartiChannel,
        Self::TelegramChannel,
        Self::WebimV1Channel,
        Self::WebimV2Channel,
    ];

    /// Its platform.
    pub fn platform(self) -> Platform {
        match self {
            Self::ApiMediumAgent | Self::ApiMediumChannel => Platform::ApiMedium,
            Self::OmnichannelAgent | Self::OmnichannelChannel => Platform::Omnichannel,
            Self::SelartiAgent | Self::SelartiChannel => Platform::Selarti,
            Self::TelegramChannel => Platform::Telegram,
            Self::WebimV1Channel | Self::WebimV2Channel => Platform::Webim,
        }
    }

    /// Its name, as the table has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::ApiMediumAgent => "api-medium-agent",
            Self::ApiMediumChannel => "api-medium-channel",
            Self::OmnichannelAgent => "omnichannel-agent",
            Self::OmnichannelChannel => "omnichannel-channel",
            Self::SelartiAgent => "selarti-agent",
            Self::SelartiChannel => "selarti-channel",
            Self::TelegramChannel => "telegram-channel",
            Self::WebimV1Channel => "webim-v1-channel",
            Self::WebimV2Channel => "webim-v2-channel",
        }
    }

    /// What a configuration calls its version, where its platform has several.
    pub fn version(self) -> Option<&'static str> {
        match self {
            Self::WebimV1Channel => Some("1.0"),
            Self::WebimV2Channel => Some("2.0"),
            _ => None,
        }
    }

    /// The path of its webhooks, as `template.yaml` routes it. `{credential}` is `{connection}.{token}`; where it does not
    /// stand, the token comes in a header or in the body.
    pub fn route(self) -> &'static str {
        match self {
            Self::ApiMediumAgent => "/api-medium/{credential}",
            Self::ApiMediumChannel => "/api-medium/messages",
            Self::OmnichannelAgent => "/omnichannel/{credential}/send_message",
            Self::OmnichannelChannel => {
                "/connector/omnichannel/omnichannel_message/{credential}/bot_api_webhook"
            }
            Self::SelartiAgent => "/selarti/{credential}",
            Self::SelartiChannel => "/api/1.1/wf/send_message_external",
            Self::TelegramChannel => "/telegram/{connection}",
            Self::WebimV1Channel | Self::WebimV2Channel => {
                "/connector/webim/webim_message/{credential}/bot_api_webhook"
            }
        }
    }

    /// Whether the secret of its webhooks stands in their URL.
    pub fn has_url_token(self) -> bool {
        self.route().contains("{credential}")
    }

    /// What it can do.
    pub fn capabilities(self) -> &'static Capabilities {
        match self {
            Self::ApiMediumAgent => &api_medium::agent::CAPABILITIES,
            Self::ApiMediumChannel => &api_medium::channel::CAPABILITIES,
            Self::OmnichannelAgent => &omnichannel::agent::CAPABILITIES,
            Self::OmnichannelChannel => &omnichannel::channel::CAPABILITIES,
            Self::SelartiAgent => &selarti::agent::CAPABILITIES,
            Self::SelartiChannel => &selarti::channel::CAPABILITIES,
            Self::TelegramChannel => &telegram::channel::CAPABILITIES,
            Self::WebimV1Channel => &webim::v1::CAPABILITIES,
            Self::WebimV2Channel => &webim::v2::CAPABILITIES,
        }
    }

    /// Which end of a conversation it is.
    pub fn role(self) -> Role {
        self.capabilities().role
    }
}
