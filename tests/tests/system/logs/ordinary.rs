//! A message that goes its ordinary way has one line.

use shared::counted::Outcome;
use shared::platforms::Role;

use super::deployed::Deployed;
use super::line::Line;
use super::play_everywhere;
use crate::matrix::Played;

#[tokio::test]
async fn a_message_has_one_line() {
    play_everywhere(|channel, agent| async move {
        let deployed = Deployed::start(channel, agent, &[]).await;
        let exchanges = 3;
        for number in 0..exchanges {
            let answer = format!("Answer {number}");
            deployed
                .exchange(&format!("Question {number}"), &answer)
                .await;
        }
        deployed.settled().await;
        let sum =
            |lines: &[Line], what: &str| lines.iter().map(|line| line.number(what)).sum::<u64>();
        let lines = deployed
            .until_lines(2 * exchanges, |line| line.number("out") > 0)
            .await;

        // What was said is told of, once, and counted for the platform that it came from.
        let ends = [("to_agent", channel, agent), ("to_channel", agent, channel)];
        for (lane, from, to) in ends {
            let is_mine = |line: &&Line| line.text("lane") == lane;
            let mine: Vec<Line> = lines.iter().filter(is_mine).cloned().collect();
            // A channel that asks is not spoken to: what comes for it is kept, and given by another invocation.
            let asks = to.role() == Role::Channel && !to.capabilities().push;
            let lines_each = if asks { 2 } else { 1 };
            assert_eq!(mine.len(), lines_each * exchanges, "{mine:#?}");
            assert_eq!(sum(&mine, "in"), exchanges as u64, "{mine:#?}");
            assert_eq!(sum(&mine, "out"), exchanges as u64, "{mine:#?}");
            for line in &mine {
                assert_eq!(line.text("connection"), "shop");
                assert_eq!(line.text("platform"), from.platform().name());
                assert_eq!(line.text("level"), "INFO");
                assert_eq!(line.text("chat").len(), 16, "{line:?}");
                assert!(!line.text("requestId").is_empty(), "{line:?}");
                if line.is(Outcome::Delivered) {
                    assert_eq!(line.text("to_platform"), to.platform().name());
                    assert!(line.has("delivery_ms"), "{line:?}");
                    assert_eq!(line.number("attempts"), u64::from(!asks));
                    assert_eq!(line.has("call_ms"), !asks);
                } else {
                    assert!(asks && line.is(Outcome::Kept), "{line:?}");
                }
                let metrics = line.metrics();
                let counted = metrics
                    .iter()
                    .filter(|(name, _)| ["in", "out", "delivery_ms"].contains(&name.as_str()));
                assert_eq!(
                    counted.count(),
                    if asks {
                        1 + usize::from(line.is(Outcome::Delivered))
                    } else {
                        3
                    }
                );
            }
        }
        // Nothing else is told but what a platform brings that is none of our business, such as an echo.
        let others = lines.iter().filter(|line| line.text("lane").is_empty());
        for line in others {
            assert!(line.is(Outcome::Dropped), "{line:?}");
        }
        let programs = if channel.platform() == agent.platform() {
            1
        } else {
            2
        };
        let cold = lines
            .iter()
            .filter(|line| line.metrics().contains(&("cold_start".to_owned(), 1)));
        assert!(cold.count() >= programs);
        Played::Whole
    })
    .await;
}
