//! A strict reader of what Telegram's documentation allows in HTML, and nothing else.

/// What is left of a message after its entities are parsed.
pub(super) struct Parsed {
    pub(super) visible: String,
    pub(super) entities: usize,
}

/// Parses `html`; panics where Telegram might refuse or ignore something.
#[expect(clippy::string_slice, reason = "a panic is what a test is for")]
pub(super) fn check(html: &str) -> Parsed {
    let mut parsed = Parsed {
        visible: String::new(),
        entities: 0,
    };
    // The open tags, each with where its text starts.
    let mut open: Vec<(&str, usize)> = Vec::new();
    let mut rest = html;
    while let Some(c) = rest.chars().next() {
        rest = match c {
            '<' => {
                let end = rest
                    .find('>')
                    .unwrap_or_else(|| panic!("an open tag in {html}"));
                let (tag, after) = (&rest[1..end], &rest[end + 1..]);
                match tag.strip_prefix('/') {
                    Some(name) => close(name, &mut open, &parsed.visible, html),
                    None => {
                        let after_pre = open
                            .last()
                            .is_some_and(|last| *last == ("pre", parsed.visible.len()));
                        let name = start(tag, &open, after_pre, html);
                        parsed.entities += usize::from(!(name == "code" && after_pre));
                        open.push((name, parsed.visible.len()));
                    }
                }
                after
            }
            '&' => {
                let (entity, c) = [
                    ("&lt;", '<'),
                    ("&gt;", '>'),
                    ("&amp;", '&'),
                    ("&quot;", '"'),
                ]
                .into_iter()
                .find(|(entity, _)| rest.starts_with(entity))
                .unwrap_or_else(|| panic!("an unknown entity in {html}"));
                parsed.visible.push(c);
                &rest[entity.len()..]
            }
            '>' | '"' => panic!("{c} is not escaped in {html}"),
            c => {
                parsed.visible.push(c);
                &rest[c.len_utf8()..]
            }
        };
    }
    assert!(open.is_empty(), "{open:?} not closed in {html}");
    assert!(parsed.entities <= 100, "{} entities", parsed.entities);
    parsed
}

fn start<'a>(tag: &'a str, open: &[(&str, usize)], after_pre: bool, html: &str) -> &'a str {
    let (name, attribute) = tag.split_once(' ').unwrap_or((tag, ""));
    let value = |key: &str| {
        attribute
            .strip_prefix(key)
            .and_then(|rest| rest.strip_prefix("=\"")?.strip_suffix('"'))
            .filter(|value| !value.contains(['"', '<', '>']) && !value.is_empty())
            .unwrap_or_else(|| panic!("attribute of {tag} in {html}"))
    };
    match name {
        "b" | "i" | "s" | "pre" | "blockquote" => assert_eq!(attribute, "", "in {html}"),
        "a" => {
            let url = value("href");
            assert!(
                ["http://", "https://", "tg://"]
                    .iter()
                    .any(|scheme| url.to_lowercase().starts_with(scheme)),
                "{url}"
            );
        }
        "code" if after_pre => {
            let language = value("class").strip_prefix("language-").unwrap();
            assert!(!language.is_empty());
        }
        "code" => assert_eq!(attribute, "", "in {html}"),
        _ => panic!("unknown tag {tag} in {html}"),
    }
    for (outer, _) in open {
        let allowed = match (*outer, name) {
            ("pre", "code") => after_pre,
            ("pre" | "code", _) => false,
            ("blockquote", inner) => inner != "blockquote",
            (outer, inner) => outer != inner && !matches!(inner, "pre" | "code" | "blockquote"),
        };
        assert!(allowed, "{name} in {outer} in {html}");
    }
    name
}

#[expect(clippy::string_slice, reason = "a panic is what a test is for")]
fn close(name: &str, open: &mut Vec<(&str, usize)>, visible: &str, html: &str) {
    let (opened, at) = open
        .pop()
        .unwrap_or_else(|| panic!("</{name}> closes nothing in {html}"));
    assert_eq!(opened, name, "in {html}");
    assert!(
        !visible[at..].trim().is_empty(),
        "<{name}> is blank in {html}"
    );
}

#[test]
fn the_checker_refuses() {
    for bad in [
        "<b>x",
        "x</b>",
        "<b><i>x</b></i>",
        "<b> </b>",
        "<u2>x</u2>",
        "a & b",
        "a &nbsp; b",
        "a > b",
        "<a href=\"javascript:x\">x</a>",
        "<a>x</a>",
        "<b><code>x</code></b>",
        "<code><b>x</b></code>",
        "<pre>x<code class=\"language-a\">y</code></pre>",
        "<blockquote>a<blockquote>b</blockquote></blockquote>",
        "<code class=\"language-a\">y</code>",
        "<b",
    ] {
        assert!(std::panic::catch_unwind(|| check(bad)).is_err(), "{bad}");
    }
    let parsed = check(
        "<blockquote><a href=\"https://a.b\"><b>x</b></a></blockquote>&lt;<pre><code class=\"language-a\">y</code></pre>",
    );
    assert_eq!((parsed.visible.as_str(), parsed.entities), ("x<y", 4));
}
