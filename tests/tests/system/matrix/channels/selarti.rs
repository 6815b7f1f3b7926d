//! A person in an application that was made for Selarti.

use futures_util::future::BoxFuture;
use serde_json::json;
use simulators::faults::Faults;
use simulators::listen;
use simulators::selarti_client::{Author, Chat, Options, SelartiClient, Sending};

use super::{Channel, SECRET};
use crate::matrix::words::{Attached, By, Notes, Seen};
use crate::world::TASK;

/// With a dot, as in what separates a connection from a chat.
const CHAT: &str = "ada.1";

pub(crate) struct Application {
    client: SelartiClient,
    ada: Chat,
}

impl Application {
    pub(crate) async fn start(id: &'static str) -> Self {
        let options = Options {
            token: format!("{id}.{SECRET}"),
            task_id: TASK.to_owned(),
            sending: Sending {
                attempts: 100,
                ..Sending::default()
            },
            ..Options::default()
        };
        let listener = listen("127.0.0.1:0").await.unwrap();
        let client = SelartiClient::start(listener, options).unwrap();
        let ada = client.chat(CHAT);
        Self { client, ada }
    }
}

impl Channel for Application {
    fn section(&self) -> String {
        let url = self.client.webhook_url();
        format!(
            "platform = \"selarti\"\nurl = \"{url}\"\ntoken = \"env:SHOP\"\ntask_id = \"{TASK}\""
        )
    }

    fn secrets(&self) -> Vec<(&'static str, String)> {
        vec![("SHOP", SECRET.to_owned())]
    }

    fn connect(&self, gateway: &str) {
        self.client.set_base_url(gateway);
    }

    fn chat(&self) -> Option<String> {
        Some(CHAT.to_owned())
    }

    fn write(&self, text: &str) {
        self.ada.text(text);
    }

    fn press(&self, label: &str) {
        self.ada.press(label).unwrap();
    }

    fn takes(&self, file: &Attached) -> bool {
        matches!(file, Attached::Url(_))
    }

    fn attach(&self, file: &Attached) {
        let Attached::Url(url) = file else {
            panic!("there is only text here")
        };
        self.ada.attachment(url, None);
    }

    fn locate(&self, latitude: f64, longitude: f64) {
        self.ada.location(latitude, longitude);
    }

    fn repeat<'a>(&'a self, text: &'a str, copies: usize) -> BoxFuture<'a, ()> {
        let message = json!({ "task_id": TASK, "chat_id": CHAT, "message": text });
        Box::pin(async move {
            let mut answers = self.client.copies(&message, copies).await;
            answers.push(self.client.post(&message).await);
            for answer in answers {
                assert!(answer.unwrap().is_success());
            }
        })
    }

    fn notes(&self) -> &dyn Notes {
        self.client.received()
    }

    fn seen(&self) -> Vec<Seen> {
        let mut seen = Vec::new();
        let (mut with_people, mut closed) = (false, false);
        for shown in self.ada.shown() {
            let by = match shown.message_type {
                Author::Operator => By::Person,
                Author::Bot | Author::User => By::Agent,
            };
            seen.push(Seen::Text(shown.message_text, by));
            if shown.operator && !with_people {
                seen.push(Seen::HandedOver);
            }
            if with_people && !shown.operator {
                seen.push(Seen::GivenBack);
            }
            if shown.close && !closed {
                seen.push(Seen::Closed);
            }
            (with_people, closed) = (shown.operator, shown.close);
        }
        seen
    }

    fn tells_people_apart(&self) -> bool {
        true
    }

    fn faults(&self) -> Option<(&Faults, &'static str)> {
        Some((self.client.faults(), "webhook"))
    }

    fn violations(&self) -> Vec<String> {
        let lost = self.client.deliveries().matching(|made| made.gave_up);
        let mut violations = self.client.violations().all();
        violations.extend(lost.into_iter().map(|made| format!("{made:?}")));
        violations
    }
}
