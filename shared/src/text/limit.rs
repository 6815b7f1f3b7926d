//! How platforms count the length of a text.

/// What a platform counts when it limits the length of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// UTF-16 code units: an emoji counts as two. Telegram, and most platforms written in Java, C# or JavaScript.
    Utf16,
    /// Unicode scalar values.
    Chars,
    /// Bytes of UTF-8.
    Bytes,
}

impl Unit {
    /// The length of `text` in this unit.
    #[must_use]
    pub fn len(self, text: &str) -> usize {
        match self {
            Self::Bytes => text.len(),
            Self::Utf16 | Self::Chars => text.chars().map(|c| self.of(c)).sum(),
        }
    }

    /// The length of one char in this unit.
    pub(super) fn of(self, c: char) -> usize {
        match self {
            Self::Utf16 => c.len_utf16(),
            Self::Chars => 1,
            Self::Bytes => c.len_utf8(),
        }
    }
}

/// The longest text that a platform takes in one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// The greatest length allowed, in `unit`s.
    pub max: usize,
    /// What `max` counts.
    pub unit: Unit,
}

impl Limit {
    /// Whether `text` fits in one message.
    #[must_use]
    pub fn fits(self, text: &str) -> bool {
        self.unit.len(text) <= self.max
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_unit_counts_its_own() {
        let text = "aж€🙂";
        assert_eq!(Unit::Chars.len(text), 4);
        assert_eq!(Unit::Utf16.len(text), 5);
        assert_eq!(Unit::Bytes.len(text), 1 + 2 + 3 + 4);
        assert!(
            Limit {
                max: 5,
                unit: Unit::Utf16
            }
            .fits(text)
        );
        assert!(
            !Limit {
                max: 4,
                unit: Unit::Utf16
            }
            .fits(text)
        );
    }
}
