//! Core: what every room stands on.
//!
//! - [`store::Store`]: read freely, write only inside an act (invariants 1 and 2 of ARCHITECTURE.md).
//! - [`act`]: the leaf of the public log and its commitments.
//! - [`ctx::Ctx`]: who, for whom, why, when; the first argument of every operation.
//! - [`problem::Problem`]: how a refusal is told.
//! - [`lever`]: the only things that decisions and measures can change.
//! - [`publish`], [`verify`]: the witnessed head of the log, and the check of everything against it.

pub mod act;
pub mod bus;
pub mod cbor;
pub mod ctx;
pub mod entropy;
pub mod fixture;
pub mod http;
pub mod lever;
pub mod problem;
pub mod profile;
pub mod publish;
pub mod replay;
pub mod store;
pub mod student;
pub mod text;
pub mod time;
pub mod verify;
pub mod witness;
