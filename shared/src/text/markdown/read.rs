//! From the events of the Markdown parser to a [`Document`].
//!
//! The parser works without recursion and, given a bound on the depth (see `nesting`), in linear time; so does this. What
//! nests is counted or kept in a vector, and indentation stops growing at [`MAX_INDENT`] levels.

use std::collections::HashSet;
use std::mem;
use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

use super::document::{Code, Document, Fragment, Link, Style};
use super::link::{is_linkable, spelled};
use super::nesting::is_too_deep;
use super::table::Table;
use crate::text::part;

const MAX_INDENT: usize = 8;
/// How far back, in bytes, a URL's start is looked for: with no bound, a text without spaces would be quadratic.
const URL_SEARCH: usize = 512;
const BULLET: &str = "• ";
const RULE: &str = "──────────";

/// What the document is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// Links can be links, and code has a fixed width.
    Telegram,
    /// Everything has to be said in characters.
    Plain,
}

/// Reads `markdown`. What nests too deep to be meant as Markdown is taken as it is.
pub(super) fn read(markdown: &str, target: Target) -> Document {
    let mut reader = Reader::new(markdown, target);
    if is_too_deep(markdown) {
        reader.write(markdown);
    } else {
        reader.read();
    }
    reader.document.finish(reader.out);
    reader.document
}

/// A link or an image whose end has not been read.
struct OpenLink {
    url: String,
    /// Whether it is a link in the document, and not only text.
    kept: bool,
    /// Where its text starts.
    start: usize,
}

/// The code block that is being read.
struct CodeBlock {
    info: String,
    text: String,
}

struct Reader<'a> {
    markdown: &'a str,
    target: Target,
    document: Document,
    /// Where text goes: the document's body, or the cell that is being read.
    out: Fragment,
    /// Line ends to write before the next text.
    gap: usize,
    /// A list's marker was written and nothing after it.
    after_marker: bool,
    quotes_open: usize,
    quotes_seen: usize,
    bold: usize,
    italic: usize,
    strike: usize,
    /// Of each open emphasis and strikethrough, its delimiter if that is text.
    literal: Vec<Option<&'a str>>,
    links: Vec<OpenLink>,
    /// The place in the document's links of the one that is open. Links do not nest, images in them do.
    link: Option<usize>,
    /// The URLs of all links and images.
    linked: HashSet<String>,
    /// Of each open list, the next number if it has numbers.
    lists: Vec<Option<u64>>,
    code: Option<CodeBlock>,
    table: Option<Table>,
    /// The document's body while a cell is read, with its gap.
    body: Option<(Fragment, usize)>,
    /// Where the row's last cell ends in the Markdown.
    cells_end: usize,
}

impl<'a> Reader<'a> {
    fn new(markdown: &'a str, target: Target) -> Self {
        Self {
            markdown,
            target,
            document: Document::default(),
            out: Fragment::default(),
            gap: 0,
            after_marker: false,
            quotes_open: 0,
            quotes_seen: 0,
            bold: 0,
            italic: 0,
            strike: 0,
            literal: Vec::new(),
            links: Vec::new(),
            link: None,
            linked: HashSet::new(),
            lists: Vec::new(),
            code: None,
            table: None,
            body: None,
            cells_end: 0,
        }
    }

    fn read(&mut self) {
        let options = Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TABLES;
        let mut events = Parser::new_ext(self.markdown, options).into_offset_iter();
        for (event, range) in events.by_ref() {
            self.event(event, range);
        }
        let mut unused: Vec<_> = events
            .reference_definitions()
            .iter()
            .filter(|(_, definition)| !self.linked.contains(definition.dest.as_ref()))
            .collect();
        unused.sort_by_key(|(_, definition)| definition.span.start);
        self.ask_gap(2);
        for (label, definition) in unused {
            self.ask_gap(1);
            self.write(&format!("{label}: {}", definition.dest));
            if let Some(title) = &definition.title {
                self.write(&format!(" ({title})"));
            }
        }
    }

    fn event(&mut self, event: Event<'_>, range: Range<usize>) {
        match event {
            Event::Start(tag) => self.start(tag, range),
            Event::End(tag) => self.end(tag, range),
            Event::Text(text) => match &mut self.code {
                Some(code) => code.text.push_str(&text),
                None => self.write(&text),
            },
            Event::Code(text) => self.write_code(&text),
            Event::InlineHtml(html) if is_line_break(&html) => self.break_line(),
            Event::Html(html) => {
                self.write(html.trim_end_matches(['\n', '\r']));
                self.ask_gap(1);
            }
            Event::SoftBreak | Event::HardBreak => self.break_line(),
            Event::Rule => {
                self.start_block(self.block_gap());
                self.write(RULE);
                self.ask_gap(self.block_gap());
            }
            Event::InlineHtml(text)
            | Event::InlineMath(text)
            | Event::DisplayMath(text)
            | Event::FootnoteReference(text) => self.write(&text),
            Event::TaskListMarker(done) => self.write(if done { "[x] " } else { "[ ] " }),
        }
    }

    fn start(&mut self, tag: Tag<'_>, range: Range<usize>) {
        match tag {
            Tag::Paragraph => self.ask_gap(1),
            Tag::Heading { .. } => {
                self.start_block(self.block_gap());
                self.bold += 1;
            }
            Tag::BlockQuote(_) => {
                self.start_block(1);
                if self.quotes_open == 0 {
                    self.quotes_seen += 1;
                }
                self.quotes_open += 1;
            }
            Tag::CodeBlock(kind) => {
                self.start_block(1);
                let info = match kind {
                    CodeBlockKind::Fenced(info) => info.into_string(),
                    CodeBlockKind::Indented => String::new(),
                };
                self.code = Some(CodeBlock {
                    info,
                    text: String::new(),
                });
            }
            Tag::HtmlBlock => self.start_block(1),
            Tag::List(first) => {
                self.ask_gap(1);
                self.lists.push(first);
            }
            Tag::Item => self.start_item(),
            Tag::Table(alignments) => {
                self.start_block(1);
                self.table = Some(Table::new(alignments));
            }
            Tag::TableHead | Tag::TableRow => {
                self.cells_end = range.start;
                if let Some(table) = &mut self.table {
                    table.start_row();
                }
            }
            Tag::TableCell => {
                self.body = Some((mem::take(&mut self.out), mem::take(&mut self.gap)));
            }
            Tag::Emphasis => {
                let delimiter = self.literal_emphasis(&range, 1);
                self.italic += self.start_delimited(delimiter);
            }
            Tag::Strong => {
                let delimiter = self.literal_emphasis(&range, 2);
                self.bold += self.start_delimited(delimiter);
            }
            Tag::Strikethrough => {
                let single = !part(self.markdown, range).starts_with("~~");
                self.strike += self.start_delimited(single.then_some("~"));
            }
            Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. } => {
                self.start_link(dest_url.into_string());
            }
            // Extensions that are not switched on.
            Tag::FootnoteDefinition(_)
            | Tag::DefinitionList
            | Tag::DefinitionListTitle
            | Tag::DefinitionListDefinition
            | Tag::Superscript
            | Tag::Subscript
            | Tag::MetadataBlock(_) => {}
        }
    }

    fn end(&mut self, tag: TagEnd, range: Range<usize>) {
        match tag {
            TagEnd::Paragraph => self.ask_gap(2),
            TagEnd::Heading(_) => {
                self.bold = self.bold.saturating_sub(1);
                // Not a blank line: where a long text is split at its paragraphs, a heading goes with what it heads.
                self.ask_gap(1);
            }
            TagEnd::BlockQuote(_) => {
                self.quotes_open = self.quotes_open.saturating_sub(1);
                self.ask_gap(self.block_gap());
            }
            TagEnd::CodeBlock => self.end_code(),
            TagEnd::HtmlBlock => self.ask_gap(self.block_gap()),
            TagEnd::List(_) => {
                self.lists.pop();
                self.ask_gap(self.block_gap());
            }
            TagEnd::Item => {
                self.after_marker = false;
                self.ask_gap(1);
            }
            TagEnd::Table => self.end_table(),
            TagEnd::TableHead | TagEnd::TableRow => self.end_row(range),
            TagEnd::TableCell => self.end_cell(range.end),
            TagEnd::Emphasis => self.italic -= self.end_delimited().min(self.italic),
            TagEnd::Strong => self.bold -= self.end_delimited().min(self.bold),
            TagEnd::Strikethrough => self.strike -= self.end_delimited().min(self.strike),
            TagEnd::Link | TagEnd::Image => self.end_link(),
            TagEnd::FootnoteDefinition
            | TagEnd::DefinitionList
            | TagEnd::DefinitionListTitle
            | TagEnd::DefinitionListDefinition
            | TagEnd::Superscript
            | TagEnd::Subscript
            | TagEnd::MetadataBlock(_) => {}
        }
    }

    // Text.

    fn quote(&self) -> Option<usize> {
        (self.quotes_open > 0).then_some(self.quotes_seen)
    }

    fn style(&self) -> Style {
        Style {
            quote: self.quote(),
            link: self.link,
            bold: self.bold > 0,
            italic: self.italic > 0,
            strike: self.strike > 0,
            code: None,
        }
    }

    fn write(&mut self, text: &str) {
        self.write_styled(text, self.style());
    }

    fn write_code(&mut self, text: &str) {
        // Telegram has no code within a link; of the two, the link says more.
        match self.link {
            Some(_) => self.write(text),
            None => {
                let style = Style {
                    code: Some(Code::Inline),
                    ..Style::quoted(self.quote())
                };
                self.write_styled(text, style);
            }
        }
    }

    fn write_styled(&mut self, text: &str, style: Style) {
        if !text.is_empty() {
            self.write_gap(self.lists.len());
            self.after_marker = false;
            self.out.push(text, style);
        }
    }

    /// A line's end within a block. A cell has one line.
    fn break_line(&mut self) {
        if self.body.is_some() {
            self.write(" ");
        } else {
            let indent = indent(self.lists.len());
            self.write(&format!("\n{indent}"));
        }
    }

    // The space between blocks.

    /// Asks for at least `lines` line ends before the next text. A list's marker wants its item on the same line.
    fn ask_gap(&mut self, lines: usize) {
        if !self.after_marker {
            self.gap = self.gap.max(lines);
        }
    }

    /// What stands between two blocks: a blank line, but not in a list.
    fn block_gap(&self) -> usize {
        if self.lists.is_empty() { 2 } else { 1 }
    }

    /// A block that takes lines of its own, after a list's marker too.
    fn start_block(&mut self, lines: usize) {
        self.after_marker = false;
        self.ask_gap(lines);
    }

    fn write_gap(&mut self, level: usize) {
        let lines = mem::take(&mut self.gap);
        if lines > 0 && !self.out.text.is_empty() {
            let quote = self.quote();
            let before = self.out.runs.last().and_then(|run| run.style.quote);
            let style = Style::quoted(quote.filter(|_| quote == before));
            self.out.push(&"\n".repeat(lines), style);
            self.out.push(&indent(level), style);
        }
    }

    // Blocks.

    fn start_item(&mut self) {
        let marker = match self.lists.last_mut() {
            Some(Some(number)) => {
                let marker = format!("{number}. ");
                *number = number.saturating_add(1);
                marker
            }
            _ => BULLET.to_owned(),
        };
        self.write_gap(self.lists.len().saturating_sub(1));
        self.out.push(&marker, Style::quoted(self.quote()));
        self.after_marker = true;
    }

    fn end_code(&mut self) {
        let Some(CodeBlock { info, text }) = self.code.take() else {
            return;
        };
        let code = text.trim_end_matches(['\n', '\r']);
        let info = info.trim();
        // Behind the fence stands a language, or else text that would be lost.
        if code.trim().is_empty() {
            self.write_block(info, String::new());
        } else if is_language(info) {
            self.write_block(code, info.to_owned());
        } else {
            self.write_block(
                format!("{info}\n{code}").trim_start_matches('\n'),
                String::new(),
            );
        }
        self.ask_gap(self.block_gap());
    }

    fn write_block(&mut self, text: &str, language: String) {
        if !text.is_empty() {
            self.write_gap(0);
            let code = Some(Code::Block(self.document.languages.len()));
            self.document.languages.push(language);
            self.out.push(
                text,
                Style {
                    code,
                    ..Style::quoted(self.quote())
                },
            );
        }
    }

    // Tables.

    fn end_cell(&mut self, end: usize) {
        self.cells_end = end;
        if let Some((body, gap)) = self.body.take() {
            let cell = mem::replace(&mut self.out, body);
            self.gap = gap;
            if let Some(table) = &mut self.table {
                table.push_cell(cell);
            }
        }
    }

    /// The parser drops the cells beyond the last column: usually one cell, with a `|` in it that the agent did not escape.
    fn end_row(&mut self, range: Range<usize>) {
        let excess = self
            .markdown
            .get(self.cells_end..range.end)
            .unwrap_or_default();
        let excess = excess.trim_matches(|c: char| c == '|' || c.is_whitespace());
        if !excess.is_empty() {
            let mut cell = Fragment::default();
            cell.push(excess, Style::quoted(self.quote()));
            if let Some(table) = &mut self.table {
                table.push_cell(cell);
            }
        }
    }

    fn end_table(&mut self) {
        let Some(table) = self.table.take() else {
            return;
        };
        match table.grid().filter(|_| self.target == Target::Telegram) {
            Some(grid) => self.write_block(&grid, String::new()),
            None => {
                for line in table.lines(Style::quoted(self.quote())) {
                    self.ask_gap(1);
                    self.write_gap(self.lists.len());
                    self.out.append(&line, |style| style);
                }
            }
        }
        self.ask_gap(self.block_gap());
    }

    // Emphasis and links.

    /// The delimiter of the emphasis at `range`, if it is text: a multiplication, or part of a URL.
    fn literal_emphasis(&self, range: &Range<usize>, length: usize) -> Option<&'a str> {
        let text =
            is_arithmetic(self.markdown, range, length) || is_in_url(self.markdown, range.start);
        text.then(|| part(self.markdown, range.start..range.start + length))
    }

    /// Starts an emphasis or a strikethrough, whose delimiter is text if there is one. Returns how many levels of its
    /// style that adds: none or one.
    fn start_delimited(&mut self, literal: Option<&'a str>) -> usize {
        self.write(literal.unwrap_or_default());
        self.literal.push(literal);
        usize::from(literal.is_none())
    }

    /// Ends what [`Self::start_delimited`] started; returns how many levels that takes away.
    fn end_delimited(&mut self) -> usize {
        let literal = self.literal.pop().flatten();
        self.write(literal.unwrap_or_default());
        usize::from(literal.is_none())
    }

    fn start_link(&mut self, url: String) {
        self.linked.insert(url.clone());
        let kept = self.target == Target::Telegram && self.link.is_none() && is_linkable(&url);
        if kept {
            self.link = Some(self.document.links.len());
            self.document.links.push(Link {
                url: url.clone(),
                says_url: false,
                end: 0,
            });
        }
        self.links.push(OpenLink {
            url,
            kept,
            start: self.out.text.len(),
        });
    }

    fn end_link(&mut self) {
        let Some(OpenLink { url, kept, start }) = self.links.pop() else {
            return;
        };
        let url = spelled(&url);
        let shown = part(&self.out.text, start..self.out.text.len()).trim();
        let says_url = shown.is_empty() || shown == url || url.is_empty();
        if shown.is_empty() {
            self.write(url);
        }
        if kept {
            let link = self
                .link
                .take()
                .and_then(|link| self.document.links.get_mut(link));
            if let Some(link) = link {
                link.says_url = says_url;
            }
        } else if !says_url {
            self.write(&format!(" ({url})"));
        }
    }
}

fn indent(level: usize) -> String {
    "  ".repeat(level.min(MAX_INDENT))
}

fn is_line_break(html: &str) -> bool {
    ["<br>", "<br/>", "<br />"]
        .iter()
        .any(|tag| html.eq_ignore_ascii_case(tag))
}

fn is_language(info: &str) -> bool {
    info.len() <= 32
        && info
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '#' | '.' | '_'))
}

/// Whether the asterisks around `range` multiply: they stand between digits, or the whole stands within a Latin word. An
/// asterisk too many is ugly, one too few is a wrong number.
fn is_arithmetic(markdown: &str, range: &Range<usize>, delimiter: usize) -> bool {
    let before = markdown
        .get(..range.start)
        .and_then(|text| text.chars().next_back());
    let after = markdown
        .get(range.end..)
        .and_then(|text| text.chars().next());
    let inside = markdown
        .get(range.start + delimiter..range.end.saturating_sub(delimiter))
        .unwrap_or_default();
    let both = |left: Option<char>, right: Option<char>, kind: fn(&char) -> bool| {
        left.is_some_and(|c| kind(&c)) && right.is_some_and(|c| kind(&c))
    };
    both(before, after, char::is_ascii_alphanumeric)
        || both(before, inside.chars().next(), char::is_ascii_digit)
        || both(inside.chars().next_back(), after, char::is_ascii_digit)
}

/// Whether `at` is within a URL that was written without brackets, where an underscore is a part of it.
fn is_in_url(markdown: &str, at: usize) -> bool {
    let start = markdown.floor_char_boundary(at.saturating_sub(URL_SEARCH));
    let ends_url = |c: char| c.is_whitespace() || matches!(c, '<' | '>' | '(' | '[' | '"' | '«');
    part(markdown, start..at)
        .rsplit(ends_url)
        .next()
        .is_some_and(|word| word.contains("://"))
}
