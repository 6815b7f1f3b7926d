//! The least that a function can be: the same runtime as the others, set up in the same way, and nothing else.

use std::convert::Infallible;

use lambda_http::{Body, Error, Request, Response, run, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(service_fn(async |_: Request| {
        Ok::<_, Infallible>(Response::new(Body::from("hello")))
    }))
    .await
}
