//! A printed line, pasted: `sh` takes it apart as it would for `curl`, and the requests are made from what `curl` would get.

use std::process::Command;
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, Method};
use shared::http::Http;

/// What stands in for the programs that a line calls: each `curl` is its words, and nobody needs the pauses.
const PROGRAMS: &str = "curl() { printf '%s\\0' \"$@\" end-of-words; }\nsleep() { :; }\n";

/// Pastes a line with one `curl` or more. What it prints.
pub(crate) async fn curl(line: &str) -> String {
    let script = format!("{PROGRAMS}{line}\n");
    let output = Command::new("sh").args(["-c", &script]).output().unwrap();
    assert!(output.status.success(), "{line}");
    let words = String::from_utf8(output.stdout).unwrap();
    let calls: Vec<_> = words
        .split_terminator("end-of-words\0")
        .map(|words| Call::read(words, line))
        .collect();
    assert!(!calls.is_empty(), "no curl in {line}");
    let mut printed = String::new();
    for call in calls {
        printed.push_str(&call.make().await);
    }
    printed
}

/// What one `curl` is called with.
struct Call<'a> {
    url: &'a str,
    data: Option<&'a str>,
    headers: HeaderMap,
    /// `-o /dev/null`.
    is_silent: bool,
}

impl<'a> Call<'a> {
    fn read(words: &'a str, line: &str) -> Self {
        // One alone: the last word may be empty.
        let words = words.strip_suffix('\0').unwrap_or(words);
        let mut words = words.split('\0');
        let (mut url, mut data, mut is_silent) = (None, None, false);
        let mut headers = HeaderMap::new();
        while let Some(word) = words.next() {
            match word {
                "-sS" => {}
                "-d" => data = words.next(),
                "-o" => is_silent = words.next() == Some("/dev/null"),
                "-H" => {
                    let (name, value) = words.next().unwrap().split_once(": ").unwrap();
                    headers.insert(
                        name.parse::<HeaderName>().unwrap(),
                        HeaderValue::from_str(value).unwrap(),
                    );
                }
                word if word.starts_with("http://") => url = Some(word),
                other => panic!("{other:?} in {line}"),
            }
        }
        Self {
            url: url.unwrap_or_else(|| panic!("no URL in {line}")),
            data,
            headers,
            is_silent,
        }
    }

    async fn make(self) -> String {
        let method = match self.data {
            Some(_) => Method::POST,
            None => Method::GET,
        };
        let data = self.data.unwrap_or_default().to_owned();
        let patience = Duration::from_secs(30);
        let answer = Http::new()
            .unwrap()
            .call(method, self.url, self.headers, data, patience)
            .await
            .unwrap();
        if self.is_silent {
            return String::new();
        }
        String::from_utf8(answer.body.to_vec()).unwrap()
    }
}

/// Pastes a line that calls this program. What it prints.
pub(crate) fn program(line: &str) -> String {
    let output = Command::new("sh").args(["-c", line]).output().unwrap();
    let err = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{line}\n{err}");
    String::from_utf8(output.stdout).unwrap()
}
