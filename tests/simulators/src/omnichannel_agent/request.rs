//! The body of a request of the client server, read as strictly as the document allows.
//!
//! Which parameters are required is not published. Here it is everything that the document shows for the message's kind
//! but `visitor.fields`, which hold what happens to be known of a person. An empty text counts as missing.

use serde_json::{Map, Value};

use super::brain::{Content, Incoming};

/// The keys of a request.
const KEYS: [&str; 4] = ["event", "chat_id", "visitor", "message"];

/// The `visitor.fields` that the document maps to variables of the agent: texts, all of them.
const FIELDS: [&str; 5] = ["name", "login", "phone", "email", "site"];

/// What a request with an acceptable body comes to.
#[derive(Debug)]
pub(crate) enum Request {
    /// The agent gets it.
    Processed(Box<Incoming>),
    /// It is answered with success all the same, and nobody gets it. The reason is for a person.
    Ignored(String),
}

/// Why a body is not acceptable.
#[derive(Debug)]
pub(crate) enum Wrong {
    /// A required parameter is not there: its path.
    Missing(String),
    /// Anything else.
    Invalid(String),
}

/// Reads a body.
pub(crate) fn read(body: &Value) -> Result<Request, Wrong> {
    let Value::Object(body) = body else {
        return Err(Wrong::Invalid("the body is not an object".to_owned()));
    };
    let body = Object {
        path: "",
        map: body,
    };
    let event = body.text("event")?;
    if event != "new_message" {
        return Ok(Request::Ignored(format!("unknown event {event:?}")));
    }
    let chat_id = body.integer("chat_id")?;
    let visitor = body.object("visitor", "visitor.")?;
    let visitor_id = visitor.text("id")?.to_owned();
    let visitor_fields = fields(visitor)?;
    let message = body.object("message", "message.")?;
    let message_id = message.text("id")?.to_owned();
    let (text, content) = match message.text("kind")? {
        "visitor" => (message.text("text")?.to_owned(), Content::Text),
        "file_visitor" => match file(message.object("data", "message.data.")?)? {
            Ok(file) => file,
            Err(state) => {
                return Ok(Request::Ignored(format!("a file in state {state:?}")));
            }
        },
        "keyboard_response" => {
            let data = message.object("data", "message.data.")?;
            let button = data.object("button", "message.data.button.")?;
            let (id, text) = (
                button.text("id")?.to_owned(),
                button.text("text")?.to_owned(),
            );
            (text.clone(), Content::Press { id, text })
        }
        kind => return Ok(Request::Ignored(format!("unknown kind {kind:?}"))),
    };
    Ok(Request::Processed(Box::new(Incoming {
        chat_id,
        visitor_id,
        visitor_fields,
        message_id,
        text,
        content,
        unknown: body
            .map
            .keys()
            .filter(|key| !KEYS.contains(&key.as_str()))
            .cloned()
            .collect(),
    })))
}

fn fields(visitor: Object<'_>) -> Result<Map<String, Value>, Wrong> {
    let Some(fields) = visitor.map.get("fields") else {
        return Ok(Map::new());
    };
    let Value::Object(fields) = fields else {
        return Err(Wrong::Invalid("visitor.fields is not an object".to_owned()));
    };
    for name in FIELDS {
        if fields.get(name).is_some_and(|value| !value.is_string()) {
            return Err(Wrong::Invalid(format!(
                "visitor.fields.{name} is not a string"
            )));
        }
    }
    Ok(fields.clone())
}

/// A file as the agent gets it, or the state that it is in when it is not ready: then the rest may not be there yet.
fn file(data: Object<'_>) -> Result<Result<(String, Content), String>, Wrong> {
    let state = data.text("state")?;
    if state != "ready" {
        return Ok(Err(state.to_owned()));
    }
    let (id, content_type) = (data.text("id")?, data.text("content_type")?);
    let size = u64::try_from(data.integer("size")?)
        .map_err(|_| Wrong::Invalid("message.data.size is negative".to_owned()))?;
    let url = data.text("url")?;
    if !url.starts_with("https://") && !url.starts_with("http://") {
        return Err(Wrong::Invalid("message.data.url is not a URL".to_owned()));
    }
    let text = format!("file:{content_type}|{id}|{url}");
    let file = Content::File {
        id: id.to_owned(),
        name: data.text("name")?.to_owned(),
        content_type: content_type.to_owned(),
        size,
        url: url.to_owned(),
    };
    Ok(Ok((text, file)))
}

/// An object of the body, and the path that leads to its members.
#[derive(Clone, Copy)]
struct Object<'a> {
    path: &'static str,
    map: &'a Map<String, Value>,
}

impl<'a> Object<'a> {
    fn get(self, name: &str) -> Result<&'a Value, Wrong> {
        match self.map.get(name) {
            None | Some(Value::Null) => Err(Wrong::Missing(format!("{}{name}", self.path))),
            Some(value) => Ok(value),
        }
    }

    fn invalid(self, name: &str, wanted: &str) -> Wrong {
        Wrong::Invalid(format!("{}{name} is not {wanted}", self.path))
    }

    fn text(self, name: &str) -> Result<&'a str, Wrong> {
        match self.get(name)? {
            Value::String(text) if text.is_empty() => {
                Err(Wrong::Missing(format!("{}{name}", self.path)))
            }
            Value::String(text) => Ok(text),
            _ => Err(self.invalid(name, "a string")),
        }
    }

    fn integer(self, name: &str) -> Result<i64, Wrong> {
        self.get(name)?
            .as_i64()
            .ok_or_else(|| self.invalid(name, "an integer"))
    }

    fn object(self, name: &str, path: &'static str) -> Result<Self, Wrong> {
        match self.get(name)? {
            Value::Object(map) => Ok(Self { path, map }),
            _ => Err(self.invalid(name, "an object")),
        }
    }
}
