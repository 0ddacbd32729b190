//! The verifier's side: does a `vp_token` answer the query, and does each presentation answer what it claims to (§8.1, 8.6)?

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{CredentialQuery, Query};
use crate::{CredentialError, sd_jwt::SdJwt, vc::Credential};

/// Presentations by the id of the query that they answer.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct VpToken(pub BTreeMap<String, Vec<String>>);

impl std::fmt::Debug for VpToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.0.keys()).finish()
    }
}

impl Query {
    /// Verifies an answer. `verify` is [`crate::vc::verify`] with the issuer's key as the caller finds and trusts it, with our `client_id`
    /// and the request's nonce in the key binding; whether the holder's binding is needed is checked here. The statuses are the caller's
    /// next step.
    ///
    /// # Errors
    /// What `verify` says; [`CredentialError::Answer`] if a presentation answers no query or not its own, there are too many, or something
    /// that must be answered is missing.
    pub fn check<E: From<CredentialError>>(
        &self,
        token: &VpToken,
        mut verify: impl FnMut(&CredentialQuery, &SdJwt) -> Result<Credential, E>,
    ) -> Result<BTreeMap<String, Vec<Credential>>, E> {
        let wrong = |query: &str, reason| CredentialError::Answer { query: query.to_owned(), reason };
        let mut answers = BTreeMap::new();
        for (id, presentations) in &token.0 {
            let query = self.credential(id).ok_or_else(|| wrong(id, "nobody asked for it"))?;
            if presentations.is_empty() || (presentations.len() > 1 && !query.multiple) {
                return Err(wrong(id, "there is no presentation, or more than one").into());
            }
            let mut credentials = Vec::new();
            for presentation in presentations {
                let credential = verify(query, &SdJwt::parse(presentation)?)?;
                if query.require_cryptographic_holder_binding && credential.holder.is_none() {
                    return Err(wrong(id, "its holder did not prove their key").into());
                }
                if !query.is_answered_by(&credential.claims) {
                    return Err(wrong(id, "type or claims are not those asked for").into());
                }
                credentials.push(credential);
            }
            answers.insert(id.clone(), credentials);
        }
        if self.choose(|id| answers.contains_key(id)).is_none() {
            return Err(wrong("", "something that must be answered is missing").into());
        }
        Ok(answers)
    }
}
