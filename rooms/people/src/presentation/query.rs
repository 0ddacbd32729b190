//! What may be asked of wallets, by whom, and whose credentials are believed. Nothing can be asked that is not published here.

mod declaration;

use std::collections::{BTreeMap, BTreeSet};

use sala_core::{
    ctx::{Actor, Ctx},
    problem::Problem,
    text::Text,
};
use sala_credential::openid4vp::{dcql::Query, request::ResponseMode};

use crate::{Desk, oidc::address::Reach, reading::require_desk};

/// Whose credentials are believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Issuer {
    pub(crate) id: String,
    /// None: the hall itself, under its own name.
    pub(crate) title: Option<Text>,
    /// `iss`
    pub(crate) address: String,
    /// Where its keys and status lists may lie; none: inside.
    pub(crate) reach: Option<Reach>,
    pub(crate) needs_status: bool,
}

/// A question to a wallet, as it is published.
#[derive(Debug, Clone)]
pub(crate) struct PublishedQuery {
    pub(crate) id: String,
    pub(crate) title: Text,
    pub(crate) purpose: Text,
    pub(crate) legal_basis: Text,
    pub(crate) days_kept: u32,
    pub(crate) is_for_anyone: bool,
    pub(crate) desks: Vec<Desk>,
    pub(crate) response_mode: ResponseMode,
    pub(crate) dcql: Query,
    /// By the id of the credential query.
    issuers: BTreeMap<String, Vec<Issuer>>,
}

impl PublishedQuery {
    /// Whether the caller may ask this and read the answer.
    pub(crate) fn require_asker(&self, ctx: &Ctx) -> Result<(), Problem> {
        match &ctx.actor {
            Actor::System { .. } => Ok(()),
            Actor::Citizen { .. } if self.is_for_anyone => Ok(()),
            _ => require_desk(ctx, &self.desks),
        }
    }

    /// Who is believed for one of its credentials.
    pub(crate) fn issuers_of(&self, credential: &str) -> &[Issuer] {
        self.issuers.get(credential).map_or(&[], Vec::as_slice)
    }

    /// Everyone who is believed for something, each once.
    pub(crate) fn all_issuers(&self) -> Vec<&Issuer> {
        let mut seen = BTreeSet::new();
        self.issuers.values().flatten().filter(|issuer| seen.insert(&issuer.id)).collect()
    }
}

/// All that a hall asks of wallets.
#[derive(Debug, Clone, Default)]
pub struct Presentations {
    pub(crate) key_version: u32,
    queries: Vec<PublishedQuery>,
}

impl Presentations {
    /// All, in the order of the profile.
    pub(crate) fn all(&self) -> &[PublishedQuery] {
        &self.queries
    }

    /// The query with this id.
    pub(crate) fn get(&self, id: &str) -> Option<&PublishedQuery> {
        self.queries.iter().find(|query| query.id == id)
    }
}
