//! A JSON object on one line.

use std::fmt::{self, Display, Write};

use crate::time::Millis;

/// As long as most lines are.
const USUAL: usize = 640;

/// An object that is being written.
#[derive(Debug)]
pub(super) struct Object(String);

impl Default for Object {
    fn default() -> Self {
        let mut text = String::with_capacity(USUAL);
        text.push('{');
        Self(text)
    }
}

impl Object {
    /// A member that is a text.
    pub(super) fn text(&mut self, name: &str, value: &str) {
        self.display(name, value);
    }

    /// A member that is the text that `value` makes of itself.
    pub(super) fn display(&mut self, name: &str, value: impl Display) {
        self.name(name);
        self.value(value);
    }

    /// A text.
    pub(super) fn value(&mut self, value: impl Display) {
        self.0.push('"');
        if write!(Escaped(&mut self.0), "{value}").is_err() {
            // A mistake of the value's type; the line is one all the same.
            self.0.push('…');
        }
        self.0.push('"');
    }

    /// A member that is a number, `true` or `false`: what is JSON as it prints.
    pub(super) fn number(&mut self, name: &str, value: impl Display) {
        self.name(name);
        self.raw(format_args!("{value}"));
    }

    /// A member that is a point in time.
    pub(super) fn timestamp(&mut self, name: &str, at: Millis) {
        self.name(name);
        self.raw(format_args!("\"{}\"", Rfc3339(at)));
    }

    /// A member's name; its value has to follow.
    pub(super) fn name(&mut self, name: &str) {
        if self.0.len() > 1 {
            self.0.push(',');
        }
        self.0.push('"');
        escape(&mut self.0, name);
        self.0.push_str("\":");
    }

    /// JSON as it is.
    pub(super) fn raw(&mut self, json: fmt::Arguments<'_>) {
        if self.0.write_fmt(json).is_err() {
            self.0.push_str("null");
        }
    }

    /// The object, and the line's end.
    pub(super) fn end(mut self) -> String {
        self.0.push_str("}\n");
        self.0
    }
}

/// What is written to it stands in a JSON text.
struct Escaped<'a>(&'a mut String);

impl Write for Escaped<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        escape(self.0, text);
        Ok(())
    }
}

/// As RFC 8259 wants it: quotation marks, backslashes and what is below a space.
fn escape(to: &mut String, text: &str) {
    let is_special = |c: char| c < ' ' || c == '"' || c == '\\';
    let mut rest = text;
    while let Some((before, c)) = rest
        .find(is_special)
        .and_then(|at| rest.split_at_checked(at))
        .and_then(|(before, after)| {
            let mut chars = after.chars();
            let c = chars.next()?;
            rest = chars.as_str();
            Some((before, c))
        })
    {
        to.push_str(before);
        match c {
            '"' => to.push_str("\\\""),
            '\\' => to.push_str("\\\\"),
            '\n' => to.push_str("\\n"),
            c => {
                let digit = |shift: u32| char::from_digit((u32::from(c) >> shift) & 0xf, 16);
                to.push_str("\\u00");
                to.extend(digit(4));
                to.extend(digit(0));
            }
        }
    }
    to.push_str(rest);
}

/// `2026-01-31T23:59:59.999Z`.
struct Rfc3339(Millis);

impl Display for Rfc3339 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = self.0.0 % 1000;
        let seconds = self.0.seconds();
        let (year, month, day) = date(seconds / 86_400);
        let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z"
        )
    }
}

/// Year, month and day of a day since the epoch. The calendar repeats itself every 400 years, and a year that begins in March has its
/// odd day at its end.
fn date(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 {
        from_march + 3
    } else {
        from_march - 9
    };
    (era * 400 + year + u64::from(month <= 2), month, day)
}
