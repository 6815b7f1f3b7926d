//! What a person decides. The description is all that `sam deploy --guided` and the console show.

use std::collections::BTreeSet;

use crate::read::{all, decided_by, references, section, template};

fn names() -> BTreeSet<String> {
    let template = template();
    let parameters = section(&template, "Parameters").into_iter();
    parameters.map(|(name, _)| name.to_owned()).collect()
}

#[test]
fn each_says_what_it_costs() {
    let template = template();
    for (name, parameter) in section(&template, "Parameters") {
        let description = parameter["Description"].as_str().unwrap();
        assert!(
            description.len() <= 4000,
            "{name}: CloudFormation takes 4000 bytes"
        );
        let sum = description.split_whitespace().any(|word| {
            let word = word.trim_matches(|c: char| !c.is_ascii_digit());
            word.parse::<f64>().is_ok()
        });
        let costs = description.contains("dollar") || description.contains(" cent");
        let free = description.to_lowercase().contains("free");
        assert!(
            free || (costs && sum),
            "{name} does not say what it costs: {description}"
        );
        assert!(description.ends_with('.'), "{name}: {description}");
    }
}

#[test]
fn each_is_constrained_and_the_constraint_explains_itself() {
    let template = template();
    for (name, parameter) in section(&template, "Parameters") {
        let allowed = parameter["AllowedValues"].is_array();
        let bounded = parameter["MinValue"].is_number() && parameter["MaxValue"].is_number();
        let pattern = parameter["AllowedPattern"].as_str();
        assert!(
            allowed || bounded || pattern.is_some(),
            "{name} may be anything"
        );
        if let Some(pattern) = pattern {
            assert!(
                pattern.starts_with('^') && pattern.ends_with('$'),
                "{name}: {pattern}"
            );
        }
        // What CloudFormation says of allowed values is a list of them, and of a pattern, the pattern.
        assert!(
            allowed || parameter["ConstraintDescription"].is_string(),
            "{name}"
        );
        assert!(
            !parameter["Default"].is_null(),
            "{name}: the return key is an answer too"
        );
    }
}

#[test]
fn each_is_used_and_shown_once_with_a_label() {
    let template = template();
    let mut rest = template.clone();
    for section in ["Parameters", "Metadata", "Rules"] {
        rest.as_object_mut().unwrap().remove(section).unwrap();
    }
    let used = references(&rest);
    let shown = &template["Metadata"]["AWS::CloudFormation::Interface"];
    let groups = shown["ParameterGroups"].as_array().unwrap().iter();
    let grouped: Vec<_> = groups
        .flat_map(|group| group["Parameters"].as_array().unwrap())
        .map(|name| name.as_str().unwrap().to_owned())
        .collect();
    let labels: BTreeSet<_> = shown["ParameterLabels"]
        .as_object()
        .unwrap()
        .keys()
        .cloned()
        .collect();
    assert_eq!(grouped.iter().cloned().collect::<BTreeSet<_>>(), names());
    assert_eq!(grouped.len(), names().len(), "one stands in two groups");
    assert_eq!(labels, names());
    for name in names() {
        assert!(used.contains(&name), "{name} is for nothing");
    }
}

#[test]
fn each_condition_decides_something() {
    let template = template();
    let uses = |name: &str, value: &serde_json::Value| {
        all(value)
            .into_iter()
            .any(|value| value["Fn::If"][0] == name || value["Condition"] == name)
    };
    for (name, _) in section(&template, "Conditions") {
        assert!(uses(name, &template), "{name} decides nothing");
    }
}

#[test]
fn rules_name_what_they_are_about() {
    let template = template();
    for (name, rule) in section(&template, "Rules") {
        for assertion in rule["Assertions"].as_array().unwrap() {
            let says = assertion["AssertDescription"].as_str().unwrap();
            let about = decided_by(&template, rule);
            assert!(about.is_subset(&names()), "{name}: {about:?}");
            for parameter in about {
                assert!(
                    says.contains(&parameter),
                    "{name} does not name {parameter}: {says}"
                );
            }
        }
    }
}
