//! The room over HTTP and real sockets, with a real store and a door of its own.

#[cfg(test)]
mod world {
    mod appeals;
    mod assets;
    #[cfg(feature = "voice")]
    mod captions;
    #[cfg(feature = "webtransport")]
    mod datagrams;
    mod effects;
    mod evidence;
    mod models;
    mod place;
    mod reports;
    #[cfg(feature = "voice")]
    mod voices;
    mod young;
}
