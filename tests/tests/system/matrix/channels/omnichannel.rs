//! A person in a company's own chat, whose client server speaks the Omnichannel API.

use futures_util::future::{BoxFuture, join};
use shared::platforms::End;
use simulators::faults::Faults;
use simulators::listen;
use simulators::omnichannel_client::{Chat, Content, File, OmnichannelClient, Options};

use super::{Channel, SECRET, webhook};
use crate::matrix::words::{Attached, Notes, Seen};
use crate::world::PATIENCE;

const CHAT: i64 = 77;

pub(crate) struct Omnichannel {
    id: &'static str,
    client: OmnichannelClient,
    ada: Chat,
}

impl Omnichannel {
    pub(crate) async fn start(id: &'static str) -> Self {
        let listener = listen("127.0.0.1:0").await.unwrap();
        let client = OmnichannelClient::start(listener, Options::default()).unwrap();
        let ada = client.chat(CHAT);
        Self { id, client, ada }
    }
}

impl Channel for Omnichannel {
    fn section(&self) -> String {
        let url = self.client.base_url();
        format!(
            "platform = \"omnichannel\"\nurl = \"{url}\"\ntoken = \"env:BOT\"\nwebhook_token = \"env:SHOP\""
        )
    }

    fn secrets(&self) -> Vec<(&'static str, String)> {
        vec![
            ("BOT", self.client.token().unwrap().to_owned()),
            ("SHOP", SECRET.to_owned()),
        ]
    }

    fn connect(&self, gateway: &str) {
        self.client
            .set_webhook(&webhook(End::OmnichannelChannel, self.id, gateway));
    }

    fn chat(&self) -> Option<String> {
        Some(CHAT.to_string())
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
            panic!("the client server keeps files itself")
        };
        self.ada.file(&File {
            name: "offer.pdf".to_owned(),
            content_type: "application/pdf".to_owned(),
            size: 1234,
            url: url.clone(),
        });
    }

    fn locate(&self, latitude: f64, longitude: f64) {
        self.ada.location(latitude, longitude);
    }

    fn repeat<'a>(&'a self, text: &'a str, copies: usize) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            let event = self.ada.text(text);
            let (first, copies) = join(
                self.client.delivered(&event, PATIENCE),
                self.client.copies(&event.body, copies),
            )
            .await;
            assert!(first.unwrap().taken);
            let later = self.client.post_event(&event.body).await;
            for answer in copies.into_iter().chain([later]) {
                assert!(answer.unwrap().is_success());
            }
        })
    }

    fn notes(&self) -> &dyn Notes {
        self.client.calls()
    }

    fn seen(&self) -> Vec<Seen> {
        let shown = self.ada.shown().into_iter();
        let seen = shown.map(|shown| match shown.content {
            Content::Text(text) => Seen::text(text),
            Content::Keyboard(rows) => {
                let labels = rows.into_iter().flatten();
                Seen::Buttons(labels.map(|button| button.text).collect())
            }
            Content::File { url, .. } => Seen::File(url),
        });
        seen.collect()
    }

    fn faults(&self) -> Option<(&Faults, &'static str)> {
        Some((self.client.faults(), "send_message"))
    }

    fn violations(&self) -> Vec<String> {
        let refused = self.client.calls().matching(|call| call.status != 200);
        let lost = self.client.deliveries().matching(|made| !made.taken);
        let refused = refused.into_iter().map(|call| format!("{call:?}"));
        refused
            .chain(lost.into_iter().map(|made| format!("{made:?}")))
            .collect()
    }
}
