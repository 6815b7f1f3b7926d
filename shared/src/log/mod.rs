//! A function's log: what is told through `tracing`, as one JSON object a line on stdout, which is where Lambda takes it from.
//!
//! * [`object`] writes JSON;
//! * [`metrics`] adds what CloudWatch makes metrics of, to the lines of [`crate::counted`].
//!
//! A subscriber of its own, because a function pays for a general one at each cold start, and this one is a few hundred lines. It
//! keeps no spans: traces are [`crate::trace`]'s, and go another way.

mod metrics;
mod object;
mod panics;
#[cfg(test)]
pub(crate) mod tests;

use std::fmt;
use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::SetGlobalDefaultError;
use tracing::{Event, Level, Metadata, Subscriber};

use self::metrics::Found;
use self::object::Object;
use crate::counted::{COLD_START, DIMENSION, TARGET};
use crate::platforms::Platform;
use crate::time::Millis;

/// The crates whose lines are written at the level that was asked for. The others', the AWS SDK's and the HTTP stack's, could hold a
/// URL with a token below `warn`.
pub fn ours() -> impl Iterator<Item = String> {
    // Each platform has a function of its name.
    let functions = Platform::ALL.map(|platform| platform.name().replace('-', "_"));
    let others = ["shared", "switchboard", "redeliver"].map(ToOwned::to_owned);
    functions.into_iter().chain(others)
}

/// The span in which `lambda_runtime` handles an event, and its field that names the invocation.
const INVOCATION: (&str, &str) = ("Lambda runtime invoke", "requestId");

/// `lambda_runtime` repeats here what [`panics`] has told.
const REPEATS: &str = "lambda_runtime::layers::panic";

/// Names that a line has of itself. A field that is called so gets a line underneath behind it.
const OWN: [&str; 5] = ["timestamp", "level", "target", INVOCATION.1, "_aws"];

/// Begins the log, and writes a line for a panic too. `namespace` is that of the metrics; without one there are none.
///
/// # Errors
/// If there is a log already.
pub fn start(level: Level, namespace: Option<String>) -> Result<(), SetGlobalDefaultError> {
    tracing::subscriber::set_global_default(Lines::new(level, namespace, |line| {
        // Where this fails there is nobody left to tell. One call writes the whole line.
        drop(std::io::stdout().lock().write_all(line.as_bytes()));
    }))?;
    std::panic::set_hook(Box::new(panics::tell));
    Ok(())
}

/// Writes lines.
pub struct Lines {
    /// The least important that is shown.
    level: Level,
    namespace: Option<String>,
    out: Box<dyn Fn(&str) + Send + Sync>,
    /// The invocation under way. A process has one at a time.
    invocation: Mutex<String>,
    /// A line with metrics was written.
    is_warm: AtomicBool,
}

impl fmt::Debug for Lines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lines")
            .field("level", &self.level)
            .field("namespace", &self.namespace)
            .finish_non_exhaustive()
    }
}

impl Lines {
    /// Lines of `level` and above, with metrics in `namespace`, each given to `out` with its end.
    pub fn new(
        level: Level,
        namespace: Option<String>,
        out: impl Fn(&str) + Send + Sync + 'static,
    ) -> Self {
        Self {
            level,
            namespace,
            out: Box::new(out),
            invocation: Mutex::default(),
            is_warm: AtomicBool::new(false),
        }
    }

    /// Writes the line of an event. Below the level, what CloudWatch makes metrics of is written all the same, and nothing else.
    pub fn write(&self, event: &Event<'_>) {
        let now = Millis::now();
        let metadata = event.metadata();
        let is_message = metadata.target() == TARGET;
        let is_shown = *metadata.level() <= self.level;
        let mut line = Object::default();
        line.timestamp("timestamp", now);
        line.text("level", metadata.level().as_str());
        if is_shown {
            if !is_message {
                line.text("target", metadata.target());
            }
            let invocation = self.invocation.lock();
            let invocation = invocation.unwrap_or_else(PoisonError::into_inner);
            if !invocation.is_empty() {
                line.text(INVOCATION.1, &invocation);
            }
        }
        let mut found = Found::default();
        event.record(&mut Fields {
            line: &mut line,
            is_message,
            is_shown,
            found: &mut found,
        });
        if !is_shown && found.is_empty() {
            return;
        }
        if found.has_dimension && !found.is_empty() && !self.is_warm.swap(true, Ordering::Relaxed) {
            line.number(COLD_START, 1);
            found.note(COLD_START);
        }
        if let Some(namespace) = &self.namespace {
            found.write(&mut line, namespace, now);
        }
        (self.out)(&line.end());
    }
}

impl Subscriber for Lines {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        let target = metadata.target();
        if metadata.is_span() {
            return metadata.name() == INVOCATION.0;
        }
        // Asked once for each place that says something.
        let is_ours = ours().any(|name| target.split("::").next() == Some(&name));
        let least = match is_ours {
            true => self.level,
            false => self.level.min(Level::WARN),
        };
        target == TARGET || (*metadata.level() <= least && target != REPEATS)
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::INFO)
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let invocation = self.invocation.lock();
        let mut invocation = invocation.unwrap_or_else(PoisonError::into_inner);
        span.record(&mut Invocation(&mut invocation));
        // There is one at a time, and nobody asks for it.
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        self.write(event);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// Takes the invocation's id from its span.
struct Invocation<'a>(&'a mut String);

impl Visit for Invocation<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == INVOCATION.1 {
            value.clone_into(self.0);
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn fmt::Debug) {}
}

/// Writes an event's fields, and notes the metrics among them.
struct Fields<'a> {
    line: &'a mut Object,
    is_message: bool,
    is_shown: bool,
    found: &'a mut Found,
}

impl Fields<'_> {
    /// What the field is called in the line; `None` if it is not to be in it.
    fn name(&self, field: &Field) -> Option<&'static str> {
        let name = field.name();
        // Two of a name are no JSON that everybody reads alike.
        let own = OWN.iter().position(|own| *own == name);
        let name = own.map_or(name, |own| OWN_BEHIND.get(own).copied().unwrap_or(name));
        self.is_shown.then_some(name)
    }
}

/// [`OWN`] as the fields of others.
const OWN_BEHIND: [&str; 5] = ["timestamp_", "level_", "target_", "requestId_", "_aws_"];

impl Visit for Fields<'_> {
    fn record_u64(&mut self, field: &Field, value: u64) {
        if self.is_message && self.found.note(field.name()) {
            self.line.number(field.name(), value);
        } else if let Some(name) = self.name(field) {
            self.line.number(name, value);
        }
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        if let Some(name) = self.name(field) {
            self.line.number(name, value);
        }
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        // JSON has no other numbers.
        match self.name(field) {
            Some(name) if value.is_finite() => self.line.number(name, value),
            Some(name) => self.line.text(name, &value.to_string()),
            None => {}
        }
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        if let Some(name) = self.name(field) {
            self.line.number(name, value);
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if self.is_message && field.name() == DIMENSION {
            self.found.has_dimension = true;
            self.line.text(DIMENSION, value);
        } else if let Some(name) = self.name(field) {
            self.line.text(name, value);
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if let Some(name) = self.name(field) {
            self.line.display(name, format_args!("{value:?}"));
        }
    }
}
