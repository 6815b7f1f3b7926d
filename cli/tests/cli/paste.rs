//! A printed line, pasted: `sh` takes it apart as it would for `curl`, and the request is made from what `curl` would get.

use std::process::Command;
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, Method};
use shared::http::Http;

/// Pastes a line with one `curl`. The answer's body.
pub(crate) async fn curl(line: &str) -> String {
    let script = format!("curl() {{ printf '%s\\0' \"$@\"; }}\n{line}\n");
    let output = Command::new("sh").args(["-c", &script]).output().unwrap();
    assert!(output.status.success(), "{line}");
    let words = String::from_utf8(output.stdout).unwrap();
    let mut words = words.trim_end_matches('\0').split('\0');
    let (mut url, mut data) = (None, None);
    let mut headers = HeaderMap::new();
    while let Some(word) = words.next() {
        match word {
            "-sS" => {}
            "-d" => data = words.next(),
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
    let method = if data.is_some() {
        Method::POST
    } else {
        Method::GET
    };
    let answer = Http::new()
        .unwrap()
        .call(
            method,
            url.unwrap_or_else(|| panic!("no URL in {line}")),
            headers,
            data.unwrap_or_default().to_owned(),
            Duration::from_secs(30),
        )
        .await
        .unwrap();
    String::from_utf8(answer.body.to_vec()).unwrap()
}

/// Pastes a line that calls this program. What it prints.
pub(crate) fn program(line: &str) -> String {
    let output = Command::new("sh").args(["-c", line]).output().unwrap();
    let err = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{line}\n{err}");
    String::from_utf8(output.stdout).unwrap()
}
