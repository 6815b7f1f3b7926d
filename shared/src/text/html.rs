//! Escaping for HTML.

/// `text` with `<`, `>`, `&` and `"` as entities: safe between tags and inside a double-quoted attribute.
///
/// These four are the only named entities that Telegram knows (<https://core.telegram.org/bots/api#html-style>).
#[must_use]
pub fn escape_html(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    push_escaped(&mut html, text);
    html
}

/// [`escape_html`], appended to what is there.
pub(super) fn push_escaped(html: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '&' => html.push_str("&amp;"),
            '"' => html.push_str("&quot;"),
            other => html.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::escape_html;

    #[test]
    fn markup_becomes_text() {
        assert_eq!(
            escape_html(r#"<a href="x">Tom & 'Jerry'</a> &amp;"#),
            "&lt;a href=&quot;x&quot;&gt;Tom &amp; 'Jerry'&lt;/a&gt; &amp;amp;"
        );
    }
}
