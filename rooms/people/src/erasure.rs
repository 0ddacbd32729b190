//! Erasure: a person asks to be forgotten; after a waiting time, in which they can think better of it, a job removes their rows and
//! destroys their key. Then nothing that was sealed for them can be read, in backups and in the record neither.
//!
//! What can't be taken back waits for witnesses: it is carried out only when the request itself stands under a witnessed head. A table
//! of keyed hashes remembers who was erased: at each start, the keys of those whom an old vault brought back are destroyed again.

use std::{fmt, sync::Arc};

use sala_core::{
    act::{ActKind, Draft},
    ctx::{Ctx, Signature},
    problem::{CONFLICT, NOT_FOUND, Problem},
};

use crate::{
    People, acts,
    mandate::{self, organisation},
    notice,
    notice::plain,
    officer::keep_an_administrator,
    presentation,
    problems::{DEMO_PERSON, ERASURE_HELD},
    store::{self, HALL_KEY, Side, erasure::ErasureRow},
};

const AUTHORITY: &str = "พระราชบัญญัติคุ้มครองข้อมูลส่วนบุคคล พ.ศ. 2562 มาตรา 33 / Personal Data Protection Act B.E. 2562 (2019), section 33";
/// As many rows as fit into one leaf with room to spare (about 36 bytes each of 65,535).
const ROWS_IN_ONE_ACT: usize = 1_000;

/// More than anyone has.
const MOST_MANDATES: usize = 100_000;

/// One act of an erasure: rows that it removes, keys that die with it.
struct Step {
    kind: &'static ActKind,
    rows: Vec<(&'static str, String)>,
    keys: Vec<String>,
    /// Owners of credentials that rest on what is removed: they are revoked with it.
    credentials: Vec<String>,
}

/// Tells whether the act at an index of the log stands under a witnessed head. A seam: the hall asks its publisher.
#[derive(Clone)]
pub struct Witnessed(Arc<dyn Fn(u64) -> bool + Send + Sync>);

impl Witnessed {
    /// From a test of an index.
    pub fn new(test: impl Fn(u64) -> bool + Send + Sync + 'static) -> Self {
        Self(Arc::new(test))
    }
}

impl fmt::Debug for Witnessed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Witnessed")
    }
}

impl People {
    /// Asks for the erasure of the signed-in person; asking again changes nothing. Refused while a hold of which the person may know
    /// stands, for the last administrator, and for the persons of a demonstration.
    pub(crate) async fn request_erasure(&self, ctx: &Ctx) -> Result<ErasureRow, Problem> {
        let person = ctx.require_signed_in()?.to_owned();
        if matches!(ctx.assurance.signature, Signature::Demo) {
            return Err(DEMO_PERSON.problem());
        }
        ctx.require_signature()?;
        // Or else whoever came back wrongly could end it all before the person stops them.
        self.require_settled(&person, ctx.now).await?;
        let id = self.lookup.erasure_row(&person);
        if let Some(row) = store::erasure::erasure(&self.store, &id).await? {
            return Ok(row);
        }
        if let Some((row, hold)) = self.list_own_holds(ctx).await?.into_iter().next() {
            let (office, until) = (self.office_title(&row.office).unwrap_or_else(|| plain(&row.office)), row.until);
            return Err(ERASURE_HELD.problem().detail(
                format!("{} สั่งเก็บรักษาข้อมูลไว้จนถึง {until} ตาม: {}", office.th, hold.basis),
                format!("{} placed a legal hold until {until}, under: {}", office.en, hold.basis),
            ));
        }
        let row = ErasureRow {
            case_id: ctx.new_id("erasure"),
            link: store::seal(&self.store, HALL_KEY, "erasure", &id, &person).await?,
            requested_at: ctx.now,
            due_at: ctx.now.plus_seconds(self.config.privacy.erasure_wait_s),
            act: String::new(),
            id,
        };
        let notice = self.notice(ctx, &person, &notice::ERASURE_REQUESTED, &[("due_at", plain(row.due_at.to_string()))]).await?;
        let leaving = self.officer_handles(&person).await?;
        let draft = Draft::new(&acts::REQUEST_ERASURE, AUTHORITY).public("case", row.case_id.as_str()).refers(row.case_id.as_str());
        let (administration, kept) = (self.offices.administration.clone(), row.clone());
        self.store
            .act(&Ctx { idempotency: None, ..ctx.clone() }, draft, move |tx| {
                let (administration, row, notice, leaving) = (administration.clone(), kept.clone(), notice.clone(), leaving.clone());
                Box::pin(async move {
                    for handle in leaving {
                        keep_an_administrator(tx, &administration, &handle).await?;
                    }
                    tx.save(row.record());
                    notice.save(tx).await
                })
            })
            .await?;
        Ok(row)
    }

    /// Withdraws the request of the signed-in person. 404 when there is none (any more).
    pub(crate) async fn withdraw_erasure(&self, ctx: &Ctx) -> Result<(), Problem> {
        let person = ctx.require_signed_in()?.to_owned();
        let row = self.own_erasure(ctx).await?.ok_or_else(|| NOT_FOUND.problem())?;
        let notice = self.notice(ctx, &person, &notice::ERASURE_WITHDRAWN, &[]).await?;
        let draft = Draft::new(&acts::WITHDRAW_ERASURE, AUTHORITY).public("case", row.case_id.as_str()).refers(row.case_id.as_str());
        self.store
            .act(&Ctx { idempotency: None, ..ctx.clone() }, draft, move |tx| {
                let (row, notice) = (row.clone(), notice.clone());
                Box::pin(async move {
                    if !store::erasure::is_wanted(tx, &row.id, &row.case_id).await? {
                        return Err(NOT_FOUND.problem());
                    }
                    tx.remove("erasure", &row.id);
                    notice.save(tx).await
                })
            })
            .await?;
        Ok(())
    }

    /// The erasure that the signed-in person asked for, if one is under way.
    pub(crate) async fn own_erasure(&self, ctx: &Ctx) -> Result<Option<ErasureRow>, Problem> {
        store::erasure::erasure(&self.store, &self.lookup.erasure_row(ctx.require_signed_in()?)).await
    }

    /// Carries out what is due, witnessed and not held. What can't be done yet stays for the next time.
    pub(crate) async fn carry_out_erasures(&self, ctx: &Ctx) -> Result<usize, Problem> {
        let (mut done, mut after) = (0, String::new());
        loop {
            let due = store::erasure::due(&self.store, ctx.now, &after).await?;
            let Some(last) = due.last() else { return Ok(done) };
            after.clone_from(&last.id);
            for row in due {
                if !self.is_witnessed(&row.act).await? {
                    tracing::info!(case = row.case_id, "An erasure waits until its request is witnessed");
                    continue;
                }
                let person: String = store::unseal(&self.store, HALL_KEY, "erasure", &row.id, &row.link).await?;
                match self.erase(ctx, &row, &person).await {
                    Ok(()) => done += 1,
                    // A hold that was placed since, or the only administrator left: the next time will show.
                    Err(problem) if problem.code.status == 409 => {
                        tracing::info!(case = row.case_id, %problem, "An erasure waits");
                    }
                    Err(problem) => return Err(problem),
                }
            }
        }
    }

    pub(crate) async fn is_witnessed(&self, act: &str) -> Result<bool, Problem> {
        let index = self.store.act_by_id(act).await?.and_then(|act| act.index);
        Ok(index.is_some_and(|index| self.config.witnessed.0(index)))
    }

    async fn erase(&self, ctx: &Ctx, erasure: &ErasureRow, person: &str) -> Result<(), Problem> {
        let hold_owners = self.hold_owners(person).await?;
        let leaving = self.officer_handles(person).await?;
        let rows = self.rows_of(person).await?;
        // Each persona in an act of its own, which names no case: no act may tell which personas belonged together.
        let mut steps: Vec<Step> = vec![];
        if let Some(profile) = self.profile(person).await? {
            for persona in self.personas_of(&profile).await? {
                for chunk in self.rows_of_persona(&persona.handle).await?.chunks(ROWS_IN_ONE_ACT / 2) {
                    let keys = chunk.iter().map(|(.., key)| key.clone()).collect();
                    let rows: Vec<_> = chunk.iter().map(|(table, id, _)| (*table, id.clone())).collect();
                    let credentials = self.credential_owners_in(person, &rows);
                    steps.push(Step { kind: &acts::CLEAR_PERSONA, rows, keys, credentials });
                }
                let rows = vec![("persona", persona.handle.clone()), ("persona_face", persona.handle)];
                steps.push(Step { kind: &acts::CLEAR_PERSONA, rows, keys: vec![], credentials: vec![] });
            }
        }
        let chunks = rows.len().div_ceil(ROWS_IN_ONE_ACT);
        for (place, chunk) in rows.chunks(ROWS_IN_ONE_ACT).enumerate() {
            let is_last = place + 1 == chunks;
            let kind = if is_last { &acts::ERASE_PERSON } else { &acts::CLEAR_PERSON };
            let credentials = self.credential_owners_in(person, chunk);
            steps.push(Step { kind, rows: chunk.to_vec(), keys: if is_last { vec![person.to_owned()] } else { vec![] }, credentials });
        }
        let destroyed: Vec<String> = steps.iter().flat_map(|step| step.keys.clone()).collect();
        for Step { kind, rows, keys, credentials } in steps {
            let mut draft = Draft::new(kind, AUTHORITY);
            if kind != &acts::CLEAR_PERSONA {
                draft = draft.public("case", erasure.case_id.as_str()).refers(erasure.case_id.as_str());
            }
            let is_last = kind == &acts::ERASE_PERSON;
            let erased: Vec<String> = keys.iter().map(|key| self.lookup.erased_row(key)).collect();
            let (erasure, leaving, hold_owners) = (erasure.clone(), leaving.clone(), hold_owners.clone());
            let administration = self.offices.administration.clone();
            self.store
                .act(ctx, draft, move |tx| {
                    let (rows, erasure, leaving, hold_owners) = (rows.clone(), erasure.clone(), leaving.clone(), hold_owners.clone());
                    let (administration, erased, credentials) = (administration.clone(), erased.clone(), credentials.clone());
                    Box::pin(async move {
                        let now = tx.ctx().now;
                        if !store::erasure::is_wanted(tx, &erasure.id, &erasure.case_id).await? {
                            return Err(CONFLICT.problem());
                        }
                        for owner in &hold_owners {
                            if store::erasure::is_held(tx, owner, now).await? {
                                return Err(ERASURE_HELD.problem());
                            }
                        }
                        for handle in leaving {
                            keep_an_administrator(tx, &administration, &handle).await?;
                        }
                        for (table, id) in rows {
                            tx.remove(table, &id);
                        }
                        for owner in &credentials {
                            store::credential::revoke_all_now(tx, owner, true).await?;
                        }
                        for erased in erased {
                            tx.save(store::erasure::erased_record(&erased, now));
                        }
                        if is_last {
                            tx.remove("erasure", &erasure.id);
                        }
                        Ok(())
                    })
                })
                .await?;
        }
        // If the hall stops here, the next start destroys the keys.
        for key in destroyed {
            self.store.erase_person_key(&key).await?;
        }
        self.forget_sessions(|live| live.who.person == person);
        Ok(())
    }

    /// Every row of this room that belongs to a person but their personas, the person's own last. A table that gets rows of persons must be named here.
    async fn rows_of(&self, person: &str) -> Result<Vec<(&'static str, String)>, Problem> {
        let lookup = &self.lookup;
        let mut rows: Vec<(&'static str, String)> = self.notice_rows(person).await?.into_iter().map(|row| ("notice", row.id)).collect();
        for (table, owner) in [
            ("reading", lookup.reading_owner(person)),
            ("recovery", lookup.recovery_owner(person)),
            ("session", lookup.session_owner(person)),
            ("passkey", lookup.passkey_owner(person)),
            ("identity", lookup.identity_owner(person)),
            ("identity", lookup.identity_owner(person)),
        ] {
            rows.extend(store::erasure::rows_where(&self.store, table, "owner", &owner).await?);
        }
        // Holds that stand forbid the erasure; these are over.
        for owner in self.hold_owners(person).await? {
            rows.extend(store::erasure::rows_where(&self.store, "hold", "owner", &owner).await?);
        }
        rows.extend(self.officer_handles(person).await?.into_iter().map(|handle| ("officer", handle)));
        rows.push(("person", lookup.person_row(person)));
        Ok(rows)
    }

    /// Mandates, organisations and requests to wallets of one persona, with the keys under which their texts lie: they end with it.
    async fn rows_of_persona(&self, handle: &str) -> Result<Vec<(&'static str, String, String)>, Problem> {
        let mut rows = vec![];
        let mut principals = vec![handle.to_owned()];
        for organisation in store::organisations_of(&self.store, handle).await? {
            let id = organisation.organisation.id;
            rows.push(("organisation", id.clone(), organisation::key_of(&id)));
            principals.push(id);
        }
        let mut found = store::mandates_of(&self.store, Side::Agent, handle, "", MOST_MANDATES).await?;
        for principal in &principals {
            found.extend(store::mandates_of(&self.store, Side::Principal, principal, "", MOST_MANDATES).await?);
        }
        rows.extend(found.into_iter().map(|row| ("mandate", row.mandate.id.clone(), mandate::key_of(&row.mandate.id))));
        let asked = store::erasure::rows_where(&self.store, "presentation", "owner", &self.lookup.presentation_owner(handle)).await?;
        rows.extend(self.award_rows(handle).await?);
        rows.extend(asked.into_iter().map(|(table, id)| (table, id.clone(), presentation::key_of(&id))));
        Ok(rows)
    }

    async fn officer_handles(&self, person: &str) -> Result<Vec<String>, Problem> {
        Ok(self.appointments(person).await?.into_iter().map(|officer| officer.acting.handle).collect())
    }

    /// Destroys the keys of erased persons whom an old vault brought back; how many there were.
    pub(crate) async fn keep_erased(&self) -> Result<usize, Problem> {
        if !store::erasure::has_erased(&self.store).await? {
            return Ok(0);
        }
        let (mut destroyed, mut after) = (0, String::new());
        loop {
            let persons = self.store.persons_with_key(&after, 10_000).await?;
            let Some(last) = persons.last() else { return Ok(destroyed) };
            after.clone_from(last);
            for person in persons {
                if store::erasure::is_erased(&self.store, &self.lookup.erased_row(&person)).await? {
                    self.store.erase_person_key(&person).await?;
                    tracing::warn!("A key of a person who was erased had come back, from an old copy of the vault; it was destroyed again");
                    destroyed += 1;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::SCHEMA;

    /// Tables with rows of persons: `rows_of`, `rows_of_persona` and `erase` remove them.
    const REMOVED: &[&str] = &[
        "person",
        "persona",
        "persona_face",
        "passkey",
        "session",
        "officer",
        "mandate",
        "organisation",
        "notice",
        "reading",
        "hold",
        "erasure",
        "recovery",
        "identity",
        "presentation",
        "credential",
        "credential_grant",
        "credential_award",
    ];
    /// Tables whose rows belong to nobody, or outlive the person without saying who it was, with the reason.
    const STAYS: &[(&str, &str)] = &[
        ("people_key", "the hall's own lookup key"),
        ("bootstrap_code", "the hash of a code of the operator"),
        ("erased", "keyed hashes of those who were erased"),
        ("scope", "what is voted on"),
        ("custody", "the custodians' key"),
        ("custodian", "who holds shares: offices and outside bodies"),
        ("custody_message", "messages between custodians"),
        ("handover", "which committee has the custodians' key from which"),
        ("handover_step", "what custodians and offices said in a handover"),
        ("unmasking", "a case of an authority under a warrant, sealed with a key of its own, which it must account for"),
        ("unmasking_decision", "what custodians decided on such a case"),
        ("officer_invitation", "an office and roles; whoever redeems it is not in it, and it ends after a day"),
        ("credential_key", "the keys of the issuer"),
        ("credential_status", "places in a status list: they stay revoked, and name nobody"),
        ("credential_list", "the status lists"),
        ("scope_issue", "a keyed hash of person and scope: an erasure must not give a second token"),
    ];

    #[test]
    fn every_table_is_either_cleared_by_an_erasure_or_says_why_it_stays() {
        for table in SCHEMA.tables {
            let is_known = REMOVED.contains(table) || STAYS.iter().any(|(stays, reason)| stays == table && !reason.is_empty());
            assert!(is_known, "what does an erasure do with the rows of `{table}`? Remove them in erasure.rs and name the table here");
        }
    }
}
