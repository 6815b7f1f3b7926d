//! Nobody gets in without the connection's secret.

use std::sync::Arc;

use super::Refusal;
use crate::app::App;
use crate::connections::{Connection, Secret, SecretRef};
use crate::model::ConnectionId;
use crate::platforms::{Platform, Settings};

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

    /// By a URL that holds `{connection}.{token}`.
    ///
    /// # Errors
    /// [`Refusal::Unauthorized`], alike for what is unknown and what is wrong; [`Refusal::Unavailable`].
    pub async fn by_url(app: &App, platform: Platform, credential: &str) -> Result<Self, Refusal> {
        let (id, token) = credential.split_once('.').unwrap_or((credential, ""));
        verify(app, platform, id, token, Settings::url_token).await
    }

    /// By a secret that stands in a header.
    ///
    /// # Errors
    /// As [`Verified::by_url`].
    pub async fn by_header(
        app: &App,
        platform: Platform,
        id: &str,
        given: Option<&http::HeaderValue>,
        secret: fn(&Settings) -> Option<&SecretRef>,
    ) -> Result<Self, Refusal> {
        let given = given
            .and_then(|given| given.to_str().ok())
            .unwrap_or_default();
        verify(app, platform, id, given, secret).await
    }
}

async fn verify(
    app: &App,
    platform: Platform,
    id: &str,
    given: &str,
    secret: fn(&Settings) -> Option<&SecretRef>,
) -> Result<Verified, Refusal> {
    let connection = match id.parse::<ConnectionId>() {
        Ok(id) => app.connections.get(&id).await?,
        Err(_) => None,
    };
    let known = connection.filter(|connection| connection.platform() == platform);
    let reference = known
        .as_ref()
        .and_then(|connection| secret(&connection.settings));
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
        .map(|connection| Verified { connection })
        .ok_or(Refusal::Unauthorized)
}
