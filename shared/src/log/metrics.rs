//! What makes CloudWatch take metrics from a line, its embedded metric format.
//!
//! Source: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>.

use super::object::Object;
use crate::counted::{ALSO_IN_ALL, DIMENSION, METRICS};
use crate::time::Millis;

/// The metrics of a line.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// One bit for each of [`METRICS`].
    metrics: u16,
    /// The line says where what it counts belongs to.
    pub(super) has_dimension: bool,
}

impl Found {
    /// Notes a metric; whether `name` is one.
    pub(super) fn note(&mut self, name: &str) -> bool {
        let bit = bit(name);
        self.metrics |= bit;
        bit != 0
    }

    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.metrics == 0
    }

    /// Writes what tells CloudWatch of them.
    pub(super) fn write(&self, line: &mut Object, namespace: &str, now: Millis) {
        let in_all = self.metrics & bit(ALSO_IN_ALL);
        // What belongs nowhere would be a metric of its own.
        let others = match self.has_dimension {
            true => self.metrics & !in_all,
            false => 0,
        };
        if (in_all | others) == 0 {
            return;
        }
        line.name("_aws");
        line.raw(format_args!(
            "{{\"Timestamp\":{},\"CloudWatchMetrics\":[",
            now.0
        ));
        if others != 0 {
            directive(line, namespace, (true, false), others);
        }
        if in_all != 0 {
            if others != 0 {
                line.raw(format_args!(","));
            }
            directive(line, namespace, (self.has_dimension, true), in_all);
        }
        line.raw(format_args!("]}}"));
    }
}

/// About `metrics`: with the dimension, without any, or both.
fn directive(line: &mut Object, namespace: &str, (with, without): (bool, bool), metrics: u16) {
    line.raw(format_args!("{{\"Namespace\":"));
    line.value(namespace);
    line.raw(format_args!(",\"Dimensions\":["));
    if with {
        line.raw(format_args!("[\"{DIMENSION}\"]"));
    }
    if without {
        let comma = if with { "," } else { "" };
        line.raw(format_args!("{comma}[]"));
    }
    line.raw(format_args!("],\"Metrics\":["));
    let mut comma = "";
    for (name, unit) in METRICS {
        if metrics & bit(name) != 0 {
            let unit = unit.name();
            line.raw(format_args!(
                "{comma}{{\"Name\":\"{name}\",\"Unit\":\"{unit}\"}}"
            ));
            comma = ",";
        }
    }
    line.raw(format_args!("]}}"));
}

/// The bit of a metric; none if `name` is no metric.
fn bit(name: &str) -> u16 {
    let at = METRICS.iter().position(|(metric, _)| *metric == name);
    at.map_or(0, |at| 1 << at)
}
