//! The room over HTTP and real sockets, with a real store and a door of its own.

#[cfg(test)]
#[allow(clippy::drop_non_drop, reason = "what an insertion into a document returns is of no interest here")]
mod meetings {
    mod deciding;
    mod place;
    mod steering;
    mod vectors;
    mod writing;
}
