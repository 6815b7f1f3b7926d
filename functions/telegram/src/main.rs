//! The function's process on Lambda.

use std::convert::Infallible;
use std::process::ExitCode;

use lambda_http::{run, service_fn};
use shared::function::{AsItIs, end, start_with_files};
use shared::trace::Invocation;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let app = &match start_with_files() {
        Ok(app) => app,
        Err(code) => return code,
    };
    let handler = service_fn(async |request| {
        let span = Invocation::of_request(&request);
        let answer = span.answering(telegram::handler(app, request)).await;
        Ok::<_, Infallible>(AsItIs(answer))
    });
    end(run(handler).await)
}
