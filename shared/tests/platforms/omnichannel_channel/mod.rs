//! A client's server that speaks the Omnichannel API to us.

mod answer;
pub(crate) mod driver;
mod receive;
mod send;
mod settings;
