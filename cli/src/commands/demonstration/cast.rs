//! Who is in the demonstration: every channel, every agent, and which of them answers which.

use clap::ValueEnum;

/// An agent; its name on the command line is the id of its connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Agent {
    /// Texts; it hands over to its people, or to the channel's
    Selarti,
    /// Texts, buttons and files
    Omnichannel,
    /// Texts, buttons and files; people write in its dashboard
    ApiMedium,
}

impl Agent {
    /// The id of its connection.
    pub(super) fn id(self) -> &'static str {
        match self {
            Self::Selarti => "selarti",
            Self::Omnichannel => "omnichannel",
            Self::ApiMedium => "api-medium",
        }
    }

    /// Whether it offers buttons.
    pub(super) fn has_buttons(self) -> bool {
        !matches!(self, Self::Selarti)
    }

    /// Whether it gives a conversation to people who are not its own.
    pub(super) fn hands_over(self) -> bool {
        !matches!(self, Self::ApiMedium)
    }
}

/// A channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Channel {
    Site,
    ShopBot,
    Support,
    OwnChat,
    App,
    Portal,
}

impl Channel {
    /// Every channel.
    pub(super) const ALL: [Self; 6] = [
        Self::Site,
        Self::ShopBot,
        Self::Support,
        Self::OwnChat,
        Self::App,
        Self::Portal,
    ];

    /// The id of its connection.
    pub(super) fn id(self) -> &'static str {
        match self {
            Self::Site => "site",
            Self::ShopBot => "shop-bot",
            Self::Support => "support",
            Self::OwnChat => "own-chat",
            Self::App => "app",
            Self::Portal => "portal",
        }
    }

    /// What it is, for a person.
    pub(super) fn what(self) -> &'static str {
        match self {
            Self::Site => "a chat on a site, Webim 1.0",
            Self::ShopBot => "Telegram",
            Self::Support => "a chat on a site, Webim 2.0",
            Self::OwnChat => "a company's own chat server, which speaks the Omnichannel API",
            Self::App => "an application that speaks SmartBot360's API medium",
            Self::Portal => "an application that speaks Selarti's API",
        }
    }

    /// Who answers it, unless `all` are answered by one agent.
    pub(super) fn agent(self, all: Option<Agent>) -> Agent {
        all.unwrap_or(match self {
            Self::Site | Self::ShopBot => Agent::Selarti,
            Self::Support | Self::App => Agent::Omnichannel,
            Self::OwnChat | Self::Portal => Agent::ApiMedium,
        })
    }
}
