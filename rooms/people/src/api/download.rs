//! Everything that is held about a person, as one document that they take along (PDPA sections 30 and 31).

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, header},
    response::{AppendHeaders, IntoResponse},
};
use sala_core::{
    cbor,
    ctx::Ctx,
    http::Query,
    problem::{Problem, ProblemBody},
    store::ActSummary,
    text::Text,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use crate::{
    People,
    api::{
        SignedIn,
        acts::OwnOpening,
        credentials::{OwnAward, OwnCredentialView, own_view},
        data::{ErasureView, HoldView, ReadingView, erasure_view, hold_view, reading_view},
        identity::OwnIdentity,
        live,
        notices::NoticeView,
        presentations,
        presentations::PresentationView,
        recovery::RecoveryView,
        session::SessionSummary,
    },
    data::{Held, HeldAct},
    person::PasskeySecret,
    store::{MandateRow, OfficerRow, PasskeyRow, PersonaRow, SessionRow},
};

/// A persona in the download.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OwnPersona {
    /// Public handle.
    pub id: String,
    /// Public name.
    pub name: String,
    /// Choices of the look, as JSON in a text; empty: made from the handle.
    pub look: String,
    /// When it was put away.
    #[schema(required)]
    pub retired_at: Option<Timestamp>,
}

/// A passkey in the download.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OwnPasskey {
    /// Its id.
    pub id: String,
    /// How its owner calls it.
    pub label: String,
    /// When it was registered.
    pub created_at: Timestamp,
    /// When it last signed in.
    #[schema(required)]
    pub last_used_at: Option<Timestamp>,
    /// What the hall keeps to verify it: credential id, public key, counter. No secret is in it.
    #[schema(value_type = Object)]
    pub credential: Value,
}

/// An appointment in the download.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OwnAppointment {
    /// Public handle of the officer.
    pub id: String,
    /// The office.
    pub office: String,
    /// Roles held there.
    pub roles: Vec<String>,
    /// When the appointment was made or last changed.
    pub appointed_at: Timestamp,
}

/// A mandate in the download; `GET /api/v1/mandates/{id}` tells the rest.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OwnMandate {
    /// Its id.
    pub id: String,
    /// Id of the form.
    pub form: String,
    /// Handle of the principal.
    pub principal: String,
    /// Handle of the agent.
    pub agent: String,
    /// What may be done.
    pub operations: Vec<String>,
    /// From when.
    pub from: Timestamp,
    /// Until when.
    pub until: Timestamp,
}

/// An act that the person did, or that refers to them.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OwnAct {
    /// In short.
    pub act: ActSummary,
    /// Its public facts.
    #[schema(value_type = Object)]
    pub public: Value,
    /// What is sealed in it for this person, opened.
    pub openings: Vec<OwnOpening>,
}

/// Everything that is held about the signed-in person.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MyData {
    /// When this was made.
    pub made_at: Timestamp,
    /// By which hall.
    pub hall: String,
    /// What it covers, and what not.
    pub covers: Text,
    /// The name that the person gave.
    pub name: String,
    /// What authenticators keep for this person, in hexadecimal digits.
    #[schema(required)]
    pub user_handle: Option<String>,
    /// Faces.
    pub personas: Vec<OwnPersona>,
    /// Keys.
    pub passkeys: Vec<OwnPasskey>,
    /// Open sessions.
    pub sessions: Vec<SessionSummary>,
    /// Offices.
    pub appointments: Vec<OwnAppointment>,
    /// Mandates on either side.
    pub mandates: Vec<OwnMandate>,
    /// Roads of recovery and recoveries under way.
    pub recoveries: Vec<RecoveryView>,
    /// National identities, with name and number where the profile lets the hall keep them.
    pub identities: Vec<OwnIdentity>,
    /// What was issued to wallets. The hall has no copy of it, so that what they say is not here.
    pub credentials: Vec<OwnCredentialView>,
    /// What offices awarded to one of the personas, to be taken into a wallet.
    pub awards: Vec<OwnAward>,
    /// Requests to wallets by one of the personas, with what was shown.
    pub presentations: Vec<PresentationView>,
    /// Notices, newest first (at most 500).
    pub notices: Vec<NoticeView>,
    /// Who read data about the person, newest first (at most 500).
    pub readings: Vec<ReadingView>,
    /// Legal holds.
    pub holds: Vec<HoldView>,
    /// The erasure, if one is under way.
    pub erasure: ErasureView,
    /// Acts in the record, newest first (at most 500).
    pub acts: Vec<OwnAct>,
    /// Give it as `before` to get older acts; null when these are all.
    #[schema(required)]
    pub acts_next: Option<u64>,
}

/// From where in the record.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct DataQuery {
    /// Only acts with a smaller index: `acts_next` of the download before.
    pub(crate) before: Option<u64>,
}

fn covers() -> Text {
    Text::new(
        "ทุกสิ่งที่ศาลาเก็บเกี่ยวกับคุณและค้นได้จากกุญแจของคุณ: ชื่อ อวตาร พาสคีย์ การเข้าสู่ระบบที่เปิดอยู่ ตำแหน่ง มอบอำนาจ ทางกู้คืน เอกสารรับรองที่ออกให้ คำขอดูบัตรและคำตอบ หนังสือแจ้ง \
         ผู้ที่อ่านข้อมูลของคุณ คำสั่งเก็บรักษา และการกระทำที่ทำในนามของอวตารหรือตำแหน่งปัจจุบันของคุณหรืออ้างถึงอวตารนั้น \
         ไม่รวม: การเข้าออกระบบที่สิ้นสุดแล้ว ซึ่งบันทึกไว้โดยไม่มีชื่อ สิ่งที่คุณเคยแสดงจากกระเป๋าดิจิทัล ซึ่งศาลาไม่รู้ว่าเป็นของคุณ ตำแหน่งเดิม และการอ่านที่กฎหมายให้แจ้งภายหลัง",
        "All that this hall holds about you and can find by your own keys: name, personas, passkeys, open sessions, appointments, mandates, \
         roads of recovery, credentials issued, requests to wallets and their answers, notices, who read your data, legal holds, and the acts that were done under one of your personas or present \
         offices or refer to one. Not in it: sign-ins that are over, which are recorded without a name; what you showed from a wallet, of which the hall does not know that it was you; earlier appointments; and readings \
         of which a law lets you be told later only.",
    )
}

fn own_act(held: HeldAct) -> OwnAct {
    let opening = |(field, salt, value): (String, [u8; 32], cbor::Value)| OwnOpening {
        field,
        salt: hex::encode(salt),
        cbor: hex::encode(value.encode()),
        value: value.to_json(),
    };
    OwnAct {
        act: held.act.summary(),
        public: cbor::Value::Map(held.act.leaf.public).to_json(),
        openings: held.openings.into_iter().map(opening).collect(),
    }
}

async fn my_data(people: &People, ctx: &Ctx, held: Held) -> Result<MyData, Problem> {
    let (notices, ..) = people.list_notices(ctx, None, 500).await?;
    let readings = people.list_readings(ctx, None, 500).await?;
    let holds = people.list_own_holds(ctx).await?;
    let session = |(row, current): (SessionRow, bool)| SessionSummary { id: row.id, opened_at: row.opened_at, current, method: row.method };
    let passkey = |(row, secret): (PasskeyRow, PasskeySecret)| OwnPasskey {
        id: row.id,
        label: secret.label,
        created_at: row.created_at,
        last_used_at: secret.last_used_at.map(Timestamp),
        credential: serde_json::to_value(&secret.passkey).unwrap_or_default(),
    };
    let appointment = |row: OfficerRow| OwnAppointment {
        id: row.acting.handle,
        office: row.acting.office,
        roles: row.acting.roles,
        appointed_at: row.appointed_at,
    };
    let mandate = |row: MandateRow| OwnMandate {
        id: row.mandate.id,
        form: row.mandate.form,
        principal: row.mandate.principal,
        agent: row.mandate.agent,
        operations: row.mandate.operations,
        from: row.mandate.from,
        until: row.mandate.until,
    };
    let persona = |row: PersonaRow| OwnPersona { id: row.handle, name: row.name, look: row.look, retired_at: row.retired_at };
    Ok(MyData {
        made_at: ctx.now,
        hall: people.config.origin.clone(),
        covers: covers(),
        name: held.profile.name,
        user_handle: held.profile.user_handle.map(hex::encode),
        personas: held.personas.into_iter().map(persona).collect(),
        passkeys: held.passkeys.into_iter().map(passkey).collect(),
        sessions: held.sessions.into_iter().map(session).collect(),
        appointments: held.appointments.into_iter().map(appointment).collect(),
        mandates: held.mandates.into_iter().map(mandate).collect(),
        recoveries: held.recoveries.iter().map(RecoveryView::from).collect(),
        identities: held.identities.into_iter().map(OwnIdentity::from).collect(),
        credentials: held.credentials.into_iter().map(|own| own_view(own, ctx.now)).collect(),
        awards: held.awards.into_iter().map(OwnAward::from).collect(),
        presentations: held.presentations.into_iter().map(|one| presentations::view(people, ctx.lang, one)).collect(),
        notices: notices.into_iter().map(NoticeView::from).collect(),
        readings: readings.into_iter().map(reading_view).collect(),
        holds: holds.into_iter().map(|hold| hold_view(people, hold)).collect(),
        erasure: erasure_view(people, people.own_erasure(ctx).await?),
        acts: held.acts.into_iter().map(own_act).collect(),
        acts_next: held.next,
    })
}

/// Download everything that is held about the signed-in person. Needs a fresh session.
#[utoipa::path(get, path = "/api/v1/me/data", operation_id = "get_own_data", tag = "people", security(("session" = [])),
    params(DataQuery), responses((status = 200, body = MyData), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn get_own_data(
    State(people): State<Arc<People>>,
    SignedIn(ctx): SignedIn,
    headers: HeaderMap,
    Query(query): Query<DataQuery>,
) -> Result<impl IntoResponse, Problem> {
    let live = live(&people, &headers, &ctx).await?;
    let held = people.held(&ctx, live.as_ref(), query.before).await?;
    let data = my_data(&people, &ctx, held).await?;
    Ok((AppendHeaders([(header::CONTENT_DISPOSITION, "attachment; filename=\"sala-my-data.json\"")]), Json(data)))
}
