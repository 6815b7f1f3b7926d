//! Update expressions, put together part by part. Every attribute goes in by a placeholder, because half the good names
//! are reserved words of DynamoDB.

use std::collections::HashMap;

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure};

use super::{ALONE, Item, Store, StoreError};

/// An `UpdateItem` in the making.
#[derive(Debug, Default)]
pub(crate) struct Update {
    set: Vec<String>,
    remove: Vec<String>,
    conditions: Vec<String>,
    names: HashMap<String, String>,
    values: HashMap<String, AttributeValue>,
}

/// What an update came to.
#[derive(Debug)]
pub(crate) enum Updated {
    /// Done; the item as it is now.
    Done(Item),
    /// The condition did not hold; the item as it is, empty if there is none.
    Refused(Item),
}

impl Update {
    /// A placeholder for the attribute `name`.
    pub(crate) fn name(&mut self, name: impl Into<String>) -> String {
        let name = name.into();
        if let Some((placeholder, _)) = self.names.iter().find(|(_, known)| **known == name) {
            return placeholder.clone();
        }
        let placeholder = format!("#{}", self.names.len());
        self.names.insert(placeholder.clone(), name);
        placeholder
    }

    /// A placeholder for `value`.
    pub(crate) fn value(&mut self, value: AttributeValue) -> String {
        let placeholder = format!(":{}", self.values.len());
        self.values.insert(placeholder.clone(), value);
        placeholder
    }

    /// `SET name = value`.
    pub(crate) fn set(&mut self, name: impl Into<String>, value: AttributeValue) {
        let (name, value) = (self.name(name), self.value(value));
        self.set.push(format!("{name} = {value}"));
    }

    /// `SET name = other`, as that was before this update; `value` if it is not there.
    pub(crate) fn set_to_old(
        &mut self,
        name: impl Into<String>,
        other: impl Into<String>,
        value: AttributeValue,
    ) {
        let (name, other, value) = (self.name(name), self.name(other), self.value(value));
        self.set
            .push(format!("{name} = if_not_exists({other}, {value})"));
    }

    /// `SET name = value`, unless the attribute is there.
    pub(crate) fn set_if_absent(&mut self, name: impl Into<String>, value: AttributeValue) {
        let (name, value) = (self.name(name), self.value(value));
        self.set
            .push(format!("{name} = if_not_exists({name}, {value})"));
    }

    /// Appends to a list, which need not be there yet.
    pub(crate) fn append(&mut self, name: impl Into<String>, values: Vec<AttributeValue>) {
        let name = self.name(name);
        let values = self.value(AttributeValue::L(values));
        let empty = self.value(AttributeValue::L(Vec::new()));
        self.set.push(format!(
            "{name} = list_append(if_not_exists({name}, {empty}), {values})"
        ));
    }

    /// Adds to a number, which need not be there yet.
    pub(crate) fn add(&mut self, name: impl Into<String>, number: u64) {
        let name = self.name(name);
        let number = self.value(AttributeValue::N(number.to_string()));
        let zero = self.value(AttributeValue::N("0".to_owned()));
        self.set
            .push(format!("{name} = if_not_exists({name}, {zero}) + {number}"));
    }

    /// Subtracts from a number.
    pub(crate) fn subtract(&mut self, name: impl Into<String>, number: u64) {
        let name = self.name(name);
        let number = self.value(AttributeValue::N(number.to_string()));
        self.set.push(format!("{name} = {name} - {number}"));
    }

    /// `REMOVE name`.
    pub(crate) fn remove(&mut self, name: impl Into<String>) {
        let name = self.name(name);
        self.remove.push(name);
    }

    /// Removes the first `count` elements of a list.
    pub(crate) fn remove_front(&mut self, name: impl Into<String>, count: usize) {
        let name = self.name(name);
        self.remove
            .extend((0..count).map(|index| format!("{name}[{index}]")));
    }

    /// One more thing that must hold.
    pub(crate) fn require(&mut self, condition: String) {
        self.conditions.push(condition);
    }

    fn expression(&self) -> String {
        let mut expression = String::new();
        for (verb, parts) in [("SET ", &self.set), ("REMOVE ", &self.remove)] {
            if !parts.is_empty() {
                expression.push_str(verb);
                expression.push_str(&parts.join(", "));
                expression.push(' ');
            }
        }
        expression
    }

    /// Writes.
    pub(crate) async fn write(self, store: &Store, pk: String) -> Result<Updated, StoreError> {
        let expression = self.expression();
        let condition = (!self.conditions.is_empty()).then(|| self.conditions.join(" AND "));
        let result = store
            .client
            .update_item()
            .table_name(&store.table)
            .key("pk", AttributeValue::S(pk))
            .key("sk", AttributeValue::S(ALONE.to_owned()))
            .update_expression(expression)
            .set_condition_expression(condition)
            .set_expression_attribute_names((!self.names.is_empty()).then_some(self.names))
            .set_expression_attribute_values((!self.values.is_empty()).then_some(self.values))
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        match result {
            // `ALL_NEW` always brings the item. Were it empty, no lease would be seen in it, and redelivery would go on.
            Ok(output) => Ok(Updated::Done(output.attributes.unwrap_or_default())),
            Err(SdkError::ServiceError(error))
                if error.err().is_conditional_check_failed_exception() =>
            {
                let item = match error.into_err() {
                    aws_sdk_dynamodb::operation::update_item::UpdateItemError::ConditionalCheckFailedException(
                        refused,
                    ) => refused.item.unwrap_or_default(),
                    _ => Item::new(),
                };
                Ok(Updated::Refused(item))
            }
            Err(error) => Err(StoreError::sdk("UpdateItem", &error)),
        }
    }
}
