//! `UpdateItem` calls as a function has made them, made again: what they cost without the function around them.

use std::collections::HashMap;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use lambda_http::Error;
use serde_json::{Map, Value};
use shared::store::Store;

/// One recorded call, without its key.
pub(crate) struct Recorded {
    update: String,
    condition: String,
    names: HashMap<String, String>,
    values: HashMap<String, AttributeValue>,
}

/// Reads a JSON array of the bodies of `UpdateItem` requests.
pub(crate) fn parse(bodies: &str) -> Result<Vec<Recorded>, Error> {
    let bodies: Vec<Value> = serde_json::from_str(bodies)?;
    bodies.iter().map(Recorded::parse).collect()
}

impl Recorded {
    fn parse(body: &Value) -> Result<Self, Error> {
        let text = |name: &str| {
            let value = body.get(name).and_then(Value::as_str);
            value.ok_or_else(|| format!("the call has no {name}"))
        };
        let map = |name: &str| {
            let value = body.get(name).and_then(Value::as_object);
            value.ok_or_else(|| format!("the call has no {name}"))
        };
        let names = map("ExpressionAttributeNames")?
            .iter()
            .filter_map(|(placeholder, name)| Some((placeholder.clone(), name.as_str()?.into())))
            .collect();
        Ok(Self {
            update: text("UpdateExpression")?.to_owned(),
            // What was required then need not hold now, but is read and weighed all the same.
            condition: format!("attribute_exists(pk) OR ({})", text("ConditionExpression")?),
            names,
            values: attributes(map("ExpressionAttributeValues")?)?,
        })
    }

    /// Makes the call for a conversation.
    pub(crate) async fn send(&self, store: &Store, chat: &str) -> Result<(), Error> {
        let pk = format!("conversation#shop-bot#{chat}");
        store
            .client()
            .update_item()
            .table_name(store.table())
            .key("pk", AttributeValue::S(pk))
            .key("sk", AttributeValue::S("-".to_owned()))
            .update_expression(&self.update)
            .condition_expression(&self.condition)
            .set_expression_attribute_names(Some(self.names.clone()))
            .set_expression_attribute_values(Some(self.values.clone()))
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await?;
        Ok(())
    }
}

fn attributes(values: &Map<String, Value>) -> Result<HashMap<String, AttributeValue>, Error> {
    values
        .iter()
        .map(|(name, value)| Ok((name.clone(), attribute(value)?)))
        .collect()
}

/// An attribute as it is on the wire: an object with one key, its type.
fn attribute(value: &Value) -> Result<AttributeValue, Error> {
    let typed = value.as_object().and_then(|typed| typed.iter().next());
    match typed.ok_or("an attribute has no type")? {
        (kind, Value::String(text)) if kind == "S" => Ok(AttributeValue::S(text.clone())),
        (kind, Value::String(text)) if kind == "N" => Ok(AttributeValue::N(text.clone())),
        (kind, Value::String(text)) if kind == "B" => {
            Ok(AttributeValue::B(Blob::new(STANDARD.decode(text)?)))
        }
        (kind, Value::Bool(flag)) if kind == "BOOL" => Ok(AttributeValue::Bool(*flag)),
        (kind, Value::Array(list)) if kind == "L" => Ok(AttributeValue::L(
            list.iter().map(attribute).collect::<Result<_, Error>>()?,
        )),
        (kind, Value::Object(map)) if kind == "M" => Ok(AttributeValue::M(attributes(map)?)),
        (kind, _) => Err(format!("attributes of type {kind} are not replayed").into()),
    }
}
