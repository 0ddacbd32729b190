//! The kill switch, and the end of a measure.

use std::sync::Arc;

use sala_core::{
    act::{ActKind, Draft, reason},
    cbor::Value,
    ctx::Ctx,
    lever::Levers,
    problem::{NOT_FOUND, Problem},
    store::Tx,
};

use crate::{
    Measures, acts,
    guard::Standing,
    measure::Measure,
    problems::MEASURE_STANDING,
    store::{self, MeasureRow},
};

/// Refuses all but officers of `office` who may operate: role `operator`, or `approver`, for who may start a thing may also stop it.
pub(crate) fn require_operator<'c>(ctx: &'c Ctx, office: &str) -> Result<&'c str, Problem> {
    ctx.require_officer(office, "approver").or_else(|_| ctx.require_officer(office, "operator"))
}

impl Measures {
    /// The kill switch: the measure moves nothing any more, until it is resumed.
    pub async fn stop_measure(&self, ctx: &Ctx, id: &str, why: &str) -> Result<(), Problem> {
        self.switch(ctx, id, why, &acts::STOP, Standing::Active, Standing::Stopped).await
    }

    /// Lets a stopped measure go on.
    pub async fn resume_measure(&self, ctx: &Ctx, id: &str, why: &str) -> Result<(), Problem> {
        self.switch(ctx, id, why, &acts::RESUME, Standing::Stopped, Standing::Active).await
    }

    async fn switch(&self, ctx: &Ctx, id: &str, why: &str, kind: &'static ActKind, from: Standing, to: Standing) -> Result<(), Problem> {
        ctx.require_signed_in()?;
        let row = store::measure(&self.store, id).await?.ok_or_else(|| NOT_FOUND.problem())?;
        let measure = store::version(&self.store, id, row.version).await?.measure;
        require_operator(ctx, &measure.office)?;
        let draft = Draft::new(kind, measure.legal_basis.authority())
            .policy(measure.hash())
            .public("measure", id)
            .public("version", row.version)
            .office(measure.office.as_str())
            .open("reason", reason(why)?)
            .refers(id);
        let id = id.to_owned();
        self.store
            .act(ctx, draft, move |tx| {
                let id = id.clone();
                Box::pin(async move {
                    let row = store::measure_in(tx, &id).await?.ok_or_else(|| NOT_FOUND.problem())?;
                    if row.standing != from {
                        let (now, needed) = (row.standing.word(), from.word());
                        return Err(MEASURE_STANDING.problem().detail(
                            format!("มาตรการมีสถานะ {now} แต่ต้องเป็น {needed}"),
                            format!("The measure is {now} and would have to be {needed}"),
                        ));
                    }
                    store::save_measure(tx, &MeasureRow { standing: to, ..row });
                    Ok(())
                })
            })
            .await?;
        Ok(())
    }

    /// Ends measures whose sunset has come.
    pub(crate) async fn end_due(&self) -> Result<(), Problem> {
        let now = self.clock.now();
        let due: Vec<Arc<Measure>> = self
            .watches()
            .values()
            .filter(|watch| watch.measure.sunset_on.start() <= now)
            .map(|watch| Arc::clone(&watch.measure))
            .collect();
        for measure in due {
            let sunset = measure.sunset_on.as_str();
            self.end(&measure, &format!("ถึงวันสิ้นสุด {sunset} / its sunset {sunset} has come")).await?;
        }
        Ok(())
    }

    /// Ends a measure. What it had moved and no one has moved since is set back, if it releases by itself.
    pub(crate) async fn end(&self, measure: &Measure, why: &str) -> Result<(), Problem> {
        let draft = Draft::new(&acts::END, measure.legal_basis.authority())
            .policy(measure.hash())
            .public("measure", measure.id.as_str())
            .office(measure.office.as_str())
            .public("cause", why)
            .refers(&measure.id)
            .refers(&measure.action.lever);
        let (levers, ended) = (Arc::clone(&self.levers), measure.clone());
        self.store
            .act(&self.system(), draft, move |tx| {
                let (levers, measure) = (Arc::clone(&levers), ended.clone());
                Box::pin(async move {
                    let row = store::measure_in(tx, &measure.id).await?.ok_or_else(|| NOT_FOUND.problem())?;
                    store::save_measure(tx, &MeasureRow { standing: Standing::Ended, ..row });
                    give_back(tx, &levers, &measure).await
                })
            })
            .await?;
        self.watches().remove(&measure.id);
        self.tell_lever(&measure.action.lever).await;
        Ok(())
    }
}

/// Sets the lever of a measure that leaves back, within its act: if the measure releases by itself, and its move still stands.
pub(crate) async fn give_back(tx: &mut Tx, levers: &Levers, measure: &Measure) -> Result<(), Problem> {
    let id = &measure.action.lever;
    if !measure.guardrails.auto_release || levers.spec(id).is_none() {
        return Ok(());
    }
    let Some(run) = levers.get_in(tx, id).await?.run_of(&measure.id).map(str::to_owned) else { return Ok(()) };
    if let Some(moved) = levers.give_back(tx, id, &run).await? {
        tx.draft().add_public("lever", id.as_str());
        tx.draft().add_public("before", Value::from_serde(&moved.before));
        tx.draft().add_public("after", Value::from_serde(&moved.after));
        tx.draft().add_ref(run);
    }
    Ok(())
}
