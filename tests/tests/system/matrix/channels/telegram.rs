//! A person in Telegram.

use std::time::Duration;

use futures_util::future::BoxFuture;
use serde_json::json;
use shared::platforms::End;
use simulators::faults::Faults;
use simulators::listen;
use simulators::telegram::{Chat, Content, Options, Retry, Telegram};

use super::{Channel, SECRET, webhook};
use crate::matrix::words::{Attached, Notes, Seen};

const CHAT: i64 = 1001;

pub(crate) struct Messenger {
    id: &'static str,
    telegram: Telegram,
    ada: Chat,
}

impl Messenger {
    pub(crate) async fn start(id: &'static str) -> Self {
        let options = Options {
            retry: Retry {
                first: Duration::from_millis(50),
                longest: Duration::from_millis(500),
                attempts: 100,
            },
            ..Options::default()
        };
        let listener = listen("127.0.0.1:0").await.unwrap();
        let telegram = Telegram::start(listener, options).unwrap();
        let ada = telegram.chat(CHAT);
        Self { id, telegram, ada }
    }
}

impl Channel for Messenger {
    fn section(&self) -> String {
        let url = self.telegram.base_url();
        format!(
            "platform = \"telegram\"\nbot_token = \"env:BOT\"\nwebhook_secret = \"env:SHOP\"\napi_url = \"{url}\""
        )
    }

    fn secrets(&self) -> Vec<(&'static str, String)> {
        vec![
            ("BOT", self.telegram.token().to_owned()),
            ("SHOP", SECRET.to_owned()),
        ]
    }

    fn connect(&self, gateway: &str) {
        let url = webhook(End::TelegramChannel, self.id, gateway);
        self.telegram.set_webhook(&url, Some(SECRET));
    }

    fn chat(&self) -> Option<String> {
        Some(CHAT.to_string())
    }

    fn write(&self, text: &str) {
        self.ada.text(text);
    }

    fn longest(&self) -> Option<usize> {
        Some(4096)
    }

    fn press(&self, label: &str) {
        self.ada.press(label).unwrap();
    }

    fn takes(&self, file: &Attached) -> bool {
        matches!(file, Attached::Bytes { .. })
    }

    fn attach(&self, file: &Attached) {
        let Attached::Bytes {
            name,
            media_type,
            bytes,
        } = file
        else {
            panic!("Telegram takes no links for files")
        };
        self.ada.document(name, media_type, bytes, None);
    }

    fn locate(&self, latitude: f64, longitude: f64) {
        self.ada.location(latitude, longitude);
    }

    fn leave_contact(&self, phone: &str) {
        self.ada.contact(phone);
    }

    fn repeat<'a>(&'a self, text: &'a str, copies: usize) -> BoxFuture<'a, ()> {
        let update = json!({
            "update_id": 900_001,
            "message": {
                "message_id": 900, "date": 1_700_000_000, "text": text,
                "chat": {"id": CHAT, "type": "private"},
                "from": {"id": CHAT, "is_bot": false, "first_name": "Ada"}
            }
        });
        Box::pin(async move {
            for answer in self.telegram.copies(&update, copies).await {
                assert!(answer.unwrap().is_success());
            }
            let answer = self.telegram.post_update(&update).await.unwrap();
            assert!(answer.is_success());
        })
    }

    fn notes(&self) -> &dyn Notes {
        self.telegram.calls()
    }

    fn seen(&self) -> Vec<Seen> {
        let mut seen = Vec::new();
        for sent in self.ada.sent() {
            if let Content::File { source, .. } = &sent.content {
                seen.push(Seen::File(source.clone()));
            }
            if !sent.text.is_empty() {
                seen.push(Seen::text(sent.text));
            }
            if !sent.keyboard.is_empty() {
                let labels = sent.keyboard.into_iter().flatten();
                seen.push(Seen::Buttons(labels.map(|button| button.text).collect()));
            }
        }
        seen
    }

    fn faults(&self) -> Option<(&Faults, &'static str)> {
        Some((self.telegram.faults(), "sendMessage"))
    }

    fn violations(&self) -> Vec<String> {
        let refused = self.telegram.calls().matching(|call| !call.ok());
        let lost = self.telegram.deliveries().matching(|made| made.gave_up);
        let refused = refused.into_iter().map(|call| format!("{call:?}"));
        refused
            .chain(lost.into_iter().map(|made| format!("{made:?}")))
            .collect()
    }
}
