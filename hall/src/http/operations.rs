//! Which operation of the contract a request reaches: asked by the policies and by mandates.

use std::collections::BTreeMap;

use axum::extract::{MatchedPath, Request};
use sala_people::Operation;
use utoipa::openapi::OpenApi as Document;

/// The operations of the API by route and method, as the contract has them.
#[derive(Debug, Default)]
pub struct Operations(BTreeMap<String, BTreeMap<String, Operation>>);

impl Operations {
    /// Reads them from the contract.
    pub fn of(document: &Document) -> Self {
        let document = serde_json::to_value(document).unwrap_or_default();
        let mut operations: BTreeMap<String, BTreeMap<String, Operation>> = BTreeMap::new();
        for (route, methods) in document.get("paths").and_then(|paths| paths.as_object()).into_iter().flatten() {
            for (method, operation) in methods.as_object().into_iter().flatten() {
                let Some(id) = operation.get("operationId").and_then(|id| id.as_str()) else { continue };
                let security = operation.get("security").and_then(|security| security.as_array());
                let is_public = security.is_some_and(|all| all.iter().all(|one| one.as_object().is_some_and(serde_json::Map::is_empty)));
                let room = operation.pointer("/tags/0").and_then(|tag| tag.as_str()).unwrap_or("hall");
                let operation =
                    Operation { id: id.to_owned(), room: room.to_owned(), is_public, is_safe: matches!(method.as_str(), "get" | "head") };
                operations.entry(route.clone()).or_default().insert(method.to_ascii_uppercase(), operation);
            }
        }
        Self(operations)
    }

    /// All of them.
    pub fn list(&self) -> Vec<Operation> {
        self.0.values().flat_map(BTreeMap::values).cloned().collect()
    }

    /// The operation that a request reaches.
    pub fn reached(&self, request: &Request) -> Option<&Operation> {
        let route = request.extensions().get::<MatchedPath>()?;
        self.0.get(route.as_str())?.get(request.method().as_str())
    }
}
