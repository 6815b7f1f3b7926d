//! AWS itself refuses, is not there, or is not set up as it should be. What a platform sends meanwhile is answered 503, so that it
//! sends it again, and the log says what is wrong. The functions are the real programs.
//!
//! * [`service`]: stands where the functions look for AWS;
//! * [`deployment`]: the functions, on a table that holds a connection of every end;
//! * [`dynamodb`], [`secrets`]: what is wrong.

mod deployment;
mod dynamodb;
mod secrets;
mod service;
