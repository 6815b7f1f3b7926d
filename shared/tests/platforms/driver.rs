//! How the contract reaches a platform.

use serde_json::Value;
use shared::delivery::failure::Failure;
use shared::http::Answer;
use shared::mailbox::EventId;
use shared::model::Message;
use shared::platforms::End;
use shared::time::Millis;
use shared::webhook::Refusal;

/// What a platform's codec made of a body.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Outcome {
    /// An event.
    Event(Seen),
    /// None of our business, for this reason.
    Ignored(&'static str),
    /// Not accepted.
    Refused(Refusal),
}

/// What of an event every platform has.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Seen {
    /// The chat, or the thread by which the chat is found.
    pub(crate) chat: String,
    /// Which event.
    pub(crate) event: EventId,
    /// How many messages it brings.
    pub(crate) messages: usize,
}

/// A platform as its vendor's document has it.
pub(crate) trait Driver {
    /// The least that a connection's settings have to say, without `platform`.
    fn settings(&self) -> Value;

    /// The codec, on a body that arrived at `now`.
    fn receive(&self, body: &[u8], now: Millis) -> Outcome;

    /// The chat that a body names, read as the document says and without the codec; none if it names none.
    fn chat(&self, body: &Value) -> Option<String>;

    /// A body with this text in it.
    fn written(&self, text: &str) -> Vec<u8>;

    /// What a message becomes for the vendor.
    fn parts(&self, message: &Message) -> Vec<Value>;

    /// Panics if the vendor's document forbids the part.
    fn assert_taken(&self, part: &Value);

    /// What a person reads in a part. More than one if the part has another form in case the vendor refuses the first.
    fn shown(&self, part: &Value) -> Vec<String>;

    /// The ids of the buttons in a part.
    fn button_ids(&self, part: &Value) -> Vec<String>;

    /// What the vendor's answer means; `None` where nothing is sent to the vendor.
    fn judge(&self, answer: &Answer) -> Option<Result<(), Failure>>;
}

/// The driver of a platform.
pub(crate) fn driver(end: End) -> &'static dyn Driver {
    match end {
        End::ApiMediumAgent => &crate::api_medium_agent::driver::ApiMediumAgent,
        End::ApiMediumChannel => &crate::api_medium_channel::driver::ApiMediumChannel,
        End::OmnichannelAgent => &crate::omnichannel_agent::driver::OmnichannelAgent,
        End::OmnichannelChannel => &crate::omnichannel_channel::driver::OmnichannelChannel,
        End::SelartiAgent => &crate::selarti::driver::Selarti,
        End::SelartiChannel => &crate::selarti_channel::driver::SelartiChannel,
        End::TelegramChannel => &crate::telegram::driver::Telegram,
        End::WebimV1Channel => &crate::webim::driver::Webim,
        End::WebimV2Channel => &crate::webim_v2::driver::WebimV2,
    }
}
