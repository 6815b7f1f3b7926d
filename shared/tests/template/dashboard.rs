//! The dashboard shows every metric of ours, every function, every alarm, and nothing that there is not.

use std::collections::BTreeSet;

use serde_json::Value;
use shared::counted::{DIMENSION, METRICS};

use crate::read::{functions, references, resources, template};

/// The body, with `${…}` as it is.
fn body() -> Value {
    let template = template();
    let dashboard = &resources(&template, "AWS::CloudWatch::Dashboard")[0];
    let body = dashboard.1["Properties"]["DashboardBody"]["Fn::Sub"]
        .as_str()
        .unwrap();
    serde_json::from_str(body).unwrap()
}

fn widgets() -> Vec<Value> {
    body()["widgets"].as_array().unwrap().clone()
}

fn metric_widgets() -> impl Iterator<Item = Value> {
    widgets()
        .into_iter()
        .filter(|widget| widget["type"] == "metric")
}

/// The metrics of all widgets, each a row as CloudWatch has it.
fn rows() -> Vec<Value> {
    metric_widgets()
        .flat_map(|widget| widget["properties"]["metrics"].as_array().unwrap().clone())
        .collect()
}

#[test]
fn it_shows_every_metric_of_ours_and_no_other() {
    let searches: Vec<_> = rows()
        .iter()
        .filter_map(|row| row[0]["expression"].as_str().map(str::to_owned))
        .collect();
    let from = format!("SEARCH('{{\"Switchboard/${{AWS::StackName}}\",{DIMENSION}}} MetricName=\"");
    let shown: BTreeSet<_> = searches
        .iter()
        .map(|search| {
            let (_, name) = search
                .split_once(&from)
                .unwrap_or_else(|| panic!("{search}"));
            name.split('"').next().unwrap().to_owned()
        })
        .collect();
    let known: BTreeSet<_> = METRICS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(shown, known);
}

#[test]
fn an_id_stands_for_one_row_of_its_widget() {
    let mut found = 0;
    for widget in metric_widgets() {
        let rows = widget["properties"]["metrics"].as_array().unwrap();
        // What is said of a row stands at its end; an expression has nothing before that.
        let said = rows.iter().map(|row| row.as_array().unwrap().last());
        let ids: Vec<_> = said.filter_map(|said| said?["id"].as_str()).collect();
        found += ids.len();
        let distinct: BTreeSet<_> = ids.iter().collect();
        assert_eq!(
            distinct.len(),
            ids.len(),
            "{}",
            widget["properties"]["title"]
        );
        // CloudWatch wants a small letter first.
        assert!(
            ids.iter()
                .all(|id| id.starts_with(|c: char| c.is_ascii_lowercase())),
            "{ids:?}"
        );
    }
    assert!(found > 0);
}

#[test]
fn it_shows_every_function() {
    let template = template();
    for metric in ["Duration", "Errors", "Throttles"] {
        let rows = rows();
        let shown: BTreeSet<_> = rows
            .iter()
            .filter(|row| row[0] == "AWS/Lambda" && row[1] == metric)
            .map(|row| row[3].as_str().unwrap().to_owned())
            .collect();
        let names = functions(&template).into_iter();
        let expected: BTreeSet<_> = names.map(|(name, _)| format!("${{{name}}}")).collect();
        assert_eq!(shown, expected, "{metric}");
    }
}

#[test]
fn it_shows_every_alarm_that_tells_somebody() {
    let template = template();
    let alarms = resources(&template, "AWS::CloudWatch::Alarm").into_iter();
    let telling = alarms.filter(|(_, alarm)| alarm["Condition"].is_null());
    let expected: BTreeSet<_> = telling
        .map(|(name, _)| format!("${{{name}.Arn}}"))
        .collect();
    let widgets = widgets();
    let shown = widgets
        .iter()
        .find(|widget| widget["type"] == "alarm")
        .unwrap();
    let shown = shown["properties"]["alarms"].as_array().unwrap().iter();
    assert_eq!(
        shown
            .map(|arn| arn.as_str().unwrap().to_owned())
            .collect::<BTreeSet<_>>(),
        expected
    );
}

#[test]
fn widgets_do_not_lie_on_each_other() {
    let mut taken = BTreeSet::new();
    for widget in widgets() {
        let at = |key: &str| widget[key].as_u64().unwrap();
        assert!(at("x") + at("width") <= 24, "{widget}");
        for x in at("x")..at("x") + at("width") {
            for y in at("y")..at("y") + at("height") {
                assert!(taken.insert((x, y)), "{}", widget["properties"]["title"]);
            }
        }
    }
}

#[test]
fn it_refers_to_what_is_there() {
    let template = template();
    let (_, dashboard) = resources(&template, "AWS::CloudWatch::Dashboard")[0];
    for name in references(dashboard) {
        let resource = name.split('.').next().unwrap();
        assert!(
            name.starts_with("AWS::") || template["Resources"].get(resource).is_some(),
            "{name}"
        );
    }
}
