//! `parse_mode: "HTML"`, as strict as the Bot API.
//!
//! Source: core.telegram.org/bots/api#html-style. The tags that it lists and no others; every tag closed, in order;
//! `&lt;`, `&gt;`, `&amp;`, `&quot;` and numeric entities. Anything else that begins with `&` stays as it is written.

use super::entity::{Entity, Formatted, utf16};

/// Reads HTML into text and entities.
///
/// # Errors
/// What is wrong with it and where, in the words of the Bot API after `can't parse entities: `.
pub(crate) fn parse(html: &str) -> Result<Formatted, String> {
    let mut cursor = Cursor { text: html, at: 0 };
    let mut text = String::new();
    let mut open: Vec<Tag> = Vec::new();
    let mut found: Vec<(usize, Entity)> = Vec::new();
    let mut opened = 0;
    while let Some(next) = cursor.peek() {
        match next {
            '&' => text.push(cursor.entity().unwrap_or('&')),
            '<' => {
                let at = cursor.at;
                cursor.bump();
                if cursor.peek() == Some('/') {
                    cursor.bump();
                    let tag = close(&mut cursor, at, &mut open)?;
                    let length = utf16(&text) - tag.offset;
                    if let Some(entity) = tag.entity(length, &text, open.last(), &mut found) {
                        found.push((tag.order, entity));
                    }
                } else {
                    open.push(Tag::read(&mut cursor, at, utf16(&text), opened)?);
                    opened += 1;
                }
            }
            other => {
                cursor.bump();
                text.push(other);
            }
        }
    }
    if let Some(tag) = open.last() {
        return Err(format!(
            "Can't find end tag corresponding to start tag \"{}\"",
            tag.name
        ));
    }
    // From left to right, the outer before the inner.
    found.sort_by_key(|(order, entity)| (entity.offset, std::cmp::Reverse(entity.length), *order));
    Ok(Formatted {
        text,
        entities: found.into_iter().map(|(_, entity)| entity).collect(),
    })
}

/// The end of the innermost tag.
fn close(cursor: &mut Cursor<'_>, at: usize, open: &mut Vec<Tag>) -> Result<Tag, String> {
    let Some(tag) = open.pop() else {
        return Err(format!("Unexpected end tag at byte offset {at}"));
    };
    let name = cursor
        .take_while(|c| !c.is_ascii_whitespace() && c != '>')
        .to_ascii_lowercase();
    cursor.skip_spaces();
    if cursor.peek() != Some('>') {
        return Err(format!("Unclosed end tag at byte offset {at}"));
    }
    cursor.bump();
    if !name.is_empty() && name != tag.name {
        let expected = tag.name;
        return Err(format!(
            "Unmatched end tag at byte offset {at}, expected \"</{expected}>\", found \"</{name}>\""
        ));
    }
    Ok(tag)
}

/// A tag that was opened.
struct Tag {
    name: String,
    /// The one attribute that the tag may have: an address, a language, or that it is expandable.
    argument: Option<String>,
    /// Where its text begins, in UTF-16 code units.
    offset: usize,
    order: usize,
}

impl Tag {
    fn read(
        cursor: &mut Cursor<'_>,
        at: usize,
        offset: usize,
        order: usize,
    ) -> Result<Self, String> {
        let unclosed = || format!("Unclosed start tag at byte offset {at}");
        let name = cursor
            .take_while(|c| !c.is_ascii_whitespace() && c != '>')
            .to_ascii_lowercase();
        if cursor.peek().is_none() {
            return Err(unclosed());
        }
        if kind(&name).is_none() {
            return Err(format!(
                "Unsupported start tag \"{name}\" at byte offset {at}"
            ));
        }
        let mut argument = None;
        let mut spoiler = false;
        loop {
            cursor.skip_spaces();
            match cursor.peek() {
                None => return Err(unclosed()),
                Some('>') => break,
                Some(_) => {}
            }
            let attribute = cursor
                .take_while(|c| !c.is_ascii_whitespace() && c != '=' && c != '>')
                .to_ascii_lowercase();
            if attribute.is_empty() {
                return Err(format!(
                    "Empty attribute name in the tag \"{name}\" at byte offset {at}"
                ));
            }
            cursor.skip_spaces();
            let value = if cursor.peek() == Some('=') {
                cursor.bump();
                cursor.skip_spaces();
                cursor.value().ok_or_else(unclosed)?
            } else {
                String::new()
            };
            match (name.as_str(), attribute.as_str()) {
                ("a", "href") => argument = Some(value),
                ("code", "class") => argument = value.strip_prefix("language-").map(str::to_owned),
                ("span", "class") if value == "tg-spoiler" => spoiler = true,
                ("blockquote", "expandable") => argument = Some(String::new()),
                ("tg-emoji", "emoji-id") => argument = Some(value),
                // As the Bot API does: a supported tag's other attributes mean nothing.
                _ => {}
            }
        }
        cursor.bump();
        if name == "span" && !spoiler {
            return Err(format!(
                "Tag \"span\" must have class \"tg-spoiler\" at byte offset {at}"
            ));
        }
        if name == "tg-emoji"
            && !argument
                .as_ref()
                .is_some_and(|id| id.parse::<u64>().is_ok_and(|id| id > 0))
        {
            return Err(format!(
                "Invalid custom emoji identifier specified at byte offset {at}"
            ));
        }
        Ok(Self {
            name,
            argument,
            offset,
            order,
        })
    }

    /// What the tag means, now that its text is known; `None` when it means nothing.
    fn entity(
        &self,
        length: usize,
        text: &str,
        parent: Option<&Self>,
        found: &mut Vec<(usize, Entity)>,
    ) -> Option<Entity> {
        if length == 0 {
            return None;
        }
        let mut entity = Entity {
            kind: kind(&self.name)?.to_owned(),
            offset: self.offset,
            length,
            url: None,
            language: None,
        };
        let order = self.order;
        match self.name.as_str() {
            "a" => {
                let shown = || {
                    String::from_utf16_lossy(
                        &text.encode_utf16().skip(self.offset).collect::<Vec<_>>(),
                    )
                };
                let url = self
                    .argument
                    .clone()
                    .filter(|url| !url.is_empty())
                    .unwrap_or_else(shown);
                if !is_link(&url) {
                    return None;
                }
                entity.url = Some(url);
            }
            // Within `pre` it only carries the language: `pre` takes it when it closes, here it is noted.
            "code" if parent.is_some_and(|parent| parent.name == "pre") => {
                entity.kind = "language".to_owned();
                entity.language.clone_from(&self.argument);
            }
            "pre" => {
                // Nothing is formatted within `pre`.
                let inner = found
                    .extract_if(.., |(inner, _)| *inner > order)
                    .map(|(_, entity)| entity);
                let whole = |inner: &Entity| inner.kind == "language" && inner.length == length;
                entity.language = inner
                    .collect::<Vec<_>>()
                    .into_iter()
                    .find(whole)
                    .and_then(|inner| inner.language);
            }
            "code" => found.retain(|(inner, _)| *inner < order),
            "blockquote" if self.argument.is_some() => {
                entity.kind = "expandable_blockquote".to_owned();
            }
            _ => {}
        }
        Some(entity)
    }
}

/// The entity that a tag makes; `None` for a tag that is not supported.
fn kind(tag: &str) -> Option<&'static str> {
    Some(match tag {
        "b" | "strong" => "bold",
        "i" | "em" => "italic",
        "u" | "ins" => "underline",
        "s" | "strike" | "del" => "strikethrough",
        "span" | "tg-spoiler" => "spoiler",
        "a" => "text_link",
        "code" => "code",
        "pre" => "pre",
        "blockquote" => "blockquote",
        "tg-emoji" => "custom_emoji",
        _ => return None,
    })
}

/// Whether Telegram makes a link of an address. Of one that is wrong it only shows the text.
fn is_link(url: &str) -> bool {
    ["http://", "https://", "tg://", "mailto:", "tel:"]
        .iter()
        .any(|scheme| {
            url.get(..scheme.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
                && url.len() > scheme.len()
        })
        && !url.contains(char::is_whitespace)
}

struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn bump(&mut self) {
        self.at += self.peek().map_or(0, char::len_utf8);
    }

    fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|c| !wanted(c)).unwrap_or(rest.len());
        self.at += end;
        rest.get(..end).unwrap_or_default()
    }

    fn skip_spaces(&mut self) {
        self.take_while(|c| c.is_ascii_whitespace());
    }

    /// An attribute's value: bare, or in quotes. `None` when its end is missing.
    fn value(&mut self) -> Option<String> {
        let quote @ ('"' | '\'') = self.peek()? else {
            let bare = self.take_while(|c| c.is_ascii_alphanumeric() || c == '.' || c == '-');
            return (!bare.is_empty()).then(|| bare.to_ascii_lowercase());
        };
        self.bump();
        let mut value = String::new();
        loop {
            match self.peek()? {
                end if end == quote => {
                    self.bump();
                    return Some(value);
                }
                '&' => value.push(self.entity().unwrap_or('&')),
                other => {
                    self.bump();
                    value.push(other);
                }
            }
        }
    }

    /// The character that an entity stands for. The cursor is at the `&`; without an entity it goes just past it.
    fn entity(&mut self) -> Option<char> {
        self.bump();
        let start = self.at;
        let decoded = if self.peek() == Some('#') {
            self.bump();
            let radix = if self.peek() == Some('x') {
                self.bump();
                16
            } else {
                10
            };
            let digits = self.take_while(|c| c.is_digit(radix));
            u32::from_str_radix(digits, radix)
                .ok()
                .filter(|code| *code != 0)
                .and_then(char::from_u32)
        } else {
            match self.take_while(|c| c.is_ascii_alphabetic()) {
                "lt" => Some('<'),
                "gt" => Some('>'),
                "amp" => Some('&'),
                "quot" => Some('"'),
                _ => None,
            }
        };
        if decoded.is_none() {
            self.at = start;
        } else if self.peek() == Some(';') {
            self.bump();
        }
        decoded
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(html: &str) -> (String, Vec<(String, usize, usize)>) {
        let Formatted { text, entities } = parse(html).unwrap();
        (
            text,
            entities
                .into_iter()
                .map(|entity| (entity.kind, entity.offset, entity.length))
                .collect(),
        )
    }

    #[test]
    fn tags_become_entities_that_count_in_utf16() {
        let (text, entities) = kinds("😀 <b>bold <i>and</i></b> &lt;&amp;&#33;&gt; &nbsp;");
        assert_eq!(text, "😀 bold and <&!> &nbsp;");
        assert_eq!(entities, [("bold".into(), 3, 8), ("italic".into(), 8, 3)]);
    }

    #[test]
    fn every_documented_tag_is_known() {
        for (html, kind) in [
            ("<b>x</b>", "bold"),
            ("<strong>x</strong>", "bold"),
            ("<i>x</i>", "italic"),
            ("<em>x</em>", "italic"),
            ("<u>x</u>", "underline"),
            ("<ins>x</ins>", "underline"),
            ("<s>x</s>", "strikethrough"),
            ("<strike>x</strike>", "strikethrough"),
            ("<del>x</del>", "strikethrough"),
            ("<span class=\"tg-spoiler\">x</span>", "spoiler"),
            ("<tg-spoiler>x</tg-spoiler>", "spoiler"),
            (
                "<a href=\"https://a.example/?a=1&amp;b=2\">x</a>",
                "text_link",
            ),
            ("<code>x</code>", "code"),
            ("<pre>x</pre>", "pre"),
            ("<pre><code class=\"language-rust\">x</code></pre>", "pre"),
            ("<blockquote>x</blockquote>", "blockquote"),
            (
                "<blockquote expandable>x</blockquote>",
                "expandable_blockquote",
            ),
        ] {
            assert_eq!(
                kinds(html),
                ("x".into(), vec![(kind.into(), 0, 1)]),
                "{html}"
            );
        }
    }

    #[test]
    fn links_and_languages_are_kept() {
        let link = parse("<a href='https://a.example/?a=1&amp;b=2'>x</a>").unwrap();
        assert_eq!(
            link.entities[0].url.as_deref(),
            Some("https://a.example/?a=1&b=2")
        );
        let code = parse("<pre><code class=\"language-rust\">let x;</code></pre>").unwrap();
        assert_eq!(code.entities[0].language.as_deref(), Some("rust"));
        assert_eq!(
            parse("<a href=\"javascript:x\">x</a>").unwrap().entities,
            []
        );
    }

    #[test]
    fn what_the_bot_api_refuses_is_refused() {
        for (html, reason) in [
            ("a < b", "Unsupported start tag \"\" at byte offset 2"),
            ("<p>x</p>", "Unsupported start tag \"p\" at byte offset 0"),
            ("x<br>", "Unsupported start tag \"br\" at byte offset 1"),
            (
                "<b>x",
                "Can't find end tag corresponding to start tag \"b\"",
            ),
            ("<b", "Unclosed start tag at byte offset 0"),
            ("<a href=\"x", "Unclosed start tag at byte offset 0"),
            ("x</b>", "Unexpected end tag at byte offset 1"),
            (
                "<b><i>x</b></i>",
                "Unmatched end tag at byte offset 7, expected \"</i>\", found \"</b>\"",
            ),
            (
                "<span>x</span>",
                "Tag \"span\" must have class \"tg-spoiler\" at byte offset 0",
            ),
        ] {
            assert_eq!(parse(html).unwrap_err(), reason, "{html}");
        }
    }
}
