//! Sessions: opened by a sign-in, found by their token, listed, closed.

use std::{
    collections::BTreeMap,
    sync::{MutexGuard, PoisonError},
};

use sala_core::{
    act::Draft,
    ctx::Ctx,
    problem::{DAMAGED, FORBIDDEN, NOT_FOUND, Problem},
    store::ERASED,
    time::Timestamp,
};
use serde_json::Value;

use crate::{
    Ceremony, People, acts,
    authenticator::Attested,
    person::{PasskeySecret, Profile, SessionSecret},
    problems::{CEREMONY_UNKNOWN, PASSKEY_REFUSED},
    session::{ABSOLUTE_S, Acting, Capacity, Live, Method, NEVER, Who},
    store::{self, HALL_KEY, PasskeyRow, SessionRow},
    token::{hash, new_token},
    unnamed,
};

const AUTHORITY: &str = "At the person's own request";

/// A session just opened. The token goes to the browser and is kept nowhere else.
pub(crate) struct Opened {
    pub(crate) token: String,
    pub(crate) live: Live,
}

/// What memory knows of a token.
pub(crate) enum Kept {
    Open(Box<Live>),
    Over,
    Not,
}

impl People {
    /// Begins a sign-in: a ceremony and the options for the authenticator.
    pub(crate) fn start_sign_in(&self, ctx: &Ctx, remote: &str) -> Result<(String, Value), Problem> {
        self.limiter.take(remote, ctx.now)?;
        let (options, state) = self.party.start_sign_in()?;
        Ok((self.begin(ctx, Ceremony::SignIn(state), remote)?, options))
    }

    /// Remembers a ceremony under a random id.
    pub(crate) fn begin(&self, ctx: &Ctx, ceremony: Ceremony, remote: &str) -> Result<String, Problem> {
        let id = format!("ceremony_{}", hex::encode(ctx.random32()));
        self.ceremonies.begin(id.clone(), ceremony, remote, ctx.now)?;
        Ok(id)
    }

    /// Ends a sign-in: verifies the passkey and opens a session in the capacity that was asked for. `replaces` is the token that
    /// the browser had until now.
    pub(crate) async fn finish_sign_in(
        &self,
        ctx: &Ctx,
        remote: &str,
        ceremony: &str,
        credential: &Value,
        wanted: (Option<Capacity>, Option<&str>),
        replaces: Option<&str>,
    ) -> Result<Opened, Problem> {
        self.limiter.take(remote, ctx.now)?;
        let Some(Ceremony::SignIn(state)) = self.ceremonies.finish(ceremony, ctx.now) else { return Err(CEREMONY_UNKNOWN.problem()) };
        let (answer, user_handle, credential_id) = self.party.claimed(credential)?;
        let person = self.lookup.person(&user_handle);
        let mut row =
            store::passkey(&self.store, &self.lookup.passkey_row(&credential_id)).await?.ok_or_else(|| PASSKEY_REFUSED.problem())?;
        if row.owner != self.lookup.passkey_owner(&person) {
            return Err(PASSKEY_REFUSED.problem().because("the user handle is not that of the passkey"));
        }
        let mut secret: PasskeySecret = store::unseal(&self.store, &person, "passkey", &row.id, &row.sealed).await?;
        let verified = self.party.finish_sign_in(&answer, state, &secret.passkey)?;
        secret.passkey.update_credential(&verified);
        secret.last_used_at = Some(ctx.now.0);
        row.sealed = store::seal(&self.store, &person, "passkey", &row.id, &secret).await?;
        let who = self.who(&person, wanted.0, wanted.1, secret.attested).await?;
        self.open_session(ctx, who, Method::Passkey, Some(row), replaces).await
    }

    /// The person as a citizen, or in `office`; when neither was asked for, in the first office in which the person is appointed,
    /// if there is one. 403 when not appointed there, or when the office does not accept the authenticator.
    pub(crate) async fn who(
        &self,
        person: &str,
        capacity: Option<Capacity>,
        office: Option<&str>,
        attested: Option<Attested>,
    ) -> Result<Who, Problem> {
        let profile = self.profile(person).await?.ok_or_else(|| PASSKEY_REFUSED.problem().because("a passkey without a person"))?;
        let personas = self.personas_of(&profile).await?;
        let persona = personas.into_iter().find(|row| row.retired_at.is_none()).map(|row| row.handle);
        let persona = persona.ok_or_else(|| DAMAGED.problem().because("a person without a persona"))?;
        let (mut acting, mut shut) = (None, None);
        let is_citizen = capacity == Some(Capacity::Citizen) && office.is_none();
        for known in self.offices.offices.iter().filter(|known| !is_citizen && office.is_none_or(|wanted| wanted == known.id)) {
            if acting.is_none()
                && let Some(officer) = store::officer_of(&self.store, &self.lookup.officer_owner(person, &known.id)).await?
            {
                if self.config.authenticators.accepts(&known.id, attested.as_ref()) {
                    acting = Some(officer.acting);
                } else {
                    shut = Some(known.id.as_str());
                }
            }
        }
        if acting.is_none() && (office.is_some() || capacity == Some(Capacity::Officer)) {
            if let Some(office) = shut {
                return Err(self.not_accepted(office));
            }
            let office = office.unwrap_or("*");
            return Err(FORBIDDEN
                .problem()
                .detail(format!("คุณไม่ได้รับแต่งตั้งในหน่วยงาน ({office})"), format!("You are not appointed in the office ({office}).")));
        }
        Ok(Who { person: person.to_owned(), persona, name: profile.name, acting, ial: self.ial_of(person).await?, attested })
    }

    /// What the hall knows of a person.
    pub(crate) async fn profile(&self, person: &str) -> Result<Option<Profile>, Problem> {
        let id = self.lookup.person_row(person);
        let Some(sealed) = store::sealed_person(&self.store, &id).await? else { return Ok(None) };
        store::unseal(&self.store, person, "person", &id, &sealed).await.map(Some)
    }

    /// Opens a session with a fresh token. In the same act it ends the session that it replaces and notes the use of the passkey.
    pub(crate) async fn open_session(
        &self,
        ctx: &Ctx,
        who: Who,
        method: Method,
        used: Option<PasskeyRow>,
        replaces: Option<&str>,
    ) -> Result<Opened, Problem> {
        let token = new_token(&*ctx.entropy);
        let id = ctx.new_id("session");
        let secret = SessionSecret {
            person: who.person.clone(),
            persona: who.persona.clone(),
            officer: who.acting.as_ref().map(|acting| acting.handle.clone()),
            attested: who.attested.clone(),
        };
        let row = SessionRow {
            token_hash: hash(&token),
            owner: self.lookup.session_owner(&who.person),
            method,
            sealed: store::seal(&self.store, HALL_KEY, "session", &id, &secret).await?,
            opened_at: ctx.now,
            expires_at: ctx.now.plus_seconds(ABSOLUTE_S),
            id,
        };
        let live = Live {
            id: row.id.clone(),
            who,
            method,
            opened_at: row.opened_at,
            expires_at: row.expires_at,
            seen_at: ctx.now,
            verified_at: NEVER,
        };
        let replaced = match replaces {
            Some(token) => store::session_by_token(&self.store, &hash(token)).await?,
            None => None,
        };
        let token_hash = row.token_hash.clone();
        let old_hash = replaced.as_ref().map(|old| old.token_hash.clone());
        let draft = Draft::new(&acts::OPEN_SESSION, AUTHORITY).public("method", method.name());
        self.store
            .act(&unnamed(ctx), draft, move |tx| {
                let (row, used, replaced) = (row.clone(), used.clone(), replaced.clone());
                Box::pin(async move {
                    if let Some(old) = replaced {
                        store::remove_session(tx, &old.id, &old.owner).await?;
                    }
                    if let Some(passkey) = used {
                        tx.save(passkey.record());
                    }
                    tx.save(row.record());
                    Ok(())
                })
            })
            .await?;
        let old = {
            let mut sessions = self.cached();
            let old = old_hash.and_then(|old| sessions.remove(&old));
            sessions.insert(token_hash, live.clone());
            old
        };
        if let Some(old) = old {
            self.tell_end(old.id);
        }
        Ok(Opened { token, live })
    }

    /// The open session of a token, counting this as a request of it.
    pub(crate) async fn live(&self, token: &str, now: Timestamp) -> Result<Option<Live>, Problem> {
        self.live_by_hash(&hash(token), now).await
    }

    /// The same by the hash of the token.
    pub(crate) async fn live_by_hash(&self, token_hash: &str, now: Timestamp) -> Result<Option<Live>, Problem> {
        match self.touch(token_hash, now) {
            Kept::Open(live) => return Ok(Some(*live)),
            Kept::Over => return Ok(None),
            Kept::Not => {}
        }
        let Some(row) = store::session_by_token(&self.store, token_hash).await? else { return Ok(None) };
        let Some(live) = self.load(row, now).await? else { return Ok(None) };
        self.cached().insert(token_hash.to_owned(), live.clone());
        Ok(Some(live))
    }

    pub(crate) fn touch(&self, token_hash: &str, now: Timestamp) -> Kept {
        let mut sessions = self.cached();
        let Some(live) = sessions.get_mut(token_hash) else { return Kept::Not };
        if !live.is_open(now) {
            return Kept::Over;
        }
        live.seen_at = live.seen_at.max(now);
        Kept::Open(Box::new(live.clone()))
    }

    /// A session from the store (after a restart), unless it is over or has lost its ground: an appointment that ended or changed after the
    /// sign-in, an authenticator that its office accepts no more, a person that was erased, a demonstration that is no more.
    async fn load(&self, row: SessionRow, now: Timestamp) -> Result<Option<Live>, Problem> {
        if row.method == Method::Demo && !self.config.is_demo {
            return Ok(None);
        }
        let secret = self.session_secret(&row).await?;
        let acting = match &secret.officer {
            None => None,
            Some(handle) => match self.standing(handle, row.opened_at).await? {
                // A demo sign-in has no authenticator.
                Some(acting)
                    if row.method == Method::Demo || self.config.authenticators.accepts(&acting.office, secret.attested.as_ref()) =>
                {
                    Some(acting)
                }
                _ => return Ok(None),
            },
        };
        let profile = match self.profile(&secret.person).await {
            Ok(Some(profile)) => profile,
            Ok(None) => return Ok(None),
            Err(problem) if problem.code == &ERASED => return Ok(None),
            Err(problem) => return Err(problem),
        };
        let ial = self.ial_of(&secret.person).await?;
        let live = Live {
            id: row.id,
            who: Who { person: secret.person, persona: secret.persona, name: profile.name, acting, ial, attested: secret.attested },
            method: row.method,
            opened_at: row.opened_at,
            expires_at: row.expires_at,
            seen_at: row.opened_at,
            verified_at: NEVER,
        };
        if !live.is_open(now) {
            return Ok(None);
        }
        Ok(Some(Live { seen_at: now, ..live }))
    }

    /// Whose session a row is.
    pub(crate) async fn session_secret(&self, row: &SessionRow) -> Result<SessionSecret, Problem> {
        store::unseal(&self.store, HALL_KEY, "session", &row.id, &row.sealed).await
    }

    /// The appointment, if it stands as it stood when the session was opened.
    async fn standing(&self, handle: &str, opened_at: Timestamp) -> Result<Option<Acting>, Problem> {
        let officer = store::officer(&self.store, handle).await?;
        Ok(officer.filter(|officer| officer.appointed_at <= opened_at).map(|officer| officer.acting))
    }

    /// The open sessions of a person. The demo persons are shared by strangers: there only the session of `current` is told.
    pub(crate) async fn list_own_sessions(&self, ctx: &Ctx, current: Option<&Live>) -> Result<Vec<(SessionRow, bool)>, Problem> {
        let owner = self.lookup.session_owner(ctx.require_signed_in()?);
        let rows = store::sessions_of(&self.store, &owner, ctx.now).await?;
        let idle: Vec<String> = self.cached().values().filter(|live| !live.is_open(ctx.now)).map(|live| live.id.clone()).collect();
        let marked = rows.into_iter().map(|row| {
            let is_current = current.is_some_and(|live| live.id == row.id);
            (row, is_current)
        });
        Ok(marked.filter(|(row, is_current)| *is_current || (row.method != Method::Demo && !idle.contains(&row.id))).collect())
    }

    /// Ends one session of the signed-in person. 404 when the person has no such session.
    pub(crate) async fn close_session(&self, ctx: &Ctx, id: &str) -> Result<(), Problem> {
        let owner = self.lookup.session_owner(ctx.require_signed_in()?);
        let wanted = id.to_owned();
        let draft = Draft::new(&acts::CLOSE_SESSION, AUTHORITY);
        self.store
            .act(&unnamed(ctx), draft, move |tx| {
                let (id, owner) = (wanted.clone(), owner.clone());
                Box::pin(async move { if store::remove_session(tx, &id, &owner).await? { Ok(()) } else { Err(NOT_FOUND.problem()) } })
            })
            .await?;
        self.forget_sessions(|live| live.id == id);
        Ok(())
    }

    pub(crate) fn cached(&self) -> MutexGuard<'_, BTreeMap<String, Live>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
