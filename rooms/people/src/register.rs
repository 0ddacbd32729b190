//! Registration: a new person with a first passkey, the first administrator, or one more passkey of someone signed in.

use sala_core::{
    act::Draft,
    ctx::{Actor, Ctx},
    problem::{CONFLICT, INTERNAL, INVALID, Problem},
    store::Record,
};
use serde_json::Value;

use crate::{
    Ceremony, People, acts,
    authenticator::Attested,
    code,
    offices::ADMINISTRATOR,
    passkey::{Made, Registering},
    person::{Link, PasskeySecret, Profile, clean_name},
    persona,
    problems::{CEREMONY_UNKNOWN, CODE_INVALID, SIGN_OUT_FIRST},
    session::{Live, Method, SELF_ASSERTED, Who},
    sign_in::Opened,
    store::{self, OfficerRow, PasskeyRow},
    token::hash,
    unnamed,
};

/// Whom a registration is for.
#[derive(Debug, Clone)]
pub(crate) enum Newcomer {
    /// A person whom the hall does not know yet; with the hash of the one-time code, the first administrator.
    New { name: String, user_handle: [u8; 16], code: Option<String> },
    /// The person who was signed in when the registration began.
    Known { person: String },
}

/// A registration under way.
#[derive(Debug)]
pub(crate) struct Registration {
    state: Registering,
    newcomer: Newcomer,
}

/// What a finished registration leads to.
pub(crate) enum Registered {
    /// A new person, signed in.
    SignedIn(Opened),
    /// One more passkey in the session that goes on.
    Added(Live),
}

/// Rows of a new person, ready to be written.
#[derive(Clone)]
pub(crate) struct NewPerson {
    pub(crate) row: String,
    pub(crate) records: Vec<Record>,
    pub(crate) who: Who,
}

impl People {
    /// Begins a registration: a ceremony and the options for the authenticator.
    pub(crate) async fn start_registration(
        &self,
        ctx: &Ctx,
        remote: &str,
        (name, code, office): (Option<&str>, Option<&str>, Option<&str>),
        live: Option<&Live>,
    ) -> Result<(String, Value), Problem> {
        self.limiter.take(remote, ctx.now)?;
        // The one-time code makes an administrator, who comes as the office of administration wants.
        let trusted = self.attestation_for(office.or_else(|| code.map(|_| self.offices.administration.as_str())))?;
        let (newcomer, user_handle, name, known) = match live {
            Some(live) if code.is_some() || live.method == Method::Demo => return Err(SIGN_OUT_FIRST.problem()),
            Some(live) => {
                // A national identity alone adds no passkey: that way back is a recovery, which waits and can be stopped.
                if live.method == Method::NationalId {
                    ctx.require_fresh()?;
                }
                let person = live.who.person.clone();
                let handle = self.profile(&person).await?.and_then(|profile| profile.user_handle);
                let handle = handle.ok_or_else(|| INTERNAL.problem().because("a person with passkeys has no user handle"))?;
                let known = self.passkeys(&person).await?.into_iter().map(|(_, secret)| secret.passkey.cred_id().clone()).collect();
                (Newcomer::Known { person }, handle, live.who.name.clone(), known)
            }
            None => {
                let name = clean_name("/name", name.ok_or_else(|| INVALID.problem().at("/name", "a new person needs a name"))?)?;
                let code = match code {
                    Some(typed) => Some(self.code_in_force(ctx, typed).await?),
                    None => None,
                };
                let mut handle = [0; 16];
                ctx.entropy.fill(&mut handle);
                (Newcomer::New { name: name.clone(), user_handle: handle, code }, handle, name, vec![])
            }
        };
        let (options, state) = self.party.start_registration(user_handle, &name, known, trusted)?;
        let ceremony = self.begin(ctx, Ceremony::Register(Box::new(Registration { state, newcomer })), remote)?;
        Ok((ceremony, options))
    }

    /// Ends a registration. A new person is signed in at once; someone who was signed in must still be the same.
    pub(crate) async fn finish_registration(
        &self,
        ctx: &Ctx,
        remote: &str,
        ceremony: &str,
        credential: &Value,
        label: &str,
        live: Option<&Live>,
    ) -> Result<Registered, Problem> {
        self.limiter.take(remote, ctx.now)?;
        let label = clean_name("/label", label)?;
        let Some(Ceremony::Register(registration)) = self.ceremonies.finish(ceremony, ctx.now) else {
            return Err(CEREMONY_UNKNOWN.problem());
        };
        match (registration.newcomer, live) {
            (Newcomer::New { name, user_handle, code }, None) => {
                let made = self.party.finish_registration(credential, &registration.state)?;
                if code.is_some() && !self.config.authenticators.accepts(&self.offices.administration, made.attested.as_ref()) {
                    return Err(self.not_accepted(&self.offices.administration));
                }
                let attested = made.attested.clone();
                let mut person = self.new_person(ctx, self.lookup.person(&user_handle), name, Some(user_handle)).await?;
                person.who.attested.clone_from(&attested);
                let passkey = self.passkey_row(ctx, &person.who.person, made, label).await?;
                let who = self.register(ctx, person, Some(passkey), code, Method::Passkey).await?;
                Ok(Registered::SignedIn(self.open_session(ctx, who, Method::Passkey, None, None).await?))
            }
            (Newcomer::Known { person }, Some(live)) if person == live.who.person => {
                // What a recovery brought in must not make itself at home.
                self.require_settled(&person, ctx.now).await?;
                let made = self.party.finish_registration(credential, &registration.state)?;
                let attested = made.attested.clone();
                let passkey = self.passkey_row(ctx, &person, made, label).await?;
                self.add_passkey(ctx, &person, passkey, attested).await?;
                Ok(Registered::Added(live.clone()))
            }
            _ => Err(CEREMONY_UNKNOWN.problem()),
        }
    }

    /// The rows of a new person with one persona. Makes the person's key.
    pub(crate) async fn new_person(
        &self,
        ctx: &Ctx,
        person: String,
        name: String,
        user_handle: Option<[u8; 16]>,
    ) -> Result<NewPerson, Problem> {
        self.store.create_person_key(&person).await?;
        let persona_key = ctx.random32();
        let persona = persona::handle(&persona_key, 0);
        let row = self.lookup.person_row(&person);
        let profile = Profile { name: name.clone(), user_handle, persona_key };
        let link = Link { person: person.clone(), persona: persona.clone() };
        let records = vec![
            store::person_record(&row, store::seal(&self.store, &person, "person", &row, &profile).await?, ctx.now),
            store::persona_record(&persona, self.seal_link(ctx, &link).await?, ctx.now),
        ];
        Ok(NewPerson { row, records, who: Who { person, persona, name, acting: None, ial: SELF_ASSERTED, attested: None } })
    }

    pub(crate) async fn passkey_row(&self, ctx: &Ctx, person: &str, made: Made, label: String) -> Result<PasskeyRow, Problem> {
        let Made { passkey, attested } = made;
        let id = self.lookup.passkey_row(passkey.cred_id().as_ref());
        let secret = PasskeySecret { passkey, label, last_used_at: None, attested };
        let sealed = store::seal(&self.store, person, "passkey", &id, &secret).await?;
        Ok(PasskeyRow { owner: self.lookup.passkey_owner(person), sealed, created_at: ctx.now, id })
    }

    /// Registers a person; with the hash of a one-time code, as administrator, and the code is used up.
    pub(crate) async fn register(
        &self,
        ctx: &Ctx,
        person: NewPerson,
        passkey: Option<PasskeyRow>,
        code: Option<String>,
        method: Method,
    ) -> Result<Who, Problem> {
        let mut who = person.who.clone();
        let mut draft =
            Draft::new(if code.is_some() { &acts::REGISTER_ADMINISTRATOR } else { &acts::REGISTER }, "At the person's own request")
                .public("method", method.name());
        if let Some(attested) = &who.attested {
            draft = tell_attested(draft, &who.person, attested);
        }
        let mut officer = None;
        if code.is_some() {
            let office = self.offices.administration.clone();
            let link = Link { person: who.person.clone(), persona: who.persona.clone() };
            let row = self.officer_row(ctx, &link, &office, vec![ADMINISTRATOR.to_owned()]).await?;
            draft = draft.public("office", office).public("officer", row.acting.handle.as_str()).public("roles", ADMINISTRATOR);
            who.acting = Some(row.acting.clone());
            officer = Some(row);
        } else {
            draft = draft.refers(&who.persona);
        }
        let now = ctx.now;
        self.store
            .act(&unnamed(ctx), draft, move |tx| {
                let (person, passkey, code, officer) = (person.clone(), passkey.clone(), code.clone(), officer.clone());
                Box::pin(async move {
                    if let Some(code) = code
                        && !store::use_code(tx, &code, now).await?
                    {
                        return Err(CODE_INVALID.problem());
                    }
                    if store::has_person(tx, &person.row).await? {
                        return Err(CONFLICT.problem());
                    }
                    if let Some(passkey) = passkey {
                        save_new_passkey(tx, &passkey).await?;
                    }
                    for record in person.records.into_iter().chain(officer.map(|officer: OfficerRow| officer.record())) {
                        tx.save(record);
                    }
                    Ok(())
                })
            })
            .await?;
        Ok(who)
    }

    async fn add_passkey(&self, ctx: &Ctx, person: &str, passkey: PasskeyRow, attested: Option<Attested>) -> Result<(), Problem> {
        ctx.require_signed_in()?;
        let ctx = Ctx { idempotency: None, ..ctx.clone() };
        let mut draft = Draft::new(&acts::ADD_PASSKEY, "At the person's own request");
        if let Some(attested) = &attested {
            draft = tell_attested(draft, person, attested);
        }
        self.store
            .act(&ctx, draft, move |tx| {
                let passkey = passkey.clone();
                Box::pin(async move { save_new_passkey(tx, &passkey).await })
            })
            .await?;
        Ok(())
    }

    /// The passkeys of a person, opened.
    pub(crate) async fn passkeys(&self, person: &str) -> Result<Vec<(PasskeyRow, PasskeySecret)>, Problem> {
        let mut passkeys = vec![];
        for row in store::passkeys_of(&self.store, &self.lookup.passkey_owner(person)).await? {
            let secret = store::unseal(&self.store, person, "passkey", &row.id, &row.sealed).await?;
            passkeys.push((row, secret));
        }
        Ok(passkeys)
    }

    /// Makes a one-time code with which the next registration becomes administrator, and ends all earlier codes. For the operator
    /// at the console, who has all power over the hall anyway: the record shows it. Only the hash is kept.
    pub async fn create_bootstrap_code(&self, ctx: &Ctx) -> Result<String, Problem> {
        if !matches!(ctx.actor, Actor::System { .. }) {
            ctx.require_officer(&self.offices.administration, ADMINISTRATOR)?;
        }
        let typed = code::new_code(&*ctx.entropy);
        let plain = code::normal(&typed).ok_or_else(|| INTERNAL.problem().because("a fresh code is not normal"))?;
        let record = store::code_record(&hash(&plain), ctx.now.plus_seconds(code::LIFE_S));
        let ctx = Ctx { idempotency: None, ..ctx.clone() };
        self.store
            .act(&ctx, Draft::new(&acts::INVITE, "At the console of the operator"), move |tx| {
                let record = record.clone();
                Box::pin(async move {
                    store::remove_codes(tx).await?;
                    tx.save(record);
                    Ok(())
                })
            })
            .await?;
        Ok(typed)
    }

    /// The hash of a code that is in force.
    async fn code_in_force(&self, ctx: &Ctx, typed: &str) -> Result<String, Problem> {
        let hashed = code::normal(typed)
            .map(|code| hash(&code))
            .ok_or_else(|| CODE_INVALID.problem().at("/code", "expected 20 letters and digits"))?;
        if store::is_code_in_force(&self.store, &hashed, ctx.now).await? { Ok(hashed) } else { Err(CODE_INVALID.problem()) }
    }
}

/// That a maker attested the passkey is public; which model it is, only its owner can open.
fn tell_attested(draft: Draft, person: &str, attested: &Attested) -> Draft {
    draft.public("attested", true).sealed(person, "authenticator", attested.aaguid.as_str())
}

/// A credential belongs to one person for ever.
pub(crate) async fn save_new_passkey(tx: &mut sala_core::store::Tx, passkey: &PasskeyRow) -> Result<(), Problem> {
    if store::has_passkey(tx, &passkey.id).await? {
        return Err(CONFLICT.problem().detail("พาสคีย์นี้ลงทะเบียนไว้แล้ว", "This passkey is registered already."));
    }
    tx.save(passkey.record());
    Ok(())
}
