//! Webhooks that no simulator sends: of a person about whom much is told, and those that are refused.

use serde_json::{Value, json};
use shared::platforms::End;

use super::canaries::{CHAT, EMAIL, NAME, PHONE, REFUSED, VISITOR, WRONG};
use crate::refused::gate::{Form, Request, Who};

/// The first webhook of a person, with everything that the channel tells of one; `None` where a channel tells nothing.
pub(super) fn of_a_person(end: End) -> Option<Value> {
    let fields = json!({ "name": NAME, "phone": PHONE, "email": EMAIL, "login": NAME });
    let visitor = json!({ "id": "17", "firstname": NAME, "phone": PHONE, "fields": fields });
    Some(match end {
        End::WebimV1Channel => json!({
            "event": "new_chat", "chat": { "id": CHAT.to_string() }, "visitor": visitor,
            "messages": [{ "kind": "visitor", "text": VISITOR }]
        }),
        End::WebimV2Channel => json!({
            "event": "new_chat", "chat": { "id": CHAT }, "visitor": visitor,
            "messages": [{ "id": "m-1", "kind": "visitor", "text": VISITOR }]
        }),
        End::OmnichannelChannel => json!({
            "event": "new_message", "chat_id": CHAT, "visitor": visitor,
            "message": { "id": "m-1", "kind": "visitor", "text": VISITOR }
        }),
        End::TelegramChannel => json!({
            "update_id": 7_000_001,
            "message": {
                "message_id": 1, "date": 1_700_000_000,
                "chat": { "id": CHAT, "type": "private", "first_name": NAME },
                "from": { "id": CHAT, "is_bot": false, "first_name": NAME, "last_name": NAME, "username": NAME },
                "contact": { "phone_number": PHONE, "first_name": NAME }
            }
        }),
        End::SelartiAgent => json!({
            "wh_type": "all_messages", "message_type": "bot", "message_id": "m-99", "message_text": VISITOR,
            "external_chat_id": format!("shop.{CHAT}"), "task_id": crate::world::TASK, "operator": "no", "close": "no",
            "chat_name": NAME, "contacts": PHONE, "get_contact": "yes"
        }),
        _ => return None,
    })
}

/// What is not accepted, each with what it is called. `who` is whom the end knows.
pub(super) fn bad(end: End, who: &Who) -> Vec<(&'static str, Request)> {
    let nobody = Who {
        token: WRONG.to_owned(),
        ..who.clone()
    };
    let unknown = Who {
        connection: "chervilstem".to_owned(),
        token: WRONG.to_owned(),
    };
    let form = (end, Form::Usual);
    // It has a place for the secret where that stands in the body.
    let strange = json!({
        "channelID": who.connection, "token": who.token, "message": { "text": [REFUSED] }, "userID": REFUSED, "event": REFUSED,
        "chat_id": { "id": REFUSED }, "task_id": REFUSED, "update_id": REFUSED, "chat": REFUSED, "wh_type": [REFUSED]
    });
    let huge = json!({
        "channelID": who.connection, "token": who.token, "task_id": crate::world::TASK, "chat_id": CHAT,
        "message": REFUSED.repeat(6 * 1024 * 1024 / REFUSED.len() / 5)
    });
    vec![
        ("nobody", Request::new(form, &nobody, strange.to_string())),
        ("unknown", Request::new(form, &unknown, strange.to_string())),
        (
            "no JSON",
            Request::new(form, who, format!("{{\"message\": {REFUSED}")),
        ),
        (
            "no object",
            Request::new(form, who, format!("[\"{REFUSED}\"]")),
        ),
        ("strange", Request::new(form, who, strange.to_string())),
        ("huge", Request::new(form, who, huge.to_string())),
    ]
}
