//! What the law tells people on their page of notices: that something was decided, and how. No notice names anybody.

use sala_core::{ctx::Ctx, problem::Problem, store::Tx, text::Text, time::Timestamp};
use sala_people::{NewNotice, RoomNotice};

use super::{appeal::AppealState, report::Parties, sanction::Step};
use crate::World;

fn step(step: Step) -> Text {
    match step {
        Step::Warn => Text::new("ตักเตือน", "a warning"),
        Step::Mute => Text::new("ระงับการพูด", "mute"),
        Step::KeepOut => Text::new("เข้าบางพื้นที่ไม่ได้", "kept out of certain spaces"),
        Step::KeepOutAll => Text::new("เข้าพื้นที่ร่วมไม่ได้", "kept out of all spaces"),
    }
}

fn outcome(state: AppealState) -> Text {
    match state {
        AppealState::Upheld => Text::new("คงมาตรการไว้", "the sanction stands"),
        AppealState::Shortened => Text::new("ลดเวลาลง", "it ends earlier"),
        AppealState::Lifted => Text::new("ยกเลิกมาตรการ", "it is lifted"),
        AppealState::Lapsed => Text::new("พ้นกำหนดพิจารณา มาตรการสิ้นสุดแล้ว", "nobody decided in time, and it ended"),
        AppealState::Open => Text::new("รอการพิจารณา", "it waits for a decision"),
    }
}

/// Notices that are saved within an act.
pub(super) async fn save(tx: &mut Tx, notices: &[NewNotice]) -> Result<(), Problem> {
    for notice in notices {
        notice.save(tx).await?;
    }
    Ok(())
}

impl World {
    /// To both sides of a report that led to a sanction.
    pub(super) async fn sanction_notices(
        &self,
        ctx: &Ctx,
        parties: &Parties,
        given: Step,
        until: Timestamp,
    ) -> Result<Vec<NewNotice>, Problem> {
        let told = RoomNotice::SanctionGiven { step: step(given), until };
        let mut notices: Vec<NewNotice> = self.door.notice(ctx, &parties.reported.person, told).await?.into_iter().collect();
        let outcome = Text::new("มีการใช้มาตรการ", "a sanction was given");
        notices.extend(self.door.notice(ctx, &parties.reporter.person, RoomNotice::ReportDecided { outcome }).await?);
        Ok(notices)
    }

    /// To whoever reported what led to nothing.
    pub(super) async fn dismissal_notices(&self, ctx: &Ctx, parties: &Parties) -> Result<Vec<NewNotice>, Problem> {
        let outcome = Text::new("ไม่มีการใช้มาตรการ", "no measure was taken");
        Ok(self.door.notice(ctx, &parties.reporter.person, RoomNotice::ReportDecided { outcome }).await?.into_iter().collect())
    }

    /// To whoever appealed, as long as it is known who that is.
    pub(super) async fn appeal_notices(&self, ctx: &Ctx, parties: Option<&Parties>, state: AppealState) -> Result<Vec<NewNotice>, Problem> {
        let Some(parties) = parties else { return Ok(vec![]) };
        let told = RoomNotice::AppealDecided { outcome: outcome(state) };
        Ok(self.door.notice(ctx, &parties.reported.person, told).await?.into_iter().collect())
    }
}
