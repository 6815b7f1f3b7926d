//! The function's process on Lambda.

use std::process::ExitCode;

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use shared::function::{end, start_with_files};
use shared::trace::Invocation;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let app = &match start_with_files() {
        Ok(app) => app,
        Err(code) => return code,
    };
    let handler = service_fn(async |event: LambdaEvent<redeliver::StreamEvent>| {
        let (id, end) = (&event.context.request_id, event.context.deadline);
        let span = Invocation::of_batch(id, end);
        Ok::<_, Error>(
            span.around(redeliver::handler(app, event.payload, end))
                .await,
        )
    });
    end(run(handler).await)
}
