//! What the gateway counts, as its log has it.

use std::io;
use std::sync::{Arc, Mutex};

use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::util::SubscriberInitExt;

/// The log's lines that count something.
#[derive(Clone, Default)]
pub(super) struct Counted(Arc<Mutex<Vec<u8>>>);

impl Counted {
    /// Counts what happens on this thread, which is everything of this test.
    pub(super) fn begin(&self) -> impl Drop + use<> {
        let lines = self.clone();
        let log = tracing_subscriber::fmt()
            .with_ansi(false)
            .with_max_level(LevelFilter::INFO)
            .with_writer(move || lines.clone());
        log.set_default()
    }

    /// How often that was counted.
    pub(super) fn of(&self, what: &str) -> usize {
        let lines = self.0.lock().unwrap();
        let lines = String::from_utf8_lossy(&lines);
        lines.matches(&format!("outcome=\"{what}\"")).count()
    }
}

impl io::Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
