//! The room over HTTP, with a real store and a software authenticator (1Password's `passkey`, an implementation apart from ours).

#[cfg(test)]
mod people {
    mod attacks;
    mod authenticators;
    mod backends;
    mod ceremonies;
    mod contract;
    mod credentials;
    mod credentials_ending;
    mod credentials_peers;
    mod credentials_refused;
    mod custodians;
    mod data;
    mod demo;
    mod erasure;
    mod games;
    mod hall;
    mod handover;
    mod mandates;
    mod officers;
    mod oidc;
    mod peer;
    mod personas;
    /// The private PostgreSQL of core's tests.
    #[path = "../../../../core/tests/core/postgres.rs"]
    mod postgres;
    mod presentations;
    mod presentations_network;
    mod presentations_own;
    mod presentations_peers;
    mod presentations_refused;
    mod proven;
    mod recovery;
    mod scopes;
    mod secrets;
    mod sessions;
    mod signatures;
    mod tickets;
    mod traces;
    mod university;
    mod unmasking;
    mod wallet;
}
