//! The board of the custodians over HTTP.

use std::sync::Arc;

use axum::{Json, body::Bytes, extract::State};
use base64::{Engine, engine::general_purpose::STANDARD};
use sala_core::{
    ctx::Ctx,
    http::{Body, Path},
    problem::{DAMAGED, NOT_FOUND, Problem, ProblemBody},
    text::Text,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::SignedIn;
use crate::{
    People, Seats,
    custodians::{board::Board, handover::handover_case},
    privacy::Desk,
    unmasking::custodian::CustodianReply,
};

/// A member of the committee.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CustodianView {
    /// Id.
    pub id: String,
    /// Place in the committee, from 1.
    pub place: u8,
    /// What it is called.
    pub title: Text,
    /// The office and role that decide for it at the desk of this hall.
    #[schema(required)]
    pub desk: Option<Desk>,
    /// This hall runs the custodian itself: no protection against the hall. Only for demonstrations.
    pub own: bool,
    /// Key that it announced, hexadecimal.
    #[schema(required)]
    pub key: Option<String>,
    /// The act of the announcement.
    #[schema(required)]
    pub act: Option<String>,
    /// The key that signs its notes, as the profile pins it (c2sp.org/signed-note).
    #[schema(required)]
    pub note_key: Option<String>,
}

/// A message of the ceremony.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CustodyMessageView {
    /// SHA-256 of the bytes, hexadecimal.
    pub id: String,
    /// `dealing`, `complaining`, `opening` or `revealing`.
    pub round: String,
    /// Who said it.
    pub member: String,
    /// The bytes, base64.
    pub bytes: String,
    /// The act that published it.
    pub act: String,
}

/// The shared key.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CustodyKeyView {
    /// The key to seal to, hexadecimal.
    pub public_key: String,
    /// The public key set, base64.
    pub key_set: String,
    /// SHA-256 over committee and messages, hexadecimal.
    pub transcript: String,
    /// The act that published it.
    pub act: String,
    /// When it was published.
    pub at: Timestamp,
    /// This committee opens what is asked now: its act stands under a witnessed head, and it has taken office.
    pub in_force: bool,
}

/// What someone said in a handover.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct HandoverStepView {
    /// Who.
    pub member: String,
    /// `accepted` and `holds` by members of the next committee; `approved` and `refused` by those who have the key.
    pub step: String,
    /// The signed note by which it was said.
    #[schema(required)]
    pub note: Option<String>,
    /// Why.
    #[schema(required)]
    pub reason: Option<String>,
    /// When.
    pub at: Timestamp,
    /// The act.
    pub act: String,
}

/// From which committee another one takes the key over.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct HandoverView {
    /// Its name for `sala custodian decide`: it stands for exactly these members, keys and threshold.
    pub case: String,
    /// The committee that has the key.
    pub from: String,
    /// How many of its members must hand over.
    pub from_threshold: u8,
    /// Those of its members whom the profile still names.
    pub from_members: Vec<CustodianView>,
    /// Its public key set, base64.
    pub from_key_set: String,
    /// Digest of the committee that takes over, hexadecimal.
    pub digest: String,
    /// When it began.
    pub begun_at: Timestamp,
    /// The act that began it.
    pub act: String,
    /// What was said.
    pub steps: Vec<HandoverStepView>,
    /// Since when the next committee is in office.
    #[schema(required)]
    pub in_force_at: Option<Timestamp>,
}

/// An officer's decision whether the custodian of their office hands over.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecideHandover {
    /// Whether the custodian may share its part out.
    pub release: bool,
    /// Why; public.
    pub reason: String,
}

/// A law under which an unmasking may be asked for.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct UnmaskingBasisView {
    /// Id.
    pub id: String,
    /// The law.
    pub title: Text,
}

/// The custodians of the hall and how far their key is.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Custody)]
pub struct CustodyView {
    /// Name of the committee.
    pub name: String,
    /// How many open together.
    pub threshold: u8,
    /// The members, in the order of their places.
    pub members: Vec<CustodianView>,
    /// `announcing`, `dealing`, `complaining`, `opening`, `revealing`, `settled`, `done` or `failed`.
    pub stage: String,
    /// When the round ends for those who are silent.
    #[schema(required)]
    pub until: Option<Timestamp>,
    /// What was published.
    pub messages: Vec<CustodyMessageView>,
    /// Who cheated or was silent, in words.
    pub faults: Vec<String>,
    /// The key.
    #[schema(required)]
    pub key: Option<CustodyKeyView>,
    /// Who may ask for an unmasking.
    pub requesters: Vec<Desk>,
    /// Under which laws.
    pub legal_bases: Vec<UnmaskingBasisView>,
    /// For how long an opened identity stays readable, in seconds.
    pub readable_s: i64,
    /// From the opening until the citizen is told, in seconds.
    pub tell_after_s: i64,
    /// From whom this committee has, or takes, its key; none where it made it.
    #[schema(required)]
    pub from: Option<HandoverView>,
    /// The committee that shall take over from the one in office.
    #[schema(required)]
    pub successor: Option<String>,
    /// The committee from which the one in office took over, while the profile names it.
    #[schema(required)]
    pub predecessor: Option<String>,
}

fn members(seats: Seats<'_>, board: &Board) -> Vec<CustodianView> {
    let each = (1..=u8::MAX).zip(seats.members.iter().zip(&board.keys));
    each.map(|(place, (member, row))| CustodianView {
        id: member.id.clone(),
        place,
        title: member.title.clone(),
        desk: member.desk.clone(),
        own: member.is_own,
        key: row.as_ref().map(|row| hex::encode(&row.key)),
        act: row.as_ref().map(|row| row.act.clone()),
        note_key: member.key.clone(),
    })
    .collect()
}

async fn handover(people: &People, board: &Board) -> Result<Option<HandoverView>, Problem> {
    let (Some(row), Some(committee)) = (&board.handover, &board.committee) else { return Ok(None) };
    let from = sala_custody::KeySet::decode(&row.from_key_set).map_err(|fault| DAMAGED.problem().because(fault))?;
    let from_members = match people.custodians()?.seats(&row.from) {
        Some(seats) => members(seats, &people.custody_board(seats).await?),
        None => vec![],
    };
    let steps = board.steps.iter().cloned().map(|step| HandoverStepView {
        member: step.member,
        step: step.step,
        note: step.note,
        reason: step.reason,
        at: step.at,
        act: step.act,
    });
    Ok(Some(HandoverView {
        case: handover_case(committee),
        from: row.from.clone(),
        from_threshold: from.committee().threshold(),
        from_members,
        from_key_set: STANDARD.encode(&row.from_key_set),
        digest: hex::encode(committee.id()),
        begun_at: row.begun_at,
        act: row.begin_act.clone(),
        steps: steps.collect(),
        in_force_at: row.in_force_at,
    }))
}

async fn view(people: &People, seats: Seats<'_>, board: Board) -> Result<CustodyView, Problem> {
    let custodians = people.custodians()?;
    let from = handover(people, &board).await?;
    let key_set = board.row.as_ref().and_then(|row| Some((row, row.key_set.as_ref()?)));
    let key = match key_set.zip(board.ceremony.as_ref().and_then(sala_custody::Ceremony::key_set)) {
        None => None,
        Some(((row, bytes), set)) => Some(CustodyKeyView {
            public_key: hex::encode(set.public_key().as_bytes()),
            key_set: STANDARD.encode(bytes),
            transcript: row.transcript.as_ref().map(hex::encode).unwrap_or_default(),
            act: row.act.clone(),
            at: people.store.act_by_id(&row.act).await?.map_or(Timestamp(0), |act| act.leaf.at),
            in_force: people.reign().is_some_and(|reign| reign.committee == seats.name),
        }),
    };
    let in_office = people.reign().map(|reign| reign.committee);
    let has_moved = custodians.next().is_some_and(|next| in_office.as_deref() == Some(next.name));
    let names = (custodians.next().map(|next| next.name.to_owned()), custodians.name.clone());
    let (successor, predecessor) = if has_moved { (None, Some(names.1)) } else { (names.0, None) };
    Ok(CustodyView {
        name: seats.name.to_owned(),
        threshold: seats.threshold,
        members: members(seats, &board),
        from,
        successor,
        predecessor,
        stage: board.stage().to_owned(),
        until: board.row.as_ref().and_then(|row| row.until),
        faults: board.ceremony.iter().flat_map(|ceremony| ceremony.faults().iter().map(ToString::to_string)).collect(),
        messages: board
            .messages
            .into_iter()
            .map(|row| CustodyMessageView {
                id: row.id,
                round: row.stage,
                member: row.member,
                bytes: STANDARD.encode(row.bytes),
                act: row.act,
            })
            .collect(),
        key,
        requesters: custodians.requesters.clone(),
        legal_bases: custodians
            .legal_bases
            .iter()
            .map(|basis| UnmaskingBasisView { id: basis.id.clone(), title: basis.title.clone() })
            .collect(),
        readable_s: custodians.readable_s,
        tell_after_s: custodians.tell_after_s,
    })
}

impl People {
    /// What everybody may see of the custodians: of the committee in office, or of the one that is named.
    pub async fn custody_view(&self, name: Option<&str>) -> Result<CustodyView, Problem> {
        let custodians = self.custodians()?;
        let seats = match name {
            Some(name) => custodians.seats(name).ok_or_else(|| NOT_FOUND.problem())?,
            None => self.reign().and_then(|reign| custodians.seats(&reign.committee)).unwrap_or_else(|| custodians.first()),
        };
        view(self, seats, self.custody_board(seats).await?).await
    }

    /// A custodian speaks by a signed note ([`crate::Saying`]); also the door for custodians that the hall runs itself.
    pub async fn custodian_says(&self, ctx: &Ctx, note: &[u8]) -> Result<CustodianReply, Problem> {
        self.hear_custodian(ctx, note).await
    }
}

/// The custodians, their messages and their key. 404 where the hall has none.
#[utoipa::path(get, path = "/api/v1/custody", operation_id = "get_custody", tag = "people", security(()),
    responses((status = 200, body = CustodyView), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn get_custody(State(people): State<Arc<People>>) -> Result<Json<CustodyView>, Problem> {
    people.custody_view(None).await.map(Json)
}

/// A committee by its name: the one in office, the next one, or the one before.
#[utoipa::path(get, path = "/api/v1/custody/{name}", operation_id = "get_custody_committee", tag = "people", security(()),
    params(("name" = String, Path)), responses((status = 200, body = CustodyView), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn get_custody_committee(
    State(people): State<Arc<People>>,
    Path(name): Path<String>,
) -> Result<Json<CustodyView>, Problem> {
    people.custody_view(Some(&name)).await.map(Json)
}

/// Decide whether the custodian of one's office hands its part over to this committee; signed.
#[utoipa::path(post, path = "/api/v1/custody/{name}/decide", operation_id = "decide_handover", tag = "people", security(("session" = [])),
    params(("name" = String, Path)), request_body = DecideHandover,
    responses((status = 200, body = CustodyView), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn decide_handover(
    State(people): State<Arc<People>>,
    SignedIn(ctx): SignedIn,
    Path(name): Path<String>,
    Body(input): Body<DecideHandover>,
) -> Result<Json<CustodyView>, Problem> {
    people.decide_handover(&ctx, &name, input.release, &input.reason).await?;
    people.custody_view(Some(&name)).await.map(Json)
}

/// A custodian says something: the body is a note signed with the key that the profile pins (c2sp.org/signed-note).
#[utoipa::path(post, path = "/api/v1/custody", operation_id = "speak_as_custodian", tag = "people", security(("custodian" = [])),
    request_body(content = String, content_type = "text/plain"),
    responses((status = 200, body = CustodianReply), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn speak_as_custodian(State(people): State<Arc<People>>, ctx: Ctx, note: Bytes) -> Result<Json<CustodianReply>, Problem> {
    people.custodian_says(&ctx, &note).await.map(Json)
}
