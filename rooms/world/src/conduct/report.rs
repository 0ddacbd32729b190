//! Reports: who was harmed says so, and the last minute comes with it as evidence. The record says that there was a report, where, and
//! commits to the evidence; who reported whom is sealed under a key of the report's own, which is destroyed some time after the last
//! decision: then nobody can open it, in no backup.

use std::{collections::BTreeSet, sync::Arc};

use sala_core::{
    act::{Draft, reason},
    cbor::Value,
    ctx::{Actor, Ctx},
    entropy::new_id,
    problem::{DAMAGED, FORBIDDEN, INVALID, NOT_FOUND, Problem},
    store::ERASED,
    time::Timestamp,
};
use sala_people::unnamed;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::{
    appeal::Appeal,
    evidence::{Evidence, Wanted},
    notice,
    sanction::{DAY_S, Sanction},
};
use crate::{
    World, acts,
    door::person_of,
    message::Who,
    problems::{NOT_MET, OWN_MATTER, REPORT_DECIDED, REPORTS_FULL},
    store,
};

/// The most open reports of one person, under all their personas.
const MOST_OPEN: usize = 5;
/// The most open reports of all.
pub(crate) const MOST_OPEN_OF_ALL: usize = 5_000;
const LONGEST_WHY: usize = 1_000;

/// Where a report stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ConductReportState)]
pub(crate) enum ReportState {
    /// It waits for a decision.
    Open,
    /// No rule was broken, or it could not be shown.
    Dismissed,
    /// It led to a sanction.
    Sanctioned,
}

/// What of a report says nothing about anyone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Report {
    pub(crate) id: String,
    pub(crate) space: String,
    pub(crate) state: ReportState,
    pub(crate) filed_at: Timestamp,
    pub(crate) decided_at: Option<Timestamp>,
    /// Why it was dismissed.
    pub(crate) reason: Option<String>,
    pub(crate) sanction: Option<String>,
    pub(crate) evidence_sha256: String,
    /// When the evidence was destroyed.
    pub(crate) destroyed_at: Option<Timestamp>,
    /// Its acts, in order.
    pub(crate) acts: Vec<String>,
}

/// A report as kept.
#[derive(Debug, Clone)]
pub(crate) struct ReportRow {
    pub(crate) report: Report,
    /// The persona that reported, keyed: it finds its own reports.
    pub(crate) owner: String,
    /// The person who reported, keyed for this report alone.
    pub(crate) reporter_tag: String,
    pub(crate) parties: Vec<u8>,
    pub(crate) evidence: Vec<u8>,
    pub(crate) destroy_after: Option<Timestamp>,
}

/// Who has a part in a report; sealed under its key.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Parties {
    pub(crate) reporter: PartyId,
    pub(crate) reported: PartyId,
    pub(crate) why: String,
}

/// One of the two.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct PartyId {
    pub(crate) person: String,
    pub(crate) handle: String,
    pub(crate) name: String,
}

/// A report, opened by an officer.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) report: Report,
    /// None once the evidence is destroyed.
    pub(crate) parties: Option<Parties>,
    pub(crate) evidence: Option<Evidence>,
    pub(crate) sanction: Option<Sanction>,
    pub(crate) appeal: Option<(Appeal, Option<String>)>,
}

/// What someone says to the desk: 1 to 1,000 characters.
pub(crate) fn told(pointer: &str, text: &str) -> Result<String, Problem> {
    let text = text.trim();
    let is_plain = text.chars().all(|letter| !letter.is_control() || letter == '\n');
    if is_plain && (1..=LONGEST_WHY).contains(&text.chars().count()) {
        return Ok(text.to_owned());
    }
    Err(INVALID.problem().at(pointer, format!("expected 1 to {LONGEST_WHY} characters")))
}

impl ReportState {
    /// As in the store and in JSON.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Dismissed => "dismissed",
            Self::Sanctioned => "sanctioned",
        }
    }
}

fn party((who, actor): &(Arc<Who>, Actor)) -> Result<PartyId, Problem> {
    let person = person_of(actor).ok_or_else(|| NOT_MET.problem())?.to_owned();
    let name = who.badge.as_ref().map_or_else(|| who.name.clone(), |badge| badge.title.pair());
    Ok(PartyId { person, handle: who.persona.clone(), name })
}

impl World {
    /// Reports a persona whom one met in a space within the last minute. Errors: `not_met_lately`, `too_many_open_reports`.
    pub(crate) async fn file_report(&self, ctx: &Ctx, space: &str, persona: &str, why: &str) -> Result<Report, Problem> {
        let person = ctx.require_signed_in()?.to_owned();
        let own = ctx.actor_name();
        let why = told("/why", why)?;
        let hosted = self.spaces.get(space).ok_or_else(|| NOT_FOUND.problem())?;
        let (Some(me), Some(other)) = (hosted.met(&own), hosted.met(persona)) else { return Err(NOT_MET.problem()) };
        let parties = Parties { reporter: party(&me)?, reported: party(&other)?, why };
        if parties.reported.person == person {
            return Err(INVALID.problem().at("/persona", "one can't report oneself"));
        }
        let mut apart = BTreeSet::new();
        for handle in [own.as_str(), persona] {
            let blocks = store::blocks(&self.store, handle).await?;
            apart.extend(blocks.by.into_iter().chain(blocks.of));
        }
        let size = hosted.space.file.size;
        let wanted = Wanted { space, size, reporter: &own, reported: persona, apart: &apart, salt: ctx.random32() };
        let evidence = hosted.last_minute(&wanted).await?.ok_or_else(|| NOT_MET.problem())?;
        let evidence = Value::from_serde(&evidence).encode();
        let key = self.law_key().await?;
        let id = ctx.new_id("report");
        let report = Report {
            space: space.to_owned(),
            state: ReportState::Open,
            filed_at: ctx.now,
            decided_at: None,
            reason: None,
            sanction: None,
            evidence_sha256: hex::encode(Sha256::digest(&evidence)),
            destroyed_at: None,
            acts: vec![],
            id: id.clone(),
        };
        let draft = Draft::new(&acts::FILE_REPORT, self.conduct.moderation.legal_basis.pair())
            .office(self.conduct.moderation.office.as_str())
            .public("report", id.as_str())
            .public("space", space)
            .public("evidence_sha256", report.evidence_sha256.as_str())
            .sealed(&person, "persona", own.as_str())
            .sealed(&person, "other", persona)
            .refers(&id);
        self.store.create_person_key(&id).await?;
        let row = ReportRow {
            owner: key.tag("reports of", "", &own),
            reporter_tag: key.tag("reporter", &id, &person),
            parties: self.seal(&id, "parties", &Value::from_serde(&parties).encode()).await?,
            evidence: self.seal(&id, "evidence", &evidence).await?,
            destroy_after: None,
            report,
        };
        let done = self
            .store
            .act(&unnamed(ctx), draft, move |tx| {
                let (mut row, person) = (row.clone(), person.clone());
                Box::pin(async move {
                    let open = store::law::open_tags_in(tx).await?;
                    let own = open.iter().filter(|(id, tag)| key.tag("reporter", id, &person) == *tag).count();
                    if own >= MOST_OPEN || open.len() >= MOST_OPEN_OF_ALL {
                        return Err(REPORTS_FULL.problem().retry_after(3600));
                    }
                    row.report.acts.push(tx.act_id().to_owned());
                    store::law::save_report(tx, &row);
                    Ok(row.report)
                })
            })
            .await;
        if done.is_err() {
            // No report, no trace.
            self.store.erase_person_key(&id).await?;
        }
        Ok(done?.value)
    }

    async fn seal(&self, report: &str, what: &str, plain: &[u8]) -> Result<Vec<u8>, Problem> {
        self.store.seal(report, &format!("conduct_report/{report}/{what}"), plain).await
    }

    /// Opens what was sealed under the key of a report; none once that is destroyed.
    pub(crate) async fn unseal<T: for<'de> Deserialize<'de>>(&self, report: &str, what: &str, sealed: &[u8]) -> Result<Option<T>, Problem> {
        let plain = match self.store.unseal(report, &format!("conduct_report/{report}/{what}"), sealed).await {
            Err(problem) if problem.code == &ERASED => return Ok(None),
            plain => plain?,
        };
        let value = Value::decode(&plain).ok().and_then(|value| value.to_serde());
        value.map(Some).ok_or_else(|| DAMAGED.problem().because(format!("{what} of {report} can't be read")))
    }

    /// Seals an appeal beside the evidence.
    pub(crate) async fn seal_appeal(&self, report: &str, text: &str) -> Result<Vec<u8>, Problem> {
        self.seal(report, "appeal", &Value::from(text).encode()).await
    }

    /// Refuses all but moderators.
    pub(crate) fn require_moderator(&self, ctx: &Ctx) -> Result<(), Problem> {
        let desk = &self.conduct.moderation;
        ctx.require_officer(&desk.office, &desk.role).map(drop)
    }

    /// Refuses all but reviewers.
    pub(crate) fn require_reviewer(&self, ctx: &Ctx) -> Result<(), Problem> {
        let desk = &self.conduct.moderation.review;
        ctx.require_officer(&desk.office, &desk.role).map(drop)
    }

    /// A report that is open, with its parties, for a moderator who has no part in it.
    pub(crate) async fn report_to_decide(&self, ctx: &Ctx, id: &str) -> Result<(ReportRow, Parties), Problem> {
        let row = store::law::report(&self.store, id).await?.ok_or_else(|| NOT_FOUND.problem())?;
        if row.report.state != ReportState::Open {
            return Err(REPORT_DECIDED.problem());
        }
        let parties: Parties = self.unseal(id, "parties", &row.parties).await?.ok_or_else(|| ERASED.problem())?;
        has_no_part(ctx, &parties)?;
        Ok((row, parties))
    }

    /// Opens a report to an officer: a read of personal data, so an act says who reads and why before anything is given. Moderators may,
    /// and reviewers once it is appealed; not whoever has a part in it.
    pub(crate) async fn read_report(&self, ctx: &Ctx, id: &str) -> Result<Opened, Problem> {
        let is_moderator = self.require_moderator(ctx).is_ok();
        if !is_moderator {
            self.require_reviewer(ctx)?;
        }
        let row = store::law::report(&self.store, id).await?.ok_or_else(|| NOT_FOUND.problem())?;
        let sanction = match &row.report.sanction {
            Some(sanction) => store::law::sanction(&self.store, sanction).await?,
            None => None,
        };
        let appeal = match &sanction {
            Some(sanction) => store::law::appeal(&self.store, &sanction.id).await?,
            None => None,
        };
        if !is_moderator && appeal.is_none() {
            return Err(FORBIDDEN.problem());
        }
        let parties: Option<Parties> = self.unseal(id, "parties", &row.parties).await?;
        match (&parties, &sanction) {
            (Some(parties), _) => has_no_part(ctx, parties)?,
            (None, Some(sanction)) if self.law_key().await?.is_on(sanction, ctx.require_signed_in()?) => return Err(OWN_MATTER.problem()),
            _ => {}
        }
        let moderation = &self.conduct.moderation;
        let draft = Draft::new(&acts::READ_REPORT, moderation.legal_basis.pair())
            .public("report", id)
            .public("purpose", moderation.purpose.pair())
            .refers(id);
        self.store.act(&Ctx { idempotency: None, ..ctx.clone() }, draft, |_| Box::pin(async { Ok(()) })).await?;
        let evidence = self.unseal(id, "evidence", &row.evidence).await?;
        let appeal = match appeal {
            Some(appeal) => {
                let text = self.unseal(id, "appeal", &appeal.sealed).await?;
                Some((appeal, text))
            }
            None => None,
        };
        Ok(Opened { report: row.report, parties, evidence, sanction, appeal })
    }

    /// Ends a report without a measure.
    pub(crate) async fn dismiss_report(&self, ctx: &Ctx, id: &str, why: &str) -> Result<Report, Problem> {
        self.require_moderator(ctx)?;
        let why = reason(why)?;
        let (_, parties) = self.report_to_decide(ctx, id).await?;
        let notices = self.dismissal_notices(ctx, &parties).await?;
        let draft = Draft::new(&acts::DISMISS_REPORT, self.conduct.moderation.legal_basis.pair())
            .public("report", id)
            .open("reason", why.as_str())
            .refers(id);
        let destroy_after = ctx.now.plus_seconds(i64::from(self.conduct.moderation.evidence_days) * DAY_S);
        let id = id.to_owned();
        let acted = self
            .store
            .act(ctx, draft, move |tx| {
                let (id, why, notices) = (id.clone(), why.clone(), notices.clone());
                Box::pin(async move {
                    let mut row = store::law::report_in(tx, &id).await?;
                    if row.report.state != ReportState::Open {
                        return Err(REPORT_DECIDED.problem());
                    }
                    row.report.state = ReportState::Dismissed;
                    row.report.decided_at = Some(tx.ctx().now);
                    row.report.reason = Some(why);
                    row.report.acts.push(tx.act_id().to_owned());
                    row.destroy_after = Some(destroy_after);
                    store::law::save_report(tx, &row);
                    notice::save(tx, &notices).await?;
                    Ok(row.report)
                })
            })
            .await?;
        Ok(acted.value)
    }

    /// The reports of the persona in use, newest first, with what it wrote, while that can be opened.
    pub(crate) async fn own_reports(&self, ctx: &Ctx) -> Result<Vec<(Report, Option<Parties>)>, Problem> {
        ctx.require_signed_in()?;
        let owner = self.law_key().await?.tag("reports of", "", &ctx.actor_name());
        let mut reports = vec![];
        for row in store::law::reports_of(&self.store, &owner).await? {
            let parties = self.unseal(&row.report.id, "parties", &row.parties).await?;
            reports.push((row.report, parties));
        }
        Ok(reports)
    }

    /// Destroys keys that should be gone: of reports whose evidence was destroyed before an older vault was restored, and of reports that
    /// were never finished. Run once at the start.
    pub(crate) async fn sweep_keys(&self) -> Result<(), Problem> {
        // Whatever is younger may be in the making just now.
        let newest = new_id("report", self.clock.now().plus_seconds(-3600), &*self.entropy);
        let mut after = "report_".to_owned();
        loop {
            let ids = self.store.persons_with_key(&after, 500).await?;
            for id in &ids {
                if !id.starts_with("report_") || *id >= newest {
                    return Ok(());
                }
                if store::law::report(&self.store, id).await?.is_none_or(|row| row.report.destroyed_at.is_some()) {
                    self.store.erase_person_key(id).await?;
                }
            }
            match ids.last() {
                Some(last) => after.clone_from(last),
                None => return Ok(()),
            }
        }
    }

    /// Destroys the key of reports whose time is over; then nobody can open what was sealed.
    pub(crate) async fn destroy_evidence(&self) -> Result<(), Problem> {
        let ctx = self.system();
        for id in store::law::evidence_due(&self.store, ctx.now).await? {
            // The key first: should the hall stop in between, the next round finds the row again.
            self.store.erase_person_key(&id).await?;
            let draft = Draft::new(&acts::DESTROY_EVIDENCE, self.conduct.moderation.legal_basis.pair())
                .office(self.conduct.moderation.office.as_str())
                .public("report", id.as_str())
                .refers(&id);
            self.store
                .act(&ctx, draft, move |tx| {
                    let id = id.clone();
                    Box::pin(async move {
                        let mut row = store::law::report_in(tx, &id).await?;
                        row.parties.clear();
                        row.evidence.clear();
                        row.destroy_after = None;
                        row.report.destroyed_at = Some(tx.ctx().now);
                        row.report.acts.push(tx.act_id().to_owned());
                        store::law::save_report(tx, &row);
                        Ok(())
                    })
                })
                .await?;
        }
        Ok(())
    }
}

/// Nobody judges what they have a part in, under whatever persona or office.
pub(crate) fn has_no_part(ctx: &Ctx, parties: &Parties) -> Result<(), Problem> {
    let person = ctx.require_signed_in()?;
    if [&parties.reporter, &parties.reported].iter().any(|party| party.person == person) {
        return Err(OWN_MATTER.problem());
    }
    Ok(())
}
