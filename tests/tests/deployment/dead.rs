//! A message that the agent will never take becomes a dead letter, which a person sees and sends again.

use shared::platforms::End;
use simulators::faults::Fault;

use crate::pair::Pair;
use crate::stack::shared;

#[tokio::test]
async fn a_dead_letter_is_seen_and_sent_again() {
    let stack = shared().await;
    let pair = Pair::on(stack, "dead", End::TelegramChannel, End::SelartiAgent).await;
    let (faults, endpoint) = pair.agent.faults();
    faults.next(
        endpoint,
        Fault::Status(400, r#"{"error": "no such task"}"#.to_owned()),
    );
    pair.channel.write("Hello");
    pair.until_shown(|shown| shown.contains("1 delivered, 0 waiting"))
        .await;
    let of = ["--channel", pair.channel_id];
    let listed = stack
        .switchboard(&[&["dead", "list"], &of[..]].concat())
        .await;
    assert!(
        listed.contains("Hello") && listed.contains("1 dead letter."),
        "{listed}"
    );
    assert!(listed.contains("400"), "the reason: {listed}");
    assert!(pair.agent.heard().is_empty());

    pair.agent.answers_all();
    let sent = stack
        .switchboard(&[&["dead", "resend", "--all"], &of[..]].concat())
        .await;
    assert!(sent.contains("is in its conversation again"), "{sent}");
    pair.until_seen("You said: Hello").await;
    assert_eq!(pair.agent.heard().len(), 1, "once");
    pair.is_clean().await;
}
