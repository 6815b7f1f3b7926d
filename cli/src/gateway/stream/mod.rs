//! The stream's part: what DynamoDB Streams and Lambda's trigger do on AWS. Reads the table's stream, keeps the records that
//! the template's filters let through, and invokes `redeliver` with them in batches, as the JSON that Lambda brings.
//!
//! Unlike there, nothing outlives the process but the table: what was pending before it started is looked up once.

pub(crate) mod filter;
mod lanes;
pub(crate) mod reader;

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use dynoxide::Database;
use redeliver::StreamEvent;
use serde_json::{Value, json};
use shared::app::App;
use shared::model::ConversationKey;
use shared::store::conversation::Conversation;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval, interval_at};

use super::invocations::{Failed, Invocations};
use super::template::Trigger;
use lanes::Lanes;
use reader::Reader;

/// The shortest window: none at all would leave no time for anything else.
const SHORTEST_WINDOW: Duration = Duration::from_millis(1);

/// The longest between two looks at the stream, which does not keep everything for ever ([`super::retention`]).
const LOOK: Duration = Duration::from_secs(1);

/// How often what has expired is removed. DynamoDB takes up to days.
const SWEEP: Duration = Duration::from_secs(60);

/// The stream's part of a gateway.
pub(crate) struct Stream {
    /// What `redeliver` is given.
    app: Arc<App>,
    database: Database,
    reader: Reader,
    trigger: Trigger,
    lanes: Lanes,
    invocations: Arc<Invocations>,
    running: JoinSet<(usize, Vec<Value>)>,
}

impl Stream {
    /// From now on; what is pending already comes first. No invocation takes longer than `invocation`.
    pub(crate) async fn start(
        app: Arc<App>,
        database: Database,
        mut trigger: Trigger,
        invocations: Arc<Invocations>,
        invocation: Duration,
    ) -> Result<Self, String> {
        trigger.timeout = trigger.timeout.min(invocation);
        // First the place, then what is there, so that nothing falls between the two.
        let reader = Reader::at_the_end(database.clone(), app.store.table())?;
        let mut lanes = Lanes::new(trigger.lanes, trigger.batch);
        for key in app
            .store
            .pending()
            .await
            .map_err(|error| error.to_string())?
        {
            lanes.push(as_if_written(&key));
        }
        Ok(Self {
            app,
            database,
            reader,
            trigger,
            lanes,
            invocations,
            running: JoinSet::new(),
        })
    }

    /// Plays its part until `stop` is there, and lets what runs end. A batch is gathered over `window`.
    pub(crate) async fn run(mut self, window: Duration, stop: impl Future<Output = ()>) {
        tokio::pin!(stop);
        let window = window.max(SHORTEST_WINDOW);
        let mut looks = interval(window.min(LOOK));
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut windows = interval(window);
        windows.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut sweeps = interval_at(Instant::now() + SWEEP, SWEEP);
        sweeps.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased;
                () = &mut stop => break,
                _ = looks.tick() => self.read(),
                _ = windows.tick() => self.invoke(),
                _ = sweeps.tick() => self.sweep().await,
                Some(ended) = self.running.join_next() => match ended {
                    Ok((lane, undone)) => self.lanes.ended(lane, undone),
                    Err(error) => tracing::error!(reason = %error, "a lane of the stream is lost"),
                },
            }
        }
        while self.running.join_next().await.is_some() {}
    }

    fn read(&mut self) {
        match self.reader.read() {
            Ok(records) => records
                .into_iter()
                .filter(|record| self.trigger.filters.let_through(record))
                .for_each(|record| self.lanes.push(record)),
            // The place is kept: the next window reads it.
            Err(error) => tracing::error!(reason = error, "the stream could not be read"),
        }
    }

    fn invoke(&mut self) {
        for (lane, batch) in self.lanes.begin() {
            let (app, invocations) = (Arc::clone(&self.app), Arc::clone(&self.invocations));
            let timeout = self.trigger.timeout;
            self.running
                .spawn(async move { (lane, redeliver(app, &invocations, timeout, batch).await) });
        }
    }

    /// Removes what has expired; the stream then shows it.
    async fn sweep(&self) {
        let database = self.database.clone();
        match tokio::task::spawn_blocking(move || database.sweep_ttl()).await {
            Ok(Ok(removed)) => tracing::debug!(removed, "expired items"),
            Ok(Err(error)) => {
                tracing::error!(reason = %error, "expired items could not be removed");
            }
            Err(error) => tracing::error!(reason = %error, "expired items could not be removed"),
        }
    }
}

/// Invokes the function with a batch; what is left undone.
async fn redeliver(
    app: Arc<App>,
    invocations: &Invocations,
    timeout: Duration,
    batch: Vec<Value>,
) -> Vec<Value> {
    let event = match serde_json::from_value::<StreamEvent>(json!({ "Records": batch })) {
        Ok(event) => event,
        Err(error) => {
            tracing::error!(reason = %error, "redeliver does not understand the stream");
            return batch;
        }
    };
    let answer = invocations
        .run(timeout, |deadline| async move {
            redeliver::handler(&app, event, deadline).await
        })
        .await;
    match answer {
        Ok(answer) => {
            let failed: HashSet<String> = answer
                .batch_item_failures
                .into_iter()
                .map(|failure| failure.item_identifier)
                .collect();
            from_the_first(batch, &failed)
        }
        Err(Failed) => batch,
    }
}

/// Lambda brings everything again from the first record on that failed.
fn from_the_first(mut batch: Vec<Value>, failed: &HashSet<String>) -> Vec<Value> {
    let first = batch.iter().position(|record| {
        record
            .pointer("/dynamodb/SequenceNumber")
            .and_then(Value::as_str)
            .is_some_and(|number| failed.contains(number))
    });
    match first {
        Some(first) => batch.split_off(first),
        None => Vec::new(),
    }
}

/// A record of a conversation that an earlier run left pending.
fn as_if_written(key: &ConversationKey) -> Value {
    let pk = Conversation::pk(key);
    json!({
        "eventName": "MODIFY",
        "dynamodb": { "Keys": { "pk": { "S": pk } }, "SequenceNumber": format!("pending-{pk}") },
    })
}

#[cfg(test)]
mod tests {
    use shared::connections::Secrets;
    use shared::delivery::retry::Retry;
    use shared::http::Http;
    use shared::mailbox::{Append, Entry, EventId};
    use shared::model::{Author, Content, Message};
    use shared::store::Store;
    use shared::store::client::{Access, client};
    use shared::store::conversation::LaneName;
    use shared::store::mailbox::{Accept, KEPT};
    use shared::time::Millis;

    use super::super::TABLE;
    use super::super::database::{Data, Embedded};
    use super::super::template::Template;
    use super::*;

    /// A reply that waits for the visitor's next message.
    fn reply(at: Millis) -> Accept {
        let event = EventId::named("1");
        let message = Message::new(Author::Agent, at, Content::Text("Hello".to_owned()));
        let append = Append {
            event,
            entries: vec![Entry {
                event: event.hash,
                accepted: at,
                body: serde_json::to_string(&message).unwrap(),
            }],
            lease: None,
            now: at,
        };
        Accept::new(LaneName::ToChannel, append)
    }

    #[tokio::test]
    async fn what_expires_with_a_reply_in_it_leaves_a_dead_letter() {
        let (embedded, database) = Embedded::start(&Data::Memory).await.unwrap();
        let http = Http::new().unwrap();
        let store = Store::new(client(&http, &Access::emulator(embedded.url())), TABLE);
        store.create_table().await.unwrap();
        let app = App::new(store, http, Secrets::default(), Retry::default());
        let app = Arc::new(app);
        let mut stream = Stream::start(
            Arc::clone(&app),
            database,
            Template::embedded().unwrap().trigger,
            Arc::default(),
            Duration::from_secs(29),
        )
        .await
        .unwrap();

        let key = ConversationKey {
            channel: "site".parse().unwrap(),
            chat: "1".parse().unwrap(),
        };
        let long_ago = Millis::now().before(Duration::from_secs(KEPT + 3600));
        app.store.accept(&key, &reply(long_ago)).await.unwrap();
        stream.sweep().await;
        assert!(app.store.conversation(&key).await.unwrap().is_none());
        stream.read();
        stream.invoke();
        let (_, undone) = stream.running.join_next().await.unwrap().unwrap();
        assert!(undone.is_empty(), "{undone:?}");
        let letters = app.store.dead_letters(&key.channel).await.unwrap();
        assert_eq!(letters.len(), 1, "{letters:?}");
        assert_eq!(letters[0].reason, "the visitor did not write again");
    }

    #[test]
    fn everything_comes_again_from_the_first_failure_on() {
        let record = |number: &str| json!({ "dynamodb": { "SequenceNumber": number } });
        let batch = vec![record("1"), record("2"), record("3")];
        let failed = HashSet::from(["2".to_owned()]);
        assert_eq!(
            from_the_first(batch.clone(), &failed),
            [record("2"), record("3")]
        );
        assert!(from_the_first(batch, &HashSet::new()).is_empty());
    }
}
