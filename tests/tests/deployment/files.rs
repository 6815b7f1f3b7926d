//! A visitor's file goes through the bucket: what the agent gets is a URL that the bucket's own service answers.

use futures_util::future::join_all;
use http::{HeaderMap, Method};
use shared::http::{Answer, Http};
use shared::platforms::{End, Role};

use crate::matrix::words::{Attached, Says};
use crate::pair::{PATIENCE, Pair, ends};
use crate::stack::shared;

#[tokio::test]
async fn a_signed_url_opens_and_no_other_does() {
    let stack = shared().await;
    let bytes = b"%PDF-1.7 not really".to_vec();
    let file = Attached::Bytes {
        name: "offer.pdf",
        media_type: "application/pdf",
        bytes: bytes.clone(),
    };
    let played = join_all(ends(Role::Channel).enumerate().map(async |(at, channel)| {
        let pair = Pair::on(stack, &format!("files{at}"), channel, End::SelartiAgent).await;
        if !pair.channel.takes(&file) {
            return 0;
        }
        pair.agent.answers(&[Says::Text("Got it".to_owned())]);
        pair.channel.attach(&file);
        let heard = pair.until_heard(1).await;
        let mut words = heard[0].text.split_whitespace();
        let url = words.find(|word| word.starts_with("http")).unwrap();
        assert!(url.contains(&stack.resources["Files"]), "{url}");
        let opened = get(url).await;
        assert_eq!(
            (opened.status.as_u16(), &*opened.body),
            (200, &*bytes),
            "{url}"
        );
        let (unsigned, _) = url.split_once('?').unwrap();
        assert_eq!(get(unsigned).await.status, 403);
        assert_eq!(
            get(&url.replace("X-Amz-Signature=", "X-Amz-Signature=0"))
                .await
                .status,
            403
        );
        pair.until_seen("Got it").await;
        pair.is_clean().await;
        1
    }))
    .await;
    assert!(
        played.into_iter().sum::<usize>() >= 2,
        "channels that hold files"
    );
}

async fn get(url: &str) -> Answer {
    let http = Http::new().unwrap();
    http.call(Method::GET, url, HeaderMap::new(), Vec::new(), PATIENCE)
        .await
        .unwrap()
}
