//! An AI behind the Omnichannel API.

use futures_util::future::BoxFuture;
use shared::platforms::End;
use simulators::faults::Faults;
use simulators::listen;
use simulators::omnichannel_agent::{
    Button, ClientServer, Content, Delivery, FileForm, Form, OmnichannelAgent, Options, Reply,
};

use super::{Agent, Knows, SECRET, Script, secret_name, webhook};
use crate::matrix::words::{Heard, Notes, Says};

/// What the agent says for nothing but a handover.
const OPERATOR: &str = "#operator";

pub(crate) struct Omnichannel {
    id: &'static str,
    agent: OmnichannelAgent,
    script: Script,
}

impl Omnichannel {
    pub(crate) async fn start(id: &'static str) -> Self {
        let script = Script::default();
        let options = Options {
            form: Form {
                file: FileForm::FileOperator,
                ..Form::default()
            },
            ..Options::default()
        };
        let listener = listen("127.0.0.1:0").await.unwrap();
        let agent = OmnichannelAgent::start(listener, options).unwrap();
        let answers = script.clone();
        agent.set_brain(move |incoming| {
            let says = answers.answer(&incoming.text);
            says.iter().map(reply).collect()
        });
        Self { id, agent, script }
    }

    /// The chat of the last message.
    fn chat(&self) -> i64 {
        let last = self.agent.accepted().all().pop();
        last.expect("nobody wrote yet").chat_id
    }
}

fn reply(says: &Says) -> Reply {
    match says {
        Says::Text(text) => Reply::text(text),
        Says::Buttons(text, buttons) => {
            let row = buttons.iter().map(|(id, label)| Button::new(id, label));
            Reply::buttons(text, vec![row.collect()])
        }
        Says::File(url) => Reply::file(url, "offer.pdf", "application/pdf"),
        Says::TakeOver(_) => Reply::text(OPERATOR),
        Says::Person(_) | Says::Back(_) | Says::Goodbye(_) => {
            panic!("this cannot be said here: {says:?}")
        }
    }
}

impl Agent for Omnichannel {
    fn section(&self) -> String {
        let (url, secret) = (secret_name(self.id, "URL"), secret_name(self.id, "WEBHOOK"));
        format!(
            "platform = \"omnichannel\"\nwebhook_url = \"env:{url}\"\nwebhook_token = \"env:{secret}\"\noperator_text = \"{OPERATOR}\""
        )
    }

    fn secrets(&self) -> Vec<(String, String)> {
        vec![
            (secret_name(self.id, "URL"), self.agent.webhook_url()),
            (secret_name(self.id, "WEBHOOK"), SECRET.to_owned()),
        ]
    }

    fn base_url(&self) -> String {
        self.agent.base_url()
    }

    fn connect(&self, gateway: &str) {
        let url = webhook(End::OmnichannelAgent, self.id, gateway);
        let base = url.strip_suffix("/send_message").unwrap();
        self.agent.set_client(ClientServer::with_unique_url(base));
    }

    fn answers(&self, says: &[Says]) {
        self.script.add(says);
    }

    fn answers_all(&self) {
        self.script.echo();
    }

    fn says<'a>(&'a self, says: &'a Says) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            let deliveries = self.agent.say(self.chat(), &reply(says)).await;
            assert!(deliveries.iter().all(Delivery::taken), "{deliveries:?}");
        })
    }

    fn repeats<'a>(&'a self, text: &'a str, copies: usize) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            for body in self.agent.bodies(self.chat(), &Reply::text(text)) {
                let copies = self.agent.deliver_copies(&body, copies).await;
                assert!(copies.iter().all(Delivery::taken), "{copies:?}");
                assert!(self.agent.deliver_json(&body).await.taken());
            }
        })
    }

    fn knows(&self) -> Knows {
        Knows {
            handover_words: false,
            authors: false,
            back: false,
        }
    }

    fn notes(&self) -> &dyn Notes {
        self.agent.accepted()
    }

    fn heard(&self) -> Vec<Heard> {
        let accepted = self.agent.accepted().all().into_iter();
        let heard = accepted.map(|incoming| match incoming.content {
            Content::Text => Heard {
                text: incoming.text,
                ..Heard::default()
            },
            Content::File { url, .. } => Heard {
                files: vec![url],
                ..Heard::default()
            },
            Content::Press { id, text } => Heard {
                text,
                pressed: Some(id),
                ..Heard::default()
            },
        });
        heard.collect()
    }

    fn faults(&self) -> (&Faults, &'static str) {
        (self.agent.faults(), "bot_api_webhook")
    }

    fn violations(&self) -> Vec<String> {
        let ignored = self.agent.ignored().all().into_iter();
        let refused = self.agent.refused().all().into_iter();
        let lost = self.agent.deliveries().matching(|made| !made.taken());
        let strange = self.agent.accepted();
        let strange = strange.matching(|incoming| !incoming.unknown.is_empty());
        ignored
            .map(|ignored| format!("{ignored:?}"))
            .chain(refused.map(|refused| format!("{refused:?}")))
            .chain(lost.into_iter().map(|made| format!("{made:?}")))
            .chain(strange.into_iter().map(|made| format!("{made:?}")))
            .collect()
    }
}
