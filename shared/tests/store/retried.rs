//! Every write is safe to make again: the SDK does so when the answer to the first was lost.

use std::time::Duration;

use shared::mailbox::{Entry, Lease, NotWritten, Owner};
use shared::model::{ChatId, Mode};
use shared::store::conversation::{Conversation, LaneName};
use shared::store::mailbox::{Accept, Give, Given, NotAccepted};
use shared::store::{Item, Store};

use crate::emulator::{fresh_key, raw_item, store};
use crate::make::{START, accept, empty, lease};
use crate::wire::Wire;

const LANE: LaneName = LaneName::ToAgent;
const OWNER: Owner = Owner(1);

/// A conversation with these events in its lane, held by [`OWNER`].
struct Held {
    store: Store,
    wire: Wire,
    conversation: Conversation,
}

impl Held {
    async fn new(events: &[&str]) -> Self {
        let (store, wire) = store().await;
        let key = fresh_key();
        for event in events {
            store
                .accept(&key, &accept(LANE, event, &["text"], lease(OWNER.0)))
                .await
                .unwrap();
        }
        let begun = store.conversation(&key).await.unwrap();
        let conversation = begun.unwrap_or_else(|| empty(key));
        Self {
            store,
            wire,
            conversation,
        }
    }

    async fn item(&self) -> Item {
        let item = raw_item(&self.store, &Conversation::pk(&self.conversation.key)).await;
        item.unwrap_or_default()
    }
}

/// Makes a write whose answer is lost, and checks that making it again changed nothing: `$write` once more says the same
/// and leaves the item as it was.
macro_rules! made_again {
    ($held:ident, $write:expr) => {{
        $held.wire.requests();
        $held.wire.lose_next_answer();
        let again = $write.await.unwrap();
        let requests = $held.wire.requests();
        assert_eq!(requests.len(), 2, "the SDK asked again");
        assert_eq!(requests[0], requests[1]);
        let item = $held.item().await;
        let once_more = $write.await.unwrap();
        assert_eq!($held.item().await, item, "a third time");
        assert_eq!(format!("{again:?}"), format!("{once_more:?}"));
        again
    }};
}

#[tokio::test]
async fn an_event_is_accepted_by_whom_it_made_the_holder() {
    let held = Held::new(&[]).await;
    let key = &held.conversation.key;
    let again = made_again!(
        held,
        held.store
            .accept(key, &accept(LANE, "a", &["one", "two"], lease(1)))
    );
    assert!(again.to_agent.is_held_by(OWNER));
    assert_eq!(again.to_agent.queue.len(), 2);
}

#[tokio::test]
async fn an_event_is_a_duplicate_to_whom_it_gave_nothing_to_do() {
    let held = Held::new(&["a"]).await;
    let key = &held.conversation.key;
    let empty = accept(LANE, "c", &[], None);
    for event in [accept(LANE, "b", &["text"], lease(2)), empty] {
        let before = held.item().await;
        held.wire.lose_next_answer();
        let NotAccepted::Duplicate(conversation) =
            held.store.accept(key, &event).await.unwrap_err()
        else {
            panic!("no duplicate");
        };
        assert!(
            conversation
                .to_agent
                .knows(&event.append.event, event.append.now)
        );
        assert_ne!(held.item().await, before, "it is kept nevertheless");
        let queued = |event: &Accept| {
            let queue = conversation.to_agent.queue.iter();
            queue
                .filter(|entry| entry.event == event.append.event.hash)
                .count()
        };
        assert_eq!(queued(&event), event.append.entries.len());
    }
}

#[tokio::test]
async fn a_claim() {
    let held = Held::new(&["a"]).await;
    let key = &held.conversation.key;
    let later = START.after(Duration::from_secs(7200));
    let again = made_again!(
        held,
        held.store.claim(
            key,
            LANE,
            Lease {
                owner: Owner(2),
                until: later.after(Duration::from_secs(1))
            },
            later
        )
    );
    assert!(again.unwrap().to_agent.is_held_by(Owner(2)));
}

#[tokio::test]
async fn a_mark_and_a_part() {
    let held = Held::new(&["a"]).await;
    let (key, lane) = (&held.conversation.key, &held.conversation.to_agent);
    let (result, marked) = made_again!(held, held.store.mark(key, LANE, lane, OWNER));
    assert_eq!((result, marked.to_agent.sending), (Ok(()), true));
    let (result, noted) = made_again!(held, held.store.note_part(key, LANE, lane, OWNER));
    assert_eq!(result, Ok(()));
    assert_eq!((noted.to_agent.part, noted.to_agent.sending), (1, false));
    let (result, _) = made_again!(held, held.store.mark(key, LANE, &noted.to_agent, OWNER));
    assert_eq!(result, Ok(()));

    let (late, now) = held.store.mark(key, LANE, lane, OWNER).await.unwrap();
    assert_eq!(late, Err(NotWritten::Lost), "of a part that is accepted");
    assert_eq!(now.to_agent.part, 1);
    let (late, now) = held.store.note_part(key, LANE, lane, OWNER).await.unwrap();
    assert_eq!(late, Ok(()), "what it would note is noted");
    assert!(now.to_agent.sending, "and it takes no later mark away");
}

#[tokio::test]
async fn an_advance_removes_one() {
    let held = Held::new(&["a", "b", "c"]).await;
    let (key, lane) = (&held.conversation.key, &held.conversation.to_agent);
    let (result, now) = made_again!(held, held.store.advance(key, LANE, lane, OWNER, START));
    assert_eq!(result, Ok(()));
    assert_eq!((now.to_agent.head, now.to_agent.queue.len()), (1, 2));
    assert_eq!(
        now.to_agent.bytes,
        now.to_agent.queue.iter().map(Entry::bytes).sum::<u64>()
    );
}

#[tokio::test]
async fn what_lets_go_of_the_lease_is_lost_the_second_time() {
    let held = Held::new(&["a"]).await;
    let finish = || held.store.finish(&held.conversation, LANE, OWNER, START);
    let (result, now) = made_again!(held, finish());
    assert_eq!(result, Err(NotWritten::Lost));
    assert_eq!((now.to_agent.head, now.to_agent.queue.len()), (1, 0));
    assert_eq!((now.to_agent.lease, now.to_agent.due), (None, None));

    let held = Held::new(&["a"]).await;
    let key = &held.conversation.key;
    let due = START.after(Duration::from_secs(60));
    let (result, now) = made_again!(held, held.store.put_off(key, LANE, OWNER, (due, true, 3)));
    assert_eq!(result, Err(NotWritten::Lost));
    assert_eq!((now.to_agent.lease, now.to_agent.due), (None, Some(due)));
    assert_eq!((now.to_agent.attempts, now.to_agent.hold), (3, true));
}

#[tokio::test]
async fn a_finish_that_arrives_late_finishes_nothing_of_the_next_holder() {
    let held = Held::new(&["a"]).await;
    let key = &held.conversation.key;
    let finish = |owner| held.store.finish(&held.conversation, LANE, owner, START);
    assert_eq!(finish(OWNER).await.unwrap().0, Ok(()));
    held.store
        .accept(key, &accept(LANE, "b", &["text"], lease(2)))
        .await
        .unwrap();
    assert_eq!(finish(OWNER).await.unwrap().0, Err(NotWritten::Lost));
    let (result, now) = finish(Owner(2)).await.unwrap();
    assert_eq!(result, Err(NotWritten::Grown), "another number");
    assert_eq!(now.to_agent.queue.len(), 1);
}

#[tokio::test]
async fn an_answer_is_given_once() {
    let held = Held::new(&[]).await;
    let key = &held.conversation.key;
    let accepted = accept(LaneName::ToChannel, "a", &["one", "two"], None);
    let conversation = held.store.accept(key, &accepted).await.unwrap();
    let give = Give {
        event: accepted.append.event.hash,
        head: 0,
        count: 2,
        body: "the answer".to_owned(),
        hands_over: true,
        now: START,
    };
    let Given::Before(body) = made_again!(held, held.store.give(&conversation, &give)) else {
        panic!("not given before");
    };
    assert_eq!(body, give.body);
    let now = held.store.conversation(key).await.unwrap().unwrap();
    assert_eq!((now.to_channel.head, now.to_channel.bytes), (2, 0));
    assert_eq!((now.mode, now.told), (Mode::Operator, true));
}

#[tokio::test]
async fn what_has_no_result() {
    let held = Held::new(&["a"]).await;
    let key = &held.conversation.key;
    let to: ChatId = fresh_key().chat;
    made_again!(held, held.store.touch(key, LANE, START));
    made_again!(held, held.store.remove_expired(key, START));

    held.wire.lose_next_answer();
    held.store.follow(key, &to, START).await.unwrap();
    let item = held.item().await;
    held.store.follow(key, &to, START).await.unwrap();
    assert_eq!(held.item().await, item);
}
