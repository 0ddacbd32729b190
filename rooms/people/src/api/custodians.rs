//! The board of the custodians over HTTP.

use std::sync::Arc;

use axum::{Json, body::Bytes, extract::State};
use base64::{Engine, engine::general_purpose::STANDARD};
use sala_core::{
    ctx::Ctx,
    problem::{Problem, ProblemBody},
    text::Text,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{People, custodians::board::Board, privacy::Desk, unmasking::custodian::CustodianReply};

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
    /// Links are sealed to it: its act stands under a witnessed head.
    pub in_force: bool,
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
}

fn view(people: &People, board: Board) -> Result<CustodyView, Problem> {
    let custodians = people.custodians()?;
    let members = (1..=u8::MAX).zip(custodians.members.iter().zip(&board.keys)).map(|(place, (member, row))| CustodianView {
        id: member.id.clone(),
        place,
        title: member.title.clone(),
        desk: member.desk.clone(),
        own: member.is_own,
        key: row.as_ref().map(|row| hex::encode(&row.key)),
        act: row.as_ref().map(|row| row.act.clone()),
    });
    let key_set = board.row.as_ref().and_then(|row| Some((row, row.key_set.as_ref()?)));
    let key = key_set.zip(board.ceremony.as_ref().and_then(sala_custody::Ceremony::key_set)).map(|((row, bytes), set)| CustodyKeyView {
        public_key: hex::encode(set.public_key().as_bytes()),
        key_set: STANDARD.encode(bytes),
        transcript: row.transcript.as_ref().map(hex::encode).unwrap_or_default(),
        act: row.act.clone(),
        in_force: people.custody_key().is_some(),
    });
    Ok(CustodyView {
        name: custodians.name.clone(),
        threshold: custodians.threshold,
        members: members.collect(),
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
    /// What everybody may see of the custodians.
    pub async fn custody_view(&self) -> Result<CustodyView, Problem> {
        view(self, self.custody_board().await?)
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
    people.custody_view().await.map(Json)
}

/// A custodian says something: the body is a note signed with the key that the profile pins (c2sp.org/signed-note).
#[utoipa::path(post, path = "/api/v1/custody", operation_id = "speak_as_custodian", tag = "people", security(("custodian" = [])),
    request_body(content = String, content_type = "text/plain"),
    responses((status = 200, body = CustodianReply), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn speak_as_custodian(State(people): State<Arc<People>>, ctx: Ctx, note: Bytes) -> Result<Json<CustodianReply>, Problem> {
    people.custodian_says(&ctx, &note).await.map(Json)
}
