//! What answers mean, whoever gives them; what only one vendor says is in its own tests.

use http::{HeaderMap, StatusCode};
use proptest::prelude::*;
use shared::delivery::failure::Failure;
use shared::http::Answer;
use shared::platforms::End;

use crate::driver::driver;

fn answer(status: u16, body: &[u8]) -> Answer {
    Answer {
        status: StatusCode::from_u16(status).unwrap(),
        headers: HeaderMap::new(),
        body: body.to_vec().into(),
    }
}

/// The platforms that are sent anything, and what they make of an answer when there are no other secrets.
fn judged(status: u16, body: &[u8]) -> Vec<(End, Result<(), Failure>)> {
    let judged = End::ALL.iter().filter_map(|&end| {
        let judged = driver(end).judge(&answer(status, body));
        assert_eq!(judged.is_some(), end.capabilities().push);
        let judged = judged?.map_err(Failure::with_these_secrets);
        Some((end, judged))
    });
    judged.collect()
}

const BODIES: &[&[u8]] = &[
    b"",
    b"<html>no</html>",
    b"{}",
    b"[]",
    b"null",
    b"{\"message\":\"no\"}",
    b"\xff",
];

#[test]
fn what_may_get_better_is_tried_again() {
    for status in [401, 408, 425, 429, 500, 502, 503, 504, 521] {
        for body in BODIES {
            for (end, judged) in judged(status, body) {
                assert!(
                    matches!(judged, Err(Failure::Later { .. })),
                    "{end:?}, {status}"
                );
            }
        }
    }
}

#[test]
fn what_was_surely_not_taken_is_in_no_doubt_and_what_may_have_been_is() {
    for (status, doubt) in [
        (401, false),
        (429, false),
        (503, false),
        (500, true),
        (502, true),
        (504, true),
    ] {
        for (end, judged) in judged(status, b"<html>no</html>") {
            let Err(Failure::Later { in_doubt, .. }) = judged else {
                panic!("{end:?}, {status}: {judged:?}");
            };
            assert_eq!(in_doubt, doubt, "{end:?}, {status}");
        }
    }
}

#[test]
fn what_cannot_get_better_is_a_dead_letter_with_a_reason() {
    for status in [302, 400, 403, 413, 422] {
        for body in BODIES {
            for (end, judged) in judged(status, body) {
                let Err(Failure::Never { reason }) = judged else {
                    panic!("{end:?}, {status}: {judged:?}");
                };
                assert!(reason.contains(&status.to_string()), "{end:?}: {reason}");
            }
        }
    }
}

/// So that they are looked up again.
#[test]
fn two_statuses_are_about_who_we_are() {
    for end in End::ALL {
        for status in [401, 403] {
            if let Some(judged) = driver(end).judge(&answer(status, b"")) {
                let refused = match judged {
                    Err(Failure::Unauthorized { never, .. }) => never == (status == 403),
                    // Where the vendor says of one of them that it is about the chat.
                    Err(Failure::Never { .. }) => status == 403,
                    _ => false,
                };
                assert!(refused, "{end:?}, {status}: {judged:?}");
            }
        }
    }
}

proptest! {
    /// Taken is only what was answered with success.
    #[test]
    fn no_answer_panics_or_passes_for_success(
        status in 100_u16..600,
        body in prop::collection::vec(any::<u8>(), 0..200),
        text in "\\PC{0,600}",
    ) {
        let told = serde_json::json!({"message": text, "description": text, "body": {"message": text}});
        for body in [body, told.to_string().into_bytes()] {
            for (end, judged) in judged(status, &body) {
                match judged {
                    Ok(()) => prop_assert!((200..300).contains(&status), "{:?}", end),
                    Err(Failure::Later { reason, .. } | Failure::Never { reason }) => {
                        prop_assert!(!reason.is_empty() && reason.chars().count() < 400, "{:?}: {:?}", end, reason);
                        prop_assert!(!reason.chars().any(char::is_control), "{:?}: {:?}", end, reason);
                    }
                    Err(other) => prop_assert!(false, "{:?}: {:?}", end, other),
                }
            }
        }
    }
}
