//! Alarms: each says what to do, looks at a metric that there is, and costs what the parameters say.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use shared::counted::{ALSO_IN_ALL, DIMENSION, METRICS};
use shared::platforms::Platform;

use crate::read::{Named, all, functions, resources, template};

fn alarms(template: &Value) -> Vec<Named<'_>> {
    resources(template, "AWS::CloudWatch::Alarm")
}

/// Everything that names a metric.
fn metrics(alarm: &Value) -> Vec<&Value> {
    let all = all(alarm).into_iter();
    all.filter(|value| value["MetricName"].is_string())
        .collect()
}

#[test]
fn each_says_what_it_means() {
    let template = template();
    for (name, alarm) in alarms(&template) {
        let properties = &alarm["Properties"];
        let description = properties["AlarmDescription"].as_str().unwrap();
        assert!(description.len() > 80, "{name}: {description}");
        assert!(
            description.len() <= 1024,
            "{name}: CloudWatch takes 1024 bytes"
        );
        assert!(description.ends_with('.'), "{name}");
        // A metric that nobody writes has no data; that is how it is when all is well.
        assert_eq!(properties["TreatMissingData"], "notBreaching", "{name}");
    }
}

/// All but those that turn back a deployment: whoever deploys reads it there.
#[test]
fn each_tells_somebody_when_it_begins_and_when_it_ends() {
    let template = template();
    for (name, alarm) in alarms(&template) {
        let properties = &alarm["Properties"];
        if alarm["Condition"] == "Gradual" {
            assert!(properties["AlarmActions"].is_null(), "{name}");
            continue;
        }
        assert!(alarm["Condition"].is_null(), "{name}");
        let somebody = json!([{"Fn::If": ["HasEmail", {"Ref": "AlarmMail"},
            {"Fn::If": ["HasTopic", {"Ref": "AlarmTopic"}, {"Ref": "AWS::NoValue"}]}]}]);
        assert_eq!(properties["AlarmActions"], somebody, "{name}");
        assert_eq!(properties["OKActions"], somebody, "{name}");
    }
}

#[test]
fn those_on_our_own_metrics_look_at_what_is_written() {
    let template = template();
    let namespace =
        &template["Globals"]["Function"]["Environment"]["Variables"]["METRICS_NAMESPACE"];
    let ours = |metric: &&Value| metric["Namespace"].is_object();
    let alarms = alarms(&template);
    let all: Vec<_> = alarms
        .iter()
        .flat_map(|(_, alarm)| metrics(alarm))
        .collect();
    let ours: Vec<_> = all.into_iter().filter(ours).collect();
    assert!(!ours.is_empty());
    for metric in &ours {
        assert_eq!(metric["Namespace"], *namespace);
        let name = metric["MetricName"].as_str().unwrap();
        assert!(METRICS.iter().any(|(known, _)| *known == name), "{name}");
        match metric["Dimensions"].as_array() {
            None => assert_eq!(
                name, ALSO_IN_ALL,
                "a metric that is there by platform alone"
            ),
            Some(dimensions) => {
                assert_eq!(dimensions.len(), 1, "{name}");
                assert_eq!(dimensions[0]["Name"], DIMENSION);
                let platform = dimensions[0]["Value"].as_str().unwrap();
                assert!(
                    Platform::ALL.iter().any(|known| known.name() == platform),
                    "{platform}"
                );
            }
        }
    }
    assert!(
        ours.iter()
            .any(|metric| metric["MetricName"] == ALSO_IN_ALL),
        "nobody looks at dead letters"
    );
}

/// Metrics of AWS's own that are there without a charge.
#[test]
fn the_others_look_at_what_aws_writes() {
    let template = template();
    let known: BTreeSet<(&str, &str)> = [
        ("AWS/ApiGateway", "5xx"),
        ("AWS/DynamoDB", "SystemErrors"),
        ("AWS/DynamoDB", "WriteThrottleEvents"),
        ("AWS/Lambda", "Errors"),
        ("AWS/Lambda", "IteratorAge"),
    ]
    .into();
    let mut found = BTreeSet::new();
    for (_, alarm) in alarms(&template) {
        for metric in metrics(alarm) {
            if let Some(namespace) = metric["Namespace"].as_str() {
                found.insert((namespace, metric["MetricName"].as_str().unwrap()));
            }
        }
    }
    assert_eq!(found, known);
}

/// An alarm costs 0.10 dollars a month for each metric that it looks at.
#[test]
fn they_cost_what_the_parameters_say() {
    let template = template();
    let count = |gradual: bool| -> usize {
        let alarms = alarms(&template).into_iter();
        let of = alarms.filter(|(_, alarm)| (alarm["Condition"] == "Gradual") == gradual);
        of.map(|(_, alarm)| metrics(alarm).len()).sum()
    };
    let says = |parameter: &str, metrics: usize| {
        let description = template["Parameters"][parameter]["Description"]
            .as_str()
            .unwrap();
        let sum = format!("{}.{}0 dollars a month", metrics / 10, metrics % 10);
        assert!(
            description.contains(&sum),
            "{parameter} does not say {sum}: {description}"
        );
    };
    says("AlarmEmail", count(false));
    says("GradualDeployment", count(true));
    assert_eq!(count(true), functions(&template).len());
}
