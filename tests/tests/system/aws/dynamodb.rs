//! DynamoDB refuses, is throttled, or is not there.

use serde_json::json;
use shared::platforms::End;

use super::deployment::{Deployment, TOKEN, body, of_each_function};
use super::service::Fault;

/// How DynamoDB says that it does not: <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html>.
const FAULTS: [(u16, &str, &str); 5] = [
    (400, "AccessDeniedException", "need that permission"),
    (400, "ResourceNotFoundException", "TableName"),
    (400, "ProvisionedThroughputExceededException", "busy"),
    (400, "ThrottlingException", "busy"),
    (500, "InternalServerError", "GetItem"),
];

#[tokio::test]
async fn what_cannot_be_read_is_sent_again_and_named() {
    let deployment = Deployment::start().await;
    for (status, code, says) in FAULTS {
        deployment.aws.fails(Some(Fault {
            operation: None,
            status,
            code,
        }));
        for end in of_each_function() {
            let words = [code, says, "GetItem"];
            deployment.fails(end, &body(), &words).await;
        }
    }
    assert_eq!(deployment.items().await, 0);
}

#[tokio::test]
async fn where_nobody_answers_it_is_sent_again_and_named() {
    let deployment = Deployment::without_dynamodb().await;
    for end in End::ALL {
        deployment
            .fails(end, &body(), &["GetItem", "AWS_REGION"])
            .await;
    }
}

/// The first write that is refused is that of the conversation: nothing was accepted, so nothing may be lost by saying so.
#[tokio::test]
async fn what_cannot_be_written_is_sent_again_and_then_taken_once() {
    let deployment = Deployment::start().await;
    let end = End::TelegramChannel;
    let update = json!({
        "update_id": 1,
        "message": { "message_id": 1, "date": 1, "chat": { "id": 7, "type": "private" }, "text": "hello" }
    });
    for (status, code, _) in FAULTS {
        deployment.aws.fails(Some(Fault {
            operation: Some("UpdateItem"),
            status,
            code,
        }));
        deployment.fails(end, &update, &[code, "UpdateItem"]).await;
    }
    assert_eq!(deployment.items().await, 0);
    deployment.aws.fails(None);
    for _ in 0..2 {
        let answer = deployment.post(end, TOKEN, &update).await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }
    assert_eq!(deployment.items().await, 1);
}
