//! Which chars a reader sees as one: a letter with its accents, a flag, a family of emoji.
//!
//! An approximation of the extended grapheme clusters of UAX #29, without its tables. It errs on the side of keeping
//! chars together, which costs nothing: only a piece of text with no better place to be split at is split between clusters.
//! Not known here: Hangul syllables spelled with two leading consonants, prepended marks, conjuncts after a virama, and
//! the spacing marks of the rarer scripts.

const ZERO_WIDTH_JOINER: char = '\u{200d}';

/// Finds the starts of clusters in a text that is fed char by char.
#[derive(Default)]
pub(super) struct Clusters {
    last: Option<char>,
    /// How many regional indicators stand in a row before the next char: two make a flag.
    indicators: usize,
}

impl Clusters {
    /// Whether a cluster starts at `c`, the next char of the text.
    pub(super) fn starts_at(&mut self, c: char) -> bool {
        let indicator = matches!(c, '\u{1f1e6}'..='\u{1f1ff}');
        let starts = match self.last {
            None => true,
            Some('\r') => c != '\n',
            Some(ZERO_WIDTH_JOINER) => false,
            Some(_) if indicator => self.indicators.is_multiple_of(2),
            Some(_) => !extends(c),
        };
        self.last = Some(c);
        self.indicators = if indicator { self.indicators + 1 } else { 0 };
        starts
    }
}

/// Whether `c` belongs to the char before it: marks, joiners, variation selectors, skin tones, tags, conjoining jamo.
pub(super) fn extends(c: char) -> bool {
    if c.is_ascii() {
        return false;
    }
    matches!(
        c,
        ZERO_WIDTH_JOINER
            | '\u{1f3fb}'..='\u{1f3ff}'
            | '\u{e0020}'..='\u{e007f}'
            | '\u{1160}'..='\u{11ff}'
            | '\u{d7b0}'..='\u{d7fb}'
    ) || is_spacing_mark(c)
        || is_extending_or_invisible(c)
}

/// The vowel signs that take a place of their own on the line.
fn is_spacing_mark(c: char) -> bool {
    match c {
        // The blocks of the scripts of India are laid out alike, 128 code points each.
        '\u{900}'..='\u{dff}' => {
            matches!(u32::from(c) & 0x7f, 0x01..=0x03 | 0x3e..=0x4f | 0x55..=0x57 | 0x62..=0x63)
        }
        '\u{e33}' | '\u{eb3}' | '\u{102b}'..='\u{103e}' | '\u{17b6}'..='\u{17d3}' => true,
        _ => false,
    }
}

/// The property `Grapheme_Extend`, together with what has no glyph of its own.
///
/// The standard library has this table for its debug output, which escapes exactly these chars as `\u{…}`, and offers no
/// other way to ask. Everything else escapes to one char, or two with a backslash.
fn is_extending_or_invisible(c: char) -> bool {
    c.escape_debug().len() > 2
}

#[cfg(test)]
mod tests {
    use super::Clusters;

    fn clusters(text: &str) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        let mut clusters = Clusters::default();
        for c in text.chars() {
            if clusters.starts_at(c) {
                found.push(String::new());
            }
            found.last_mut().unwrap().push(c);
        }
        found
    }

    #[test]
    fn what_is_seen_as_one_stays_one() {
        for one in [
            "e\u{301}",
            "и\u{306}",
            "a\u{300}\u{301}\u{302}",
            "👩\u{200d}👩\u{200d}👧\u{200d}👦",
            "❤\u{fe0f}",
            "1\u{fe0f}\u{20e3}",
            "👍🏽",
            "🇷🇺",
            "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
            "\r\n",
            "नि",
            "का",
            "กำ",
            "\u{1112}\u{1161}\u{11ab}",
        ] {
            assert_eq!(clusters(one), [one], "{one:?}");
        }
    }

    #[test]
    fn what_is_seen_as_several_is_several() {
        assert_eq!(clusters("🇷🇺🇩🇪🇫"), ["🇷🇺", "🇩🇪", "🇫"]);
        assert_eq!(
            clusters("ab🙂🙂ж日本"),
            ["a", "b", "🙂", "🙂", "ж", "日", "本"]
        );
        assert_eq!(clusters("\n\r"), ["\n", "\r"]);
        assert_eq!(clusters("\"'\\कख"), ["\"", "'", "\\", "क", "ख"]);
    }
}
