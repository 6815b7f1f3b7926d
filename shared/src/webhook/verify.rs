//! Nobody gets in without the connection's secret.

use std::sync::Arc;

use super::Refusal;
use crate::app::App;
use crate::connections::{Connection, Secret};
use crate::model::ConnectionId;
use crate::platforms::{ConnectionSettings, End};

/// Proof that a webhook came with the secret of its connection. Only this module makes one.
#[derive(Debug, Clone)]
pub struct Verified {
    connection: Arc<Connection>,
}

impl Verified {
    /// The connection that the webhook is of.
    pub fn connection(&self) -> &Arc<Connection> {
        &self.connection
    }

    /// By `{connection}.{token}`, as it stands in a URL or behind `Bearer`. Of the ends in `ends`.
    ///
    /// # Errors
    /// As [`Verified::by_secret`].
    pub async fn by_credential(app: &App, ends: &[End], credential: &str) -> Result<Self, Refusal> {
        let (id, token) = credential.split_once('.').unwrap_or((credential, ""));
        Self::by_secret(app, ends, id, token).await
    }

    /// By a connection's id and its webhook's secret, wherever they stand. Of the ends in `ends`.
    ///
    /// # Errors
    /// [`Refusal::Unauthorized`], alike for what is unknown and what is wrong; [`Refusal::Unavailable`].
    pub async fn by_secret(
        app: &App,
        ends: &[End],
        id: &str,
        given: &str,
    ) -> Result<Self, Refusal> {
        let connection = match id.parse::<ConnectionId>() {
            Ok(id) => app.connections.get(&id).await?,
            Err(_) => None,
        };
        let known = connection.filter(|connection| ends.contains(&connection.end()));
        let reference = known
            .as_ref()
            .map(|connection| connection.settings.webhook_secret());
        let secret = match reference {
            Some(reference) => app.secrets.get(reference).unwrap_or_else(|missing| {
                // Ours to mend, and nobody else's to know.
                tracing::error!(reason = %missing, connection = id);
                Secret::random()
            }),
            // The same comparison as for a wrong token.
            None => Secret::random(),
        };
        let proved = secret.is(given);
        known
            .filter(|_| proved)
            .map(|connection| Self { connection })
            .ok_or(Refusal::Unauthorized)
    }
}
