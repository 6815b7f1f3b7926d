//! What Telegram is answered: success, and in the answer's body a call that costs no request of its own ("Making
//! requests when getting updates").

use http::header::{CONTENT_TYPE, HeaderValue};
use lambda_http::{Body, Response};
use serde_json::{Value, json};

use super::receive::Incoming;
use crate::model::Mode;
use crate::webhook::{Accepted, Refusal};

/// The answer: a callback query is answered, and while the agent thinks, it is shown typing.
pub fn answer(incoming: &Incoming, result: Result<Accepted, Refusal>) -> Response<Body> {
    let accepted = match result {
        Ok(accepted) => accepted,
        Err(refusal) => return refusal.into_response(),
    };
    match call(incoming, accepted) {
        None => Response::new(Body::Empty),
        Some(call) => {
            let mut response = Response::new(Body::Text(call.to_string()));
            response
                .headers_mut()
                .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            response
        }
    }
}

fn call(incoming: &Incoming, accepted: Accepted) -> Option<Value> {
    if let Some(id) = &incoming.callback {
        return Some(json!({ "method": "answerCallbackQuery", "callback_query_id": id }));
    }
    let thinks = match accepted {
        Accepted::Kept(mode) | Accepted::Duplicate(mode) => mode != Mode::Operator,
        Accepted::Ignored => false,
    };
    let chat = incoming.chat.filter(|_| thinks)?;
    Some(json!({ "method": "sendChatAction", "chat_id": chat, "action": "typing" }))
}
