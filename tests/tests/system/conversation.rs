//! A conversation each way: what a visitor writes reaches the agent, what the agent says reaches the visitor.

use simulators::selarti::{Flags, Reply};
use simulators::webim::{Dialect, Headers, Outcome, Shown, VisitorForm, Webim};

use super::world::{PATIENCE, Setup, World, webim_url};

#[tokio::test]
async fn a_webim_visitor_gets_the_answer_in_the_response() {
    let world = World::new().await;
    let chat = world.webim.chat("9401b039-ace3");
    let outcome = chat.say("Hello").await;
    let Outcome::Answered(shown) = outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!(
        shown,
        [Shown::Text(
            "You said: Hello\n\nAsk me for an operator, or say bye.".to_owned()
        )]
    );
    assert_eq!(world.taken("site.9401b039-ace3"), ["Hello"]);
    let conversation = world.settled("site", "9401b039-ace3").await;
    assert!(conversation.facts.panel_url.is_some());
    assert!(conversation.facts.thread_id.is_some());
}

#[tokio::test]
async fn two_bubbles_come_in_one_answer_in_order() {
    let world = World::new().await;
    let Outcome::Answered(shown) = world.webim.chat("1").say("tell me two things").await else {
        panic!("no answer");
    };
    assert_eq!(shown.len(), 2);
    assert_eq!(shown[0], Shown::Text("Let me think about that.".to_owned()));
}

#[tokio::test]
async fn webim_of_every_age_is_understood() {
    let world = World::new().await;
    for (number, dialect) in [
        Dialect {
            headers: Headers::Older,
            kind: false,
            integer_chat_id: true,
            visitor: VisitorForm::Flat,
        },
        Dialect {
            headers: Headers::Older,
            kind: true,
            integer_chat_id: false,
            visitor: VisitorForm::Nested,
        },
        Dialect::default(),
    ]
    .into_iter()
    .enumerate()
    {
        let webim = Webim::with(&webim_url(&world.gateway.base_url()), dialect).unwrap();
        let id = format!("{}", 100 + number);
        let chat = webim.chat(id.clone());
        assert!(
            matches!(chat.open(&[]).await, Outcome::Answered(shown) if shown.is_empty()),
            "{number}"
        );
        assert!(
            matches!(chat.say("Hello").await, Outcome::Answered(shown) if shown.len() == 1),
            "{number}"
        );
        assert!(
            matches!(chat.press("yes", "Yes, please").await, Outcome::Answered(_)),
            "{number}"
        );
        assert!(
            matches!(chat.locate(55.75, 37.61).await, Outcome::Answered(_)),
            "{number}"
        );
        let taken = world.taken(&format!("site.{id}"));
        assert_eq!(taken.len(), 3);
        assert_eq!(taken[..2], ["Hello", "Yes, please"]);
        assert!(taken[2].contains("55.75,37.61"), "{taken:?}");
    }
}

#[tokio::test]
async fn a_new_chat_may_bring_the_first_words() {
    let world = World::new().await;
    let outcome = world
        .webim
        .chat("7")
        .open(&["Good morning", "Anybody there?"])
        .await;
    assert!(matches!(outcome, Outcome::Answered(_)), "{outcome:?}");
    assert_eq!(world.taken("site.7"), ["Good morning", "Anybody there?"]);
}

#[tokio::test]
async fn a_telegram_visitor_is_shown_typing_and_gets_the_answer() {
    let world = World::new().await;
    let ada = world.telegram.chat(1001);
    let update = ada.text("Hello & <welcome>");
    world.telegram.delivered(update, PATIENCE).await.unwrap();
    let sent = ada.wait_sent(1, PATIENCE).await.unwrap();
    assert_eq!(
        sent[0].text,
        "You said: Hello & <welcome>\n\nAsk me for an operator, or say bye."
    );
    assert!(
        !sent[0].entities.is_empty(),
        "the bold stays bold: {sent:?}"
    );
    assert_eq!(
        world.telegram.actions().all(),
        [(1001, "typing".to_owned())]
    );
    world.settled("shop-bot", "1001").await;
}

#[tokio::test]
async fn what_telegram_has_and_selarti_has_not_becomes_text() {
    let world = World::new().await;
    let ada = world.telegram.chat(5);
    ada.photo(b"\xff\xd8\xff\xe0\0\x10JFIF\0", Some("Look at this"));
    ada.document("offer.pdf", "application/pdf", b"%PDF-1.7\n", None);
    ada.location(48.2, 16.37);
    ada.contact("+4312345");
    let last = ada.text("/start now");
    world.telegram.delivered(last, PATIENCE).await.unwrap();
    world.settled("shop-bot", "5").await;
    let taken = world.taken("shop-bot.5");
    assert_eq!(taken.len(), 5, "{taken:?}");
    assert!(
        taken[0].contains("image/jpeg") && taken[0].ends_with("Look at this"),
        "{taken:?}"
    );
    assert!(taken[1].contains("offer.pdf"));
    assert!(taken[2].contains("48.2,16.37"));
    assert!(taken[3].contains("+4312345"));
    assert_eq!(taken[4], "/start now");
    for text in taken {
        assert!(
            !text.contains(world.telegram.token()),
            "the bot's token left: {text}"
        );
    }
}

#[tokio::test]
async fn the_agent_and_its_operator_can_speak_first() {
    let world = World::new().await;
    let ada = world.telegram.chat(9);
    let first = ada.text("silence");
    world.telegram.delivered(first, PATIENCE).await.unwrap();
    let delivery = world
        .selarti
        .say("shop-bot.9", "Still *there*?", Flags::default())
        .await;
    assert!(delivery.taken(), "{delivery:?}");
    let delivery = world
        .selarti
        .operator_says("shop-bot.9", "2 * 3 * 4 <b>", Flags::default())
        .await;
    assert!(delivery.taken(), "{delivery:?}");
    let sent = ada.wait_sent(2, PATIENCE).await.unwrap();
    assert_eq!(sent[0].text, "Still there?");
    assert_eq!(
        sent[1].text, "2 * 3 * 4 <b>",
        "a person's words are not Markdown"
    );
}

#[tokio::test]
async fn a_long_answer_is_split_and_complete() {
    let world = World::new().await;
    let long: String = (0..2_000).map(|n| format!("word{n} \u{1f600} ")).collect();
    let answer = long.clone();
    world
        .selarti
        .set_brain(move |_| vec![Reply::text(answer.clone())]);
    let ada = world.telegram.chat(3);
    ada.text("Go on");
    let parts = long.encode_utf16().count().div_ceil(4096);
    ada.wait_sent(parts, PATIENCE).await.unwrap();
    world.settled("shop-bot", "3").await;
    let sent = ada.sent();
    let said: Vec<&str> = sent
        .iter()
        .flat_map(|sent| sent.text.split_whitespace())
        .collect();
    assert_eq!(said, long.split_whitespace().collect::<Vec<_>>());
}

#[tokio::test]
async fn a_group_that_becomes_a_supergroup_stays_one_conversation() {
    let world = World::new().await;
    let group = world.telegram.chat(-100);
    let update = group.text("Hello");
    world.telegram.delivered(update, PATIENCE).await.unwrap();
    group.wait_sent(1, PATIENCE).await.unwrap();
    let moved = group.migrate_to(-100_200);
    let update = moved.text("Hello again");
    world.telegram.delivered(update, PATIENCE).await.unwrap();
    moved.wait_sent(1, PATIENCE).await.unwrap();
    let taken = world.taken("shop-bot.-100");
    assert_eq!(taken.len(), 2, "the agent sees one thread: {taken:?}");
    // The agent answers the thread that it knows, and it arrives in the chat that there is now.
    world
        .selarti
        .say("shop-bot.-100", "And one more", Flags::default())
        .await;
    moved.wait_sent(2, PATIENCE).await.unwrap();
}

#[tokio::test]
async fn a_group_that_moved_unseen_is_followed_when_sending_fails() {
    let world = World::new().await;
    let group = world.telegram.chat(-300);
    let update = group.text("silence");
    world.telegram.delivered(update, PATIENCE).await.unwrap();
    // The service messages do not reach us.
    world
        .telegram
        .set_webhook("http://127.0.0.1:1/nowhere", None);
    let moved = group.migrate_to(-300_200);
    world
        .selarti
        .say("shop-bot.-300", "Where are you?", Flags::default())
        .await;
    let sent = moved.wait_sent(1, PATIENCE).await.unwrap();
    assert_eq!(sent[0].text, "Where are you?");
}

#[tokio::test]
async fn an_api_key_is_exchanged_and_a_refused_token_renewed_once() {
    let world = World::with(Setup {
        selarti: "api_key = \"env:SELARTI_KEY\"",
        ..Setup::default()
    })
    .await;
    let ada = world.telegram.chat(1);
    ada.text("one");
    ada.wait_sent(1, PATIENCE).await.unwrap();
    world.selarti.revoke_tokens();
    ada.text("two things");
    ada.wait_sent(3, PATIENCE).await.unwrap();
    assert_eq!(world.taken("shop-bot.1"), ["one", "two things"]);
    let exchanges = world
        .selarti
        .faults()
        .attempts()
        .matching(|attempt| attempt.endpoint == "auth");
    assert_eq!(exchanges.len(), 2);
}
