//! The demonstration's configuration: a file as a person would write it, and the secrets that it refers to.

use std::collections::HashMap;
use std::fmt::Write as _;

use shared::connections::{Secret, Secrets};
use simulators::omnichannel_agent::TO_OPERATOR;

use super::cast::{Agent, Channel};
use super::world::World;

/// The secrets of connections that nobody outside this machine can reach.
pub(super) const SITE_TOKEN: &str = "demonstration-only-1";
pub(super) const SHOP_BOT_TOKEN: &str = "123456789:demonstration-only-2";
const SHOP_BOT_SECRET: &str = "demonstration-only-3";
pub(super) const SUPPORT_TOKEN: &str = "demonstration-only-4";
const SUPPORT_WEBHOOK: &str = "demonstration-only-5";
pub(super) const OWN_CHAT_TOKEN: &str = "demonstration-only-6";
const OWN_CHAT_WEBHOOK: &str = "demonstration-only-7";
pub(super) const APP_TOKEN: &str = "demonstration-only-8";
pub(super) const PORTAL_TOKEN: &str = "demonstration-only-9";
pub(super) const SELARTI_TOKEN: &str = "demonstration-only-10";
const SELARTI_WEBHOOK: &str = "demonstration-only-11";
pub(super) const OMNICHANNEL_TOKEN: &str = "demonstration-only-12";
const OMNICHANNEL_WEBHOOK: &str = "demonstration-only-13";
pub(super) const API_MEDIUM_TOKEN: &str = "demonstration-only-14";
const API_MEDIUM_WEBHOOK: &str = "demonstration-only-15";

/// The task of the simulated Selarti, and the one that `portal` believes to speak to.
pub(super) const TASK: &str = "1721129985149x478019552540622850";
/// The API channel of the simulated SmartBot360.
pub(super) const API_CHANNEL: &str = "D9LjuWl0jappznT5";

/// What [`text`] refers to.
pub(super) fn secrets(world: &World) -> Secrets {
    let omnichannel = world.omnichannel.webhook_url();
    let given = [
        ("SITE_TOKEN", SITE_TOKEN),
        ("SHOP_BOT_TOKEN", SHOP_BOT_TOKEN),
        ("SHOP_BOT_SECRET", SHOP_BOT_SECRET),
        ("SUPPORT_TOKEN", SUPPORT_TOKEN),
        ("SUPPORT_WEBHOOK", SUPPORT_WEBHOOK),
        ("OWN_CHAT_TOKEN", OWN_CHAT_TOKEN),
        ("OWN_CHAT_WEBHOOK", OWN_CHAT_WEBHOOK),
        ("APP_TOKEN", APP_TOKEN),
        ("PORTAL_TOKEN", PORTAL_TOKEN),
        ("SELARTI_TOKEN", SELARTI_TOKEN),
        ("SELARTI_WEBHOOK", SELARTI_WEBHOOK),
        ("OMNICHANNEL_URL", &omnichannel),
        ("OMNICHANNEL_WEBHOOK", OMNICHANNEL_WEBHOOK),
        ("API_MEDIUM_TOKEN", API_MEDIUM_TOKEN),
        ("API_MEDIUM_WEBHOOK", API_MEDIUM_WEBHOOK),
    ];
    let given = given
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), Secret::new(value)?)));
    Secrets::with(given.collect::<HashMap<_, _>>())
}

/// The file. Each channel is answered by its usual agent, or every one by `all`.
pub(super) fn text(world: &World, all: Option<Agent>) -> String {
    let mut text = format!(
        r#"
[channels.site]
platform = "webim"
token = "env:SITE_TOKEN"

[channels.shop-bot]
platform = "telegram"
bot_token = "env:SHOP_BOT_TOKEN"
webhook_secret = "env:SHOP_BOT_SECRET"
api_url = "{telegram}"

[channels.support]
platform = "webim"
version = "2.0"
url = "{webim}"
token = "env:SUPPORT_TOKEN"
webhook_token = "env:SUPPORT_WEBHOOK"

[channels.own-chat]
platform = "omnichannel"
url = "{own_chat}"
token = "env:OWN_CHAT_TOKEN"
webhook_token = "env:OWN_CHAT_WEBHOOK"

[channels.app]
platform = "api-medium"
url = "{app}"
token = "env:APP_TOKEN"

[channels.portal]
platform = "selarti"
url = "{portal}"
token = "env:PORTAL_TOKEN"
task_id = "{TASK}"

[agents.selarti]
platform = "selarti"
url = "{selarti}"
token = "env:SELARTI_TOKEN"
task_id = "{TASK}"
webhook_token = "env:SELARTI_WEBHOOK"

[agents.omnichannel]
platform = "omnichannel"
webhook_url = "env:OMNICHANNEL_URL"
webhook_token = "env:OMNICHANNEL_WEBHOOK"
operator_text = "{TO_OPERATOR}"

[agents.api-medium]
platform = "api-medium"
url = "{api_medium}"
channel_id = "{API_CHANNEL}"
token = "env:API_MEDIUM_TOKEN"
webhook_token = "env:API_MEDIUM_WEBHOOK"
"#,
        telegram = world.telegram.base_url(),
        webim = world.webim.base_url(),
        own_chat = world.own_chat.base_url(),
        app = world.app.webhook_url(),
        portal = world.portal.webhook_url(),
        selarti = world.selarti.base_url(),
        api_medium = world.api_medium.send_url(),
    );
    for channel in Channel::ALL {
        let unanswered = if channel == Channel::Site {
            "unanswered = \"wait\"\n"
        } else {
            ""
        };
        let (id, agent) = (channel.id(), channel.agent(all).id());
        // Nothing fails that writes to a text.
        _ = write!(
            text,
            "\n[[routes]]\nchannel = \"{id}\"\nagent = \"{agent}\"\n{unanswered}"
        );
    }
    text
}
