//! The hall's own credentials are checked from inside: it does not ask itself over the network.

use sala_core::{
    ctx::Ctx,
    problem::{NOT_FOUND, Problem},
};
use sala_credential::{
    KeySet,
    jose::UnverifiedJws,
    status::{Status, StatusReference},
};

use super::{answer::Refused, issuer::verify_list};
use crate::People;

impl People {
    /// The keys with which this hall signs credentials.
    pub(super) async fn own_credential_keys(&self) -> Result<KeySet, Problem> {
        self.issuer_key_set().await
    }

    /// What this hall says now of a credential of its own.
    pub(super) async fn own_credential_status(&self, ctx: &Ctx, reference: &StatusReference) -> Result<Status, Refused> {
        let list = reference.uri.strip_prefix(&self.status_uri("")).ok_or_else(|| NOT_FOUND.problem())?;
        let token = self.status_list(ctx, list).await?;
        let unverified = UnverifiedJws::parse_within(&token, token.len())?;
        let list = verify_list(&token, &unverified, &reference.uri, &self.own_credential_keys().await?, ctx.now)?;
        Ok(list.status_of(reference)?)
    }
}
