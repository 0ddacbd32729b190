//! TraCI, the remote control protocol of the traffic simulator SUMO, as bytes: requests out, replies in, no socket.
//!
//! A message is a length (four bytes, big-endian, itself included) and a body of commands. SUMO answers each command with a
//! status, and where it asked for something with a value (<https://sumo.dlr.de/docs/TraCI/Protocol.html>).
//!
//! ```
//! use sala_signals::traci::{self, Domain, Request, Reply};
//! let mut request = Request::new();
//! request.order(1).get(Domain::TrafficLight, traci::variable::ID_LIST, "");
//! let message = request.to_bytes()?;              // goes into the socket
//! assert_eq!(traci::body_length([0, 0, 0, 11])?, 7); // of the answer's first four bytes
//! let replies = traci::replies(&[7, 3, 0, 0, 0, 0, 0])?;
//! assert_eq!(replies, [Reply::Done { command: 3 }]);
//! # Ok::<(), traci::TraciError>(())
//! ```
//!
//! # Invariants
//! - Whatever comes from the socket is parsed or refused: no panic, no allocation beyond a small multiple of the bytes received.
//! - A refusal by SUMO is a [`Reply`], not an error: the replies after it are read as well.

mod domain;
mod error;
mod light;
mod reader;
mod reply;
mod request;
mod value;
pub mod variable;

pub use domain::Domain;
pub use error::TraciError;
pub use light::{Logic, LogicPhase, controlled_links, logics};
pub use reply::{Reading, Refusal, Reply, Subscribed, replies};
pub use request::Request;
pub use value::Value;

/// Bytes of the length that stands before each message.
pub const PREFIX: usize = 4;

/// Longest message that is made or accepted, in bytes, its length included: a step of a large city with every vehicle subscribed stays below it.
pub const MESSAGE_LIMIT: usize = 256 << 20;

/// Bytes that follow the four bytes of a message's length.
///
/// # Errors
/// [`TraciError::Frame`] if the length is below its own four bytes or above [`MESSAGE_LIMIT`].
pub fn body_length(prefix: [u8; PREFIX]) -> Result<usize, TraciError> {
    let length = u32::from_be_bytes(prefix);
    usize::try_from(length)
        .ok()
        .filter(|length| *length <= MESSAGE_LIMIT)
        .and_then(|length| length.checked_sub(PREFIX))
        .ok_or(TraciError::Frame { length })
}
