//! What a person keeps of a provider: the link, its level, and how both end.

use sala_core::{
    act::Draft,
    ctx::Ctx,
    problem::{CONFLICT, NOT_FOUND, Problem},
    store::ERASED,
    text::Text,
};
use serde::{Deserialize, Serialize};

use super::AUTHORITY;
use crate::{
    People, acts,
    credential::claims::Rests,
    lookup::LookupKey,
    notice,
    oidc::{client::Identified, provider::Provider},
    problems::IDENTITY_TAKEN,
    session::SELF_ASSERTED,
    store::{self, HALL_KEY, identity::IdentityRow},
    unnamed,
};

/// Sealed for the person in the row of an identity.
#[derive(Clone, Serialize, Deserialize)]
struct IdentitySecret {
    provider: String,
    level: i64,
    name: Option<String>,
    /// Register and number.
    number: Option<(String, String)>,
}

/// A linked identity, opened.
#[derive(Clone)]
pub(crate) struct LinkedIdentity {
    pub(crate) row: IdentityRow,
    pub(crate) provider: String,
    pub(crate) title: Option<Text>,
    pub(crate) level: i64,
    pub(crate) name: Option<String>,
    pub(crate) number: Option<String>,
}

impl People {
    /// Links a subject to a person, or renews what it says. 409 when it is somebody else's.
    pub(super) async fn link_identity(
        &self,
        ctx: &Ctx,
        person: &str,
        provider: &Provider,
        identified: &Identified,
    ) -> Result<LinkedIdentity, Problem> {
        let id = self.lookup.identity_row(&provider.issuer, &identified.subject);
        let secret = IdentitySecret {
            provider: provider.id.clone(),
            level: identified.level,
            name: identified.name.clone(),
            number: identified.number.clone(),
        };
        let number = identified.number.as_ref();
        let row = IdentityRow {
            owner: self.lookup.identity_owner(person),
            slot: self.lookup.identity_slot(person, &provider.issuer),
            number: number.map_or_else(String::new, |(register, number)| self.lookup.register_number(register, number)),
            link: store::seal(&self.store, HALL_KEY, "identity link", &id, &person).await?,
            sealed: store::seal(&self.store, person, "identity", &id, &secret).await?,
            since: ctx.now,
            ended_at: None,
            id,
        };
        let notice = self.notice(ctx, person, &notice::IDENTITY_LINKED, &[("provider", provider.title.clone())]).await?;
        let draft = Draft::new(&acts::LINK_IDENTITY, AUTHORITY).public("provider", provider.id.as_str()).public("level", identified.level);
        let kept = row.clone();
        self.store
            .act(&unnamed(ctx), draft, move |tx| {
                let (row, notice) = (kept.clone(), notice.clone());
                Box::pin(async move {
                    if store::identity::is_anothers(tx, &row).await? || store::identity::has_other_in_slot(tx, &row).await? {
                        return Err(IDENTITY_TAKEN.problem());
                    }
                    tx.save(row.record());
                    notice.save(tx).await
                })
            })
            .await?;
        self.renew_levels(person).await?;
        self.open_identity(person, row).await
    }

    /// Unlinks an identity of the signed-in person: the level falls, and it signs in no more. It stays taken.
    pub(crate) async fn unlink_identity(&self, ctx: &Ctx, id: &str) -> Result<(), Problem> {
        let person = ctx.require_signed_in()?.to_owned();
        ctx.require_fresh()?;
        let owner = self.lookup.identity_owner(&person);
        let row = store::identity::of(&self.store, &owner).await?.into_iter().find(|row| row.id == id);
        let row = row.ok_or_else(|| NOT_FOUND.problem())?;
        let opened = self.open_identity(&person, row.clone()).await?;
        let nothing = IdentitySecret { provider: opened.provider.clone(), level: SELF_ASSERTED, name: None, number: None };
        let ended = IdentityRow {
            link: vec![],
            sealed: store::seal(&self.store, &person, "identity", &row.id, &nothing).await?,
            ended_at: Some(ctx.now),
            ..row.clone()
        };
        let title = opened.title.unwrap_or_else(|| notice::plain(opened.provider.as_str()));
        let notice = self.notice(ctx, &person, &notice::IDENTITY_UNLINKED, &[("provider", title)]).await?;
        let draft = Draft::new(&acts::UNLINK_IDENTITY, AUTHORITY).public("provider", opened.provider);
        let credentials = self.credential_owner(&person, &Rests::Person);
        self.store
            .act(&unnamed(ctx), draft, move |tx| {
                let (row, ended, notice, credentials) = (row.clone(), ended.clone(), notice.clone(), credentials.clone());
                Box::pin(async move {
                    if !store::identity::is_as(tx, &row).await? {
                        return Err(CONFLICT.problem());
                    }
                    tx.save(ended.record());
                    // What was issued on it may say a level or a name that nobody proves any more.
                    store::credential::revoke_all_now(tx, &credentials, false).await?;
                    notice.save(tx).await
                })
            })
            .await?;
        self.renew_levels(&person).await
    }

    /// The identities of the signed-in person, the oldest first.
    pub(crate) async fn list_identities(&self, ctx: &Ctx) -> Result<Vec<LinkedIdentity>, Problem> {
        self.identities_of(ctx.require_signed_in()?).await
    }

    async fn identities_of(&self, person: &str) -> Result<Vec<LinkedIdentity>, Problem> {
        let mut found = vec![];
        for row in store::identity::of(&self.store, &self.lookup.identity_owner(person)).await? {
            found.push(self.open_identity(person, row).await?);
        }
        Ok(found)
    }

    pub(super) async fn open_identity(&self, person: &str, row: IdentityRow) -> Result<LinkedIdentity, Problem> {
        let secret: IdentitySecret = store::unseal(&self.store, person, "identity", &row.id, &row.sealed).await?;
        let title = self.config.identity.get(&secret.provider).map(|provider| provider.title.clone());
        let number = secret.number.map(|(_, number)| number);
        Ok(LinkedIdentity { row, provider: secret.provider, title, level: secret.level, name: secret.name, number })
    }

    /// The name that a linked identity tells, of the one that proves most; none where none keeps a name.
    pub(crate) async fn proven_name(&self, person: &str) -> Result<Option<String>, Problem> {
        let mut trusted: Vec<LinkedIdentity> = self.identities_of(person).await?;
        trusted.retain(|identity| identity.title.is_some() && identity.name.is_some());
        Ok(trusted.into_iter().max_by_key(|identity| identity.level).and_then(|identity| identity.name))
    }

    /// Level of identity of a person in hundredths: the highest that a linked identity proves. One of a provider that the profile trusts no
    /// more proves nothing.
    pub(crate) async fn ial_of(&self, person: &str) -> Result<i64, Problem> {
        let identities = match self.identities_of(person).await {
            Err(problem) if problem.code == &ERASED => return Ok(SELF_ASSERTED),
            found => found?,
        };
        let levels = identities.iter().filter(|identity| identity.title.is_some()).map(|identity| identity.level);
        Ok(levels.max().unwrap_or(SELF_ASSERTED).max(SELF_ASSERTED))
    }

    /// Sessions that are open know the level from now on.
    async fn renew_levels(&self, person: &str) -> Result<(), Problem> {
        let ial = self.ial_of(person).await?;
        for live in self.cached().values_mut().filter(|live| live.who.person == person) {
            live.who.ial = ial;
        }
        Ok(())
    }
}

impl LookupKey {
    /// Id of the row of a subject.
    pub(super) fn identity_row(&self, issuer: &str, subject: &str) -> String {
        // No issuer has a line break in it.
        format!("identity_{}", self.keyed("identity subject", format!("{issuer}\n{subject}").as_bytes()))
    }

    /// Owner of identities.
    pub(crate) fn identity_owner(&self, person: &str) -> String {
        self.keyed("identity owner", person.as_bytes())
    }

    /// The one place that a person has for an issuer.
    fn identity_slot(&self, person: &str, issuer: &str) -> String {
        self.keyed("identity slot", format!("{person}/{issuer}").as_bytes())
    }

    /// A number of a register of persons.
    fn register_number(&self, register: &str, number: &str) -> String {
        self.keyed("register number", format!("{register}/{number}").as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use crate::lookup::LookupKey;

    #[test]
    fn columns_of_one_identity_have_nothing_in_common() {
        let key = LookupKey::new([1; 32]);
        let all = [
            key.identity_row("i", "s"),
            key.identity_owner("s"),
            key.identity_slot("s", "i"),
            key.identity_slot("s", "j"),
            key.register_number("th", "1"),
            key.register_number("la", "1"),
            hex::encode(key.client_key("i", 0, "sign")),
            hex::encode(key.client_key("i", 1, "sign")),
            hex::encode(key.client_key("i", 0, "decrypt")),
        ];
        for (place, one) in all.iter().enumerate() {
            assert!(all.iter().skip(place + 1).all(|other| other != one), "{place}");
        }
        assert_ne!(key.identity_row("i", "s"), LookupKey::new([2; 32]).identity_row("i", "s"));
    }
}
