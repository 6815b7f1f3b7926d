//! A stretch of a document in Telegram's HTML: <https://core.telegram.org/bots/api#html-style>.
//!
//! `code` and `pre` hold nothing and stand in nothing but a quotation, so bold text is interrupted for them; quotations do not
//! nest. The order of the tags is always the same, outermost first: quotation, link, bold, italic, struck out or code.

use std::ops::Range;

use super::document::{Code, Document, Style};
use crate::text::html::{escape_html, push_escaped};

/// Telegram ignores every entity of a message after the hundredth, links too.
const MAX_ENTITIES: usize = 100;

/// Telegram refuses a message (`ENTITIES_TOO_LONG`) whose entities, URLs included, take more than about 9,500 bytes.
const MAX_ENTITY_BYTES: usize = 8192;

/// What one entity takes besides its URL or language, rounded up.
const ENTITY_BYTES: usize = 20;

/// The text in `range` as HTML; `None` if its entities are more than Telegram takes in a message.
pub(super) fn html(document: &Document, range: Range<usize>) -> Option<String> {
    let mut writer = Writer {
        document,
        html: String::with_capacity(range.len()),
        open: Vec::new(),
        entities: 0,
        bytes: 0,
    };
    for (text, style) in document.body.stretches(range) {
        writer.write(text, style);
        if writer.entities > MAX_ENTITIES || writer.bytes > MAX_ENTITY_BYTES {
            return None;
        }
    }
    writer.close_to(0);
    Some(writer.html)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Tag {
    Quote(usize),
    Link(usize),
    Bold,
    Italic,
    Strike,
    Code(Code),
}

fn tags(style: Style) -> impl Iterator<Item = Tag> {
    [
        style.quote.map(Tag::Quote),
        style.link.map(Tag::Link),
        style.bold.then_some(Tag::Bold),
        style.italic.then_some(Tag::Italic),
        style.strike.then_some(Tag::Strike),
        style.code.map(Tag::Code),
    ]
    .into_iter()
    .flatten()
}

struct Writer<'a> {
    document: &'a Document,
    html: String,
    /// Outermost first.
    open: Vec<Tag>,
    entities: usize,
    bytes: usize,
}

impl Writer<'_> {
    fn write(&mut self, text: &str, style: Style) {
        let shared = self
            .open
            .iter()
            .zip(tags(style))
            .take_while(|(open, wanted)| *open == wanted)
            .count();
        self.close_to(shared);
        // What has no ink looks the same in every style.
        if !text.trim().is_empty() {
            tags(style).skip(shared).for_each(|tag| self.open(tag));
        }
        push_escaped(&mut self.html, text);
    }

    fn open(&mut self, tag: Tag) {
        match tag {
            Tag::Quote(_) => self.html.push_str("<blockquote>"),
            Tag::Bold => self.html.push_str("<b>"),
            Tag::Italic => self.html.push_str("<i>"),
            Tag::Strike => self.html.push_str("<s>"),
            Tag::Code(Code::Inline) => self.html.push_str("<code>"),
            Tag::Link(link) => {
                let url = self.document.links.get(link).map_or("", |link| &link.url);
                self.bytes += url.len();
                self.html
                    .push_str(&format!("<a href=\"{}\">", escape_html(url)));
            }
            Tag::Code(Code::Block(block)) => {
                self.html.push_str("<pre>");
                if let Some(language) = language(self.document, block) {
                    self.bytes += language.len();
                    self.html.push_str(&format!(
                        "<code class=\"language-{}\">",
                        escape_html(language)
                    ));
                }
            }
        }
        self.open.push(tag);
        self.entities += 1;
        self.bytes += ENTITY_BYTES;
    }

    /// Closes the innermost tags until `count` are open.
    fn close_to(&mut self, count: usize) {
        while self.open.len() > count {
            let end = match self.open.pop() {
                Some(Tag::Quote(_)) => "</blockquote>",
                Some(Tag::Link(_)) => "</a>",
                Some(Tag::Bold) => "</b>",
                Some(Tag::Italic) => "</i>",
                Some(Tag::Strike) => "</s>",
                Some(Tag::Code(Code::Inline)) => "</code>",
                Some(Tag::Code(Code::Block(block))) if language(self.document, block).is_some() => {
                    "</code></pre>"
                }
                Some(Tag::Code(Code::Block(_))) => "</pre>",
                None => return,
            };
            self.html.push_str(end);
        }
    }
}

/// The language of a code block, if it is known.
fn language(document: &Document, block: usize) -> Option<&str> {
    document
        .languages
        .get(block)
        .map(String::as_str)
        .filter(|language| !language.is_empty())
}
