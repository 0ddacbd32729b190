//! `Sala-Behalf: mandate_…`: a request that is made for another. The mandate must be in force, the sender its agent, and the operation
//! that the request reaches within its scope.

use std::collections::BTreeMap;

use axum::{
    extract::{MatchedPath, Request},
    http::HeaderName,
};
use sala_core::{
    ctx::{Actor, Behalf},
    problem::{INVALID, NOT_FOUND, Problem},
    time::Timestamp,
};
use sala_people::{Operation, People};
use utoipa::openapi::OpenApi as Document;

/// The header.
pub const BEHALF_HEADER: HeaderName = HeaderName::from_static("sala-behalf");

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

    /// Under which mandate a request is made, and what it reaches. What anyone may read needs no mandate: there the header is passed
    /// over, so that a page can send it with everything.
    pub fn asked(&self, request: &Request) -> Result<Option<Asked>, Problem> {
        let mut headers = request.headers().get_all(BEHALF_HEADER).iter();
        let Some(header) = headers.next() else { return Ok(None) };
        let operation = self.reached(request).ok_or_else(|| NOT_FOUND.problem())?;
        if operation.is_public && request.method().is_safe() {
            return Ok(None);
        }
        let mandate = header.to_str().ok().filter(|_| headers.next().is_none());
        let mandate = mandate.ok_or_else(|| INVALID.problem().at("Sala-Behalf", "expected the id of one mandate"))?;
        Ok(Some(Asked { mandate: mandate.to_owned(), operation: operation.id.clone() }))
    }
}

/// A mandate as a request names it, and the operation that the request reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    mandate: String,
    operation: String,
}

impl Asked {
    /// For whom. Errors: those of [`People::behalf`].
    pub async fn behalf(self, people: &People, actor: &Actor, now: Timestamp) -> Result<Behalf, Problem> {
        people.behalf(actor, &self.mandate, Some(&self.operation), now).await
    }
}
