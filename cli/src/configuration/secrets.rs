//! What the connections refer to, looked up before anything starts.

use shared::connections::{SecretRef, Secrets};
use shared::platforms::{ConnectionSettings, Role};

use super::{Configuration, Error};

/// The shortest secret that lets a webhook in. Whoever guesses it writes to the table.
const SHORTEST: usize = 16;
/// The longest; Telegram's limit for its header.
const LONGEST: usize = 256;

impl Configuration {
    /// Looks up every secret that the connections refer to; errors call the configuration `file_name`.
    ///
    /// # Errors
    /// All that are missing, at once; or a webhook's secret that is too short, too long, or cannot stand in a URL or header.
    pub async fn check_secrets(&self, secrets: &Secrets, file_name: &str) -> Result<(), Error> {
        let mut missing = Vec::new();
        let mut remedies = Vec::new();
        let mut unfit = None;
        for connection in &self.connections {
            let section = match connection.end().role() {
                Role::Channel => format!("[channels.{}]", connection.id),
                Role::Agent => format!("[agents.{}]", connection.id),
            };
            let settings = &connection.settings;
            for reference in settings.secrets() {
                let secret = match secrets.get(reference).await {
                    Ok(secret) => secret,
                    Err(error) => {
                        missing.push(format!("{reference} of {section}"));
                        let remedy = match reference {
                            SecretRef::Environment(_) => "set these environment variables",
                            SecretRef::Stored { .. } => error.why(),
                        };
                        if !remedies.iter().any(|known| known == remedy) {
                            remedies.push(remedy.to_owned());
                        }
                        continue;
                    }
                };
                let guards = settings.webhook_secret() == reference;
                if guards && !is_fit(secret.expose()) {
                    unfit.get_or_insert_with(|| {
                        let what = format!(
                            "{reference} must hold {SHORTEST} to {LONGEST} of A-Z, a-z, 0-9, _ and -; \
                             `openssl rand -hex 24` makes one"
                        );
                        Error::whole(file_name, what).of(section.clone())
                    });
                }
            }
        }
        if !missing.is_empty() {
            let what = format!(
                "secrets that are missing or empty: {}; {}",
                missing.join(", "),
                remedies.join("; ")
            );
            return Err(Error::whole(file_name, what));
        }
        unfit.map_or(Ok(()), Err)
    }
}

fn is_fit(secret: &str) -> bool {
    (SHORTEST..=LONGEST).contains(&secret.len())
        && secret
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}
