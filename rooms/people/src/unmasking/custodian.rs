//! What custodians say in a case: first the hash of their part, and the part itself only when that hash stands under a witnessed head,
//! so that nobody can use a part that the world does not know of.

use base64::{Engine, engine::general_purpose::STANDARD};
use sala_core::{
    cbor::Value,
    ctx::Ctx,
    problem::{CONFLICT, INTERNAL, INVALID, NOT_FOUND, NOT_WITNESSED, Problem},
    time::Timestamp,
};
use sala_custody::{CustodyError, Inquiry, PublicKey};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::{ASKED, Case, case_key};
use crate::{
    People, acts,
    custodians::{
        Seats,
        board::by_custodian,
        link::{ciphertext, label},
        note::Saying,
    },
    problems::{CUSTODY_CHEATED, CUSTODY_MESSAGE, UNMASKING_CLOSED, UNMASKING_NO_KEY, UNMASKING_NOTHING},
    store::{
        self,
        unmasking::{CaseRow, DecisionRow},
    },
};

/// A committed field of the request, opened for custodians.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CaseOpening {
    /// The field: `persona`, `warrant` or `scope`.
    pub field: String,
    /// 32 bytes, hexadecimal.
    pub salt: String,
    /// The value as deterministic CBOR, base64.
    pub cbor: String,
}

/// What a custodian is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CustodianCase {
    /// The case.
    pub id: String,
    /// The act of the request.
    pub request_act: String,
    /// What the act committed to: persona, warrant, scope.
    pub openings: Vec<CaseOpening>,
    /// The sealed link, base64.
    pub ciphertext: String,
    /// One-time key for which the part is sealed, hexadecimal.
    pub recipient: String,
    /// The law.
    pub legal_basis: String,
    /// No decision counts after this.
    pub deadline: Timestamp,
    /// How far this custodian is: `approved` by an officer at the desk, `released` (hash in the record), `given`, `refused`, `cheated`.
    #[schema(required)]
    pub step: Option<String>,
    /// The act of that step.
    #[schema(required)]
    pub step_act: Option<String>,
}

/// The hall's answer to a custodian.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CustodianReply {
    /// The act that says what the custodian said.
    #[schema(required)]
    pub act: Option<String>,
    /// What it is asked; only to `inbox`.
    pub cases: Vec<CustodianCase>,
}

/// The name of a case in the proofs of its parts: its id and the hash of the leaf that asked for it.
pub fn case_name(id: &str, request_leaf: &[u8]) -> String {
    format!("{id} {}", hex::encode(sala_log::leaf_hash(request_leaf)))
}

impl People {
    /// A custodian speaks by a signed note.
    pub(crate) async fn hear_custodian(&self, ctx: &Ctx, note: &[u8]) -> Result<CustodianReply, Problem> {
        let (seats, member, saying) = Saying::read(note, self.custodians()?, ctx.now)?;
        let text = String::from_utf8_lossy(note);
        let act = match saying {
            Saying::Announce { key } => self.announce_custodian(ctx, seats, &member, &key).await?,
            Saying::Message { bytes, to } => {
                self.publish_custody_message(ctx, seats, &member, to.as_deref(), decoded("/bytes", &bytes)?).await?
            }
            Saying::Accept { committee } => self.accept_handover(ctx, seats, &member, &committee, &text).await?,
            Saying::Hold { key_set } => self.hold_share(ctx, seats, &member, &key_set, &text).await?,
            Saying::RefuseHandover { committee, reason } => self.refuse_handover(ctx, seats, &member, &committee, &reason, &text).await?,
            Saying::Inbox => return Ok(CustodianReply { act: None, cases: self.custodian_inbox(seats, &member).await? }),
            Saying::Refuse { case, reason } => self.refuse_as_custodian(ctx, seats, &member, &case, &reason).await?,
            Saying::Release { case, digest } => self.announce_part(ctx, seats, &member, &case, &digest).await?,
            Saying::Share { case, bytes } => self.take_part(ctx, seats, &member, &case, decoded("/bytes", &bytes)?).await?,
        };
        Ok(CustodianReply { act: Some(act), cases: vec![] })
    }

    /// The open cases, as a member needs them to decide.
    async fn custodian_inbox(&self, seats: Seats<'_>, member: &str) -> Result<Vec<CustodianCase>, Problem> {
        let mut asked = vec![];
        for row in store::unmasking::cases(&self.store, "", ASKED, "", 100).await? {
            let case = self.opened_case(row).await?;
            if case.reign.committee != seats.name {
                continue;
            }
            let Some(link) = store::persona_link(&self.store, &case.secret.persona).await? else { continue };
            let Some(sealed) = ciphertext(&link) else { continue };
            let own = case.decisions.iter().find(|decision| decision.member == member);
            let openings = self.store.openings_for(&case_key(&case.row.id), &case.row.request_act).await?;
            asked.push(CustodianCase {
                openings: openings.into_iter().map(opening).collect(),
                ciphertext: STANDARD.encode(sealed.encode()),
                recipient: hex::encode(&case.row.recipient),
                legal_basis: case.row.basis,
                deadline: case.row.deadline,
                step: own.map(|own| own.step.clone()),
                step_act: own.map(|own| own.act.clone()),
                request_act: case.row.request_act,
                id: case.row.id,
            });
        }
        Ok(asked)
    }

    /// A case belongs to one committee; what others say of it is not heard.
    async fn case_for(&self, seats: Seats<'_>, id: &str) -> Result<CaseRow, Problem> {
        let case = store::unmasking::case(&self.store, id).await?.ok_or_else(|| NOT_FOUND.problem())?;
        let is_theirs = self.reign_of(case.requested_at).is_some_and(|reign| reign.committee == seats.name);
        if is_theirs { Ok(case) } else { Err(NOT_FOUND.problem()) }
    }

    async fn refuse_as_custodian(&self, ctx: &Ctx, seats: Seats<'_>, member: &str, case: &str, reason: &str) -> Result<String, Problem> {
        self.case_for(seats, case).await?;
        let reason = crate::person::clean_text("/reason", reason, 500)?;
        let next = move |at, before: Option<DecisionRow>| match before {
            Some(before) if before.step == "refused" => Ok(None),
            Some(before) if before.step != "approved" => Err(CONFLICT.problem()),
            _ => Ok(Some(decision("refused", Some(reason.clone()), None, vec![], at))),
        };
        self.record_decision(&by_custodian(ctx, member), &acts::REFUSE_UNMASKING, case, member, next).await
    }

    /// "My part has this hash." Only when the request itself stands under a witnessed head.
    async fn announce_part(&self, ctx: &Ctx, seats: Seats<'_>, member: &str, id: &str, digest: &str) -> Result<String, Problem> {
        if digest.len() != 64 || !digest.bytes().all(|letter| letter.is_ascii_digit() || (b'a'..=b'f').contains(&letter)) {
            return Err(INVALID.problem().at("/digest", "expected 64 hexadecimal digits"));
        }
        let case = self.case_for(seats, id).await?;
        if !self.is_witnessed(&case.request_act).await? {
            return Err(NOT_WITNESSED.problem().retry_after(1));
        }
        let digest = digest.to_owned();
        let next = move |at, before: Option<DecisionRow>| match before {
            Some(before) if before.step == "released" && before.digest.as_deref() == Some(&digest) => Ok(None),
            // Another hash may follow as long as no part was given.
            Some(before) if before.step != "approved" && before.step != "released" => Err(CONFLICT.problem()),
            before => Ok(Some(decision("released", before.and_then(|row| row.reason), Some(digest.clone()), vec![], at))),
        };
        self.record_decision(&by_custodian(ctx, member), &acts::RELEASE_UNMASKING, id, member, next).await
    }

    /// The part itself: what was announced, and only under a witnessed head. A false one is kept as proof against its sender.
    async fn take_part(&self, ctx: &Ctx, seats: Seats<'_>, member: &str, id: &str, bytes: Vec<u8>) -> Result<String, Problem> {
        let case = self.opened_case(self.case_for(seats, id).await?).await?;
        let own = case.decisions.iter().find(|decision| decision.member == member).cloned();
        let own =
            own.ok_or_else(|| UNMASKING_CLOSED.problem().detail("ยังไม่ได้ประกาศค่าแฮชของส่วนนี้", "The hash of this part was not announced."))?;
        let digest = hex::encode(Sha256::digest(&bytes));
        if own.digest.as_deref() != Some(&digest) {
            return Err(INVALID.problem().at("/bytes", "these are not the bytes whose hash was announced"));
        }
        if own.step == "given" {
            return Ok(own.act);
        }
        if !self.is_witnessed(&own.act).await? {
            return Err(NOT_WITNESSED.problem().retry_after(1));
        }
        let inquiry = self.inquiry(&case).await?;
        let place = seats.members.iter().position(|known| known.id == member).map(|place| place + 1);
        let (kind, step, fault) = match inquiry.check(&bytes) {
            Ok(release) if Some(usize::from(release.place())) == place => (&acts::GIVE_PART, "given", None),
            Err(CustodyError::Cheated(fault)) => (&acts::FALSE_PART, "cheated", Some(fault.to_string())),
            Ok(_) => return Err(CUSTODY_MESSAGE.problem().detail("ส่วนนี้เป็นของผู้พิทักษ์รายอื่น", "This part is another custodian's.")),
            Err(fault) => return Err(CUSTODY_MESSAGE.problem().detail(format!("ใช้ส่วนนี้ไม่ได้: {fault}"), fault.to_string())),
        };
        let next = move |at, before: Option<DecisionRow>| match before {
            Some(before) if before.step == "released" => Ok(Some(decision(step, before.reason, before.digest, bytes.clone(), at))),
            _ => Err(CONFLICT.problem()),
        };
        let act = self.record_decision(&by_custodian(ctx, member), kind, id, member, next).await?;
        match fault {
            None => Ok(act),
            Some(fault) => Err(CUSTODY_CHEATED.problem().detail(format!("ส่วนนี้ไม่ถูกต้องและลงชื่อผู้ส่งไว้: {fault}"), fault)),
        }
    }

    /// The question that the custodians answer in a case. A Problem when the persona is gone.
    pub(crate) async fn inquiry(&self, case: &Case) -> Result<Inquiry, Problem> {
        let keys = case.reign.keys.clone();
        let link = store::persona_link(&self.store, &case.secret.persona).await?.ok_or_else(|| UNMASKING_NOTHING.problem())?;
        let sealed = ciphertext(&link).ok_or_else(|| UNMASKING_NO_KEY.problem())?;
        let request = self.store.act_by_id(&case.row.request_act).await?.ok_or_else(|| INTERNAL.problem())?;
        let name = case_name(&case.row.id, &request.bytes);
        let recipient = PublicKey::from_bytes(&case.row.recipient).map_err(|fault| INTERNAL.problem().because(fault))?;
        Inquiry::new(keys, sealed, label(&case.secret.persona)?, name.as_bytes(), Some(recipient))
            .map_err(|fault| INTERNAL.problem().because(fault))
    }
}

fn decision(step: &str, reason: Option<String>, digest: Option<String>, share: Vec<u8>, at: Timestamp) -> DecisionRow {
    DecisionRow { case: String::new(), member: String::new(), step: step.to_owned(), reason, digest, share, at, act: String::new() }
}

fn opening((field, salt, value): (String, [u8; 32], Value)) -> CaseOpening {
    CaseOpening { field, salt: hex::encode(salt), cbor: STANDARD.encode(value.encode()) }
}

fn decoded(pointer: &str, text: &str) -> Result<Vec<u8>, Problem> {
    STANDARD.decode(text).map_err(|_| INVALID.problem().at(pointer, "expected base64"))
}
