//! Personas: the faces under which a person acts. Their handles tell nothing: slot `n` of a person is
//! HMAC-SHA-256(persona key of the person, "sala/persona/v1" ‖ n), cut to 128 bits, and that key lies sealed with the person's own.
//! So no table says which personas belong together, no row of the person changes when one is made, and once the person is erased
//! nobody can ever tell. Each act about a persona stands under that persona's own name or under none.

use hmac::{Hmac, KeyInit, Mac};
use sala_avatar::{Choices, Top, Wearer};
use sala_core::{
    act::Draft,
    ctx::{Actor, Ctx},
    problem::{INTERNAL, INVALID, NOT_FOUND, Problem},
    time::Timestamp,
};
use sha2::{Digest, Sha256};

use crate::{
    People, acts,
    person::{Link, Profile, clean_name},
    problems::{LAST_PERSONA, TOO_MANY_PERSONAS},
    session::Live,
    store::{self, HALL_KEY, PersonaRow},
    token::hash,
    unnamed,
};

/// How many personas one person can ever have, retired ones included.
pub(crate) const SLOTS: u32 = 16;
const AUTHORITY: &str = "At the person's own request";

/// The handle of a slot.
pub(crate) fn handle(key: &[u8; 32], slot: u32) -> String {
    // HMAC takes keys of any length, so that the other arm is never taken.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return String::new() };
    mac.update(b"sala/persona/v1");
    mac.update(&slot.to_be_bytes());
    let bytes = mac.finalize().into_bytes();
    format!("persona_{}", hex::encode(bytes.get(..16).unwrap_or_default()))
}

fn handles(profile: &Profile) -> impl Iterator<Item = String> {
    (0..SLOTS).map(|slot| handle(&profile.persona_key, slot))
}

impl People {
    /// The personas of the signed-in person, in the order of their slots, retired ones too.
    pub(crate) async fn own_personas(&self, ctx: &Ctx) -> Result<Vec<PersonaRow>, Problem> {
        let profile = self.profile(ctx.require_signed_in()?).await?.ok_or_else(|| NOT_FOUND.problem())?;
        self.personas_of(&profile).await
    }

    pub(crate) async fn personas_of(&self, profile: &Profile) -> Result<Vec<PersonaRow>, Problem> {
        let slots: Vec<String> = handles(profile).collect();
        let mut rows = store::personas(&self.store, &slots).await?;
        rows.sort_by_key(|row| slots.iter().position(|slot| *slot == row.handle));
        Ok(rows)
    }

    async fn own_persona(&self, ctx: &Ctx, id: &str) -> Result<PersonaRow, Problem> {
        let rows = self.own_personas(ctx).await?;
        rows.into_iter().find(|row| row.handle == id && row.retired_at.is_none()).ok_or_else(|| NOT_FOUND.problem())
    }

    /// A new persona in the first free slot. The act names the persona only.
    pub(crate) async fn create_persona(&self, ctx: &Ctx, name: &str) -> Result<PersonaRow, Problem> {
        let person = ctx.require_signed_in()?.to_owned();
        let name = clean_name("/name", name)?;
        let profile = self.profile(&person).await?.ok_or_else(|| NOT_FOUND.problem())?;
        let taken = self.personas_of(&profile).await?;
        let free = handles(&profile).find(|slot| taken.iter().all(|row| row.handle != *slot)).ok_or_else(|| TOO_MANY_PERSONAS.problem())?;
        let link = Link { person, persona: free.clone() };
        let link = self.seal_link(ctx, &link).await?;
        let row = PersonaRow { handle: free.clone(), name, look: String::new(), retired_at: None };
        let (kept, now) = (row.clone(), ctx.now);
        self.store
            .act(&unnamed(ctx), Draft::new(&acts::CREATE_PERSONA, AUTHORITY).refers(free.as_str()), move |tx| {
                let (row, link) = (kept.clone(), link.clone());
                Box::pin(async move {
                    if store::has_persona(tx, &row.handle).await? {
                        return Err(sala_core::problem::CONFLICT.problem());
                    }
                    tx.save(store::persona_record(&row.handle, link, now));
                    tx.save(row.record());
                    Ok(())
                })
            })
            .await?;
        Ok(row)
    }

    /// Changes name or look of an own persona.
    pub(crate) async fn change_persona(
        &self,
        ctx: &Ctx,
        id: &str,
        name: Option<&str>,
        look: Option<Choices>,
    ) -> Result<PersonaRow, Problem> {
        let mut row = self.own_persona(ctx, id).await?;
        if let Some(name) = name {
            row.name = clean_name("/name", name)?;
        }
        if let Some(look) = look {
            look.validate(Wearer::Citizen).map_err(|fault| INVALID.problem().at("/look/top", fault.to_string()))?;
            row.look = serde_json::to_string(&look).map_err(|fault| INTERNAL.problem().because(fault))?;
        }
        self.write_persona(ctx, &acts::CHANGE_PERSONA, row).await
    }

    /// Puts a persona away for good: it keeps its slot and its acts, and can't be used again. Never the last one, nor one in use.
    pub(crate) async fn retire_persona(&self, ctx: &Ctx, id: &str, in_use: &str) -> Result<(), Problem> {
        let row = self.own_persona(ctx, id).await?;
        if in_use == id {
            return Err(LAST_PERSONA.problem());
        }
        let row = PersonaRow { retired_at: Some(ctx.now), name: String::new(), look: String::new(), ..row };
        self.write_persona(ctx, &acts::RETIRE_PERSONA, row).await.map(drop)
    }

    async fn write_persona(&self, ctx: &Ctx, kind: &'static sala_core::act::ActKind, row: PersonaRow) -> Result<PersonaRow, Problem> {
        // Under the name of the persona itself: two personas of one person must not meet in an act.
        let actor = Actor::Citizen { persona: row.handle.clone(), person: ctx.require_signed_in()?.to_owned() };
        let ctx = Ctx { actor, ..unnamed(ctx) };
        let kept = row.clone();
        self.store
            .act(&ctx, Draft::new(kind, AUTHORITY).refers(row.handle.as_str()), move |tx| {
                let row = kept.clone();
                Box::pin(async move {
                    tx.save(row.record());
                    Ok(())
                })
            })
            .await?;
        Ok(row)
    }

    /// Goes on in this session under another own persona.
    pub(crate) async fn use_persona(&self, ctx: &Ctx, token: &str, id: &str) -> Result<Live, Problem> {
        let row = self.own_persona(ctx, id).await?;
        let token_hash = hash(token);
        let mut session = store::session_by_token(&self.store, &token_hash).await?.ok_or_else(|| NOT_FOUND.problem())?;
        let mut secret = self.session_secret(&session).await?;
        secret.persona.clone_from(&row.handle);
        session.sealed = store::seal(&self.store, HALL_KEY, "session", &session.id, &secret).await?;
        self.store
            .act(&unnamed(ctx), Draft::new(&acts::SWITCH_PERSONA, AUTHORITY), move |tx| {
                let session = session.clone();
                Box::pin(async move {
                    tx.save(session.record());
                    Ok(())
                })
            })
            .await?;
        let live = {
            let mut sessions = self.cached();
            let live = sessions.get_mut(&token_hash).ok_or_else(|| NOT_FOUND.problem())?;
            live.who.persona.clone_from(&row.handle);
            live.clone()
        };
        // What is open under the persona before must not go on.
        self.tell_end(live.id.clone());
        Ok(live)
    }

    /// How a persona looks: as its owner chose, else as its handle gives it. A retired one has no face.
    pub(crate) async fn look_of(&self, id: &str) -> Result<Choices, Problem> {
        // Officers wear what their office wears; the rest follows from the handle, and so from nothing about the person.
        if store::officer(&self.store, id).await?.is_some() {
            let figure = Choices::from_seed(&Sha256::digest(id.as_bytes()).into());
            return Ok(Choices { top: Top::Uniform, ..figure });
        }
        let row = self.persona_card(id).await?;
        if row.retired_at.is_some() {
            return Err(NOT_FOUND.problem());
        }
        Ok(row.look())
    }

    /// The public name of a persona; empty where none was chosen.
    pub async fn persona_name(&self, id: &str) -> Result<String, Problem> {
        self.persona_card(id).await.map(|row| row.name)
    }

    /// What everyone may see of a persona.
    pub(crate) async fn persona_card(&self, id: &str) -> Result<PersonaRow, Problem> {
        let rows = store::personas(&self.store, &[id.to_owned()]).await?;
        rows.into_iter().next().ok_or_else(|| NOT_FOUND.problem())
    }
}

impl PersonaRow {
    /// The choices of its figure. Until its owner chooses they follow from the handle, which is random and public.
    pub(crate) fn look(&self) -> Choices {
        serde_json::from_str(&self.look).unwrap_or_else(|_| Choices::from_seed(&Sha256::digest(self.handle.as_bytes()).into()))
    }

    /// Retired personas stay readable in the record, but wear no face.
    pub(crate) fn is_retired(&self, now: Timestamp) -> bool {
        self.retired_at.is_some_and(|at| at <= now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handles_of_one_person_have_nothing_in_common() {
        let all: Vec<String> = (0..SLOTS).map(|slot| handle(&[1; 32], slot)).chain((0..SLOTS).map(|slot| handle(&[2; 32], slot))).collect();
        let unique: std::collections::BTreeSet<&String> = all.iter().collect();
        assert_eq!(unique.len(), all.len());
        assert!(all.iter().all(|handle| handle.len() == "persona_".len() + 32));
        assert_eq!(handle(&[1; 32], 0), handle(&[1; 32], 0));
    }
}
