//! Each role of the template allows what its function's program calls, and nothing else.
//!
//! Which calls those are stands in the program: the optimiser leaves nothing of an operation that nobody calls, and the protocols
//! of DynamoDB and Secrets Manager name an operation in a header, `DynamoDB_20120810.PutItem`, that has to be in the program as a text.
//! S3's name none; its client is there or not.

use std::collections::{BTreeMap, BTreeSet};

use serde_yaml_ng::Value;

use crate::programs::{programs, template};

/// An action, as a policy calls it.
type Actions = BTreeSet<String>;

/// A service whose calls are named: what its policies call it, and what stands before each name.
struct Service {
    name: &'static str,
    before: &'static str,
    /// Every call that it has. Texts lie side by side in a program, so that what follows a name may look like more of it.
    calls: &'static [&'static str],
}

/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Operations_Amazon_DynamoDB.html>
const DYNAMODB: Service = Service {
    name: "dynamodb",
    before: "DynamoDB_20120810.",
    calls: &[
        "BatchExecuteStatement",
        "BatchGetItem",
        "BatchWriteItem",
        "CreateBackup",
        "CreateGlobalTable",
        "CreateTable",
        "DeleteBackup",
        "DeleteItem",
        "DeleteResourcePolicy",
        "DeleteTable",
        "DescribeBackup",
        "DescribeContinuousBackups",
        "DescribeContributorInsights",
        "DescribeEndpoints",
        "DescribeExport",
        "DescribeGlobalTable",
        "DescribeGlobalTableSettings",
        "DescribeImport",
        "DescribeKinesisStreamingDestination",
        "DescribeLimits",
        "DescribeTable",
        "DescribeTableReplicaAutoScaling",
        "DescribeTimeToLive",
        "DisableKinesisStreamingDestination",
        "EnableKinesisStreamingDestination",
        "ExecuteStatement",
        "ExecuteTransaction",
        "ExportTableToPointInTime",
        "GetItem",
        "GetResourcePolicy",
        "ImportTable",
        "ListBackups",
        "ListContributorInsights",
        "ListExports",
        "ListGlobalTables",
        "ListImports",
        "ListTables",
        "ListTagsOfResource",
        "PutItem",
        "PutResourcePolicy",
        "Query",
        "RestoreTableFromBackup",
        "RestoreTableToPointInTime",
        "Scan",
        "TagResource",
        "TransactGetItems",
        "TransactWriteItems",
        "UntagResource",
        "UpdateContinuousBackups",
        "UpdateContributorInsights",
        "UpdateGlobalTable",
        "UpdateGlobalTableSettings",
        "UpdateItem",
        "UpdateKinesisStreamingDestination",
        "UpdateTable",
        "UpdateTableReplicaAutoScaling",
        "UpdateTimeToLive",
    ],
};

/// <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_Operations.html>
const SECRETS: Service = Service {
    name: "secretsmanager",
    before: "secretsmanager.",
    calls: &[
        "BatchGetSecretValue",
        "CancelRotateSecret",
        "CreateSecret",
        "DeleteResourcePolicy",
        "DeleteSecret",
        "DescribeSecret",
        "GetRandomPassword",
        "GetResourcePolicy",
        "GetSecretValue",
        "ListSecretVersionIds",
        "ListSecrets",
        "PutResourcePolicy",
        "PutSecretValue",
        "RemoveRegionsFromReplication",
        "ReplicateSecretToRegions",
        "RestoreSecret",
        "RotateSecret",
        "StopReplicationToReplica",
        "TagResource",
        "UntagResource",
        "UpdateSecret",
        "UpdateSecretVersionStage",
        "ValidateResourcePolicy",
    ],
};

/// A text of S3's client, and what its calls are. It is behind a trait object, so that a program has all of it or nothing.
const FILES: (&str, [&str; 2]) = (
    "?response-content-disposition=",
    ["s3:GetObject", "s3:PutObject"],
);

/// Calls that AWS makes in the function's name, which no program shows.
mod service_side {
    /// Lambda writes what the function prints.
    pub(super) const LOGS: [&str; 2] = ["logs:CreateLogStream", "logs:PutLogEvents"];
    /// Lambda reads the stream that it invokes the function with.
    pub(super) const STREAM: [&str; 4] = [
        "dynamodb:DescribeStream",
        "dynamodb:GetRecords",
        "dynamodb:GetShardIterator",
        "dynamodb:ListStreams",
    ];
    /// DynamoDB, Secrets Manager and S3 use the customer's key, if there is one.
    pub(super) const KEY: [&str; 6] = [
        "kms:Decrypt",
        "kms:DescribeKey",
        "kms:Encrypt",
        "kms:GenerateDataKey",
        "kms:ReEncryptFrom",
        "kms:ReEncryptTo",
    ];
}

/// What follows `before` in the program, each time.
fn behind<'a>(program: &'a [u8], before: &str) -> Vec<&'a [u8]> {
    let starts = program.windows(before.len()).enumerate();
    let found = starts.filter(|(_, window)| *window == before.as_bytes());
    found.map(|(at, _)| &program[at + before.len()..]).collect()
}

impl Service {
    /// The calls that the program makes.
    fn called(&self, program: &[u8]) -> Actions {
        let behind = behind(program, self.before).into_iter();
        // A host's name goes on in small letters.
        let named = behind.filter(|text| text.first().is_some_and(u8::is_ascii_uppercase));
        named
            .map(|text| {
                let calls = self
                    .calls
                    .iter()
                    .filter(|call| text.starts_with(call.as_bytes()));
                let call = calls.max_by_key(|call| call.len()).unwrap_or_else(|| {
                    let text = String::from_utf8_lossy(&text[..text.len().min(40)]);
                    panic!("{} has no call such as {text}", self.name)
                });
                format!("{}:{call}", self.name)
            })
            .collect()
    }
}

/// The calls that the program makes.
fn called(program: &[u8]) -> Actions {
    let mut actions = DYNAMODB.called(program);
    actions.extend(SECRETS.called(program));
    let (text, calls) = FILES;
    if !behind(program, text).is_empty() {
        actions.extend(calls.map(str::to_owned));
    }
    actions
}

/// Everything that stands as `Action` below, with what conditions decide about.
fn allowed(below: &Value) -> Actions {
    let texts = |value: &Value| -> Actions {
        match value {
            Value::String(action) => [action.clone()].into(),
            Value::Sequence(actions) => actions
                .iter()
                .map(|action| action.as_str().unwrap().to_owned())
                .collect(),
            other => panic!("an action is {other:?}"),
        }
    };
    match below {
        Value::Mapping(mapping) => mapping
            .iter()
            .flat_map(|(key, value)| {
                if key == "Action" {
                    texts(value)
                } else {
                    allowed(value)
                }
            })
            .collect(),
        Value::Sequence(values) => values.iter().flat_map(allowed).collect(),
        Value::Tagged(tagged) => allowed(&tagged.value),
        _ => Actions::new(),
    }
}

/// What is too much, and what is missing.
fn differences(allowed: &Actions, called: &Actions) -> (Vec<String>, Vec<String>) {
    (
        allowed.difference(called).cloned().collect(),
        called.difference(allowed).cloned().collect(),
    )
}

#[test]
fn each_role_allows_what_its_program_calls_and_nothing_else() {
    let yaml = std::fs::read_to_string(template()).unwrap();
    let template: Value = serde_yaml_ng::from_str(&yaml).unwrap();
    let programs = programs();
    let mut wrong = BTreeMap::new();
    let mut functions = 0;
    for (name, resource) in template["Resources"].as_mapping().unwrap() {
        if resource["Type"] != "AWS::Serverless::Function" {
            continue;
        }
        functions += 1;
        let name = name.as_str().unwrap();
        let properties = &resource["Properties"];
        let program = &programs[properties["CodeUri"].as_str().unwrap()];
        let mut needed = called(&std::fs::read(program).unwrap());
        // Without them there would be nothing to compare with: the derivation would be blind.
        for certain in ["dynamodb:GetItem", "dynamodb:UpdateItem"] {
            assert!(
                needed.contains(certain),
                "{name} does not seem to call {certain}: {needed:?}"
            );
        }
        let has_files = needed.contains("s3:PutObject");
        let told = &properties["Environment"]["Variables"]["FILES_BUCKET"];
        assert_eq!(!told.is_null(), has_files, "{name} and FILES_BUCKET");
        let events = properties["Events"].as_mapping().unwrap();
        needed.extend(service_side::LOGS.map(str::to_owned));
        needed.extend(service_side::KEY.map(str::to_owned));
        if events.values().any(|event| event["Type"] == "DynamoDB") {
            needed.extend(service_side::STREAM.map(str::to_owned));
        }
        let policies = &template["Resources"][format!("{name}Role")]["Properties"]["Policies"];
        let (too_much, missing) = differences(&allowed(policies), &needed);
        if !too_much.is_empty() || !missing.is_empty() {
            wrong.insert(
                name,
                format!("too much: {too_much:?}, missing: {missing:?}"),
            );
        }
    }
    assert_eq!(functions, programs.len());
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_call_is_seen_wherever_it_stands() {
    let program = b"\0loadedDynamoDB_20120810.GetItemDynamoDB_20120810.PutItemA required\x01https://secretsmanager.\
        x-amz-targetsecretsmanager.GetSecretValueStringDynamoDB_20120810ServiceRuntime";
    let expected = [
        "dynamodb:GetItem",
        "dynamodb:PutItem",
        "secretsmanager:GetSecretValue",
    ];
    assert_eq!(called(program), expected.map(str::to_owned).into());
    assert_eq!(
        called(b"DynamoDB_20120810.DescribeTableReplicaAutoScaling").len(),
        1
    );
    assert_eq!(
        called(b"?response-content-disposition="),
        FILES.1.map(str::to_owned).into()
    );
    assert_eq!(called(b"response"), Actions::new());
}

#[test]
fn what_is_too_much_and_what_is_missing_are_told_apart() {
    let yaml = "- Statement: [{Action: a:A}, !If [C, {Action: [b:B, b:C]}, !Ref AWS::NoValue]]";
    let allowed = allowed(&serde_yaml_ng::from_str(yaml).unwrap());
    let called = ["b:B", "b:C", "c:C"].map(str::to_owned).into();
    assert_eq!(
        differences(&allowed, &called),
        (vec!["a:A".to_owned()], vec!["c:C".to_owned()])
    );
}
