//! The room over HTTP and real sockets, with a real store and a door of its own.

#[cfg(test)]
mod world {
    mod appeals;
    mod effects;
    mod evidence;
    mod place;
    mod reports;
}
