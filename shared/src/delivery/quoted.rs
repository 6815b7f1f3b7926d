//! What the other side says when it refuses a message may repeat the message, the token that it came with, or whose it was. A
//! reason is logged and kept in a dead letter, so no word of these stands in one.

use serde_json::Value;

use super::failure::Failure;
use crate::app::App;
use crate::connections::Connection;
use crate::model::Message;
use crate::platforms::ConnectionSettings;
use crate::store::conversation::Conversation;

/// Stands for what is left out.
const LEFT_OUT: char = '…';
/// A word with a digit in it is an id, a number or a code of characters if it is as long as this, and longer than any status.
const LONG_NUMBER: usize = 5;
/// No language's words in errors are longer; tokens are.
const LONG_WORD: usize = 32;

/// Every word of what was sent, and of what it was sent with.
pub(super) struct Quoted(Vec<String>);

impl Quoted {
    /// Of a message to `to`, or of a file that it holds. Only called when something failed.
    pub(super) fn new(
        app: &App,
        (channel, to): (&Connection, &Connection),
        conversation: &Conversation,
        message: &Message,
    ) -> Self {
        let mut quoted = Self(Vec::new());
        // All of these were read from JSON or are written as such with the conversation: what could fail here has failed there.
        let message = serde_json::to_string(message).unwrap_or_default();
        quoted.add_all(serde_json::from_str(&message).unwrap_or_default());
        for known in [
            serde_json::to_value(&conversation.visitor),
            serde_json::to_value(&conversation.facts),
        ] {
            quoted.add_all(known.unwrap_or_default());
        }
        quoted.add(conversation.key.chat.as_str());
        quoted.add(conversation.chat().as_str());
        for thread in conversation.threads.values() {
            quoted.add(&thread.id);
        }
        for connection in [channel, to] {
            for reference in connection.settings.secrets() {
                // One that was never fetched was not sent.
                if let Some(secret) = app.secrets.known(reference) {
                    quoted.add(secret.expose());
                }
            }
            for token in app.tokens.of(&connection.id) {
                quoted.add(token.expose());
            }
        }
        quoted
    }

    /// The words of every text and number in it.
    fn add_all(&mut self, what: Value) {
        let mut values = vec![what];
        while let Some(value) = values.pop() {
            match value {
                Value::String(text) => self.add(&text),
                Value::Number(number) => self.add(&number.to_string()),
                Value::Array(of) => values.extend(of),
                Value::Object(of) => values.extend(of.into_iter().map(|(_, value)| value)),
                Value::Null | Value::Bool(_) => {}
            }
        }
    }

    fn add(&mut self, text: &str) {
        self.0.extend(
            words(text)
                .filter(|(is_word, _)| *is_word)
                .map(|(_, word)| word.to_lowercase()),
        );
    }

    /// `reason` without what was sent. The status at its beginning is ours.
    pub(super) fn left_out_of(&self, reason: &str) -> String {
        let ours = reason
            .strip_prefix("status ")
            .and_then(|rest| rest.get(..3));
        let (ours, theirs) = match ours {
            Some(status) if status.bytes().all(|byte| byte.is_ascii_digit()) => reason
                .split_at_checked("status 000".len())
                .unwrap_or(("", reason)),
            _ => ("", reason),
        };
        let mut left = ours.to_owned();
        let mut between = "";
        for (is_word, piece) in words(theirs) {
            if !is_word {
                between = piece;
            } else if self.hides(piece) {
                // What is between two of them is theirs too.
                if !left.ends_with(LEFT_OUT) {
                    left.push_str(between);
                    left.push(LEFT_OUT);
                }
                between = "";
            } else {
                left.push_str(between);
                left.push_str(piece);
                between = "";
            }
        }
        left.push_str(between);
        left
    }

    fn hides(&self, word: &str) -> bool {
        let lower = word.to_lowercase();
        let length = word.chars().count();
        let has_digit = word.chars().any(char::is_numeric);
        length > LONG_WORD || (has_digit && length >= LONG_NUMBER) || self.0.contains(&lower)
    }
}

/// The words of a text, and what is between them.
fn words(text: &str) -> impl Iterator<Item = (bool, &str)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let is_word = rest.chars().next()?.is_alphanumeric();
        let end = rest.find(|c: char| c.is_alphanumeric() != is_word);
        let (piece, after) = rest.split_at_checked(end.unwrap_or(rest.len()))?;
        rest = after;
        Some((is_word, piece))
    })
}

impl Failure {
    /// The same, with a reason in which no word stands that was sent.
    pub(super) fn without_words_of(mut self, sent: &Quoted) -> Self {
        if let Self::Later { reason, .. }
        | Self::Never { reason }
        | Self::Unauthorized { reason, .. } = &mut self
        {
            *reason = sent.left_out_of(reason);
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    fn quoted(text: &str) -> Quoted {
        let mut quoted = Quoted(Vec::new());
        quoted.add(text);
        quoted
    }

    #[test]
    fn what_was_sent_is_left_out() {
        let sent = quoted("My number is +7900 1234567, token abc-DEF");
        for (reason, left) in [
            (
                "status 400: bad value: My number is +7900 1234567",
                "status 400: bad value: …",
            ),
            ("status 401: token ABC-def is wrong", "status 401: … wrong"),
            ("status 404", "status 404"),
            ("MY NUMBER!", "…!"),
            ("user 987654321 is blocked", "user … blocked"),
            (r"\u041f\u0440 is not text", r"\… not text"),
            ("chat not found", "chat not found"),
            ("", ""),
        ] {
            assert_eq!(sent.left_out_of(reason), left, "{reason}");
        }
    }

    proptest! {
        #[test]
        fn no_word_is_left(sent in "\\PC{0,60}", before in "\\PC{0,20}", after in "\\PC{0,20}") {
            let left = quoted(&sent).left_out_of(&format!("{before} {sent} {after}"));
            let words_of = |text: &str| -> HashSet<String> {
                words(text).filter(|(is, _)| *is).map(|(_, word)| word.to_lowercase()).collect()
            };
            prop_assert!(words_of(&left).is_disjoint(&words_of(&sent)), "{left}");
        }
    }
}
