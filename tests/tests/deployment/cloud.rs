//! The emulated AWS: one for this process, which ends with it, however it ends.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::process::{ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, OnceLock};

use serde_json::Value;

use crate::python::{folder, python, target};

/// The region and the credentials of whoever deploys, as the command line wants them.
pub(crate) const USER: [(&str, &str); 3] = [
    ("AWS_REGION", "eu-central-1"),
    ("AWS_ACCESS_KEY_ID", "test"),
    ("AWS_SECRET_ACCESS_KEY", "test"),
];

/// The emulator's process, to which a command is written and which answers it. It ends when its input does, and that is with this
/// process.
pub(crate) struct Cloud {
    /// Where its services are.
    pub(crate) endpoint: String,
    lines: Mutex<(ChildStdin, BufReader<ChildStdout>)>,
}

/// The emulator.
pub(crate) async fn cloud() -> &'static Cloud {
    static CLOUD: OnceLock<Cloud> = OnceLock::new();
    let cloud = tokio::task::spawn_blocking(|| CLOUD.get_or_init(Cloud::start));
    cloud.await.unwrap()
}

impl Cloud {
    #[expect(
        clippy::zombie_processes,
        reason = "it ends with this process, which therefore never sees its end"
    )]
    fn start() -> Self {
        let log = target().join("deployment/emulator.log");
        let mut process = Command::new(python())
            .arg(folder().join("cloud.py"))
            // Functions inherit what it has, and on AWS they have nothing of a test's.
            .env_clear()
            .envs(USER)
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(File::create(&log).unwrap())
            .process_group(0)
            .spawn()
            .unwrap();
        let input = process.stdin.take().unwrap();
        let mut answers = BufReader::new(process.stdout.take().unwrap());
        let mut port = String::new();
        answers.read_line(&mut port).unwrap();
        let port: u16 = port
            .trim()
            .parse()
            .unwrap_or_else(|_| panic!("the emulator did not start: see {}", log.display()));
        Self {
            endpoint: format!("http://127.0.0.1:{port}"),
            lines: Mutex::new((input, answers)),
        }
    }

    /// Does what `command` says, which is a method of `Cloud` in cloud.py: `{"do": name, argument: …}`.
    pub(crate) async fn run(&'static self, command: Value) -> Value {
        self.attempt(command)
            .await
            .unwrap_or_else(|failed| panic!("{failed}"))
    }

    /// The same; what failed if it does.
    pub(crate) async fn attempt(&'static self, command: Value) -> Result<Value, String> {
        let answer = tokio::task::spawn_blocking(move || {
            let mut lines = self.lines.lock().unwrap();
            writeln!(lines.0, "{command}").unwrap();
            let mut answer = String::new();
            lines.1.read_line(&mut answer).unwrap();
            answer
        });
        let answer = answer.await.unwrap();
        let mut answer: Value = serde_json::from_str(&answer).expect("the emulator has ended");
        match answer["failed"].as_str() {
            Some(failed) => Err(failed.to_owned()),
            None => Ok(answer["done"].take()),
        }
    }
}
