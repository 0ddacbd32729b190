//! Recovery: the way back for someone who lost their passkeys, by a road that was set up or by people who look at them.
//!
//! Roads: another passkey (that is a sign-in), a printed code, the same national identity again, two officers in person. Each but the
//! first *opens a recovery*: the person is told at once on every device, nothing happens for the cool-off of the profile, and any
//! session with a passkey can stop it. Then it may bind one new passkey; until the person has settled, nothing can be signed, and it
//! can still be stopped, which takes the new passkey away. Whoever holds an office has power over others: they come back by another
//! passkey, or an administrator appoints them anew.
//!
//! Nobody can find out who has which road: a recovery is named by a random id that is printed beside its code, an unknown id costs the
//! same Argon2id and gets the same answer, and a door at which someone failed too often closes for an hour, whether it exists or not.

pub(crate) mod attempts;
pub(crate) mod bind;
pub(crate) mod code;
pub(crate) mod desk;

use std::sync::Arc;

use sala_core::{
    act::Draft,
    ctx::{Ctx, Signature},
    problem::{CONFLICT, INTERNAL, INVALID, NOT_FOUND, Problem},
    text::Text,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;
use utoipa::ToSchema;

use self::{
    attempts::Attempts,
    code::{CODE_LETTERS, CodeHash, ID_LETTERS, fresh, normal},
};
use crate::{
    People, acts, notice,
    notice::plain,
    problems::{DEMO_PERSON, RECOVERY_NOT_FOR_OFFICERS, RECOVERY_REFUSED, RECOVERY_SETTLING},
    store::{self, HALL_KEY, recovery::RecoveryRow},
    unnamed,
};

pub(crate) const AUTHORITY: &str = "At the person's own request";
/// A recovery that is ready waits for its passkey this long.
const OPEN_S: i64 = 7 * 24 * 3600;
/// A road that was set up has no end of its own.
const NO_END: Timestamp = Timestamp(i64::MAX);
/// So many hashes are computed at once; each takes 19 MiB.
const HASHES_AT_ONCE: usize = 2;

/// How someone comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = RecoveryRoad)]
pub enum Road {
    /// A printed code.
    Code,
    /// The same national identity.
    Identity,
    /// Two officers, in person.
    Desk,
}

impl Road {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Identity => "identity",
            Self::Desk => "desk",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        [Self::Code, Self::Identity, Self::Desk].into_iter().find(|road| road.name() == name)
    }

    fn title(self) -> Text {
        match self {
            Self::Code => Text::new("รหัสฉบับพิมพ์", "printed code"),
            Self::Identity => Text::new("บัตรประจำตัวดิจิทัล", "national identity"),
            Self::Desk => Text::new("เจ้าหน้าที่ที่เคาน์เตอร์", "officers at the counter"),
        }
    }
}

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = RecoveryStage)]
pub enum Stage {
    /// Set up; nothing is under way.
    Prepared,
    /// One officer vouched, a second one must.
    Vouched,
    /// Opened: in its cool-off, or ready to bind a passkey.
    Open,
    /// It bound a passkey; the person settles.
    Bound,
}

impl Stage {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Prepared => "prepared",
            Self::Vouched => "vouched",
            Self::Open => "open",
            Self::Bound => "bound",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        [Self::Prepared, Self::Vouched, Self::Open, Self::Bound].into_iter().find(|stage| stage.name() == name)
    }
}

/// Sealed for the person in the row of a recovery.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(crate) struct RecoverySecret {
    pub(crate) code: Option<CodeHash>,
    /// The passkey that was bound.
    pub(crate) passkey: Option<String>,
    /// The officer who vouched first.
    pub(crate) officer: Option<String>,
}

/// What is handed to the person once and kept nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecoverySlip {
    /// Names the recovery.
    pub recovery_id: String,
    /// Proves it.
    pub code: String,
}

/// What the room remembers of tries.
#[derive(Debug)]
pub(crate) struct Gate {
    pub(crate) attempts: Attempts,
    hashes: Arc<Semaphore>,
}

impl Default for Gate {
    fn default() -> Self {
        Self { attempts: Attempts::default(), hashes: Arc::new(Semaphore::new(HASHES_AT_ONCE)) }
    }
}

/// A recovery that a caller proved to be theirs.
pub(crate) struct Proven {
    pub(crate) row: RecoveryRow,
    pub(crate) person: String,
}

impl People {
    /// Makes a printed code for the signed-in person and ends an earlier one. For citizens only; signed.
    pub(crate) async fn prepare_recovery_code(&self, ctx: &Ctx) -> Result<(RecoveryRow, RecoverySlip), Problem> {
        let person = ctx.require_signed_in()?.to_owned();
        if matches!(ctx.assurance.signature, Signature::Demo) {
            return Err(DEMO_PERSON.problem());
        }
        ctx.require_signature()?;
        self.require_settled(&person, ctx.now).await?;
        self.refuse_officers(&person).await?;
        let (row, slip) = self.new_recovery(ctx, &person, Road::Code, Stage::Prepared).await?;
        let notice = self.notice(ctx, &person, &notice::CODE_PREPARED, &[]).await?;
        let kept = row.clone();
        self.store
            .act(&unnamed(ctx), Draft::new(&acts::PREPARE_RECOVERY, AUTHORITY), move |tx| {
                let (row, notice) = (kept.clone(), notice.clone());
                Box::pin(async move {
                    for old in store::recovery::of_now(tx, &row.owner, row.since).await? {
                        if old.stage == Stage::Prepared {
                            tx.remove("recovery", &old.id);
                        }
                    }
                    tx.save(row.record());
                    notice.save(tx).await
                })
            })
            .await?;
        Ok((row, slip))
    }

    /// Opens the recovery of a printed code; of one that is open already it only tells how far it is.
    pub(crate) async fn open_recovery(&self, ctx: &Ctx, remote: &str, id: &str, code: &str) -> Result<RecoveryRow, Problem> {
        let Proven { row, person } = self.prove_recovery(ctx, remote, id, code).await?;
        if row.stage != Stage::Prepared {
            return Ok(row);
        }
        self.refuse_officers(&person).await?;
        let opened = self.opened(ctx, row.clone());
        self.save_opened(&unnamed(ctx), Some(row), opened, &person).await
    }

    /// Opens a recovery for someone who proved the same national identity as before: the seam for whoever checks identities. The slip
    /// goes to that person's browser.
    pub async fn recover_with_identity(&self, ctx: &Ctx, person: &str) -> Result<RecoverySlip, Problem> {
        self.refuse_officers(person).await?;
        let (row, slip) = self.new_recovery(ctx, person, Road::Identity, Stage::Open).await?;
        let opened = self.opened(ctx, row);
        self.save_opened(&unnamed(ctx), None, opened, person).await?;
        Ok(slip)
    }

    /// The roads and recoveries of the signed-in person, the newest first.
    pub(crate) async fn list_recoveries(&self, ctx: &Ctx) -> Result<Vec<RecoveryRow>, Problem> {
        store::recovery::of(&self.store, &self.lookup.recovery_owner(ctx.require_signed_in()?), ctx.now).await
    }

    /// Whether a recovery bound a passkey so lately that nothing may be signed.
    pub async fn is_settling(&self, person: &str, now: Timestamp) -> Result<bool, Problem> {
        let rows = store::recovery::of(&self.store, &self.lookup.recovery_owner(person), now).await?;
        Ok(rows.iter().any(|row| row.stage == Stage::Bound))
    }

    /// Refuses someone who has not settled yet (409).
    pub(crate) async fn require_settled(&self, person: &str, now: Timestamp) -> Result<(), Problem> {
        if self.is_settling(person, now).await? { Err(RECOVERY_SETTLING.problem()) } else { Ok(()) }
    }

    pub(crate) async fn refuse_officers(&self, person: &str) -> Result<(), Problem> {
        if self.appointments(person).await?.is_empty() { Ok(()) } else { Err(RECOVERY_NOT_FOR_OFFICERS.problem()) }
    }

    /// A fresh row with its slip.
    pub(crate) async fn new_recovery(
        &self,
        ctx: &Ctx,
        person: &str,
        road: Road,
        stage: Stage,
    ) -> Result<(RecoveryRow, RecoverySlip), Problem> {
        let slip = RecoverySlip { recovery_id: fresh(ID_LETTERS, &*ctx.entropy), code: fresh(CODE_LETTERS, &*ctx.entropy) };
        let (id, code) = (normal(&slip.recovery_id, ID_LETTERS), normal(&slip.code, CODE_LETTERS));
        let (Some(id), Some(code)) = (id, code) else { return Err(INTERNAL.problem().because("a fresh code is not normal")) };
        let mut salt = [0; 16];
        ctx.entropy.fill(&mut salt);
        let hash = self.hashing(move || CodeHash::of(&code, salt)).await?;
        let secret = RecoverySecret { code: Some(hash), ..RecoverySecret::default() };
        let row = self.recovery_row(ctx, self.lookup.recovery_row(&id), person, (road, stage), &secret).await?;
        Ok((row, slip))
    }

    pub(crate) async fn recovery_row(
        &self,
        ctx: &Ctx,
        id: String,
        person: &str,
        (road, stage): (Road, Stage),
        secret: &RecoverySecret,
    ) -> Result<RecoveryRow, Problem> {
        Ok(RecoveryRow {
            owner: self.lookup.recovery_owner(person),
            road,
            stage,
            link: store::seal(&self.store, HALL_KEY, "recovery link", &id, &person).await?,
            sealed: store::seal(&self.store, person, "recovery", &id, secret).await?,
            since: ctx.now,
            ready_at: NO_END,
            ends_at: NO_END,
            id,
        })
    }

    /// The row once it is open.
    pub(crate) fn opened(&self, ctx: &Ctx, row: RecoveryRow) -> RecoveryRow {
        let ready_at = ctx.now.plus_seconds(self.config.privacy.recovery.cool_off_s);
        RecoveryRow { stage: Stage::Open, since: ctx.now, ready_at, ends_at: ready_at.plus_seconds(OPEN_S), ..row }
    }

    /// Saves an open recovery in the place of what it came from, and tells the person. `ctx` names who opens it, if anyone may be named.
    pub(crate) async fn save_opened(
        &self,
        ctx: &Ctx,
        from: Option<RecoveryRow>,
        opened: RecoveryRow,
        person: &str,
    ) -> Result<RecoveryRow, Problem> {
        let args = [("road", opened.road.title()), ("ready_at", plain(opened.ready_at.to_string()))];
        let notice = self.notice(ctx, person, &notice::RECOVERY_OPENED, &args).await?;
        let draft = Draft::new(&acts::OPEN_RECOVERY, AUTHORITY).public("road", opened.road.name());
        let kept = opened.clone();
        self.store
            .act(&Ctx { idempotency: None, ..ctx.clone() }, draft, move |tx| {
                let (from, row, notice) = (from.clone(), kept.clone(), notice.clone());
                Box::pin(async move {
                    if let Some(from) = from {
                        if !store::recovery::is_as(tx, &from).await? {
                            return Err(CONFLICT.problem());
                        }
                        if from.id != row.id {
                            tx.remove("recovery", &from.id);
                        }
                    }
                    tx.save(row.record());
                    notice.save(tx).await
                })
            })
            .await?;
        Ok(opened)
    }

    /// The recovery that an id names and a code proves. The same answer and about the same work whether there is one or not.
    pub(crate) async fn prove_recovery(&self, ctx: &Ctx, remote: &str, id: &str, code: &str) -> Result<Proven, Problem> {
        self.limiter.take(remote, ctx.now)?;
        let id = normal(id, ID_LETTERS).ok_or_else(|| INVALID.problem().at("/recovery_id", "these are not the letters of an id"))?;
        let code = normal(code, CODE_LETTERS).ok_or_else(|| INVALID.problem().at("/code", "these are not the letters of a code"))?;
        let id = self.lookup.recovery_row(&id);
        self.gate.attempts.begin(&id, ctx.now)?;
        let found = self.provable(ctx, &id).await?;
        let hash = found.as_ref().map_or_else(CodeHash::of_nothing, |(_, hash)| hash.clone());
        let is_right = self.hashing(move || hash.is_of(&code)).await?;
        match found {
            Some((proven, _)) if is_right => {
                self.gate.attempts.succeed(&id);
                Ok(proven)
            }
            _ => Err(RECOVERY_REFUSED.problem()),
        }
    }

    /// A recovery that a code can prove: set up or open, of a person who is still there.
    async fn provable(&self, ctx: &Ctx, id: &str) -> Result<Option<(Proven, CodeHash)>, Problem> {
        let row = store::recovery::by_id(&self.store, id, ctx.now).await?;
        let Some(row) = row.filter(|row| matches!(row.stage, Stage::Prepared | Stage::Open)) else { return Ok(None) };
        let person: String = store::unseal(&self.store, HALL_KEY, "recovery link", &row.id, &row.link).await?;
        let secret: RecoverySecret = match store::unseal(&self.store, &person, "recovery", &row.id, &row.sealed).await {
            Err(problem) if problem.code == &sala_core::store::ERASED => return Ok(None),
            opened => opened?,
        };
        Ok(secret.code.map(|hash| (Proven { row, person }, hash)))
    }

    /// Computes a hash where it holds nobody up, and not too many at once.
    async fn hashing<T: Send + 'static>(&self, work: impl FnOnce() -> Result<T, Problem> + Send + 'static) -> Result<T, Problem> {
        let _place = self.gate.hashes.acquire().await.map_err(|fault| INTERNAL.problem().because(fault))?;
        tokio::task::spawn_blocking(work).await.map_err(|fault| INTERNAL.problem().because(fault))?
    }

    /// Removes recoveries that are over.
    pub(crate) async fn end_recoveries(&self, ctx: &Ctx) -> Result<(), Problem> {
        while store::recovery::has_ended(&self.store, ctx.now).await? {
            let now = ctx.now;
            let authority = "Personal Data Protection Act B.E. 2562 (2019), section 37(3): deletion when no longer needed";
            self.store
                .act(ctx, Draft::new(&acts::END_RECOVERIES, authority), move |tx| {
                    Box::pin(async move {
                        let removed = store::recovery::remove_ended(tx, now).await?;
                        tx.draft().add_public("recoveries", removed);
                        Ok(())
                    })
                })
                .await?;
        }
        Ok(())
    }

    /// The recovery with this id, if it is the signed-in person's.
    pub(crate) async fn own_recovery(&self, ctx: &Ctx, id: &str) -> Result<RecoveryRow, Problem> {
        self.list_recoveries(ctx).await?.into_iter().find(|row| row.id == id).ok_or_else(|| NOT_FOUND.problem())
    }
}
