//! An AI at Selarti.

use futures_util::future::BoxFuture;
use shared::platforms::End;
use simulators::faults::Faults;
use simulators::listen;
use simulators::selarti::{self, Author, Delivery, Flags, Options, Reply};

use super::{Agent, Knows, SECRET, Script, secret_name, webhook};
use crate::matrix::words::{Heard, Notes, Says};
use crate::world::TASK;

pub(crate) struct Selarti {
    id: &'static str,
    selarti: selarti::Selarti,
    script: Script,
}

impl Selarti {
    pub(crate) async fn start(id: &'static str) -> Self {
        let listener = listen("127.0.0.1:0").await.unwrap();
        let selarti = selarti::Selarti::start(listener, Options::default()).unwrap();
        let script = Script::default();
        let answers = script.clone();
        selarti.set_brain(move |incoming| {
            let says = answers.answer(&incoming.message);
            says.iter().map(reply).collect()
        });
        Self {
            id,
            selarti,
            script,
        }
    }

    /// The chat of the last message.
    fn chat(&self) -> String {
        let last = self.selarti.accepted().all().pop();
        last.expect("nobody wrote yet").chat_id
    }
}

fn reply(says: &Says) -> Reply {
    let no = Flags::default();
    let operator = Flags {
        operator: true,
        ..no
    };
    let (text, author, flags) = match says {
        Says::Text(text) | Says::File(text) | Says::Back(text) => (text, Author::Bot, no),
        Says::TakeOver(text) => (text, Author::Bot, operator),
        Says::Person(text) => (text, Author::Operator, operator),
        Says::Goodbye(text) => (text, Author::Bot, Flags { close: true, ..no }),
        Says::Buttons(..) => panic!("there are no buttons here"),
    };
    Reply {
        author,
        ..Reply::text(text).with(flags)
    }
}

impl Agent for Selarti {
    fn section(&self) -> String {
        let url = self.selarti.base_url();
        let (token, secret) = (
            secret_name(self.id, "TOKEN"),
            secret_name(self.id, "WEBHOOK"),
        );
        format!(
            "platform = \"selarti\"\nurl = \"{url}\"\ntask_id = \"{TASK}\"\ntoken = \"env:{token}\"\nwebhook_token = \"env:{secret}\""
        )
    }

    fn secrets(&self) -> Vec<(String, String)> {
        vec![
            (secret_name(self.id, "TOKEN"), "selarti-token".to_owned()),
            (secret_name(self.id, "WEBHOOK"), SECRET.to_owned()),
        ]
    }

    fn base_url(&self) -> String {
        self.selarti.base_url()
    }

    fn connect(&self, gateway: &str) {
        let url = webhook(End::SelartiAgent, self.id, gateway);
        self.selarti.set_webhook(&url);
    }

    fn answers(&self, says: &[Says]) {
        self.script.add(says);
    }

    fn answers_all(&self) {
        self.script.echo();
    }

    fn says<'a>(&'a self, says: &'a Says) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            let Reply {
                text,
                author,
                flags,
                ..
            } = reply(says);
            let webhook = self.selarti.webhook(&self.chat(), &text, author, flags);
            let delivery = self.selarti.deliver(&webhook).await;
            assert!(delivery.taken(), "{delivery:?}");
        })
    }

    fn repeats<'a>(&'a self, text: &'a str, copies: usize) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            let (chat, flags) = (self.chat(), Flags::default());
            let webhook = self.selarti.webhook(&chat, text, Author::Bot, flags);
            let copies = self.selarti.deliver_copies(&webhook, copies).await;
            assert!(copies.iter().all(Delivery::taken), "{copies:?}");
            assert!(self.selarti.deliver(&webhook).await.taken());
        })
    }

    fn knows(&self) -> Knows {
        Knows {
            handover_words: true,
            authors: true,
            back: true,
        }
    }

    fn notes(&self) -> &dyn Notes {
        self.selarti.accepted()
    }

    fn heard(&self) -> Vec<Heard> {
        let accepted = self.selarti.accepted().all().into_iter();
        let heard = accepted.map(|incoming| Heard {
            text: incoming.message,
            ..Heard::default()
        });
        heard.collect()
    }

    fn faults(&self) -> (&Faults, &'static str) {
        (self.selarti.faults(), "send_message_external")
    }

    fn violations(&self) -> Vec<String> {
        let lost = self.selarti.deliveries().matching(|made| !made.taken());
        let strange = self.selarti.accepted();
        let strange = strange.matching(|incoming| !incoming.unknown.is_empty());
        let lost = lost.into_iter().map(|made| format!("{made:?}"));
        lost.chain(strange.into_iter().map(|made| format!("{made:?}")))
            .collect()
    }
}
