//! An agent's Markdown on platforms that have a markup of their own, or none.
//!
//! Agents write [CommonMark](https://spec.commonmark.org) with GitHub's strikethrough and tables, whatever the platform. It is
//! read once into a `document`: the text that a reader sees, and how each stretch of it looks. The text is split like any
//! other, and each piece is written out on its own, so that no split can fall inside a tag or an entity and every
//! piece's tags are balanced by construction.
//!
//! * `read`: from Markdown's events to the document, with `table` for the tables, `link` for what may be a link, and `nesting`
//!   for what is too deep to be Markdown;
//! * `document`: the text and its styles;
//! * `telegram`: from a stretch of the document to Telegram's HTML.
//!
//! Nothing that a reader of the Markdown would have seen is dropped. Where Markdown itself would drop something (cells beyond a
//! table's last column, definitions of links that nothing refers to, more than a language behind a code block's fence), it is
//! shown. Raw HTML is shown as it was written. What goes is markup: the markers, the titles of links, and where there is no
//! markup also the mark of a quotation.
//!
//! Some readings are more careful than CommonMark's, because a marker too many is ugly and a sum or a URL with one too few is
//! wrong: in `2*3*4` and in a bare URL asterisks and underscores stay, `~5` is about five (only `~~` strikes out).
//! And `<br>` is a line's end.

mod document;
mod link;
mod nesting;
mod read;
mod table;
mod telegram;

use std::ops::Range;

use self::document::Document;
use self::read::{Target, read};
use super::limit::Limit;
use super::part;
use super::split::{ranges, split};

/// One message of an answer that is sent to Telegram.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// For `parse_mode` `HTML`. What remains after Telegram has parsed it is not blank and within the limit.
    pub html: String,
    /// The same without markup, for when Telegram refuses the HTML: the URL of each link stands in brackets behind the
    /// link's text. These URLs can make it longer than a message, so it is one message or more, each within the limit.
    pub plain: Vec<String>,
}

/// Translates Markdown to Telegram's HTML, in pieces whose *visible* text is within `limit`. For Telegram, that is
/// 4096 UTF-16 units (<https://core.telegram.org/bots/api#sendmessage>).
///
/// A style that is open where two pieces meet ends in the first and starts anew in the second. A piece is also split where
/// it has more entities than Telegram takes in one message. A blank text has no pieces.
///
/// A link becomes `<a>` only where Telegram takes it (`http`, `https`, `tg`); the URL of any other is part of the visible
/// text. A table is a grid of fixed width if it is narrow and has no links, else lines of cells.
#[must_use]
pub fn to_telegram_html(markdown: &str, limit: Limit) -> Vec<Piece> {
    let document = read(markdown, Target::Telegram);
    let mut pieces = Vec::new();
    let mut todo: Vec<_> = ranges(&document.body.text, limit).collect();
    todo.reverse();
    while let Some(range) = todo.pop() {
        match telegram::html(&document, range.clone()) {
            Some(html) => pieces.push(Piece {
                html,
                plain: split(&document.spelled_out(range), limit),
            }),
            None => todo.extend(halves(&document, range, limit).into_iter().rev()),
        }
    }
    pieces
}

/// The pieces of a piece with too many entities. They are smaller than it: a single char has few entities.
fn halves(document: &Document, range: Range<usize>, limit: Limit) -> Vec<Range<usize>> {
    let text = part(&document.body.text, range.clone());
    let half = Limit {
        max: limit.unit.len(text) / 2,
        ..limit
    };
    ranges(text, half)
        .map(|piece| range.start + piece.start..range.start + piece.end)
        .collect()
}

/// Translates Markdown to text for a platform without markup; the caller splits it.
///
/// Markers go, list items get bullets or numbers, links become `text (URL)`, tables lines of cells. A blank text
/// stays blank.
#[must_use]
pub fn to_plain(markdown: &str) -> String {
    read(markdown, Target::Plain).body.text
}

#[cfg(test)]
mod tests;
