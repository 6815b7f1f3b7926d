//! The function's process on Lambda.

use lambda_runtime::{Error, LambdaEvent, run, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let app = &shared::function::start_with_files()?;
    run(service_fn(
        async |event: LambdaEvent<redeliver::StreamEvent>| {
            Ok::<_, Error>(redeliver::handler(app, event.payload, event.context.deadline).await)
        },
    ))
    .await
}
