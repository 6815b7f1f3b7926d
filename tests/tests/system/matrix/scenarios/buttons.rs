//! Buttons that an agent offers and a visitor presses.

use shared::platforms::{Buttons, Capabilities};

use crate::matrix::pair::{Pair, patient};
use crate::matrix::words::{Heard, Says, Seen, texts};
use crate::matrix::{Played, wherever};

#[tokio::test]
async fn a_pressed_button_comes_back_to_the_agent() {
    let offers = |_: &_, agent: &Capabilities| agent.brings.buttons;
    wherever(offers, patient(), |pair| async move {
        // Beyond what any channel takes for an id, in length and in letters.
        let long = format!("order/12 345: {}", "\u{434}\u{430} ".repeat(40));
        for (id, label) in [
            ("yes", "Yes, please"),
            (long.as_str(), "No, thank you"),
            ("_h", "Later"),
        ] {
            offer_and_press(&pair, id, label).await;
        }
        pair.is_clean().await;
        Played::Whole
    })
    .await;
}

/// The agent offers a button beside another one, and the visitor presses it.
async fn offer_and_press(pair: &Pair, id: &str, label: &str) {
    let question = format!("{label}?");
    let other = format!("Not {label:?}");
    let buttons = vec![
        (id.to_owned(), label.to_owned()),
        (format!("not {id}"), other.clone()),
    ];
    let thanks = format!("Thank you for {label:?}");
    pair.agent()
        .answers(&[Says::Buttons(question.clone(), buttons)]);
    pair.agent().answers(&[Says::Text(thanks.clone())]);
    let before = pair.agent().heard().len();
    pair.channel.write(&format!("Ask me about {label:?}"));
    let keyboard = Seen::Buttons(vec![label.to_owned(), other.clone()]);
    let offers = |seen: &[Seen]| match pair.channel_can.buttons {
        Buttons::No => texts(seen).join("\n").contains(&other),
        Buttons::WithIds(_) | Buttons::ByText => seen.contains(&keyboard),
    };
    let seen = pair.until_seen("the buttons", offers).await;
    assert!(texts(&seen).join("\n").contains(&question), "{seen:?}");

    pair.channel.press(label);
    let heard = pair.until_heard(before + 2).await;
    let as_press = pair.agent_can.presses && pair.channel_can.brings.buttons;
    let expected = Heard {
        text: label.to_owned(),
        pressed: as_press.then(|| id.to_owned()),
        ..Heard::default()
    };
    assert_eq!(heard.last(), Some(&expected));
    let thanks = Seen::text(thanks);
    pair.until_seen("thanks for a press", |seen| seen.contains(&thanks))
        .await;
}
