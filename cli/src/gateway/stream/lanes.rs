//! How a shard's records are divided, as Lambda does it with a parallelization factor: by the item's key into lanes, each of
//! which has one invocation at a time. What an invocation could not do comes again before what came later.

use std::collections::VecDeque;
use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::Value;

/// Records that wait for their invocation.
#[derive(Debug)]
pub(crate) struct Lanes {
    lanes: Vec<Lane>,
    batch: usize,
}

#[derive(Debug, Default)]
struct Lane {
    waiting: VecDeque<Value>,
    running: bool,
}

impl Lanes {
    /// `lanes` lanes, and at most `batch` records at a time.
    pub(crate) fn new(lanes: usize, batch: usize) -> Self {
        Self {
            lanes: (0..lanes.max(1)).map(|_| Lane::default()).collect(),
            batch: batch.max(1),
        }
    }

    /// Takes a record in.
    pub(crate) fn push(&mut self, record: Value) {
        let mut hasher = DefaultHasher::new();
        record
            .pointer("/dynamodb/Keys/pk/S")
            .and_then(Value::as_str)
            .hash(&mut hasher);
        let lanes = u64::try_from(self.lanes.len()).unwrap_or(1);
        let lane = usize::try_from(hasher.finish() % lanes).unwrap_or_default();
        if let Some(lane) = self.lanes.get_mut(lane) {
            lane.waiting.push_back(record);
        }
    }

    /// The batches that can begin now, each with its lane, which then runs.
    pub(crate) fn begin(&mut self) -> Vec<(usize, Vec<Value>)> {
        let mut batches = Vec::new();
        for (number, lane) in self.lanes.iter_mut().enumerate() {
            if !lane.running && !lane.waiting.is_empty() {
                lane.running = true;
                let count = lane.waiting.len().min(self.batch);
                batches.push((number, lane.waiting.drain(..count).collect()));
            }
        }
        batches
    }

    /// A lane's invocation has ended and left `undone`.
    pub(crate) fn ended(&mut self, lane: usize, undone: Vec<Value>) {
        if let Some(lane) = self.lanes.get_mut(lane) {
            lane.running = false;
            for record in undone.into_iter().rev() {
                lane.waiting.push_front(record);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn record(pk: &str, number: u32) -> Value {
        json!({ "dynamodb": { "Keys": { "pk": { "S": pk } }, "SequenceNumber": number.to_string() } })
    }

    #[test]
    fn records_of_one_item_stay_in_order_and_are_never_in_two_invocations() {
        let mut lanes = Lanes::new(10, 2);
        for number in 0..3 {
            lanes.push(record("a", number));
        }
        let (lane, batch) = lanes.begin().pop().unwrap();
        assert_eq!(batch, [record("a", 0), record("a", 1)]);
        lanes.push(record("a", 3));
        assert!(lanes.begin().is_empty());
        lanes.ended(lane, vec![record("a", 1)]);
        let again = (lane, vec![record("a", 1), record("a", 2)]);
        assert_eq!(lanes.begin(), [again]);
        lanes.ended(lane, vec![]);
        assert_eq!(lanes.begin(), [(lane, vec![record("a", 3)])]);
    }

    #[test]
    fn items_do_not_wait_for_each_other() {
        let mut lanes = Lanes::new(10, 1000);
        for number in 0..100 {
            lanes.push(record(&number.to_string(), 0));
        }
        let batches = lanes.begin();
        assert_eq!(batches.len(), 10);
        assert_eq!(
            batches.iter().map(|(_, batch)| batch.len()).sum::<usize>(),
            100
        );
    }
}
