//! A person in a chat on a site, whose bot is told what happens and calls back.

use futures_util::future::{BoxFuture, join};
use shared::platforms::End;
use simulators::faults::Faults;
use simulators::listen;
use simulators::webim_v2::{Chat, Content, File, NotAsked, Options, WebimV2};

use super::{Channel, SECRET, webhook};
use crate::matrix::words::{Attached, Notes, Seen};
use crate::world::PATIENCE;

const CHAT: i64 = 42;

pub(crate) struct Site {
    id: &'static str,
    webim: WebimV2,
    ada: Chat,
}

impl Site {
    pub(crate) async fn start(id: &'static str) -> Self {
        let listener = listen("127.0.0.1:0").await.unwrap();
        let webim = WebimV2::start(listener, Options::default()).unwrap();
        let ada = webim.chat(CHAT);
        Self { id, webim, ada }
    }
}

/// What the visitor writes while the operators have the chat, the bot does not hear.
fn said<T>(event: Result<T, NotAsked>) {
    match event {
        Ok(_) | Err(NotAsked::WithOperators) => {}
        Err(error) => panic!("{error}"),
    }
}

impl Channel for Site {
    fn section(&self) -> String {
        let url = self.webim.base_url();
        format!(
            "platform = \"webim\"\nversion = \"2.0\"\nurl = \"{url}\"\ntoken = \"env:BOT\"\nwebhook_token = \"env:SHOP\""
        )
    }

    fn secrets(&self) -> Vec<(&'static str, String)> {
        vec![
            ("BOT", self.webim.token().to_owned()),
            ("SHOP", SECRET.to_owned()),
        ]
    }

    fn connect(&self, gateway: &str) {
        self.webim
            .set_bot_url(&webhook(End::WebimV2Channel, self.id, gateway));
    }

    fn chat(&self) -> Option<String> {
        Some(CHAT.to_string())
    }

    fn write(&self, text: &str) {
        said(self.ada.text(text));
    }

    fn press(&self, label: &str) {
        said(self.ada.press(label));
    }

    fn takes(&self, file: &Attached) -> bool {
        matches!(file, Attached::Url(_))
    }

    fn attach(&self, file: &Attached) {
        let Attached::Url(url) = file else {
            panic!("Webim keeps files itself")
        };
        said(self.ada.file(&File {
            name: "offer.pdf".to_owned(),
            content_type: "application/pdf".to_owned(),
            size: 1234,
            url: url.clone(),
        }));
    }

    fn locate(&self, latitude: f64, longitude: f64) {
        said(self.ada.location(latitude, longitude));
    }

    fn repeat<'a>(&'a self, text: &'a str, copies: usize) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            let event = self.ada.text(text).unwrap();
            let (first, copies) = join(
                self.webim.delivered(&event, PATIENCE),
                self.webim.copies(&event.body, copies),
            )
            .await;
            assert!(first.unwrap().taken);
            let later = self.webim.post_event(&event.body).await;
            for answer in copies.into_iter().chain([later]) {
                assert!(answer.unwrap().is_success());
            }
        })
    }

    fn notes(&self) -> &dyn Notes {
        self.webim.calls()
    }

    fn seen(&self) -> Vec<Seen> {
        let mut shown = self.ada.shown().into_iter();
        let calls = self.webim.calls().matching(|call| call.status == 200);
        let seen = calls
            .into_iter()
            .filter_map(|call| match call.method.as_str() {
                "redirect_chat" => Some(Seen::HandedOver),
                "close_chat" => Some(Seen::Closed),
                _ => Some(match shown.next()?.content {
                    Content::Text(text) => Seen::text(text),
                    Content::Keyboard(rows) => {
                        let labels = rows.into_iter().flatten();
                        Seen::Buttons(labels.map(|button| button.text).collect())
                    }
                    Content::File { url, .. } => Seen::File(url),
                }),
            });
        seen.collect()
    }

    fn give_back(&self) {
        assert!(self.ada.hand_back().is_some(), "the operators have it");
    }

    fn faults(&self) -> Option<(&Faults, &'static str)> {
        Some((self.webim.faults(), "send_message"))
    }

    fn violations(&self) -> Vec<String> {
        let refused = self.webim.calls().matching(|call| call.status != 200);
        let lost = self.webim.deliveries().matching(|made| !made.taken);
        let refused = refused.into_iter().map(|call| format!("{call:?}"));
        refused
            .chain(lost.into_iter().map(|made| format!("{made:?}")))
            .collect()
    }
}
