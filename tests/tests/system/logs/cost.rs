//! A message costs what `switchboard costs` and `docs/operations.md` say: how often it calls what, and how much it writes into the
//! log.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use shared::platforms::End;
use switchboard::costs::Counts;
use switchboard::costs::counts::{LINE_BYTES, METRICS, REDELIVERY_READS, looks};

use super::deployed::Deployed;
use super::line::Line;
use super::meter::Meter;
use super::play_everywhere;
use crate::matrix::words::Says;
use crate::matrix::{Played, channels};

/// The one that is counted, after one that finds its connections and one that finds an answer before its own.
const EXCHANGES: u32 = 3;
/// What a synchronous channel waits for another bubble, as [`crate::matrix::pair::patient`] has it.
const SETTLE: Duration = Duration::from_secs(1);

#[tokio::test]
async fn a_message_costs_what_the_calculator_says() {
    play_everywhere(|channel, agent| async move {
        // Each end once: a channel's share does not depend on the agent, nor the other way round.
        if channel != End::TelegramChannel && agent != End::SelartiAgent {
            return Played::NotHere;
        }
        let meter = Meter::start().await;
        let dynamodb = [("AWS_ENDPOINT_URL_DYNAMODB", meter.url())];
        let deployed = Deployed::start(channel, agent, &dynamodb).await;
        meter.before(deployed.gateway.dynamodb_url());
        let counts = Counts::of(channel, agent);
        let mut lines = Vec::new();
        let mut used = meter.take();
        let mut waited = Duration::ZERO;
        for number in 1..=EXCHANGES {
            meter.take();
            let question = format!("{number} {}", ["Question"; 11].join(" "));
            let answer = format!("{number} {}", ["Answer to that"; 20].join(" "));
            let written = Instant::now();
            deployed.channel.write(&question);
            deployed.heard(&question).await;
            // An answer that overtakes the end of its question's delivery makes the item larger when that end is written, which
            // can be a unit more. An AI thinks longer than that.
            deployed.settled().await;
            deployed.agent.says(&Says::Text(answer.clone())).await;
            deployed.seen(&answer).await;
            waited = written.elapsed();
            deployed.settled().await;
            let so_far = usize::try_from(number * counts.lines).unwrap();
            lines = deployed.until_lines(so_far, |_| true).await;
            used = meter.take();
        }
        assert_eq!(used.writes, counts.writes, "{used:?}");
        assert_eq!(used.write_units, counts.write_units, "{used:?}");
        assert_eq!(2 * used.reads, used.read_halves, "{used:?}");
        if channel.capabilities().deadline.is_some() {
            // Each look takes a moment too, so there are rather fewer than that.
            let (least, most) = (looks(SETTLE) / 4, counts.reads + looks(waited) + 2);
            assert!(
                (least..=most).contains(&used.reads),
                "{used:?}, not {least} to {most}"
            );
        } else {
            assert_eq!(used.reads, counts.reads, "{used:?}");
        }

        let requests: BTreeSet<&str> = lines.iter().map(|line| line.text("requestId")).collect();
        assert_eq!(
            requests.len(),
            usize::try_from(EXCHANGES * counts.requests).unwrap(),
            "{lines:#?}"
        );
        assert_eq!(
            lines.len(),
            usize::try_from(EXCHANGES * counts.lines).unwrap(),
            "{lines:#?}"
        );
        let bytes = deployed.programs.logs().len() / lines.len();
        let expected = usize::try_from(LINE_BYTES).unwrap();
        assert!(
            (expected * 3 / 4..=expected * 11 / 10).contains(&bytes),
            "{bytes} bytes a line"
        );
        assert!(
            metrics(&lines).len() <= usize::try_from(METRICS).unwrap(),
            "{:?}",
            metrics(&lines)
        );

        let chat = deployed.key().unwrap().chat;
        let looked = deployed
            .programs
            .redeliver_once(channels::ID, chat.as_str())
            .await;
        assert!(looked.is_ok());
        let used = meter.take();
        assert_eq!(
            (used.read_halves, used.writes),
            (2 * REDELIVERY_READS, 0),
            "{used:?}"
        );
        Played::Whole
    })
    .await;
}

/// Each metric of each platform.
fn metrics(lines: &[Line]) -> BTreeSet<(String, String)> {
    let metrics = lines.iter().flat_map(|line| {
        let platform = line.text("platform").to_owned();
        let named = move |(name, _)| (platform.clone(), name);
        line.metrics().into_iter().map(named)
    });
    metrics.collect()
}
