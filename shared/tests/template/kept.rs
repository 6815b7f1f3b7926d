//! What holds data outlives the stack, and can be taken back.

use serde_json::json;

use crate::read::{references, section, template};

/// The types of resource that a customer's data is in for longer than a log entry.
const DATA: [&str; 2] = ["AWS::DynamoDB::Table", "AWS::S3::Bucket"];

/// The types that hold none. One that stands in neither list fails.
const NONE: [&str; 13] = [
    "AWS::ApiGatewayV2::ApiMapping",
    "AWS::ApiGatewayV2::DomainName",
    "AWS::CertificateManager::Certificate",
    "AWS::CloudWatch::Alarm",
    "AWS::CloudWatch::Dashboard",
    "AWS::IAM::Role",
    "AWS::Logs::LogGroup",
    "AWS::Logs::QueryDefinition",
    "AWS::Route53::RecordSet",
    "AWS::S3::BucketPolicy",
    "AWS::SNS::Topic",
    "AWS::Serverless::Function",
    "AWS::Serverless::HttpApi",
];

#[test]
fn data_is_retained_whatever_happens_to_the_stack() {
    let template = template();
    let mut kept = 0;
    for (name, resource) in section(&template, "Resources") {
        let kind = resource["Type"].as_str().unwrap();
        if DATA.contains(&kind) {
            kept += 1;
            assert_eq!(resource["DeletionPolicy"], "Retain", "{name}");
            assert_eq!(resource["UpdateReplacePolicy"], "Retain", "{name}");
            let key = references(&resource["Properties"]);
            assert!(
                key.contains("KmsKeyArn"),
                "{name} has no key of the customer's"
            );
        } else {
            assert!(NONE.contains(&kind), "{name}: does a {kind} hold data?");
        }
    }
    assert_eq!(kept, 2);
}

#[test]
fn the_table_can_be_taken_back_and_not_deleted() {
    let template = template();
    let table = &template["Resources"]["Table"]["Properties"];
    let back = &table["PointInTimeRecoverySpecification"];
    assert_eq!(
        *back,
        json!({"PointInTimeRecoveryEnabled": true, "RecoveryPeriodInDays": {"Ref": "RecoveryDays"}})
    );
    assert_eq!(
        table["DeletionProtectionEnabled"],
        json!({"Ref": "DeletionProtection"})
    );
    assert_eq!(
        template["Parameters"]["DeletionProtection"]["Default"],
        "true"
    );
}

#[test]
fn files_are_nobodys_but_ours() {
    let template = template();
    let bucket = &template["Resources"]["Files"]["Properties"];
    let open = bucket["PublicAccessBlockConfiguration"]
        .as_object()
        .unwrap();
    assert_eq!(open.len(), 4);
    assert!(open.values().all(|blocked| *blocked == true));
    let rule = &bucket["LifecycleConfiguration"]["Rules"][0];
    assert_eq!(
        rule["ExpirationInDays"],
        json!({"Ref": "FileRetentionDays"})
    );
}
