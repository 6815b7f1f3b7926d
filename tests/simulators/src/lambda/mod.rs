//! AWS Lambda, with an HTTP API before it: runs the real bootstraps as processes, as they run on AWS.
//!
//! * [`Function`] keeps the processes of one function and hands them events through the Runtime API. A process has one
//!   invocation at a time; invocations that meet start further processes, and idle ones are used again.
//! * [`HttpApi`] turns HTTP requests into events of an API Gateway HTTP API, and what the functions return into answers.
//!
//! Sources: <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>,
//! <https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html>,
//! <https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html>,
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>.
//!
//! What it does not do: it neither freezes an idle process nor limits its memory and CPU; there are no extensions, no
//! streamed responses, no throttling, and stages other than `$default`.

mod event;
mod function;
mod http_api;
mod route;
mod runtime_api;
mod sandbox;

pub use function::{Failed, Function, Provisioned};
pub use http_api::{HttpApi, Route};
