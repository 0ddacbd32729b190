//! Floods: what rain would do in a district, before and after measures.

pub mod answer;
mod ask;
pub mod question;
pub mod replay;

pub use self::{
    answer::FloodAnswer,
    ask::{Flood, FloodState},
    question::FloodQuestion,
};
pub(crate) use self::{answer::name_of, ask::FloodWork};
