//! Connections as a file, such that reading it gives the same connections. What is as it would be without being said is left
//! out.

use shared::connections::Connection;
use shared::platforms::Role;

use super::keys::{self, Defaults, Keys};

/// The connections as the text of a `switchboard.toml`: first the channels, then the agents, then the routes.
///
/// # Errors
/// If a connection cannot be written, which is a mistake in its type.
pub fn export(connections: &[Connection]) -> serde_json::Result<String> {
    let mut sections = Vec::new();
    let mut routes = Vec::new();
    for role in [Role::Channel, Role::Agent] {
        let of_role = |connection: &&Connection| connection.end().role() == role;
        for connection in connections.iter().filter(of_role) {
            let keys = keys::of_settings(&connection.settings, Defaults::LeftOut)?;
            let head = format!("[{}.{}]\n", keys::section(role), connection.id);
            sections.push(section(head, &keys));
            if let Some(route) = &connection.route {
                let keys = keys::of_route(route, Defaults::LeftOut)?;
                let head = format!("[[routes]]\nchannel = \"{}\"\n", connection.id);
                routes.push(section(head, &keys));
            }
        }
    }
    sections.append(&mut routes);
    Ok(sections.join("\n"))
}

fn section(head: String, keys: &Keys) -> String {
    keys.iter().fold(head, |text, (key, value)| {
        text + &format!("{key} = {value}\n")
    })
}

#[cfg(test)]
mod tests;
