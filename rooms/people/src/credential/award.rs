//! Awards: what an office gives to a persona through another room, such as a licence, to be taken into a wallet.

use sala_core::{
    act::Draft,
    ctx::{Actor, Ctx},
    problem::{FORBIDDEN, INVALID, NOT_FOUND, Problem},
    store::ERASED,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{
    claims::Rests,
    types::{ClaimSource, Ground},
};
use crate::{
    People, acts, notice,
    problems::LINK_IN_CUSTODY,
    store::{self, credential::AwardRow},
};

/// Sealed with the award's own key.
#[derive(Clone, Serialize, Deserialize)]
struct AwardSecret {
    claims: Map<String, Value>,
    office: String,
}

/// An award, opened for its owner.
#[derive(Debug, Clone)]
pub(crate) struct OpenAward {
    pub(crate) row: AwardRow,
    pub(crate) office: String,
    pub(crate) claims: Map<String, Value>,
}

/// The vault's name of the key with which an award is sealed.
pub(crate) fn key_of(id: &str) -> String {
    format!("credential award/{id}")
}

impl People {
    /// Awards a credential of a type that rests on awards to a persona: from then on its owner can take it into a wallet. For rooms
    /// above, on behalf of the officer of `ctx`; the room has checked that this officer may. Gives the id of the award.
    ///
    /// # Errors
    /// `forbidden` for whoever is no officer; `credential_type_unknown`; `invalid_input` if the type is of another kind, nobody has the
    /// persona, or `claims` are not those of the type.
    pub async fn offer_credential(&self, ctx: &Ctx, kind: &str, persona: &str, claims: Map<String, Value>) -> Result<String, Problem> {
        let office = match &ctx.actor {
            Actor::Officer { office, .. } => office.clone(),
            _ => return Err(FORBIDDEN.problem()),
        };
        let kind = self.credential_type(kind)?;
        if kind.ground != Ground::Award {
            return Err(INVALID.problem().at("/type", "this type is not awarded: it rests on something that the hall knows itself"));
        }
        let is_known = |name: &String| kind.claims.iter().any(|claim| claim.name == *name && claim.from == ClaimSource::Award);
        let is_whole = kind.claims.iter().all(|claim| !claim.mandatory || claims.contains_key(&claim.name));
        if !claims.keys().all(is_known) || !is_whole {
            return Err(INVALID.problem().at("/claims", "expected the claims of the type, all mandatory ones and no others"));
        }
        let link = store::persona_link(&self.store, persona).await?;
        let link = link.ok_or_else(|| INVALID.problem().at("/persona", "nobody has this persona"))?;
        let id = ctx.new_id("award");
        self.store.create_person_key(&key_of(&id)).await?;
        let secret = AwardSecret { claims, office: office.clone() };
        let row = AwardRow {
            owner: self.award_owner(persona),
            kind: kind.id.clone(),
            sealed: store::seal(&self.store, &key_of(&id), "credential_award", &id, &secret).await?,
            awarded_at: ctx.now,
            id: id.clone(),
        };
        let notice = match self.open_link(persona, &link).await {
            // The hall does not know whose persona it is; its owner finds the award all the same.
            Err(problem) if problem.code == &LINK_IN_CUSTODY => None,
            link => {
                let title = self.office_title(&office).unwrap_or_else(|| notice::plain(office.as_str()));
                let args = [("type", kind.title.clone()), ("office", title)];
                Some(self.notice(ctx, &link?.person, &notice::CREDENTIAL_AWARDED, &args).await?)
            }
        };
        let draft = Draft::new(&acts::AWARD_CREDENTIAL, kind.legal_basis.pair())
            .public("type", kind.id.as_str())
            .public("award", id.as_str())
            .refers(id.as_str());
        self.store
            .act(ctx, draft, move |tx| {
                let (row, notice) = (row.clone(), notice.clone());
                Box::pin(async move {
                    tx.save(row.record());
                    match notice {
                        Some(notice) => notice.save(tx).await,
                        None => Ok(()),
                    }
                })
            })
            .await?;
        Ok(id)
    }

    /// Ends an award of the officer's own office; what was issued on it is revoked in the same act. For rooms above.
    ///
    /// # Errors
    /// `forbidden`, `not_found`.
    pub async fn end_credential_award(&self, ctx: &Ctx, id: &str) -> Result<(), Problem> {
        let Actor::Officer { office, .. } = &ctx.actor else { return Err(FORBIDDEN.problem()) };
        let row = store::credential::award(&self.store, id).await?.ok_or_else(|| NOT_FOUND.problem())?;
        let secret: AwardSecret = store::unseal(&self.store, &key_of(id), "credential_award", id, &row.sealed).await?;
        if secret.office != *office {
            return Err(NOT_FOUND.problem());
        }
        let owner = self.credential_owner_of(id);
        let authority = self.credential_type(&row.kind).map_or_else(|_| String::new(), |kind| kind.legal_basis.pair());
        let draft = Draft::new(&acts::END_AWARD, authority).public("type", row.kind.as_str()).public("award", id).refers(id);
        let wanted = id.to_owned();
        self.store
            .act(ctx, draft, move |tx| {
                let (id, owner) = (wanted.clone(), owner.clone());
                Box::pin(async move {
                    if !store::credential::remove_award(tx, &id).await? {
                        return Err(NOT_FOUND.problem());
                    }
                    store::credential::revoke_all_now(tx, &owner, true).await?;
                    Ok(())
                })
            })
            .await?;
        self.store.erase_person_key(&key_of(id)).await
    }

    /// What an award says, while it stands.
    pub(super) async fn awarded_claims(&self, id: &str) -> Result<Option<Map<String, Value>>, Problem> {
        let Some(row) = store::credential::award(&self.store, id).await? else { return Ok(None) };
        match store::unseal::<AwardSecret>(&self.store, &key_of(id), "credential_award", id, &row.sealed).await {
            Err(problem) if problem.code == &ERASED => Ok(None),
            opened => opened.map(|secret| Some(secret.claims)),
        }
    }

    /// What was awarded to a persona, opened: row, office and claims.
    pub(crate) async fn awards_of(&self, persona: &str) -> Result<Vec<OpenAward>, Problem> {
        let mut found = vec![];
        for row in store::credential::awards_of(&self.store, &self.award_owner(persona)).await? {
            let secret: AwardSecret = store::unseal(&self.store, &key_of(&row.id), "credential_award", &row.id, &row.sealed).await?;
            found.push(OpenAward { row, office: secret.office, claims: secret.claims });
        }
        Ok(found)
    }

    /// Awards of one persona with the keys under which they lie: they end with it.
    pub(crate) async fn award_rows(&self, persona: &str) -> Result<Vec<(&'static str, String, String)>, Problem> {
        let rows = store::credential::awards_of(&self.store, &self.award_owner(persona)).await?;
        Ok(rows.into_iter().map(|row| ("credential_award", row.id.clone(), key_of(&row.id))).collect())
    }

    /// The owners under which credentials of the rows that an erasure removes lie: they are revoked with them.
    pub(crate) fn credential_owners_in(&self, person: &str, rows: &[(&'static str, String)]) -> Vec<String> {
        let owner = |(table, id): &(&'static str, String)| match *table {
            "mandate" | "officer" | "credential_award" => Some(self.credential_owner_of(id)),
            "person" => Some(self.credential_owner(person, &Rests::Person)),
            _ => None,
        };
        rows.iter().filter_map(owner).collect()
    }
}
