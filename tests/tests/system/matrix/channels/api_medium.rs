//! A person in an application that was made for SmartBot360.

use futures_util::future::BoxFuture;
use serde_json::json;
use shared::platforms::End;
use simulators::api_medium_client::{
    ApiMediumClient, Attachment, Chat, Early, Options, Part, Sending,
};
use simulators::faults::Faults;
use simulators::listen;

use super::{Channel, SECRET, webhook};
use crate::matrix::words::{Attached, By, Notes, Seen};

pub(crate) struct ApiMedium {
    id: &'static str,
    client: ApiMediumClient,
    ada: Chat,
}

impl ApiMedium {
    pub(crate) async fn start(id: &'static str) -> Self {
        let options = Options {
            channel_id: id.to_owned(),
            token: SECRET.to_owned(),
            sending: Sending {
                attempts: 100,
                ..Sending::default()
            },
            // Agents answer before the application was told whom it is about.
            early: Early::Hold,
            ..Options::default()
        };
        let listener = listen("127.0.0.1:0").await.unwrap();
        let client = ApiMediumClient::start(listener, options).unwrap();
        let ada = client.chat("ada");
        Self { id, client, ada }
    }
}

impl Channel for ApiMedium {
    fn section(&self) -> String {
        let url = self.client.webhook_url();
        format!("platform = \"api-medium\"\nurl = \"{url}\"\ntoken = \"env:SHOP\"")
    }

    fn secrets(&self) -> Vec<(&'static str, String)> {
        vec![("SHOP", SECRET.to_owned())]
    }

    fn connect(&self, gateway: &str) {
        self.client
            .set_url(&webhook(End::ApiMediumChannel, self.id, gateway));
    }

    fn chat(&self) -> Option<String> {
        self.ada.user_id().map(|id| id.to_string())
    }

    fn write(&self, text: &str) {
        self.ada.text(text);
    }

    fn press(&self, label: &str) {
        self.ada.press(label).unwrap();
    }

    fn takes(&self, _file: &Attached) -> bool {
        true
    }

    fn refuses_internal(&self) -> bool {
        true
    }

    fn attach(&self, file: &Attached) {
        let attachment = match file {
            Attached::Bytes {
                media_type, bytes, ..
            } => Attachment::bytes(media_type, bytes),
            Attached::Url(url) => Attachment::url(url),
        };
        self.ada.attachments("", &[attachment]);
    }

    fn locate(&self, latitude: f64, longitude: f64) {
        self.ada.location(latitude, longitude);
    }

    fn repeat<'a>(&'a self, text: &'a str, copies: usize) -> BoxFuture<'a, ()> {
        let message = json!({
            "channelID": self.id, "token": SECRET, "message": text, "userID": self.ada.user_id().unwrap()
        });
        Box::pin(async move {
            let mut answers = self.client.copies(&message, copies).await;
            answers.push(self.client.post(&message).await);
            let first = answers[0].clone().unwrap();
            assert!(first.is_success());
            for answer in answers {
                assert_eq!(answer.unwrap(), first, "copies get the same answer");
            }
        })
    }

    fn notes(&self) -> &dyn Notes {
        self.client.received()
    }

    fn outcomes(&self) -> &dyn Notes {
        self.client.deliveries()
    }

    fn seen(&self) -> Vec<Seen> {
        let mut seen = Vec::new();
        for shown in self.ada.shown() {
            let by = match shown.admin_id {
                Some(_) => By::Person,
                None => By::Agent,
            };
            seen.extend(shown.parts.into_iter().map(|part| match part {
                Part::Text(text) => Seen::Text(text, by),
                Part::Attachment(url) => Seen::File(url),
            }));
            if !shown.quick_replies.is_empty() {
                seen.push(Seen::Buttons(shown.quick_replies));
            }
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
        let ids = self.ada.user_ids();
        if ids.len() > 1 {
            violations.push(format!("one person became several: {ids:?}"));
        }
        violations
    }
}
