//! What holds of every function.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use shared::platforms::{End, Platform};

use crate::read::{all, decided_by, functions, references, resources, template};

fn program(function: &Value) -> &str {
    function["Metadata"]["BuildProperties"]["Binary"]
        .as_str()
        .unwrap()
}

/// The functions that webhooks come to.
fn platforms() -> BTreeSet<&'static str> {
    Platform::ALL.into_iter().map(Platform::name).collect()
}

#[test]
fn one_for_each_platform_and_redeliver() {
    let template = template();
    let programs: Vec<_> = functions(&template)
        .into_iter()
        .map(|(_, f)| program(f))
        .collect();
    let mut expected = platforms();
    expected.insert("redeliver");
    assert_eq!(programs.iter().copied().collect::<BTreeSet<_>>(), expected);
    assert_eq!(programs.len(), expected.len());
    for (name, function) in functions(&template) {
        let folder = format!("functions/{}", program(function));
        assert_eq!(function["Properties"]["CodeUri"], *folder, "{name}");
        assert_eq!(
            function["Properties"]["Role"],
            json!({"Fn::GetAtt": [format!("{name}Role"), "Arn"]})
        );
    }
}

/// What an end's route leads to, and no route that is nobody's.
#[test]
fn every_route_is_of_its_platforms_function() {
    let template = template();
    let mut routed = BTreeSet::new();
    for (name, function) in functions(&template) {
        for event in function["Properties"]["Events"]
            .as_object()
            .unwrap()
            .values()
        {
            if event["Type"] != "HttpApi" {
                continue;
            }
            assert_eq!(
                event["Properties"]["ApiId"],
                json!({"Ref": "Api"}),
                "{name}"
            );
            let path = event["Properties"]["Path"].as_str().unwrap();
            let ends = End::ALL
                .into_iter()
                .filter(|end| path.starts_with(base(end.route())));
            let of: BTreeSet<_> = ends.map(|end| end.platform().name()).collect();
            assert_eq!(of, [program(function)].into(), "{path}");
            routed.insert(path.to_owned());
        }
    }
    for end in End::ALL {
        assert!(
            routed.contains(end.route()),
            "{} is not routed",
            end.route()
        );
    }
}

/// A route as far as it holds no parameter.
fn base(route: &str) -> &str {
    route.split('{').next().unwrap()
}

#[test]
fn each_logs_into_a_group_of_its_own_that_forgets() {
    let template = template();
    let groups = resources(&template, "AWS::Logs::LogGroup");
    for (name, group) in &groups {
        let properties = &group["Properties"];
        assert_eq!(
            properties["RetentionInDays"],
            json!({"Ref": "LogRetentionDays"}),
            "{name}"
        );
        assert!(
            references(&properties["KmsKeyId"]).contains("KmsKeyArn"),
            "{name}"
        );
    }
    let mut taken = BTreeSet::new();
    for (name, function) in functions(&template) {
        let group = function["Properties"]["LoggingConfig"]["LogGroup"]["Ref"]
            .as_str()
            .unwrap();
        assert!(
            groups.iter().any(|(known, _)| *known == group),
            "{name}: {group}"
        );
        assert!(
            taken.insert(group.to_owned()),
            "{group} is of two functions"
        );
    }
    let names: BTreeSet<_> = groups
        .iter()
        .map(|(_, group)| group["Properties"]["LogGroupName"].to_string())
        .collect();
    assert_eq!(names.len(), groups.len(), "two groups of one name");
}

/// Lambda drops what is below this level, and with it the metrics that a line of such a level carries.
#[test]
fn lambda_drops_no_line_of_a_function() {
    let template = template();
    let logging = &template["Globals"]["Function"]["LoggingConfig"];
    assert_eq!(logging["LogFormat"], "JSON");
    assert_eq!(logging["ApplicationLogLevel"], "INFO");
    for (name, function) in functions(&template) {
        let own = function["Properties"]["LoggingConfig"].as_object().unwrap();
        assert_eq!(own.keys().collect::<Vec<_>>(), ["LogGroup"], "{name}");
    }
}

#[test]
fn each_is_told_what_it_reads_and_no_secret() {
    let template = template();
    let variables = &template["Globals"]["Function"]["Environment"]["Variables"];
    let names: Vec<_> = variables.as_object().unwrap().keys().collect();
    assert_eq!(
        names,
        [
            "LOG_LEVEL",
            "METRICS_NAMESPACE",
            "SECRET_NAME",
            "TABLE_NAME"
        ]
    );
    assert_eq!(variables["TABLE_NAME"], json!({"Ref": "Table"}));
    assert_eq!(
        variables["METRICS_NAMESPACE"],
        template["Outputs"]["MetricsNamespace"]["Value"]
    );
    assert_eq!(
        variables["SECRET_NAME"],
        template["Outputs"]["SecretName"]["Value"]
    );
    for (name, function) in functions(&template) {
        let own = &function["Properties"]["Environment"]["Variables"];
        let files = json!({"FILES_BUCKET": {"Ref": "Files"}});
        assert!(own.is_null() || *own == files, "{name}: {own}");
    }
    assert!(
        !template.to_string().contains("{{resolve:"),
        "a secret in what is deployed"
    );
}

/// The alias stays where it is while only the value of a parameter changes, unless the version's description says the value.
#[test]
fn a_version_tells_of_every_parameter_that_configures_it() {
    let template = template();
    let parameters = template["Parameters"].as_object().unwrap();
    let of = |value: &Value| -> BTreeSet<String> {
        let names = decided_by(&template, value).into_iter();
        names.filter(|name| parameters.contains_key(name)).collect()
    };
    let global = &template["Globals"]["Function"];
    assert_eq!(global["AutoPublishAlias"], "live");
    assert_eq!(global["AutoPublishAliasAllProperties"], true);
    for (name, function) in functions(&template) {
        let properties = &function["Properties"];
        let mut configured = BTreeSet::new();
        for (key, value) in global
            .as_object()
            .unwrap()
            .iter()
            .chain(properties.as_object().unwrap())
        {
            // Of the function and not of its version, or of what calls it.
            let unversioned = [
                "DeploymentPreference",
                "Events",
                "RecursiveLoop",
                "ReservedConcurrentExecutions",
                "Role",
                "VersionDescription",
            ];
            if !unversioned.contains(&key.as_str()) {
                configured.extend(of(value));
            }
        }
        assert!(configured.contains("LogLevel"), "{name}: {configured:?}");
        let told = of(&properties["VersionDescription"]);
        assert_eq!(configured, told, "{name}");
    }
}

#[test]
fn a_new_version_of_each_can_be_turned_back() {
    let template = template();
    let may: BTreeSet<String> = references(&template["Resources"]["DeploymentRole"]);
    for (name, function) in functions(&template) {
        let alarms = &function["Properties"]["DeploymentPreference"]["Alarms"];
        let alarm = format!("{name}Errors");
        assert_eq!(*alarms, json!([{"Ref": alarm}]), "{name}");
        let alarm = &template["Resources"][alarm.as_str()];
        assert_eq!(alarm["Condition"], "Gradual");
        assert_eq!(
            alarm["Properties"]["Dimensions"],
            json!([
                {"Name": "FunctionName", "Value": {"Ref": name}},
                {"Name": "Resource", "Value": {"Fn::Sub": format!("${{{name}}}:live")}},
            ])
        );
        assert!(
            may.contains(name) && may.contains(&format!("{name}.Arn")),
            "{name}: {may:?}"
        );
    }
}

/// Work, not settings: the local gateway reads these as plain values.
#[test]
fn limits_are_plain_numbers() {
    let template = template();
    for (name, function) in functions(&template) {
        let properties = &function["Properties"];
        for limit in ["MemorySize", "Timeout"] {
            assert!(properties[limit].is_u64(), "{name}: {limit}");
        }
        // An HTTP API answers 503 after 30 s, whatever the function does.
        if program(function) != "redeliver" {
            assert!(properties["Timeout"].as_u64().unwrap() < 30, "{name}");
            assert!(
                all(properties)
                    .into_iter()
                    .any(|value| *value == json!({"Ref": "ReservedConcurrency"})),
                "{name}"
            );
        }
    }
}

/// A saved query that leaves out a function's log finds nothing of that platform, and looks as if there were nothing.
#[test]
fn saved_queries_look_into_every_functions_log() {
    let template = template();
    let names = functions(&template).into_iter();
    let logs: Vec<_> = names
        .map(|(name, _)| json!({"Ref": format!("{name}Logs")}))
        .collect();
    for (name, query) in resources(&template, "AWS::Logs::QueryDefinition") {
        let mut groups = query["Properties"]["LogGroupNames"]
            .as_array()
            .unwrap()
            .clone();
        assert_eq!(groups.len(), logs.len(), "{name}");
        groups.retain(|group| !logs.contains(group));
        assert!(groups.is_empty(), "{name}: {groups:?}");
    }
}
