//! What a reader sees of a Markdown text: its characters, and how each stretch of them looks.
//!
//! Styles are flat, not a tree: a piece of the document needs no context, and no nesting, however deep, needs a stack.

use std::ops::Range;

use crate::text::part;

/// How a stretch of text looks. Numbers tell neighbours apart: two quotations, two links.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Style {
    pub(super) quote: Option<usize>,
    /// The link's place in [`Document::links`].
    pub(super) link: Option<usize>,
    pub(super) bold: bool,
    pub(super) italic: bool,
    pub(super) strike: bool,
    pub(super) code: Option<Code>,
}

impl Style {
    /// Only the surroundings: what the space between two blocks looks like.
    pub(super) fn quoted(quote: Option<usize>) -> Self {
        Self {
            quote,
            ..Self::default()
        }
    }
}

/// Text of fixed width.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Code {
    /// Within a line.
    Inline,
    /// A block; its place in [`Document::languages`].
    Block(usize),
}

/// The stretch of text from the previous run's end to `end`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Run {
    pub(super) end: usize,
    pub(super) style: Style,
}

/// Text with styles: a document's, or a table cell's.
#[derive(Debug, Default)]
pub(super) struct Fragment {
    pub(super) text: String,
    /// Cover the text without gaps; no two neighbours look alike; none is empty.
    pub(super) runs: Vec<Run>,
}

impl Fragment {
    pub(super) fn push(&mut self, text: &str, style: Style) {
        if text.is_empty() {
            return;
        }
        self.text.push_str(text);
        let end = self.text.len();
        match self.runs.last_mut() {
            Some(last) if last.style == style => last.end = end,
            _ => self.runs.push(Run { end, style }),
        }
    }

    /// Adds the whole of `other`, its styles passed through `restyle`.
    pub(super) fn append(&mut self, other: &Self, restyle: impl Fn(Style) -> Style) {
        for (text, style) in other.stretches(0..other.text.len()) {
            self.push(text, restyle(style));
        }
    }

    /// The stretches of one style within `range`, in order.
    pub(super) fn stretches(&self, range: Range<usize>) -> impl Iterator<Item = (&str, Style)> {
        let first = self.runs.partition_point(|run| run.end <= range.start);
        let mut at = range.start;
        self.runs.iter().skip(first).map_while(move |run| {
            let start = at;
            at = run.end.min(range.end);
            (start < at).then(|| (part(&self.text, start..at), run.style))
        })
    }
}

/// A link that the platform can show as one.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) url: String,
    /// Whether the link's text is the URL.
    pub(super) says_url: bool,
    /// Behind the link's last visible char: where the URL belongs when it has to be written out.
    pub(super) end: usize,
}

/// A whole Markdown text.
#[derive(Debug, Default)]
pub(super) struct Document {
    pub(super) body: Fragment,
    pub(super) links: Vec<Link>,
    /// The languages of the code blocks; empty where none is known.
    pub(super) languages: Vec<String>,
}

impl Document {
    /// Puts the finished text in, and finds where each link ends in it.
    pub(super) fn finish(&mut self, body: Fragment) {
        let mut at = 0;
        for run in &body.runs {
            let text = part(&body.text, at..run.end).trim_end();
            let link = run.style.link.and_then(|link| self.links.get_mut(link));
            if let Some(link) = link.filter(|_| !text.is_empty()) {
                link.end = at + text.len();
            }
            at = run.end;
        }
        self.body = body;
    }

    /// The text in `range`, with the URL behind every link that ends there.
    pub(super) fn spelled_out(&self, range: Range<usize>) -> String {
        let mut spelled = String::with_capacity(range.len());
        let mut at = range.start;
        for (text, style) in self.body.stretches(range) {
            let end = at + text.len();
            let link = style.link.and_then(|link| self.links.get(link));
            match link.filter(|link| !link.says_url && at < link.end && link.end <= end) {
                Some(link) => {
                    spelled.push_str(part(&self.body.text, at..link.end));
                    spelled.push_str(" (");
                    spelled.push_str(&link.url);
                    spelled.push(')');
                    spelled.push_str(part(&self.body.text, link.end..end));
                }
                None => spelled.push_str(text),
            }
            at = end;
        }
        spelled
    }
}
