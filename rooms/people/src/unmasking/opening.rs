//! The end of a case: t parts open the link, the office sees the person for a limited time, the citizen is told, the one-time key goes.

use std::collections::BTreeMap;

use sala_core::{
    act::Draft,
    ctx::Ctx,
    problem::{CONFLICT, FORBIDDEN, INTERNAL, Problem},
    text::Text,
    time::Timestamp,
};
use sala_custody::{CustodyError, HolderKey};
use serde::Serialize;
use utoipa::ToSchema;

use super::{ASKED, CLOSED, Case, EXPIRED, OPENED, REFUSED, once_key};
use crate::{
    People, PersonData, acts, notice,
    notice::plain,
    person::Link,
    privacy::Purpose,
    problems::{UNMASKING_CLOSED, UNMASKING_NOTHING, UNMASKING_TOO_FEW},
    reading::require_desk,
    store::{self, unmasking::CaseRow},
};

/// The purpose under which an unmasked person is read.
pub(crate) const PURPOSE: &str = "unmasking";

/// What happened in one year, counted from the public acts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct UnmaskingCounts {
    /// The year (Common Era, UTC).
    pub year: i64,
    /// Cases that were asked for.
    pub requested: u64,
    /// Single custodians who refused.
    pub refusals: u64,
    /// Single custodians who gave their part.
    pub parts_given: u64,
    /// Custodians who sent a false part.
    pub false_parts: u64,
    /// Cases in which a person was seen.
    pub opened: u64,
    /// Cases that were taken back.
    pub withdrawn: u64,
    /// Cases whose time ran out.
    pub expired: u64,
    /// Citizens who were told.
    pub told: u64,
}

impl People {
    /// Opens a case with the parts that stand under a witnessed head, and reads the person: the first time it is the act `unmask.open`;
    /// each time it is a reading, of which the person learns when the law lets them.
    pub(crate) async fn open_unmasking(&self, ctx: &Ctx, id: &str) -> Result<(Case, PersonData), Problem> {
        let custodians = self.custodians()?;
        let case = self.unmasking(ctx, id).await?;
        require_desk(ctx, &custodians.requesters)?;
        ctx.require_signature()?;
        if ctx.office() != Some(case.row.office.as_str()) {
            return Err(FORBIDDEN.problem());
        }
        let is_first = case.row.status == ASKED && case.row.deadline > ctx.now;
        let may_look = case.row.status == OPENED && case.row.open_until.is_some_and(|until| until > ctx.now);
        if !is_first && !may_look {
            return Err(UNMASKING_CLOSED.problem());
        }
        let person = self.unmasked(&case).await?;
        if is_first {
            self.record_opening(ctx, &case).await?;
        }
        let case = self.unmasking(ctx, id).await?;
        let basis = custodians.basis(&case.row.basis).map_or_else(|| plain(&case.row.basis), |basis| basis.title.clone());
        let purpose = Purpose {
            id: PURPOSE.into(),
            title: Text::new(format!("เปิดเผยตัวตนตามกระบวนการ เรื่อง {id}"), format!("Unmasking by due process, case {id}")),
            legal_basis: basis,
            readers: custodians.requesters.clone(),
            fields: custodians.fields.clone(),
            hidden_days: 0,
        };
        self.record_reading(ctx, &person, &custodians.fields, &purpose, case.row.tell_at.unwrap_or(ctx.now)).await?;
        Ok((case, self.person_data(&person, &custodians.fields).await?))
    }

    /// The person behind the case's persona, from parts that everybody can know of. Nothing is kept of it.
    async fn unmasked(&self, case: &Case) -> Result<String, Problem> {
        let inquiry = self.inquiry(case).await?;
        let mut parts = vec![];
        for decision in case.decisions.iter().filter(|decision| decision.step == "given") {
            if self.is_witnessed(&decision.act).await? {
                parts.push(decision.share.as_slice());
            }
        }
        let secret = self.store.unseal(&once_key(&case.row.id), "recipient", &case.row.recipient_secret).await?;
        let key = HolderKey::from_bytes(&secret).map_err(|fault| INTERNAL.problem().because(fault))?;
        let opened = inquiry.open(parts, Some(&key)).map_err(|fault| match fault {
            CustodyError::TooFew { have, need, .. } => UNMASKING_TOO_FEW
                .problem()
                .detail(format!("มีส่วนที่ใช้ได้ {have} ส่วน ต้องมี {need} ส่วน"), format!("{have} parts can be used; {need} are needed.")),
            other => INTERNAL.problem().because(other),
        })?;
        let link: Link = serde_json::from_slice(&opened.plain).map_err(|fault| INTERNAL.problem().because(fault))?;
        if link.persona != case.secret.persona || self.profile(&link.person).await?.is_none() {
            return Err(UNMASKING_NOTHING.problem());
        }
        Ok(link.person)
    }

    async fn record_opening(&self, ctx: &Ctx, case: &Case) -> Result<(), Problem> {
        let custodians = self.custodians()?;
        let given = case.decisions.iter().filter(|decision| decision.step == "given").count();
        let law = custodians.basis(&case.row.basis).map_or_else(String::new, |basis| basis.title.pair());
        let draft = Draft::new(&acts::OPEN_UNMASKING, law)
            .public("case", case.row.id.as_str())
            .public("parts", i64::try_from(given).unwrap_or(i64::MAX))
            .public("committee", case.reign.committee.as_str())
            .public("threshold", i64::from(case.reign.threshold()))
            .refers(case.row.id.as_str());
        let row = CaseRow {
            status: OPENED.into(),
            opened_at: Some(ctx.now),
            open_until: Some(ctx.now.plus_seconds(custodians.readable_s)),
            tell_at: Some(ctx.now.plus_seconds(custodians.tell_after_s)),
            ..case.row.clone()
        };
        self.store
            .act(&Ctx { idempotency: None, ..ctx.clone() }, draft, move |tx| {
                let row = row.clone();
                Box::pin(async move {
                    // A part that came meanwhile changes nothing of the case; another end does.
                    let stands = store::unmasking::case_now(tx, &row.id).await?;
                    if stands.is_none_or(|stands| stands.act != row.act) {
                        return Err(CONFLICT.problem());
                    }
                    tx.save(row.record());
                    Ok(())
                })
            })
            .await?;
        Ok(())
    }

    /// Tells citizens whose time has come, ends cases whose time is over, and destroys their one-time keys.
    pub(crate) async fn tend_unmaskings(&self, ctx: &Ctx) -> Result<(), Problem> {
        if self.custodians().is_err() {
            return Ok(());
        }
        for case in store::unmasking::cases(&self.store, "", ASKED, "", 500).await? {
            if case.deadline <= ctx.now {
                self.store.erase_person_key(&once_key(&case.id)).await?;
                self.end_case(ctx, &acts::EXPIRE_UNMASKING, case, EXPIRED).await?;
            }
        }
        for case in store::unmasking::cases(&self.store, "", REFUSED, "", 500).await? {
            self.store.erase_person_key(&once_key(&case.id)).await?;
        }
        for case in store::unmasking::cases(&self.store, "", OPENED, "", 500).await? {
            if case.told_at.is_none() && case.tell_at.is_some_and(|at| at <= ctx.now) {
                self.tell_unmasked(ctx, self.opened_case(case).await?).await?;
            } else if case.told_at.is_some() && case.open_until.is_some_and(|at| at <= ctx.now) {
                self.store.erase_person_key(&once_key(&case.id)).await?;
                self.end_case(ctx, &acts::CLOSE_UNMASKING, case, CLOSED).await?;
            }
        }
        Ok(())
    }

    async fn tell_unmasked(&self, ctx: &Ctx, case: Case) -> Result<(), Problem> {
        let notice = match self.unmasked(&case).await {
            Ok(person) => {
                let basis = self.custodians()?.basis(&case.row.basis).map_or_else(|| plain(&case.row.basis), |basis| basis.title.clone());
                let office = self.office_title(&case.row.office).unwrap_or_else(|| plain(&case.row.office));
                let args = [("office", office), ("basis", basis), ("case", plain(&case.row.id))];
                Some(self.notice(ctx, &person, &notice::UNMASKED, &args).await?)
            }
            // Erased since: there is nobody to be told.
            Err(problem) if problem.code == &UNMASKING_NOTHING => None,
            Err(problem) => return Err(problem),
        };
        let law = self.custodians()?.basis(&case.row.basis).map_or_else(String::new, |basis| basis.title.pair());
        let draft = Draft::new(&acts::TELL_UNMASKED, law).public("case", case.row.id.as_str()).refers(case.row.id.as_str());
        let row = CaseRow { told_at: Some(ctx.now), ..case.row };
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
        Ok(())
    }

    /// How many unmaskings there were, year by year, from the public acts alone.
    pub(crate) async fn count_unmaskings(&self) -> Result<Vec<UnmaskingCounts>, Problem> {
        let mut years: BTreeMap<i64, UnmaskingCounts> = BTreeMap::new();
        for (kind, at) in store::unmasking::acts(&self.store).await? {
            let year = year_of(at);
            let counts = years.entry(year).or_insert_with(|| UnmaskingCounts { year, ..UnmaskingCounts::default() });
            let count = match kind.as_str() {
                "unmask.request" => &mut counts.requested,
                "unmask.refuse" => &mut counts.refusals,
                "unmask.give" => &mut counts.parts_given,
                "unmask.fault" => &mut counts.false_parts,
                "unmask.open" => &mut counts.opened,
                "unmask.withdraw" => &mut counts.withdrawn,
                "unmask.expire" => &mut counts.expired,
                "unmask.tell" => &mut counts.told,
                _ => continue,
            };
            *count += 1;
        }
        Ok(years.into_values().rev().collect())
    }
}

fn year_of(at: Timestamp) -> i64 {
    at.to_string().get(..4).and_then(|year| year.parse().ok()).unwrap_or_default()
}
