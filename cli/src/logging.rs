//! The log, on stderr: what the functions tell, for a person to watch.

use std::fmt;

use shared::counted::{METRICS, TARGET, Unit};
use shared::log::ours;
use tracing::Level;
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing_subscriber::field::RecordFields;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::FormatFields;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Begins the log at `level`. The lines of others, the AWS SDK's and the HTTP stack's, could hold a URL with a token below `warn`.
///
/// # Errors
/// If there is one already.
pub(crate) fn start(level: Level) -> Result<(), String> {
    let others = LevelFilter::from_level(level.min(Level::WARN));
    let targets = Targets::new()
        .with_default(others)
        .with_target(TARGET, level)
        .with_targets(ours().map(|name| (name, level)));
    let lines = tracing_subscriber::fmt::layer()
        .fmt_fields(ForAPerson)
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .with_target(false);
    tracing_subscriber::registry()
        .with(targets)
        .with(lines)
        .try_init()
        .map_err(|error| error.to_string())
}

/// The fields as a person reads them: without what is only counted, which the others say too.
struct ForAPerson;

impl<'writer> FormatFields<'writer> for ForAPerson {
    fn format_fields<R: RecordFields>(&self, writer: Writer<'writer>, fields: R) -> fmt::Result {
        let mut line = Line {
            writer,
            result: Ok(()),
            begun: false,
        };
        fields.record(&mut line);
        line.result
    }
}

struct Line<'writer> {
    writer: Writer<'writer>,
    result: fmt::Result,
    begun: bool,
}

impl Line<'_> {
    fn write(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let space = if self.begun { " " } else { "" };
        self.begun = true;
        self.result = self.result.and_then(|()| match field.name() {
            "message" => write!(self.writer, "{space}{value:?}"),
            name => write!(self.writer, "{space}{name}={value:?}"),
        });
    }
}

impl Visit for Line<'_> {
    fn record_u64(&mut self, field: &Field, value: u64) {
        if !METRICS.contains(&(field.name(), Unit::Count)) {
            self.write(field, &value);
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.write(field, value);
    }
}
