//! What the derived contract can't say: the hall writes every field of an answer, also one that is null, so all of them are required.
//! What callers send stays as the types say it.

use std::collections::BTreeSet;

use serde_json::Value;
use utoipa::openapi::{OpenApi as Document, RefOr, Schema};

/// Schemas of answers that leave empty fields out.
const SPARSE: &[&str] = &["Problem"];

/// Makes the fields of all answers required.
pub fn require_what_is_written(document: &mut Document) {
    let sent = sent(&serde_json::to_value(&*document).unwrap_or_default());
    let Some(components) = &mut document.components else { return };
    for (name, schema) in &mut components.schemas {
        if !sent.contains(name) && !SPARSE.contains(&name.as_str()) {
            require(schema);
        }
    }
}

fn require(schema: &mut RefOr<Schema>) {
    match schema {
        RefOr::T(Schema::Object(object)) => object.required = object.properties.keys().cloned().collect(),
        RefOr::T(Schema::AllOf(all)) => all.items.iter_mut().for_each(require),
        _ => {}
    }
}

/// Names of the schemas that callers send, those within them too.
fn sent(document: &Value) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let operations = document.get("paths").and_then(Value::as_object).into_iter().flat_map(serde_json::Map::values);
    for operation in operations.filter_map(Value::as_object).flat_map(serde_json::Map::values) {
        if let Some(body) = operation.get("requestBody") {
            gather(document, body, &mut names);
        }
    }
    names
}

fn gather(document: &Value, part: &Value, names: &mut BTreeSet<String>) {
    match part {
        Value::Object(fields) => {
            let name = fields.get("$ref").and_then(Value::as_str).and_then(|name| name.strip_prefix("#/components/schemas/"));
            if let Some(name) = name
                && names.insert(name.to_owned())
                && let Some(schema) = document.pointer(&format!("/components/schemas/{name}"))
            {
                gather(document, schema, names);
            }
            fields.values().for_each(|field| gather(document, field, names));
        }
        Value::Array(items) => items.iter().for_each(|item| gather(document, item, names)),
        _ => {}
    }
}
