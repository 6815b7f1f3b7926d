//! SmartBot360's API medium: an application and a bot that speak to each other through one endpoint and one webhook. As the
//! [`agent`] the bot is theirs; as a [`channel`] we stand in its place for an application that speaks to it.
//!
//! * [`wire`] is the JSON of both ends.
//! * [`place`] puts files into a text where they belong, and says where they stand.
//! * [`file`] says what a file is of which nothing is known but its URL or its media type.
//!
//! Source: the vendor's "API Medium Integration". What it leaves open is in `docs/platforms/api-medium.md`.

pub mod agent;
pub mod channel;
mod file;
pub mod place;
pub mod wire;

/// The URL of an endpoint is given whole, with a query if it has one.
///
/// # Errors
/// The key, and what is wrong with its value.
fn check_whole_url(key: &'static str, url: &str) -> Result<(), (&'static str, String)> {
    let address = url.split_once('?').map_or(url, |(address, _)| address);
    super::check_url(key, address)
}
