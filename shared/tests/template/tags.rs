//! Whoever looks at a bill or a list of resources finds ours.

use serde_json::json;

use crate::read::{section, template};

/// What AWS takes no tags of.
const UNTAGGED: [&str; 5] = [
    "AWS::ApiGatewayV2::ApiMapping",
    "AWS::CloudWatch::Dashboard",
    "AWS::Logs::QueryDefinition",
    "AWS::Route53::RecordSet",
    "AWS::S3::BucketPolicy",
];

/// What takes them as a mapping.
const MAPPED: [&str; 2] = ["AWS::ApiGatewayV2::DomainName", "AWS::Serverless::HttpApi"];

#[test]
fn everything_is_tagged() {
    let template = template();
    let mapped = json!({"application": "switchboard"});
    let listed = json!([{"Key": "application", "Value": "switchboard"}]);
    let global = &template["Globals"]["Function"];
    assert_eq!(global["Tags"], mapped);
    assert_eq!(global["PropagateTags"], true);
    assert_eq!(
        template["Resources"]["Api"]["Properties"]["PropagateTags"],
        true
    );
    for (name, resource) in section(&template, "Resources") {
        let kind = resource["Type"].as_str().unwrap();
        if UNTAGGED.contains(&kind) || kind == "AWS::Serverless::Function" {
            continue;
        }
        let expected = if MAPPED.contains(&kind) {
            &mapped
        } else {
            &listed
        };
        assert_eq!(resource["Properties"]["Tags"], *expected, "{name}");
    }
}
