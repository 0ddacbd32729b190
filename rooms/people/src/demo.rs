//! The two sign-ins of a demonstration: anyone may be its citizen or its officer.

use std::sync::Arc;

use sala_core::{
    ctx::Ctx,
    problem::{CONFLICT, INVALID, Problem},
    text::Lang,
};

use crate::{
    People,
    offices::DemoSignIns,
    person::Link,
    problems::DEMO_ONLY,
    session::{Capacity, Method, Who},
    sign_in::Opened,
};

impl People {
    pub(crate) fn demo_sign_ins(&self) -> Result<&DemoSignIns, Problem> {
        self.offices.demo_sign_ins.as_ref().filter(|_| self.config.is_demo).ok_or_else(|| DEMO_ONLY.problem())
    }

    /// Signs in as the demo citizen.
    pub(crate) async fn enter_as_demo_citizen(&self, ctx: &Ctx, remote: &str, replaces: Option<&str>) -> Result<Opened, Problem> {
        let demo = self.demo_sign_ins()?;
        self.limiter.take(remote, ctx.now)?;
        let who = self.demo_person(ctx, "citizen", demo.citizen.name.get(Lang::En)).await?;
        self.open_session(ctx, who, Method::Demo, None, replaces).await
    }

    /// Signs in as the demo officer in `office`, or where the profile says.
    pub(crate) async fn enter_as_demo_officer(
        &self,
        ctx: &Ctx,
        remote: &str,
        office: Option<&str>,
        replaces: Option<&str>,
    ) -> Result<Opened, Problem> {
        let demo = &self.demo_sign_ins()?.officer;
        self.limiter.take(remote, ctx.now)?;
        let office = office.unwrap_or(&demo.office);
        let Some(appointment) = demo.appointments.iter().find(|appointment| appointment.office == office) else {
            let known: Vec<&str> = demo.appointments.iter().map(|appointment| appointment.office.as_str()).collect();
            return Err(INVALID.problem().at("/office", format!("the demo officer acts in: {}", known.join(", "))));
        };
        let who = self.demo_person(ctx, "officer", demo.name.get(Lang::En)).await?;
        let hall = Ctx { request_id: ctx.request_id.clone(), ..Ctx::system("people/1", ctx.now, Arc::clone(&ctx.entropy)) };
        let link = Link { person: who.person.clone(), persona: who.persona.clone() };
        let officer = self.appoint(&hall, "Demonstration profile, offices.yaml", &link, office, appointment.roles.clone()).await?;
        self.open_session(ctx, Who { acting: Some(officer.acting), ..who }, Method::Demo, None, replaces).await
    }

    /// A person of the demonstration, registered when first needed.
    async fn demo_person(&self, ctx: &Ctx, role: &str, name: &str) -> Result<Who, Problem> {
        let person = self.lookup.demo_person(role);
        if self.profile(&person).await?.is_none() {
            let new = self.new_person(ctx, person.clone(), name.to_owned(), None).await?;
            match self.register(ctx, new, None, None, Method::Demo).await {
                Err(problem) if problem.code != &CONFLICT => return Err(problem),
                // On a conflict someone else was quicker, and the person is there.
                _ => {}
            }
        }
        self.who(&person, Some(Capacity::Citizen), None, None).await
    }
}
