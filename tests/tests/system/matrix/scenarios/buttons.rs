//! Buttons that an agent offers and a visitor presses.

use shared::platforms::Buttons;

use crate::matrix::everywhere;
use crate::matrix::pair::Setup;
use crate::matrix::words::{Heard, Says, Seen, texts};

#[tokio::test]
async fn a_pressed_button_comes_back_to_the_agent() {
    everywhere(Setup::default(), |pair| async move {
        if !pair.agent().knows().buttons {
            return;
        }
        // Beyond what any channel takes for an id, in length and in letters.
        let long = format!("order/12 345: {}", "\u{434}\u{430} ".repeat(40));
        let offered = [
            ("yes", "Yes, please"),
            (long.as_str(), "No, thank you"),
            ("_h", "Later"),
        ];
        let labels = offered.map(|(_, label)| label.to_owned());
        let buttons = offered.map(|(id, label)| (id.to_owned(), label.to_owned()));
        pair.agent()
            .answers(&[Says::Buttons("Will you?".to_owned(), buttons.to_vec())]);
        for (_, label) in offered {
            pair.agent().answers(&[Says::Text(thanks(label))]);
        }
        pair.channel.write("Ask me");
        let shows_buttons = pair.channel_can.buttons != Buttons::No;
        let offers = |seen: &[Seen]| {
            let of_text = || {
                let all = texts(seen).join("\n");
                labels.iter().all(|label| all.contains(label))
            };
            match shows_buttons {
                true => seen.contains(&Seen::Buttons(labels.to_vec())),
                false => of_text(),
            }
        };
        let seen = pair.until_seen("the buttons", offers).await;
        assert!(texts(&seen).join("\n").contains("Will you?"), "{seen:?}");

        for (pressed, (id, label)) in offered.into_iter().enumerate() {
            pair.channel.press(label);
            let heard = pair.until_heard(pressed + 2).await;
            let as_press = pair.agent_can.presses && shows_buttons;
            let expected = Heard {
                text: label.to_owned(),
                pressed: as_press.then(|| id.to_owned()),
                ..Heard::default()
            };
            assert_eq!(heard.last(), Some(&expected));
            let thanks = Seen::text(thanks(label));
            pair.until_seen("thanks for a press", |seen| seen.contains(&thanks))
                .await;
        }
        pair.is_clean().await;
    })
    .await;
}

fn thanks(label: &str) -> String {
    format!("Thank you for {label:?}")
}
