//! The program, run.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::Duration;

/// Longer than anything here takes: it only bounds a test that is going to fail.
const PATIENCE: Duration = Duration::from_secs(60);

/// A program that runs. Dropped, it is killed.
pub(crate) struct Process {
    child: Child,
    out: BufReader<ChildStdout>,
    err: mpsc::Receiver<String>,
    reading: Option<JoinHandle<String>>,
}

/// How a program ended.
#[derive(Debug)]
pub(crate) struct Ended {
    /// Its exit code; `None` if a signal ended it.
    pub(crate) code: Option<i32>,
    /// What was on stdout and not read before.
    pub(crate) out: String,
    /// Everything that was on stderr.
    pub(crate) err: String,
}

impl Process {
    /// Starts the program with `arguments` and no environment but `variables`.
    pub(crate) fn start(arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_switchboard"))
            .args(arguments)
            .env_clear()
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let err = BufReader::new(child.stderr.take().unwrap());
        let (line, lines) = mpsc::channel();
        let reading = std::thread::spawn(move || {
            let mut all = String::new();
            for text in err.lines() {
                let text = text.unwrap();
                all.push_str(&text);
                all.push('\n');
                // Whether anybody waits for lines is up to the test.
                drop(line.send(text));
            }
            all
        });
        Self {
            child,
            out,
            err: lines,
            reading: Some(reading),
        }
    }

    /// What it prints up to the line that has `last` in it.
    pub(crate) fn printed(&mut self, last: &str) -> String {
        let mut text = String::new();
        loop {
            let mut line = String::new();
            if self.out.read_line(&mut line).unwrap() == 0 {
                let Ended { code, err, .. } = self.end();
                panic!("it ended with {code:?} before it printed {last:?}\n{text}\n{err}");
            }
            text.push_str(&line);
            if line.contains(last) {
                return text;
            }
        }
    }

    /// Waits for a line of the log that has `part` in it.
    pub(crate) fn logged(&self, part: &str) {
        loop {
            let line = self.err.recv_timeout(PATIENCE);
            let line = line.unwrap_or_else(|_| panic!("no {part:?} in the log"));
            if line.contains(part) {
                return;
            }
        }
    }

    /// Sends it a signal, such as `INT`.
    pub(crate) fn signal(&self, name: &str) {
        // The shell's own: not every machine has a program for it.
        let kill = format!("kill -s {name} {}", self.child.id());
        let sent = Command::new("sh").args(["-c", &kill]).status();
        assert!(sent.unwrap().success());
    }

    /// Waits for its end.
    pub(crate) fn end(&mut self) -> Ended {
        let mut out = String::new();
        self.out.read_to_string(&mut out).unwrap();
        let err = self.reading.take().unwrap().join().unwrap();
        Ended {
            code: self.child.wait().unwrap().code(),
            out,
            err,
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended long ago.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Runs the program to its end.
pub(crate) fn run(arguments: &[&str], variables: &[(&str, &str)]) -> Ended {
    Process::start(arguments, variables).end()
}

/// Runs the program, which has to fail as every command fails: with code 2, nothing on stdout and one line on stderr, which
/// is returned without its `error: `.
pub(crate) fn failure(arguments: &[&str], variables: &[(&str, &str)]) -> String {
    let Ended { code, out, err } = run(arguments, variables);
    assert_eq!((code, out.as_str()), (Some(2), ""), "{err}");
    let line = err
        .strip_prefix("error: ")
        .unwrap_or_else(|| panic!("{err}"));
    let line = line.strip_suffix('\n').unwrap();
    assert!(!line.contains('\n'), "{err}");
    line.to_owned()
}
