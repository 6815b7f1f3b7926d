//! What a function could not deliver, the table's stream brings to `redeliver`.

use shared::platforms::End;
use simulators::faults::Fault;

use crate::pair::Pair;
use crate::process;
use crate::stack::shared;

/// Longer than an invocation waits for an agent that says when it will be back.
const BACK_IN: u32 = 7;

#[tokio::test]
async fn an_agent_that_was_down_is_caught_up_in_order() {
    let stack = shared().await;
    let pair = Pair::on(stack, "down", End::TelegramChannel, End::SelartiAgent).await;
    let (faults, endpoint) = pair.agent.faults();
    faults.every(endpoint, 1, Fault::RetryAfter { seconds: BACK_IN });
    let said = ["One", "Two", "Three"];
    for text in said {
        pair.channel.write(text);
    }
    // All of it is accepted, and nothing of it delivered.
    pair.until_shown(|shown| shown.contains("0 delivered, 3 waiting, put off"))
        .await;
    faults.clear();
    let heard = pair.until_heard(said.len()).await;
    let texts: Vec<&str> = heard.iter().map(|heard| heard.text.as_str()).collect();
    assert_eq!(texts, said);
    pair.is_clean().await;
    assert_eq!(pair.agent.heard().len(), said.len(), "each once");
}

/// Killed with the message accepted, the lease taken and the agent called, which had not taken it: the lease runs out, and then the
/// message goes to the agent, once.
#[tokio::test]
async fn a_process_that_is_killed_loses_nothing() {
    let stack = shared().await;
    // The function whose leases are the shortest: it has the shortest timeout.
    let pair = Pair::on(stack, "killed", End::WebimV2Channel, End::SelartiAgent).await;
    let (faults, endpoint) = pair.agent.faults();
    faults.next(endpoint, Fault::Hang);
    pair.agent.answers_all();
    pair.channel.write("Hello");
    pair.until_called(1).await;
    assert!(pair.agent.heard().is_empty());
    process::kill_who_talks_to(&pair.agent.base_url());
    pair.until_seen("You said: Hello").await;
    pair.until_shown(|shown| shown.matches(" 0 waiting").count() == 2)
        .await;
    assert_eq!(pair.agent.heard().len(), 1, "once");
    assert_eq!(
        faults.attempts().len(),
        2,
        "the one that was killed, and redelivery's"
    );
}
