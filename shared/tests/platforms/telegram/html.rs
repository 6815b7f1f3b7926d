//! Telegram's HTML as its page has it (<https://core.telegram.org/bots/api#html-style>), read without the codec.

/// What a reader sees, and the URLs of the links. Panics if Telegram would refuse the HTML.
pub(crate) fn read(html: &str) -> (String, Vec<String>) {
    let (mut text, mut urls, mut open) = (String::new(), Vec::new(), Vec::new());
    let mut rest = html;
    while let Some(at) = rest.find(['<', '&', '>']) {
        let (before, marked) = rest.split_at(at);
        text.push_str(before);
        if let Some(tag) = marked.strip_prefix('<') {
            let (tag, after) = tag.split_once('>').expect("a tag that does not end");
            match tag.strip_prefix('/') {
                Some(name) => assert_eq!(open.pop(), Some(name), "{html}"),
                None => open.push(opened(tag, open.last().copied(), &mut urls)),
            }
            rest = after;
        } else {
            let entity = marked.strip_prefix('&').expect("a bare >");
            let (entity, after) = entity.split_once(';').expect("an entity without end");
            text.push(entity_of(entity));
            rest = after;
        }
    }
    text.push_str(rest);
    assert!(open.is_empty(), "open at the end: {open:?}");
    (text, urls)
}

fn opened<'a>(tag: &'a str, within: Option<&str>, urls: &mut Vec<String>) -> &'a str {
    if let Some(url) = tag.strip_prefix("a href=\"") {
        let url = url.strip_suffix('"').expect("an attribute without end");
        urls.push(read(url).0);
        return "a";
    }
    if let Some(language) = tag.strip_prefix("code class=\"language-") {
        assert_eq!(within, Some("pre"), "a language stands in pre alone");
        assert!(language.ends_with('"'));
        return "code";
    }
    assert!(
        ["b", "i", "s", "code", "pre", "blockquote"].contains(&tag),
        "Telegram knows no <{tag}>"
    );
    assert!(
        !matches!(within, Some("code" | "pre")),
        "<{tag}> within {within:?}"
    );
    tag
}

fn entity_of(name: &str) -> char {
    match name {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "quot" => '"',
        other => panic!("Telegram knows no &{other};"),
    }
}
