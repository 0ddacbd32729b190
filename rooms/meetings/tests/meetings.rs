//! The room over HTTP and real sockets, with a real store and a door of its own.

#[cfg(test)]
#[allow(clippy::drop_non_drop, reason = "what an insertion into a document returns is of no interest here")]
mod meetings {
    mod backends;
    mod deciding;
    mod muting;
    mod place;
    /// The private PostgreSQL of core's tests.
    #[path = "../../../../core/tests/core/postgres.rs"]
    mod postgres;
    mod steering;
    mod vectors;
    mod writing;
}
