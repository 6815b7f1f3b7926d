//! An application that speaks SmartBot360's API for the contract.

use serde_json::{Value, json};
use shared::delivery::failure::Failure;
use shared::http::Answer;
use shared::model::Message;
use shared::platforms::api_medium::channel;
use shared::time::Millis;

use crate::api_medium_agent::driver::user;
use crate::driver::{Driver, Outcome, Seen};

pub(crate) struct ApiMediumChannel;

impl Driver for ApiMediumChannel {
    fn settings(&self) -> Value {
        super::least()
    }

    fn receive(&self, body: &[u8], now: Millis) -> Outcome {
        let received = channel::receive::credentials(body).and_then(|_| {
            channel::receive::receive(
                &super::settings(),
                &super::channel(),
                (body, None),
                super::new_user(),
                now,
            )
        });
        match received {
            Ok(incoming) => Outcome::Event(Seen {
                chat: incoming.event.chat.as_str().to_owned(),
                event: incoming.event.event,
                messages: incoming.event.messages.len(),
            }),
            Err(refusal) => Outcome::Refused(refusal),
        }
    }

    /// All but `userID` is required; who has none is given one.
    fn chat(&self, body: &Value) -> Option<String> {
        body.get("channelID")?.as_str()?;
        body.get("token")?.as_str()?;
        body.get("message")?.as_str()?;
        match body.get("userID") {
            None | Some(Value::Null) => Some(super::NEW.to_string()),
            Some(id) => user(id),
        }
    }

    fn written(&self, text: &str) -> Vec<u8> {
        json!({"channelID": "shop-app", "token": "made-up", "message": text, "userID": 9})
            .to_string()
            .into()
    }

    fn parts(&self, message: &Message) -> Vec<Value> {
        let parts = channel::send::parts(message).into_iter();
        parts
            .map(|part| serde_json::to_value(part).unwrap())
            .collect()
    }

    fn assert_taken(&self, part: &Value) {
        let text: Vec<u16> = part["message"].as_str().unwrap().encode_utf16().collect();
        assert!(text.len() <= 4000, "a text that is too long");
        assert!(
            !text.is_empty() || !files(part).is_empty(),
            "nothing to show"
        );
        let mut last = 0;
        for (offset, url) in files(part) {
            assert!(url.starts_with("https://"), "{url}");
            assert!(last <= offset && offset <= text.len(), "{offset}");
            String::from_utf16(&text[..offset]).expect("between two characters");
            last = offset;
        }
        for reply in replies(part) {
            assert!(!reply.trim().is_empty(), "a blank quick reply");
        }
    }

    /// The files stand where their offsets say.
    fn shown(&self, part: &Value) -> Vec<String> {
        let text: Vec<u16> = part["message"].as_str().unwrap().encode_utf16().collect();
        let (mut shown, mut at) = (String::new(), 0);
        for (offset, url) in files(part) {
            shown += &String::from_utf16(&text[at..offset]).unwrap();
            shown += &url;
            at = offset;
        }
        shown += &String::from_utf16(&text[at..]).unwrap();
        shown.extend(replies(part));
        vec![shown]
    }

    fn button_ids(&self, _: &Value) -> Vec<String> {
        Vec::new()
    }

    fn judge(&self, answer: &Answer) -> Option<Result<(), Failure>> {
        Some(channel::send::judge(answer))
    }
}

fn list<'a>(part: &'a Value, field: &str) -> &'a [Value] {
    part.get(field).map_or(&[], |list| {
        let list = list.as_array().unwrap();
        assert!(!list.is_empty(), "`{field}` is left out if it is empty");
        list
    })
}

fn files(part: &Value) -> Vec<(usize, String)> {
    let files = list(part, "attachments").iter();
    files
        .map(|file| {
            let offset = usize::try_from(file["offset"].as_u64().unwrap()).unwrap();
            (offset, file["url"].as_str().unwrap().to_owned())
        })
        .collect()
}

fn replies(part: &Value) -> Vec<String> {
    let replies = list(part, "quickReplies").iter();
    replies
        .map(|reply| reply.as_str().unwrap().to_owned())
        .collect()
}
