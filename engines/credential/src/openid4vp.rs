//! OpenID for Verifiable Presentations 1.0: a verifier asks, a wallet answers. Both sides are here, the hall being the one and its wallet
//! page the other.
//!
//! | module | section | what it does |
//! | --- | --- | --- |
//! | [`request`] | 5, RFC 9101 | the request, signed or not |
//! | [`response`] | 8 | `direct_post` and `direct_post.jwt` |
//! | [`dcql`] | 6, 7 | what is asked for: parsed, answered, and the answer checked |

pub mod dcql;
pub mod request;
pub mod response;

/// Largest message that is read: 1 MiB.
pub const MAX_BYTES: usize = 1024 * 1024;
