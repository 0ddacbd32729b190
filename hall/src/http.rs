//! Around every request: who asks, in which language the answer is told, limits, and the headers that protect a page.

pub mod assets;
pub mod behalf;
pub mod headers;
pub mod idempotency;
pub mod limit;
pub mod operations;
pub mod policy;
pub mod request;
pub mod signature;
