//! Agents: what the AI got, and what it says.

mod api_medium;
mod omnichannel;
mod selarti;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use futures_util::future::BoxFuture;
use shared::platforms::End;
use simulators::faults::Faults;

use super::words::{Heard, Notes, Says};

/// The secret that lets its webhooks in.
const SECRET: &str = "agent-secret-0123456789";

/// One agent.
pub(crate) trait Agent: Send + Sync {
    /// The keys of its section of the configuration, `platform` among them.
    fn section(&self) -> String;

    /// The secrets that the section refers to, by name.
    fn secrets(&self) -> Vec<(String, String)>;

    /// Where the platform is.
    fn base_url(&self) -> String;

    /// Points the platform at a gateway.
    fn connect(&self, gateway: &str);

    /// Answers the next message that it gets and that has no answer yet. Without one it is silent.
    fn answers(&self, says: &[Says]);

    /// Answers everything that has no other answer with [`echo`] from now on.
    fn answers_all(&self);

    /// Says something now, in the conversation of the last message that it got.
    fn says<'a>(&'a self, says: &'a Says) -> BoxFuture<'a, ()>;

    /// The same with a text, which its platform sends in so many copies at once, and once more after.
    fn repeats<'a>(&'a self, text: &'a str, copies: usize) -> BoxFuture<'a, ()>;

    /// What its platform has that no capability tells, because it only matters to what comes from there.
    fn knows(&self) -> Knows;

    /// What happened here, so that it can be awaited.
    fn notes(&self) -> &dyn Notes;

    /// What it got, in order.
    fn heard(&self) -> Vec<Heard>;

    /// What goes wrong when it is called, and the endpoint that takes messages.
    fn faults(&self) -> (&Faults, &'static str);

    /// All that the platform did not like.
    fn violations(&self) -> Vec<String>;
}

/// What an agent's platform can say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Knows {
    /// Words for the visitor with a handover.
    pub(crate) handover_words: bool,
    /// Who wrote, the AI or a person.
    pub(crate) authors: bool,
    /// That the AI has a conversation back.
    pub(crate) back: bool,
}

/// The agent of an end, on a platform that was started for it; `id` is its connection's.
pub(crate) async fn agent(end: End, id: &'static str) -> Box<dyn Agent> {
    match end {
        End::ApiMediumAgent => Box::new(api_medium::ApiMedium::start(id).await),
        End::OmnichannelAgent => Box::new(omnichannel::Omnichannel::start(id).await),
        End::SelartiAgent => Box::new(selarti::Selarti::start(id).await),
        End::ApiMediumChannel
        | End::OmnichannelChannel
        | End::SelartiChannel
        | End::TelegramChannel
        | End::WebimV1Channel
        | End::WebimV2Channel => panic!("{} is a channel", end.name()),
    }
}

/// A webhook's URL at a gateway.
fn webhook(end: End, id: &str, gateway: &str) -> String {
    let path = end
        .route()
        .replace("{credential}", &format!("{id}.{SECRET}"));
    format!("{gateway}{path}")
}

/// The name of a secret of the connection `id`.
fn secret_name(id: &str, of: &str) -> String {
    format!("{}_{of}", id.to_uppercase())
}

/// What an agent answers to what it was not told to answer.
pub(crate) fn echo(text: &str) -> String {
    format!("You said: {text}")
}

/// What an agent was told to answer.
#[derive(Clone, Default)]
struct Script(Arc<Mutex<Lines>>);

#[derive(Default)]
struct Lines {
    answers: VecDeque<Vec<Says>>,
    echoes: bool,
}

impl Script {
    fn add(&self, says: &[Says]) {
        self.0.lock().unwrap().answers.push_back(says.to_vec());
    }

    fn echo(&self) {
        self.0.lock().unwrap().echoes = true;
    }

    /// The answer to the next message, which has this text.
    fn answer(&self, text: &str) -> Vec<Says> {
        let mut lines = self.0.lock().unwrap();
        match (lines.answers.pop_front(), lines.echoes) {
            (Some(says), _) => says,
            (None, true) => vec![Says::Text(echo(text))],
            (None, false) => Vec::new(),
        }
    }
}
