//! Nobody gets in without the connection's secret.

use std::pin::pin;
use std::sync::Arc;
use std::time::Instant;

use super::{Later, Refusal};
use crate::app::App;
use crate::connections::{Connection, Renewal, Secret, SecretRef};
use crate::model::ConnectionId;
use crate::platforms::{ConnectionSettings, End};
use crate::store::StoreError;
use crate::time::Millis;

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
    pub fn by_credential<'a>(
        app: &'a App,
        ends: &'a [End],
        credential: &'a str,
    ) -> Later<'a, Self> {
        let (id, token) = credential.split_once('.').unwrap_or((credential, ""));
        Self::by_secret(app, ends, id, token)
    }

    /// By a connection's id and its webhook's secret, wherever they stand. Of the ends in `ends`.
    ///
    /// # Errors
    /// [`Refusal::Unauthorized`], alike for what is unknown and what is wrong; [`Refusal::Unavailable`].
    pub fn by_secret<'a>(
        app: &'a App,
        ends: &'a [End],
        id: &'a str,
        given: &'a str,
    ) -> Later<'a, Self> {
        Box::pin(Self::verify(app, ends, id, given))
    }

    async fn verify(app: &App, ends: &[End], id: &str, given: &str) -> Result<Self, Refusal> {
        let since = Instant::now();
        let known = match id.parse::<ConnectionId>() {
            Ok(id) => known(app, ends, &id).await?,
            Err(_) => None,
        };
        let reference = known
            .as_ref()
            .map(|connection| connection.settings.webhook_secret());
        let mut proved = is(app, reference, given).await?;
        // It may be another since it was fetched.
        if !proved && app.secrets.renew(reference, since, Millis::now()).await == Renewal::Changed {
            proved = is(app, reference, given).await?;
        }
        known
            .filter(|_| proved)
            .map(|connection| Self { connection })
            .ok_or(Refusal::Unauthorized)
    }
}

/// Whether `given` is the secret that `reference` leads to. Where there is nothing to compare with, as much is compared.
async fn is(app: &App, reference: Option<&SecretRef>, given: &str) -> Result<bool, Refusal> {
    let secret = match reference {
        // Ours to mend: the platform is to send again.
        Some(reference) => app
            .secrets
            .get(reference)
            .await
            .map_err(Refusal::unavailable)?,
        None => Secret::random(),
    };
    Ok(secret.is(given))
}

/// The connection, if it is of one of `ends`. At a process's first event its secret has to be fetched, too, and one does not wait for
/// the other; where the secret is not what is fetched ahead, nobody waits for that.
async fn known(
    app: &App,
    ends: &[End],
    id: &ConnectionId,
) -> Result<Option<Arc<Connection>>, StoreError> {
    let mut ahead = pin!(app.secrets.prefetch());
    let mut getting = pin!(app.connections.get(id));
    let (connection, fetched) = tokio::select! {
        biased;
        connection = &mut getting => (connection?, false),
        () = &mut ahead => (getting.await?, true),
    };
    let connection = connection.filter(|connection| ends.contains(&connection.end()));
    let secret = connection
        .as_ref()
        .map(|connection| connection.settings.webhook_secret());
    if !fetched && secret.is_some_and(SecretRef::is_fetched_ahead) {
        ahead.await;
    }
    Ok(connection)
}
