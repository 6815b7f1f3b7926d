//! Channels: what a person does there, and what a person sees.

mod api_medium;
mod omnichannel;
mod selarti;
mod telegram;
mod webim_v1;
mod webim_v2;

use futures_util::future::BoxFuture;
use shared::platforms::End;
use simulators::faults::Faults;

use super::words::{Attached, Notes, Seen};

/// The id of a pair's channel's connection.
pub(crate) const ID: &str = "shop";
/// The secret that lets its webhooks in.
pub(crate) const SECRET: &str = "channel-secret-0123456789";

/// One chat on a channel. What is done happens in the background, in order.
pub(crate) trait Channel: Send + Sync {
    /// The keys of its section of the configuration, `platform` among them.
    fn section(&self) -> String;

    /// The secrets that the section refers to, by name.
    fn secrets(&self) -> Vec<(&'static str, String)>;

    /// Points the platform at a gateway.
    fn connect(&self, gateway: &str);

    /// The chat's id, as the gateway has it, once there is one.
    fn chat(&self) -> Option<String>;

    /// The visitor writes.
    fn write(&self, text: &str);

    /// The longest text that a visitor can write here, in UTF-16 units, if there is a limit.
    fn longest(&self) -> Option<usize> {
        None
    }

    /// The visitor presses what reads so, or writes it where nothing can be pressed.
    fn press(&self, label: &str);

    /// Whether a visitor can send such a file.
    fn takes(&self, file: &Attached) -> bool;

    /// Whether an address that is not public is refused, so that the platform is told at once.
    fn refuses_internal(&self) -> bool {
        false
    }

    /// The visitor sends a file.
    fn attach(&self, file: &Attached);

    /// The visitor shares a place.
    fn locate(&self, latitude: f64, longitude: f64);

    /// The visitor leaves a number. Only asked of channels that have contacts.
    fn leave_contact(&self, phone: &str) {
        unreachable!("this channel has no contacts: {phone}")
    }

    /// The visitor writes, in a chat that has begun, and the platform sends that in so many copies at once, and once more after.
    fn repeat<'a>(&'a self, text: &'a str, copies: usize) -> BoxFuture<'a, ()>;

    /// What happened here, so that it can be awaited.
    fn notes(&self) -> &dyn Notes;

    /// What became of the visitor's messages on their way out, so that it can be awaited.
    fn outcomes(&self) -> &dyn Notes {
        self.notes()
    }

    /// What the visitor sees, in order.
    fn seen(&self) -> Vec<Seen>;

    /// Whether who wrote is shown with what they wrote.
    fn tells_people_apart(&self) -> bool {
        false
    }

    /// The channel's own operators give the chat back. Only asked of channels that have some.
    fn give_back(&self) {
        unreachable!("this channel has no operators")
    }

    /// What goes wrong when it is called, and the endpoint that takes messages; none if it is not called.
    fn faults(&self) -> Option<(&Faults, &'static str)>;

    /// All that the platform did not like.
    fn violations(&self) -> Vec<String>;
}

/// The channel of an end, on a platform that was started for it; `id` is its connection's.
pub(crate) async fn channel(end: End, id: &'static str) -> Box<dyn Channel> {
    match end {
        End::ApiMediumChannel => Box::new(api_medium::ApiMedium::start(id).await),
        End::OmnichannelChannel => Box::new(omnichannel::Omnichannel::start(id).await),
        End::SelartiChannel => Box::new(selarti::Application::start(id).await),
        End::TelegramChannel => Box::new(telegram::Messenger::start(id).await),
        End::WebimV1Channel => Box::new(webim_v1::Site::start(id)),
        End::WebimV2Channel => Box::new(webim_v2::Site::start(id).await),
        End::ApiMediumAgent | End::OmnichannelAgent | End::SelartiAgent => {
            panic!("{} is an agent", end.name())
        }
    }
}

/// A webhook's URL at a gateway.
fn webhook(end: End, id: &str, gateway: &str) -> String {
    let path = end
        .route()
        .replace("{credential}", &format!("{id}.{SECRET}"));
    format!("{gateway}{}", path.replace("{connection}", id))
}
