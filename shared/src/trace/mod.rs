//! Traces, over OTLP/HTTP, for whoever builds with the feature `opentelemetry` and names a collector.
//!
//! * [`Invocation`] is the span of an invocation, and sends what was recorded before the invocation's answer is given: what is
//!   not awaited then is frozen with the sandbox.
//! * [`Work`] is the span of one conversation of a batch.
//! * [`Call`] is the span of a call: to the table, to the other side, or any request.
//! * [`told`] notes on the span around it what a line of [`crate::counted`] tells.
//!
//! The same interface twice: `on` records, `off` does nothing and hands futures on as they are, so that a program without the
//! feature is the program without this module. Only what is written here is in a span. The spans of other crates, which
//! `tracing` would bring, could hold a URL with a token.

#[cfg(not(feature = "opentelemetry"))]
mod off;
#[cfg(feature = "opentelemetry")]
mod on;

#[cfg(not(feature = "opentelemetry"))]
pub(crate) use off::{Call, answer_by, start, told};
#[cfg(not(feature = "opentelemetry"))]
pub use off::{Invocation, Work};
#[cfg(feature = "opentelemetry")]
pub(crate) use on::{Call, answer_by, start, told};
#[cfg(feature = "opentelemetry")]
pub use on::{Invocation, Work};

/// Whether traces are compiled in.
pub(crate) const IS_ON: bool = cfg!(feature = "opentelemetry");

/// What a line tells, as far as a span may hold it, by the attributes' names.
pub(crate) type Told = [(&'static str, Option<String>); 7];
