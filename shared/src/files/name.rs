//! Names of files, cleaned: others choose them, and they end up in headers, and in folders of people's machines.

use std::fmt;

use super::percent;

/// The longest, in bytes: what the usual file systems take.
const MAX: usize = 255;
/// The longest extension that is kept when a name is cut, with its dot.
const MAX_EXTENSION: usize = 16;

/// The name of a file, with extension: not empty, no path, no control characters, nothing that turns the direction of writing, at
/// most 255 bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileName(String);

impl FileName {
    /// What is left of `name` as a name; `None` if nothing is.
    pub fn clean(name: &str) -> Option<Self> {
        let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
        let cleaned: String = last
            .chars()
            .filter(|c| !c.is_control() && !is_hidden(*c))
            .map(|c| if is_special(c) { '_' } else { c })
            .collect();
        let trimmed = cleaned.trim_matches(|c: char| c == '.' || c.is_whitespace());
        let cut = cut(trimmed);
        (!cut.is_empty()).then_some(Self(cut))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for FileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What is not seen, or turns what follows round, so that `gpj.exe` reads as a picture.
fn is_hidden(c: char) -> bool {
    matches!(
        c,
        '\u{00ad}'
            | '\u{061c}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

/// What a file system or a quoted header would take for something else.
fn is_special(c: char) -> bool {
    matches!(c, '"' | '*' | ':' | '<' | '>' | '?' | '|' | '%')
}

/// At most [`MAX`] bytes, the extension kept.
fn cut(name: &str) -> String {
    if name.len() <= MAX {
        return name.to_owned();
    }
    let extension = name
        .rfind('.')
        .and_then(|dot| name.get(dot..))
        .filter(|extension| extension.len() <= MAX_EXTENSION)
        .unwrap_or_default();
    // A boundary of a character, so that the stem is there.
    let end = name.floor_char_boundary(MAX - extension.len());
    let stem = name.get(..end).unwrap_or_default();
    format!("{}{extension}", stem.trim_end())
}

/// The header `Content-Disposition`, all ASCII: `inline` or `attachment`, with the name as every program understands it, and
/// in full as [RFC 6266](https://www.rfc-editor.org/rfc/rfc6266) and [RFC 5987](https://www.rfc-editor.org/rfc/rfc5987) say.
pub fn disposition(inline: bool, name: Option<&FileName>) -> String {
    let mut header = if inline { "inline" } else { "attachment" }.to_owned();
    if let Some(FileName(name)) = name {
        let plain: String = name
            .chars()
            .map(|c| if c.is_ascii() { c } else { '_' })
            .collect();
        header.push_str("; filename=\"");
        header.push_str(&plain);
        header.push('"');
        if plain != *name {
            header.push_str("; filename*=UTF-8''");
            header.push_str(&percent::encode(name));
        }
    }
    header
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn clean(name: &str) -> Option<String> {
        FileName::clean(name).map(|name| name.0)
    }

    #[test]
    fn a_name_is_left() {
        for (given, left) in [
            ("invoice.pdf", Some("invoice.pdf")),
            ("Счёт за май.pdf", Some("Счёт за май.pdf")),
            ("/etc/passwd", Some("passwd")),
            ("..\\..\\boot.ini", Some("boot.ini")),
            ("../..", None),
            ("a/", None),
            (" . . ", None),
            ("", None),
            (".htaccess", Some("htaccess")),
            ("a\r\nSet-Cookie: x=1", Some("aSet-Cookie_ x=1")),
            ("a\";filename=\"b", Some("a_;filename=_b")),
            ("photo\u{202e}gpj.exe", Some("photogpj.exe")),
            ("50%41.txt", Some("50_41.txt")),
        ] {
            assert_eq!(clean(given).as_deref(), left, "{given:?}");
        }
    }

    #[test]
    fn a_long_name_keeps_its_extension() {
        let cut = clean(&format!("{}.jpeg", "ж".repeat(300))).unwrap();
        assert_eq!(cut, format!("{}.jpeg", "ж".repeat(125)));
        assert_eq!(clean(&format!("a.{}", "b".repeat(300))).unwrap().len(), MAX);
    }

    #[test]
    fn a_header_has_the_name_twice_if_it_must() {
        let header = |inline, name| disposition(inline, FileName::clean(name).as_ref());
        assert_eq!(header(true, ""), "inline");
        assert_eq!(header(false, "a b.txt"), "attachment; filename=\"a b.txt\"");
        assert_eq!(
            header(false, "€ rates.txt"),
            "attachment; filename=\"_ rates.txt\"; filename*=UTF-8''%E2%82%AC%20rates.txt"
        );
    }

    proptest! {
        #[test]
        fn any_name_is_cleaned(name in any::<String>()) {
            if let Some(cleaned) = FileName::clean(&name) {
                prop_assert!(!cleaned.0.is_empty() && cleaned.0.len() <= MAX);
                prop_assert!(!cleaned.0.contains(['/', '\\', '"', '%']));
                prop_assert!(!cleaned.0.chars().any(|c| c.is_control() || is_hidden(c)));
                prop_assert!(!cleaned.0.starts_with('.'));
            }
        }

        #[test]
        fn any_name_makes_a_header(name in any::<String>(), inline: bool) {
            let header = disposition(inline, FileName::clean(&name).as_ref());
            prop_assert!(header.bytes().all(|b| (b' '..=b'~').contains(&b)));
            let quotes = header.matches('"').count();
            prop_assert!(quotes == 0 || quotes == 2);
        }
    }
}
