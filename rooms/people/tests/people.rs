//! The room over HTTP, with a real store and a software authenticator (1Password's `passkey`, an implementation apart from ours).

#[cfg(test)]
mod people {
    mod ceremonies;
    mod contract;
    mod custodians;
    mod data;
    mod demo;
    mod erasure;
    mod hall;
    mod mandates;
    mod officers;
    mod oidc;
    mod personas;
    mod recovery;
    mod scopes;
    mod secrets;
    mod sessions;
    mod signatures;
    mod unmasking;
}
