//! `Sala-Behalf: mandate_…`: a request that is made for another. The mandate must be in force, the sender its agent, and the operation
//! that the request reaches within its scope.

use axum::{extract::Request, http::HeaderName};
use sala_core::{
    ctx::{Actor, Behalf},
    problem::{INVALID, NOT_FOUND, Problem},
    time::Timestamp,
};
use sala_people::People;

use super::operations::Operations;

/// The header.
pub const BEHALF_HEADER: HeaderName = HeaderName::from_static("sala-behalf");

impl Operations {
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
