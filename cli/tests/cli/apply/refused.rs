//! Tables that the functions could not work with, and a DynamoDB that says no.

use serde_json::{Value, json};
use switchboard::gateway::TABLE;

use super::{changed, on, table};
use crate::messages::{GOOD, text, written};
use crate::process::failure;
use crate::proxy::{Fate, Proxy, error};

#[tokio::test(flavor = "multi_thread")]
async fn a_table_that_the_functions_could_not_work_with_is_not_written_to() {
    let gateway = table(GOOD).await;
    let key = |name: &str, kind: &str| json!({"AttributeName": name, "KeyType": kind});
    let definition = |name: &str| json!({"AttributeName": name, "AttributeType": "S"});
    let described = |sort: &str, stream: Value| {
        json!({"Table": {
            "TableName": TABLE, "TableStatus": "ACTIVE", "StreamSpecification": stream,
            "KeySchema": [key("pk", "HASH"), key(sort, "RANGE")],
            "AttributeDefinitions": [definition("pk"), definition(sort)],
        }})
    };
    let stream = json!({"StreamEnabled": true, "StreamViewType": "NEW_AND_OLD_IMAGES"});
    let life = |status: &str| json!({"TimeToLiveDescription": {"TimeToLiveStatus": status, "AttributeName": "expires"}});
    let cases = [
        (
            described("sk", Value::Null),
            life("ENABLED"),
            "it has no stream, so that nothing that fails would be sent again",
        ),
        (
            described(
                "sk",
                json!({"StreamEnabled": true, "StreamViewType": "NEW_IMAGE"}),
            ),
            life("ENABLED"),
            "its stream holds NEW_IMAGE",
        ),
        (
            described("sk", stream.clone()),
            life("DISABLED"),
            "its time-to-live is not on `expires`",
        ),
        (
            described("id", stream),
            life("ENABLED"),
            "its keys are not the strings `pk` and `sk`",
        ),
    ];
    for (table, life, expected) in cases {
        let proxy = Proxy::before(
            gateway.dynamodb_url(),
            Box::new(move |operation, _| match operation {
                "DescribeTable" => Fate::Answered(200, table.clone()),
                "DescribeTimeToLive" => Fate::Answered(200, life.clone()),
                _ => Fate::Passed,
            }),
        )
        .await;
        let ended = on(&proxy.url, &changed(), &["apply", "--yes"]);
        assert_eq!((ended.code, ended.out.as_str()), (Some(2), ""));
        let begins = format!("error: nothing is written to the table {TABLE}: {expected}");
        assert!(ended.err.starts_with(&begins), "{}", ended.err);
        assert_eq!(proxy.writes(), 0);
    }
    gateway.stop().await;
}

/// Each is told by name, with the operation, and nothing is written.
#[tokio::test(flavor = "multi_thread")]
async fn a_dynamodb_that_refuses_is_named() {
    let gateway = table(GOOD).await;
    let may_not = "User: arn:aws:iam::1:user/eve is not authorized to perform that";
    for operation in ["Scan", "DescribeTable", "DescribeTimeToLive"] {
        for (status, code, message, remedy) in [
            (
                400,
                "AccessDeniedException",
                may_not,
                "; these credentials need that permission on the table",
            ),
            (
                400,
                "ResourceNotFoundException",
                "Requested resource not found",
                "; there is no such table in this region; the stack's output TableName is its name",
            ),
            (
                400,
                "ThrottlingException",
                "Rate exceeded",
                "; the table is busy; try again in a minute",
            ),
            (500, "InternalServerError", "Something broke", ""),
        ] {
            let proxy = Proxy::before(
                gateway.dynamodb_url(),
                Box::new(move |called, _| match called == operation {
                    true => Fate::Answered(status, error(code, message)),
                    false => Fate::Passed,
                }),
            )
            .await;
            let ended = on(&proxy.url, &changed(), &["apply", "--yes"]);
            assert_eq!(
                (ended.code, ended.out.as_str()),
                (Some(2), ""),
                "{operation} {code}"
            );
            let said = format!("error: {operation}: {code}: {message}{remedy}\n");
            assert_eq!(ended.err, said);
            assert_eq!(proxy.writes(), 0, "{:?}", proxy.calls());
        }
    }
    gateway.stop().await;
}

#[test]
fn a_dynamodb_that_is_not_there_and_a_table_that_nobody_named() {
    let (_folder, file) = written(GOOD);
    for command in ["apply", "diff"] {
        let said = failure(&[command, text(&file)], &[]);
        assert!(said.starts_with("which table? "), "{said}");
        let said = failure(&[command, text(&file), "--table", TABLE], &[]);
        assert!(said.contains("AWS_REGION is not set"), "{said}");
        let nobody = ["--table", TABLE, "--endpoint", "http://127.0.0.1:1"];
        let said = failure(&[&[command, text(&file)][..], &nobody].concat(), &[]);
        assert!(said.starts_with("Scan: "), "{said}");
        assert!(said.contains("Connection refused"), "{said}");
        assert!(
            said.ends_with("; look at AWS_REGION, or at --endpoint if that is given"),
            "{said}"
        );
    }
}
