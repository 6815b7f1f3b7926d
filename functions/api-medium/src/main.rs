//! The function's process on Lambda.

use std::convert::Infallible;

use lambda_http::{Error, run, service_fn};
use shared::function::AsItIs;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let app = &shared::function::start_with_files()?;
    run(service_fn(async |request| {
        Ok::<_, Infallible>(AsItIs(api_medium::handler(app, request).await))
    }))
    .await
}
