//! Splitting a text that is too long for one message.
//!
//! The text is read once, a window of at most the limit at a time. The best break in the window ends the piece: a paragraph's
//! end is better than a line's, that than a sentence's, that than a word's. A better break wins as long as it leaves
//! the piece at least half full; otherwise the last break of any kind does. A word that is longer than a whole
//! piece, and only such a word, is cut between two clusters (see `cluster`), and a cluster that is longer than a piece
//! between two chars.

use std::ops::Range;

use super::cluster::{Clusters, extends};
use super::limit::Limit;
use super::part;

/// Cuts `text` into pieces within `limit`, in order.
///
/// Only whitespace where two pieces meet may be missing; an indentation after a line's end stays. A text that fits comes
/// back as it is. A blank text has no pieces, since no platform takes a blank message; no piece is blank.
///
/// A limit smaller than a single char cannot be kept: then each piece is one char.
#[must_use]
pub fn split(text: &str, limit: Limit) -> Vec<String> {
    ranges(text, limit)
        .map(|range| part(text, range).to_owned())
        .collect()
}

/// The pieces of [`split()`], as places in `text`.
pub(super) fn ranges(text: &str, limit: Limit) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        while at < text.len() {
            let start = at;
            let cut = next_cut(part(text, start..text.len()), limit);
            at += cut.next;
            let piece = start..start + cut.end;
            if !part(text, piece.clone()).trim().is_empty() {
                return Some(piece);
            }
        }
        None
    })
}

/// Where the first piece of a text ends, and where the next one starts; between them is whitespace.
#[derive(Clone, Copy)]
struct Cut {
    end: usize,
    next: usize,
}

/// A place where a piece may end.
#[derive(Clone, Copy)]
struct Break {
    cut: Cut,
    /// The length of the piece, in the unit of the limit.
    filled: usize,
}

/// The last break of each kind in the window.
#[derive(Default)]
struct Breaks {
    paragraph: Option<Break>,
    line: Option<Break>,
    sentence: Option<Break>,
    word: Option<Break>,
}

impl Breaks {
    fn best(&self, max: usize) -> Option<Cut> {
        let by_rank = [self.paragraph, self.line, self.sentence, self.word];
        by_rank
            .into_iter()
            .flatten()
            .find(|found| found.filled >= max.div_ceil(2))
            .or_else(|| {
                by_rank
                    .into_iter()
                    .flatten()
                    .max_by_key(|found| found.cut.end)
            })
            .map(|found| found.cut)
    }
}

/// A run of whitespace that is being read.
struct Gap {
    start: usize,
    filled: usize,
    lines: usize,
    /// Just behind the last line's end.
    line_start: Option<usize>,
    breakable: bool,
    last: Option<char>,
}

impl Gap {
    fn at(start: usize, filled: usize) -> Self {
        Self {
            start,
            filled,
            lines: 0,
            line_start: None,
            breakable: false,
            last: None,
        }
    }

    fn read(&mut self, at: usize, c: char) {
        let crlf = c == '\n' && self.last == Some('\r');
        if matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}') {
            self.lines += usize::from(!crlf);
            self.line_start = Some(at + c.len_utf8());
        }
        // The spaces that exist to keep two words together.
        self.breakable |= !matches!(c, '\u{a0}' | '\u{2007}' | '\u{202f}');
        self.last = Some(c);
    }
}

/// Where the first piece of `rest`, which is not empty, ends. Always moves on: `next` is never 0.
fn next_cut(rest: &str, limit: Limit) -> Cut {
    let mut breaks = Breaks::default();
    let mut gap: Option<Gap> = None;
    let mut sentence = Sentence::default();
    let mut used = 0_usize;
    let mut blank = true;
    let mut window = None;

    for (at, c) in rest.char_indices() {
        let filled = used;
        used += limit.unit.of(c);
        if used > limit.max && window.is_none() {
            window = Some(at);
        }
        if c.is_whitespace() {
            if blank && window.is_some() {
                return Cut {
                    end: 0,
                    next: at + c.len_utf8(),
                };
            }
            gap.get_or_insert_with(|| Gap::at(at, filled)).read(at, c);
            continue;
        }
        match gap.take() {
            Some(gap) if !blank && gap.breakable && !extends(c) => {
                let kind = match gap.lines {
                    0 if sentence.ended() => &mut breaks.sentence,
                    0 => &mut breaks.word,
                    1 => &mut breaks.line,
                    _ => &mut breaks.paragraph,
                };
                let cut = Cut {
                    end: gap.start,
                    next: gap.line_start.unwrap_or(at),
                };
                *kind = Some(Break {
                    cut,
                    filled: gap.filled,
                });
            }
            None if !blank && sentence.ends_without_space_before(c) => {
                let cut = Cut { end: at, next: at };
                breaks.sentence = Some(Break { cut, filled });
            }
            _ => {}
        }
        if let Some(window) = window {
            return breaks
                .best(limit.max)
                .unwrap_or_else(|| cut_in_word(rest, window));
        }
        blank = false;
        sentence.read(c);
    }
    // All that does not fit, if anything, is whitespace at the very end.
    let end = match (window, gap) {
        (Some(_), Some(gap)) => gap.start,
        _ => rest.len(),
    };
    Cut {
        end,
        next: rest.len(),
    }
}

/// The last place in the window where a cluster starts; failing that, where the window ends; failing that, behind the
/// first char.
fn cut_in_word(rest: &str, window: usize) -> Cut {
    let mut clusters = Clusters::default();
    let mut found = None;
    for (at, c) in rest.char_indices().take_while(|&(at, _)| at <= window) {
        if clusters.starts_at(c) && at > 0 {
            found = Some(at);
        }
    }
    let end = found
        .or_else(|| Some(window).filter(|&window| window > 0))
        .unwrap_or_else(|| rest.chars().next().map_or(rest.len(), char::len_utf8));
    Cut { end, next: end }
}

/// Whether a sentence has just ended.
#[derive(Default)]
enum Sentence {
    #[default]
    Open,
    /// With a mark that needs a space after it: in `2.5` and `example.com` none ends.
    Ended,
    /// With a mark of a script that puts no spaces between sentences.
    EndedWide,
}

impl Sentence {
    fn read(&mut self, c: char) {
        *self = match c {
            '.' | '!' | '?' | '…' | '؟' | '।' | '۔' => Self::Ended,
            '。' | '！' | '？' | '｡' => Self::EndedWide,
            _ if closes(c) => return,
            _ => Self::Open,
        };
    }

    fn ended(&self) -> bool {
        !matches!(self, Self::Open)
    }

    fn ends_without_space_before(&self, c: char) -> bool {
        matches!(self, Self::EndedWide)
            && !closes(c)
            && !extends(c)
            && !matches!(c, '。' | '！' | '？' | '｡' | '.' | '!' | '?' | '…')
    }
}

/// What may follow the mark that ends a sentence and still belongs to it.
fn closes(c: char) -> bool {
    matches!(
        c,
        '"' | '\''
            | ')'
            | ']'
            | '}'
            | '»'
            | '”'
            | '’'
            | '›'
            | '」'
            | '』'
            | '）'
            | '】'
            | '*'
            | '_'
    )
}

#[cfg(test)]
mod tests;
