//! The room over HTTP, with a real store and a software authenticator (1Password's `passkey`, an implementation apart from ours).

#[cfg(test)]
mod people {
    mod ceremonies;
    mod contract;
    mod demo;
    mod hall;
    mod officers;
    mod secrets;
    mod sessions;
}
