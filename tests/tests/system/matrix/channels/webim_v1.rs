//! A person in a chat on a site, of which the bot is asked: what it answers is all that is seen.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use futures_util::future::BoxFuture;
use shared::platforms::End;
use simulators::faults::Faults;
use simulators::webim::{self, Outcome, Shown, Webim};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use super::{Channel, SECRET, webhook};
use crate::matrix::words::{Attached, Notes, Seen};

const CHAT: &str = "9401b039-ace3";

/// What the visitor does, as a request to the bot that was not made yet.
type Act = BoxFuture<'static, Outcome>;

/// The outcomes of what the visitor did, in order.
#[derive(Clone)]
struct Outcomes(Arc<watch::Sender<Vec<Outcome>>>);

pub(crate) struct Site {
    id: &'static str,
    webim: OnceLock<Webim>,
    outcomes: Outcomes,
    acts: mpsc::UnboundedSender<Act>,
    /// Asks the bot, one after the other.
    _asking: JoinSet<()>,
}

impl Site {
    pub(crate) fn start(id: &'static str) -> Self {
        let outcomes = Outcomes(Arc::new(watch::Sender::new(Vec::new())));
        let (acts, mut queue) = mpsc::unbounded_channel::<Act>();
        let mut asking = JoinSet::new();
        let told = outcomes.clone();
        asking.spawn(async move {
            while let Some(act) = queue.recv().await {
                let outcome = act.await;
                told.0.send_modify(|outcomes| outcomes.push(outcome));
            }
        });
        Self {
            id,
            webim: OnceLock::new(),
            outcomes,
            acts,
            _asking: asking,
        }
    }

    fn visitor(&self) -> webim::Chat {
        self.webim.get().unwrap().chat(CHAT)
    }

    fn act<F>(&self, act: impl FnOnce(webim::Chat) -> F)
    where
        F: Future<Output = Outcome> + Send + 'static,
    {
        assert!(self.acts.send(Box::pin(act(self.visitor()))).is_ok());
    }
}

impl Notes for Outcomes {
    fn count(&self) -> usize {
        self.0.borrow().len()
    }

    fn more(&self, known: usize, patience: Duration) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            let mut outcomes = self.0.subscribe();
            let more = outcomes.wait_for(|outcomes| outcomes.len() > known);
            drop(tokio::time::timeout(patience, more).await);
        })
    }
}

impl Channel for Site {
    fn section(&self) -> String {
        "platform = \"webim\"\ntoken = \"env:SHOP\"".to_owned()
    }

    fn secrets(&self) -> Vec<(&'static str, String)> {
        vec![("SHOP", SECRET.to_owned())]
    }

    fn connect(&self, gateway: &str) {
        let url = webhook(End::WebimV1Channel, self.id, gateway);
        self.webim.set(Webim::new(&url).unwrap()).unwrap();
    }

    fn chat(&self) -> Option<String> {
        Some(CHAT.to_owned())
    }

    fn write(&self, text: &str) {
        let text = text.to_owned();
        self.act(|visitor| async move { visitor.say(&text).await });
    }

    fn press(&self, label: &str) {
        let outcomes = self.outcomes.0.borrow();
        let keyboards = outcomes.iter().rev().filter_map(|outcome| match outcome {
            Outcome::Answered(shown) => Some(shown),
            _ => None,
        });
        let mut buttons = keyboards.flatten().filter_map(|shown| match shown {
            Shown::Keyboard(rows) => rows.iter().flatten().find(|button| button.text == label),
            Shown::Text(_) => None,
        });
        let button = buttons.next().expect("there is such a button").clone();
        self.act(|visitor| async move { visitor.press(&button.id, &button.text).await });
    }

    fn takes(&self, _file: &Attached) -> bool {
        false
    }

    fn attach(&self, file: &Attached) {
        unreachable!("no file can be sent: {file:?}")
    }

    fn locate(&self, latitude: f64, longitude: f64) {
        self.act(move |visitor| async move { visitor.locate(latitude, longitude).await });
    }

    fn repeat<'a>(&'a self, text: &'a str, copies: usize) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            let (webim, request) = (self.webim.get().unwrap(), self.visitor().says(text));
            let mut exchanges = webim.copies(&request, copies).await;
            exchanges.push(webim.post(request).await);
            let first = exchanges[0].outcome.clone();
            for exchange in exchanges {
                assert_eq!(exchange.outcome, first, "copies get the same answer");
            }
            self.outcomes.0.send_modify(|outcomes| outcomes.push(first));
        })
    }

    fn notes(&self) -> &dyn Notes {
        &self.outcomes
    }

    fn seen(&self) -> Vec<Seen> {
        let mut seen = Vec::new();
        for outcome in self.outcomes.0.borrow().iter() {
            match outcome {
                Outcome::Answered(shown) => seen.extend(shown.iter().map(|shown| match shown {
                    Shown::Text(text) => Seen::text(text),
                    Shown::Keyboard(rows) => {
                        let labels = rows.iter().flatten().map(|button| button.text.clone());
                        Seen::Buttons(labels.collect())
                    }
                })),
                Outcome::HandedOver => seen.push(Seen::HandedOver),
                Outcome::Operators(_) | Outcome::NotAsked => {}
            }
        }
        seen
    }

    fn give_back(&self) {
        self.visitor().hand_back();
    }

    fn faults(&self) -> Option<(&Faults, &'static str)> {
        None
    }

    fn violations(&self) -> Vec<String> {
        let outcomes = self.outcomes.0.borrow();
        let failed = outcomes.iter().filter_map(|outcome| match outcome {
            Outcome::Operators(reason) => Some(reason.clone()),
            _ => None,
        });
        failed.collect()
    }
}
