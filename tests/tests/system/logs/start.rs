//! Programs that cannot start say why, on a line; and a level hides lines, not metrics.

use std::path::PathBuf;

use shared::counted::Outcome;
use shared::platforms::End;
use simulators::lambda::{Failed, Function};

use super::deployed::Deployed;
use super::line::Line;

#[tokio::test]
async fn what_is_missing_is_named_on_a_line() {
    let table = ("TABLE_NAME", "switchboard");
    for (program, environment, named) in [
        (env!("CARGO_BIN_EXE_bootstrap-webim"), vec![], "TABLE_NAME"),
        (
            env!("CARGO_BIN_EXE_bootstrap-webim"),
            vec![("TABLE_NAME", "")],
            "TABLE_NAME",
        ),
        (
            env!("CARGO_BIN_EXE_bootstrap-telegram"),
            vec![table],
            "FILES_BUCKET",
        ),
        (
            env!("CARGO_BIN_EXE_bootstrap-redeliver"),
            vec![table],
            "FILES_BUCKET",
        ),
        (
            env!("CARGO_BIN_EXE_bootstrap-selarti"),
            vec![table, ("LOG_LEVEL", "all")],
            "LOG_LEVEL",
        ),
    ] {
        let own = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        let environment = environment.into_iter().map(own).collect();
        let function = Function::new(PathBuf::from(program), environment).unwrap();
        let failed = function.provision().await.unwrap_err();
        assert!(
            matches!(failed, Failed::Died(status) if status.code() == Some(1)),
            "{failed:?}"
        );
        let logs = function.logs();
        let [line] = logs.as_slice() else {
            panic!("there is one line: {logs:#?}")
        };
        let line = Line::read(line);
        assert_eq!(line.text("level"), "ERROR");
        assert!(line.text("reason").contains(named), "{line:?}");
    }
}

#[tokio::test]
async fn a_level_hides_lines_and_no_metrics() {
    for level in ["WARN", "error"] {
        let environment = [("LOG_LEVEL", level)];
        let deployed = Deployed::start(End::TelegramChannel, End::SelartiAgent, &environment).await;
        deployed.exchange("Question", "Answer").await;
        deployed.settled().await;
        let counts = |line: &Line| line.metrics().iter().any(|(name, _)| name == "out");
        for line in deployed.until_lines(2, counts).await {
            assert!(!line.metrics().is_empty(), "{line:?}");
            assert!(
                !line.has("chat") && !line.is(Outcome::Delivered),
                "{line:?}"
            );
        }
    }
}
