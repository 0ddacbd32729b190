//! What a recovery leads to: a new passkey; and how it is stopped before, or undone while the person settles. Also passkeys given up.

use sala_core::{
    act::Draft,
    ctx::Ctx,
    problem::{CONFLICT, INTERNAL, NOT_FOUND, Problem},
};
use serde_json::Value;

use super::{AUTHORITY, Proven, RecoverySecret, Stage};
use crate::{
    Ceremony, People, acts, notice,
    notice::plain,
    passkey::Registering,
    person::{PasskeySecret, clean_name},
    problems::{CEREMONY_UNKNOWN, LAST_PASSKEY, PASSKEY_REFUSED, RECOVERY_COOLING},
    register::save_new_passkey,
    session::{Capacity, Live, Method},
    sign_in::Opened,
    store::{self, PasskeyRow, recovery::RecoveryRow},
    unnamed,
};

/// A recovery that is about to bind a passkey.
#[derive(Debug)]
pub(crate) struct Recovering {
    state: Registering,
    row: RecoveryRow,
    person: String,
}

impl People {
    /// Begins to bind a passkey: a ceremony and the options for the authenticator. 409 with `Retry-After` during the cool-off.
    pub(crate) async fn start_recovery_passkey(&self, ctx: &Ctx, remote: &str, id: &str, code: &str) -> Result<(String, Value), Problem> {
        let Proven { row, person } = self.prove_recovery(ctx, remote, id, code).await?;
        let wait = row.ready_at.seconds().saturating_sub(ctx.now.seconds());
        if row.stage != Stage::Open || ctx.now < row.ready_at {
            return Err(RECOVERY_COOLING.problem().retry_after(u64::try_from(wait.clamp(1, 90 * 24 * 3600)).unwrap_or(1)));
        }
        self.refuse_officers(&person).await?;
        let profile = self.profile(&person).await?.ok_or_else(|| NOT_FOUND.problem())?;
        let handle = profile.user_handle.ok_or_else(|| INTERNAL.problem().because("a person with a recovery has no user handle"))?;
        let known = self.passkeys(&person).await?.into_iter().map(|(_, secret)| secret.passkey.cred_id().clone()).collect();
        let (options, state) = self.party.start_registration(handle, &profile.name, known, None)?;
        let ceremony = self.begin(ctx, Ceremony::Recover(Box::new(Recovering { state, row, person })), remote)?;
        Ok((ceremony, options))
    }

    /// Binds the passkey and signs the person in; from now on they settle.
    pub(crate) async fn finish_recovery_passkey(
        &self,
        ctx: &Ctx,
        remote: &str,
        ceremony: &str,
        credential: &Value,
        label: &str,
    ) -> Result<Opened, Problem> {
        self.limiter.take(remote, ctx.now)?;
        let label = clean_name("/label", label)?;
        let Some(Ceremony::Recover(recovering)) = self.ceremonies.finish(ceremony, ctx.now) else { return Err(CEREMONY_UNKNOWN.problem()) };
        let Recovering { state, row, person } = *recovering;
        self.refuse_officers(&person).await?;
        let passkey = self.party.finish_registration(credential, &state)?;
        let passkey = self.passkey_row(ctx, &person, passkey, label).await?;
        let secret = RecoverySecret { passkey: Some(passkey.id.clone()), ..RecoverySecret::default() };
        let settled_at = ctx.now.plus_seconds(self.config.privacy.recovery.settle_s);
        let bound = RecoveryRow {
            stage: Stage::Bound,
            sealed: store::seal(&self.store, &person, "recovery", &row.id, &secret).await?,
            since: ctx.now,
            ends_at: settled_at,
            ..row.clone()
        };
        let notice = self.notice(ctx, &person, &notice::RECOVERY_BOUND, &[("settled_at", plain(settled_at.to_string()))]).await?;
        let draft = Draft::new(&acts::BIND_RECOVERY, AUTHORITY).public("road", row.road.name());
        self.store
            .act(&unnamed(ctx), draft, move |tx| {
                let (row, bound, passkey, notice) = (row.clone(), bound.clone(), passkey.clone(), notice.clone());
                Box::pin(async move {
                    // It may have been stopped meanwhile.
                    if !store::recovery::is_as(tx, &row).await? {
                        return Err(CEREMONY_UNKNOWN.problem());
                    }
                    save_new_passkey(tx, &passkey).await?;
                    tx.save(bound.record());
                    notice.save(tx).await
                })
            })
            .await?;
        let who = self.who(&person, Some(Capacity::Citizen), None, None).await?;
        self.open_session(ctx, who, Method::Passkey, None, None).await
    }

    /// Stops a recovery of the signed-in person, or discards a road that is set up; while the person settles it takes the new passkey
    /// away again and ends all other sessions. Any session with a passkey can, without a signature: it must be quick.
    pub(crate) async fn stop_recovery(&self, ctx: &Ctx, id: &str, live: Option<&Live>) -> Result<(), Problem> {
        let person = ctx.require_signed_in()?.to_owned();
        let live = live.filter(|live| live.method == Method::Passkey);
        let live =
            live.ok_or_else(|| PASSKEY_REFUSED.problem().detail("หยุดได้ด้วยพาสคีย์เท่านั้น", "Only a session with a passkey can stop it."))?;
        let row = self.own_recovery(ctx, id).await?;
        let secret: RecoverySecret = store::unseal(&self.store, &person, "recovery", &row.id, &row.sealed).await?;
        let undone = secret.passkey.filter(|_| row.stage == Stage::Bound);
        let notice = self.notice(ctx, &person, &notice::RECOVERY_STOPPED, &[]).await?;
        let owners = (self.lookup.passkey_owner(&person), self.lookup.session_owner(&person));
        let kept = (live.id.clone(), undone.is_some());
        let draft = Draft::new(&acts::STOP_RECOVERY, AUTHORITY).public("stage", row.stage.name());
        self.store
            .act(&unnamed(ctx), draft, move |tx| {
                let (row, undone, notice, owners, current) = (row.clone(), undone.clone(), notice.clone(), owners.clone(), kept.0.clone());
                Box::pin(async move {
                    if !store::recovery::is_as(tx, &row).await? {
                        return Err(CONFLICT.problem());
                    }
                    if let Some(passkey) = undone {
                        let passkeys = store::recovery::passkeys_now(tx, &owners.0).await?;
                        if passkeys == [passkey.as_str()] {
                            return Err(LAST_PASSKEY.problem());
                        }
                        tx.remove("passkey", &passkey);
                        store::recovery::remove_sessions_but(tx, &owners.1, &current).await?;
                    }
                    tx.remove("recovery", &row.id);
                    notice.save(tx).await
                })
            })
            .await?;
        if kept.1 {
            self.forget_sessions_but(&person, &live.id);
        }
        Ok(())
    }

    /// Removes a passkey of the signed-in person and ends all their other sessions. Signed. Never the last one, unless a printed code is
    /// set up.
    pub(crate) async fn remove_passkey(&self, ctx: &Ctx, id: &str, current: &str) -> Result<(), Problem> {
        let person = ctx.require_signed_in()?.to_owned();
        ctx.require_signature()?;
        self.require_settled(&person, ctx.now).await?;
        let (row, secret) = self.own_passkey(&person, id).await?;
        let notice = self.notice(ctx, &person, &notice::PASSKEY_REMOVED, &[("label", plain(secret.label))]).await?;
        let owners = (self.lookup.passkey_owner(&person), self.lookup.session_owner(&person), self.lookup.recovery_owner(&person));
        let has_office = !self.appointments(&person).await?.is_empty();
        let kept = current.to_owned();
        self.store
            .act(&Ctx { idempotency: None, ..ctx.clone() }, Draft::new(&acts::REMOVE_PASSKEY, AUTHORITY), move |tx| {
                let (id, owners, notice, current) = (row.id.clone(), owners.clone(), notice.clone(), kept.clone());
                Box::pin(async move {
                    let now = tx.ctx().now;
                    let passkeys = store::recovery::passkeys_now(tx, &owners.0).await?;
                    if !passkeys.contains(&id) {
                        return Err(NOT_FOUND.problem());
                    }
                    let roads = store::recovery::of_now(tx, &owners.2, now).await?;
                    if passkeys.len() == 1 && (has_office || !roads.iter().any(|road| road.stage == Stage::Prepared)) {
                        return Err(LAST_PASSKEY.problem());
                    }
                    tx.remove("passkey", &id);
                    store::recovery::remove_sessions_but(tx, &owners.1, &current).await?;
                    notice.save(tx).await
                })
            })
            .await?;
        self.forget_sessions_but(&person, current);
        Ok(())
    }

    /// Gives a passkey of the signed-in person another label.
    pub(crate) async fn rename_passkey(&self, ctx: &Ctx, id: &str, label: &str) -> Result<(PasskeyRow, PasskeySecret), Problem> {
        let person = ctx.require_signed_in()?.to_owned();
        let label = clean_name("/label", label)?;
        let (row, secret) = self.own_passkey(&person, id).await?;
        let secret = PasskeySecret { label, ..secret };
        let row = PasskeyRow { sealed: store::seal(&self.store, &person, "passkey", &row.id, &secret).await?, ..row };
        let kept = row.clone();
        self.store
            .act(&unnamed(ctx), Draft::new(&acts::RENAME_PASSKEY, AUTHORITY), move |tx| {
                let row = kept.clone();
                Box::pin(async move {
                    if !store::has_passkey(tx, &row.id).await? {
                        return Err(NOT_FOUND.problem());
                    }
                    tx.save(row.record());
                    Ok(())
                })
            })
            .await?;
        Ok((row, secret))
    }

    async fn own_passkey(&self, person: &str, id: &str) -> Result<(PasskeyRow, PasskeySecret), Problem> {
        self.passkeys(person).await?.into_iter().find(|(row, _)| row.id == id).ok_or_else(|| NOT_FOUND.problem())
    }

    fn forget_sessions_but(&self, person: &str, current: &str) {
        self.forget_sessions(|live| live.who.person == person && live.id != current);
    }
}
