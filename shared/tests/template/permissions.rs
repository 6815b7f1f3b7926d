//! What no role may have. What each has to have, `tests/deployment` compares with the calls in the function's program.

use serde_json::Value;

use crate::read::{all, functions, references, resources, template};

/// The statements of a role, with those that a condition decides about.
fn statements(role: &Value) -> Vec<&Value> {
    let policies = all(&role["Properties"]["Policies"]).into_iter();
    policies
        .filter(|value| value["Effect"].is_string())
        .collect()
}

fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        _ => value
            .as_array()
            .unwrap()
            .iter()
            .map(|text| text.as_str().unwrap())
            .collect(),
    }
}

#[test]
fn no_role_may_list_or_everything() {
    let template = template();
    for (name, role) in resources(&template, "AWS::IAM::Role") {
        assert!(
            role["Properties"]["ManagedPolicyArns"].is_null(),
            "{name} has a policy that is not written here"
        );
        for statement in statements(role) {
            assert_eq!(statement["Effect"], "Allow");
            assert!(statement["Sid"].is_string(), "{name}: {statement}");
            for action in texts(&statement["Action"]) {
                let (_, call) = action.split_once(':').unwrap();
                assert!(!action.contains(['*', '?']), "{name}: {action}");
                assert!(
                    ![
                        "Scan",
                        "Query",
                        "PartiQLSelect",
                        "BatchGetItem",
                        "ListBucket",
                        "ListSecrets"
                    ]
                    .contains(&call),
                    "{name}: {action}"
                );
            }
            assert_ne!(statement["Resource"], "*", "{name}: {statement}");
        }
    }
}

/// Where there is no such secret, AWS authorises against its bare name, and says that there is none only to who may read that.
#[test]
fn a_role_may_read_a_secret_that_is_not_there_yet() {
    let secret =
        "arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:${Name}";
    let template = template();
    for (name, _) in functions(&template) {
        let role = &template["Resources"][format!("{name}Role")];
        let statement = statements(role)
            .into_iter()
            .find(|statement| statement["Sid"] == "Secrets")
            .unwrap();
        let resources = statement["Resource"].as_array().unwrap().iter();
        let resources: Vec<_> = resources
            .map(|resource| resource["Fn::Sub"][0].as_str().unwrap())
            .collect();
        let expected = ["", "-??????", "/*"].map(|behind| format!("{secret}{behind}"));
        assert_eq!(resources, expected, "{name}");
    }
}

/// A wildcard stands where AWS itself adds to a name, or for what is inside a thing of ours.
#[test]
fn wildcards_stand_behind_names_of_ours() {
    let template = template();
    let inside = [
        "${Files.Arn}/*",
        "${Table.Arn}/stream/*",
        "arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:${Name}-??????",
        "arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:${Name}/*",
        // Of a call that changes nothing and tells no data.
        "arn:${AWS::Partition}:cloudwatch:${AWS::Region}:${AWS::AccountId}:alarm:*",
    ];
    for (name, role) in resources(&template, "AWS::IAM::Role") {
        for statement in statements(role) {
            for text in all(&statement["Resource"])
                .into_iter()
                .filter_map(Value::as_str)
            {
                if text.contains(['*', '?']) {
                    assert!(inside.contains(&text), "{name}: {text}");
                }
            }
        }
    }
}

#[test]
fn each_role_is_for_one_function_and_its_log() {
    let template = template();
    for (name, _) in functions(&template) {
        let role = &template["Resources"][format!("{name}Role")];
        let trust = &role["Properties"]["AssumeRolePolicyDocument"]["Statement"];
        assert_eq!(
            trust[0]["Principal"]["Service"], "lambda.amazonaws.com",
            "{name}"
        );
        let logs = statements(role)
            .into_iter()
            .find(|statement| statement["Sid"] == "Logs")
            .unwrap();
        assert_eq!(references(logs), [format!("{name}Logs")].into(), "{name}");
        let others: Vec<_> = functions(&template)
            .into_iter()
            .filter(|(_, other)| {
                other["Properties"]["Role"]["Fn::GetAtt"][0] == *format!("{name}Role")
            })
            .collect();
        assert_eq!(others.len(), 1, "{name}");
    }
}

/// A function uses the customer's key only through services, and only if there is one.
#[test]
fn the_key_is_used_through_services_alone() {
    let template = template();
    for (name, _) in functions(&template) {
        let role = &template["Resources"][format!("{name}Role")];
        let choices = all(role)
            .into_iter()
            .filter(|value| value["Fn::If"][0] == "HasKey");
        let choices: Vec<_> = choices.collect();
        assert_eq!(choices.len(), 1, "{name}");
        let statement = &choices[0]["Fn::If"][1];
        assert!(
            texts(&statement["Action"])
                .iter()
                .all(|action| action.starts_with("kms:"))
        );
        let through = &statement["Condition"]["StringEquals"]["kms:ViaService"];
        let services: Vec<_> = all(through).into_iter().filter_map(Value::as_str).collect();
        let files = statements(role)
            .iter()
            .any(|statement| statement["Sid"] == "Files");
        assert_eq!(
            services.len(),
            if files { 3 } else { 2 },
            "{name}: {services:?}"
        );
        let elsewhere = statements(role)
            .into_iter()
            .filter(|other| *other != statement);
        for other in elsewhere {
            assert!(
                !texts(&other["Action"])
                    .iter()
                    .any(|action| action.starts_with("kms:")),
                "{name}"
            );
        }
    }
}
