//! An AI at SmartBot360.

use futures_util::future::BoxFuture;
use shared::files::data_url;
use shared::platforms::End;
use simulators::api_medium_bot::{ApiMediumBot, Attachment, Delivery, Options, Reply};
use simulators::faults::Faults;
use simulators::listen;

use super::{Agent, Knows, SECRET, Script, secret_name, webhook};
use crate::matrix::words::{Heard, Notes, Says};

/// A person in the dashboard.
const ANN: u64 = 7;

pub(crate) struct ApiMedium {
    id: &'static str,
    bot: ApiMediumBot,
    script: Script,
}

impl ApiMedium {
    pub(crate) async fn start(id: &'static str) -> Self {
        let listener = listen("127.0.0.1:0").await.unwrap();
        let bot = ApiMediumBot::start(listener, Options::default()).unwrap();
        let script = Script::default();
        let answers = script.clone();
        bot.set_brain(move |incoming| {
            let says = answers.answer(&incoming.message);
            says.iter().map(reply).collect()
        });
        Self { id, bot, script }
    }

    /// Who wrote the last message.
    fn user(&self) -> u64 {
        let last = self.bot.accepted().all().pop();
        last.expect("nobody wrote yet").user_id
    }
}

fn reply(says: &Says) -> Reply {
    match says {
        Says::Text(text) => Reply::text(text),
        Says::Buttons(text, buttons) => {
            Reply::buttons(text, buttons.iter().map(|(_, label)| label))
        }
        Says::File(url) => Reply::file("", url),
        Says::TakeOver(text) | Says::Person(text) => Reply::text(text).by_admin(ANN),
        Says::Back(_) | Says::Goodbye(_) => panic!("this cannot be said here: {says:?}"),
    }
}

impl Agent for ApiMedium {
    fn section(&self) -> String {
        let url = self.bot.send_url();
        let (token, secret) = (
            secret_name(self.id, "TOKEN"),
            secret_name(self.id, "WEBHOOK"),
        );
        format!(
            "platform = \"api-medium\"\nurl = \"{url}\"\nchannel_id = \"{}\"\ntoken = \"env:{token}\"\nwebhook_token = \"env:{secret}\"",
            Options::default().channel_id
        )
    }

    fn secrets(&self) -> Vec<(String, String)> {
        vec![
            (secret_name(self.id, "TOKEN"), Options::default().token),
            (secret_name(self.id, "WEBHOOK"), SECRET.to_owned()),
        ]
    }

    fn base_url(&self) -> String {
        self.bot.base_url()
    }

    fn connect(&self, gateway: &str) {
        self.bot
            .set_webhook(&webhook(End::ApiMediumAgent, self.id, gateway));
    }

    fn answers(&self, says: &[Says]) {
        self.script.add(says);
    }

    fn answers_all(&self) {
        self.script.echo();
    }

    fn says<'a>(&'a self, says: &'a Says) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            let delivery = self.bot.say(self.user(), reply(says)).await;
            assert!(delivery.taken(), "{delivery:?}");
        })
    }

    fn repeats<'a>(&'a self, text: &'a str, copies: usize) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            let webhook = self.bot.webhook(self.user(), Reply::text(text));
            let copies = self.bot.deliver_copies(&webhook, copies).await;
            assert!(copies.iter().all(Delivery::taken), "{copies:?}");
            assert!(self.bot.deliver(&webhook).await.taken());
        })
    }

    fn knows(&self) -> Knows {
        Knows {
            handover_words: true,
            authors: true,
            back: false,
        }
    }

    fn notes(&self) -> &dyn Notes {
        self.bot.accepted()
    }

    fn heard(&self) -> Vec<Heard> {
        let accepted = self.bot.accepted().all().into_iter();
        let heard = accepted.map(|incoming| {
            let files = incoming.attachments.into_iter().map(|file| match file {
                Attachment::Link(url) => url,
                Attachment::Inline { media_type, bytes } => {
                    data_url::write(&media_type.parse().unwrap(), &bytes)
                }
            });
            Heard {
                text: incoming.message,
                files: files.collect(),
                pressed: None,
            }
        });
        heard.collect()
    }

    fn faults(&self) -> (&Faults, &'static str) {
        (self.bot.faults(), "messages")
    }

    fn violations(&self) -> Vec<String> {
        let refused = self.bot.refused().all().into_iter();
        let lost = self.bot.deliveries().matching(|made| !made.taken());
        let strange = self.bot.accepted();
        let strange = strange.matching(|incoming| !incoming.unknown.is_empty());
        refused
            .map(|refused| format!("{refused:?}"))
            .chain(lost.into_iter().map(|made| format!("{made:?}")))
            .chain(strange.into_iter().map(|made| format!("{made:?}")))
            .collect()
    }
}
