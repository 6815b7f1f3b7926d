//! What goes over the wire, watched and disturbed.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use aws_sdk_dynamodb::config::interceptors::{
    BeforeDeserializationInterceptorContextMut, BeforeTransmitInterceptorContextRef,
};
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;
use serde_json::Value;

/// An interceptor of the SDK.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wire {
    /// How many of the next answers are lost.
    losing: Arc<AtomicUsize>,
    /// The requests that were sent.
    requests: Arc<Mutex<Vec<Value>>>,
}

impl Wire {
    /// Loses the next answer: DynamoDB has done what it was asked, the SDK does not learn of it and asks again.
    pub(crate) fn lose_next_answer(&self) {
        self.losing.store(1, Ordering::SeqCst);
    }

    /// The requests since the last call of this.
    pub(crate) fn requests(&self) -> Vec<Value> {
        std::mem::take(&mut self.requests.lock().unwrap())
    }
}

impl Intercept for Wire {
    fn name(&self) -> &'static str {
        "Wire"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let body = context.request().body().bytes().unwrap_or_default();
        self.requests
            .lock()
            .unwrap()
            .push(serde_json::from_slice(body)?);
        Ok(())
    }

    fn modify_before_deserialization(
        &self,
        context: &mut BeforeDeserializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let lost = self
            .losing
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
                left.checked_sub(1)
            })
            .is_ok();
        if lost {
            let response = context.response_mut();
            *response.status_mut() = 503.try_into()?;
            *response.body_mut() = "{}".into();
        }
        Ok(())
    }
}
