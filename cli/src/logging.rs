//! The log, on stderr: what the functions count, for a person to watch.

use tracing::Level;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Whose lines are shown at the level that was asked for. The others', the AWS SDK's and the HTTP stack's, could hold a URL
/// with a token below `warn`.
const OURS: [&str; 6] = [
    "switchboard",
    "shared",
    "webim",
    "telegram",
    "selarti",
    "redeliver",
];

/// Begins the log at `level`.
///
/// # Errors
/// If there is one already.
pub(crate) fn start(level: Level) -> Result<(), String> {
    let others = LevelFilter::from_level(level.min(Level::WARN));
    let targets = Targets::new()
        .with_default(others)
        .with_targets(OURS.map(|name| (name, level)));
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .with_target(false);
    tracing_subscriber::registry()
        .with(targets)
        .with(lines)
        .try_init()
        .map_err(|error| error.to_string())
}
