//! What a person pastes where.

use shared::platforms::End;

use crate::read::{section, template};

#[test]
fn every_webhook_has_its_shape() {
    let template = template();
    for end in End::ALL {
        let shape = format!("${{Base}}{}", end.route());
        let outputs = section(&template, "Outputs").into_iter();
        let found = outputs.filter(|(_, output)| output["Value"]["Fn::Sub"][0] == *shape);
        assert_eq!(found.count(), 1, "{shape}");
    }
}

#[test]
fn each_says_what_it_is_for() {
    let template = template();
    for (name, output) in section(&template, "Outputs") {
        let description = output["Description"].as_str().unwrap();
        assert!(
            description.len() <= 1024,
            "{name}: CloudFormation takes 1024 bytes"
        );
    }
}

#[test]
fn the_base_is_the_same_in_all() {
    let template = template();
    let base = &template["Outputs"]["BaseUrl"]["Value"];
    for (name, output) in section(&template, "Outputs") {
        let own = &output["Value"]["Fn::Sub"][1]["Base"];
        assert!(own.is_null() || own == base, "{name}: {own}");
    }
}
