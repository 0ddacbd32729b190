//! The board on which custodians make their key, or hand it over. The hall publishes each message as an act, ends a round when it is over, and names who
//! cheated; it can neither take part nor read. The key counts only when all messages, and then its own act, stand under a witnessed
//! head: so each custodian can compare what it saw with what everybody sees.

use base64::{Engine, engine::general_purpose::STANDARD};
use sala_core::{
    act::{ActKind, Draft},
    ctx::{Actor, Ctx},
    problem::{CONFLICT, DAMAGED, INVALID, NOT_FOUND, Problem},
    time::Timestamp,
};
use sala_custody::{Ceremony, Committee, CustodyError, KeySet, PublicKey};
use sha2::{Digest, Sha256};

use super::Seats;
use crate::{
    Custodians, People, acts,
    problems::{CUSTODY_CHEATED, CUSTODY_KNOWN, CUSTODY_MESSAGE, CUSTODY_STAGE},
    store::{
        custodian::{self, CustodianRow, CustodyRow, MessageRow, custodian_id},
        handover::{self, HandoverRow, StepRow},
    },
};

pub(crate) const AUTHORITY: &str = "Personal Data Protection Act B.E. 2562 (2019), section 37(1): security of personal data";
/// Waiting for all members' keys.
pub(crate) const ANNOUNCING: &str = "announcing";
/// A handover: waiting until all new members have signed the committee.
pub(crate) const ACCEPTING: &str = "accepting";
/// All rounds are over; their acts wait for a witnessed head.
pub(crate) const SETTLED: &str = "settled";
/// The key is published.
pub(crate) const DONE: &str = "done";
/// Too many left or cheated.
pub(crate) const FAILED: &str = "failed";
const ROUNDS: [&str; 4] = ["dealing", "complaining", "opening", "revealing"];

/// The committee with the members' keys; none while a key is missing.
fn committee(seats: Seats<'_>, keys: &[Option<CustodianRow>]) -> Result<Option<Committee>, Problem> {
    let known: Option<Vec<&CustodianRow>> = keys.iter().map(Option::as_ref).collect();
    let Some(known) = known else { return Ok(None) };
    let keys = known.iter().map(|row| PublicKey::from_bytes(&row.key)).collect::<Result<_, _>>().map_err(damaged)?;
    Committee::new(seats.name, seats.threshold, keys).map(Some).map_err(damaged)
}

fn damaged(fault: CustodyError) -> Problem {
    DAMAGED.problem().because(fault)
}

/// SHA-256 over the committee and all messages, round by round, in each round by their hashes: what every member must have seen alike.
pub fn transcript<'m>(committee: &Committee, messages: impl IntoIterator<Item = (&'m str, &'m [u8])>) -> [u8; 32] {
    let mut all: Vec<(usize, [u8; 32], &[u8])> = messages
        .into_iter()
        .map(|(stage, bytes)| {
            (ROUNDS.iter().position(|round| *round == stage).unwrap_or(ROUNDS.len()), Sha256::digest(bytes).into(), bytes)
        })
        .collect();
    all.sort_unstable();
    let mut hash = Sha256::new().chain_update(b"sala/custody/transcript/v1").chain_update(committee.id());
    for (round, _, bytes) in all {
        let (round, length) = (u64::try_from(round).unwrap_or(u64::MAX), u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        hash = hash.chain_update(round.to_be_bytes()).chain_update(length.to_be_bytes()).chain_update(bytes);
    }
    hash.finalize().into()
}

/// The ceremony as messages and closed rounds make it; `stage` is where the board stands.
pub fn replay<'m>(committee: Committee, messages: &[(&'m str, &'m [u8])], stage: &str) -> Ceremony {
    replay_on(Ceremony::generate(committee), messages, stage)
}

/// As [`replay`], for a ceremony that has just begun: a handover, where the key is there already.
pub fn replay_on<'m>(mut ceremony: Ceremony, messages: &[(&'m str, &'m [u8])], stage: &str) -> Ceremony {
    // Before the first round nothing was said and nothing is over.
    let stage = if stage == ACCEPTING { "dealing" } else { stage };
    for round in ROUNDS {
        if ceremony.stage().to_string() != round {
            break;
        }
        for (_, bytes) in messages.iter().filter(|(of, _)| *of == round) {
            // What cheats is named by the ceremony itself; nothing else was published.
            let _ = ceremony.receive(bytes);
        }
        if round == stage || ceremony.close().is_err() {
            break;
        }
    }
    ceremony
}

/// All that there is to see.
pub(crate) struct Board {
    pub(crate) row: Option<CustodyRow>,
    pub(crate) keys: Vec<Option<CustodianRow>>,
    pub(crate) messages: Vec<MessageRow>,
    pub(crate) committee: Option<Committee>,
    pub(crate) ceremony: Option<Ceremony>,
    /// From whom the key comes; none where it was made here.
    pub(crate) handover: Option<HandoverRow>,
    pub(crate) steps: Vec<StepRow>,
}

impl Board {
    pub(crate) fn stage(&self) -> &str {
        self.row.as_ref().map_or(ANNOUNCING, |row| row.stage.as_str())
    }
}

/// A custodian speaks for itself, and the hall writes it down.
pub(crate) fn by_custodian(ctx: &Ctx, member: &str) -> Ctx {
    Ctx { actor: Actor::System { algorithm: format!("custodian/{member}") }, idempotency: None, ..ctx.clone() }
}

impl People {
    /// What the profile says of custodians; 404 where it names none.
    pub(crate) fn custodians(&self) -> Result<&Custodians, Problem> {
        self.config.custodians.as_ref().ok_or_else(|| NOT_FOUND.problem().detail("ศาลานี้ไม่มีผู้พิทักษ์กุญแจ", "This hall has no custodians."))
    }

    /// The board of a committee as it stands.
    pub(crate) async fn custody_board(&self, seats: Seats<'_>) -> Result<Board, Problem> {
        let mut keys = vec![];
        for member in seats.members {
            keys.push(custodian::custodian(&self.store, &custodian_id(seats.name, &member.id)).await?);
        }
        let row = custodian::custody(&self.store, seats.name).await?;
        let messages = custodian::messages(&self.store, seats.name).await?;
        let handover = handover::handover(&self.store, seats.name).await?;
        let steps = handover::steps(&self.store, seats.name).await?;
        let committee = committee(seats, &keys)?;
        let ceremony = match (&row, &committee, &handover) {
            (Some(row), Some(committee), handover) => {
                let said: Vec<(&str, &[u8])> = messages.iter().map(|message| (message.stage.as_str(), message.bytes.as_slice())).collect();
                let begun = match handover {
                    None => Ceremony::generate(committee.clone()),
                    Some(handover) => KeySet::decode(&handover.from_key_set)
                        .and_then(|old| Ceremony::hand_over(old, committee.clone()))
                        .map_err(damaged)?,
                };
                Some(replay_on(begun, &said, &row.stage))
            }
            _ => None,
        };
        Ok(Board { row, keys, messages, committee, ceremony, handover, steps })
    }

    /// A member names its key, once; the last one begins the ceremony. Gives the act.
    pub(crate) async fn announce_custodian(&self, ctx: &Ctx, seats: Seats<'_>, member: &str, key: &str) -> Result<String, Problem> {
        let bytes = hex::decode(key).map_err(|_| INVALID.problem().at("/key", "expected 64 hexadecimal digits"))?;
        PublicKey::from_bytes(&bytes).map_err(|fault| INVALID.problem().at("/key", fault.to_string()))?;
        let id = custodian_id(seats.name, member);
        if let Some(known) = custodian::custodian(&self.store, &id).await? {
            let same = known.key == bytes;
            return if same {
                Ok(known.act)
            } else {
                Err(CONFLICT.problem().detail("ประกาศกุญแจอื่นไว้แล้ว", "Another key was announced already."))
            };
        }
        let draft = Draft::new(&acts::ANNOUNCE_CUSTODIAN, AUTHORITY)
            .public("committee", seats.name)
            .public("member", member)
            .public("key", key)
            .refers(seats.name);
        let row = CustodianRow { id: id.clone(), key: bytes, announced_at: ctx.now, act: String::new() };
        let done = self
            .store
            .act(&by_custodian(ctx, member), draft, move |tx| {
                let row = row.clone();
                Box::pin(async move {
                    if custodian::has_custodian(tx, &row.id).await? {
                        return Err(CONFLICT.problem());
                    }
                    tx.save(row.record());
                    Ok(())
                })
            })
            .await?;
        Ok(done.act)
    }

    /// A message of the ceremony of `to`: judged, published, or refused. Gives the act; saying the same again gives the same act.
    pub(crate) async fn publish_custody_message(
        &self,
        ctx: &Ctx,
        seats: Seats<'_>,
        member: &str,
        to: Option<&str>,
        bytes: Vec<u8>,
    ) -> Result<String, Problem> {
        let board_of = match to.filter(|name| *name != seats.name) {
            None => seats,
            Some(name) => {
                self.gives(seats, name).await?;
                self.custodians()?.seats(name).ok_or_else(|| NOT_FOUND.problem())?
            }
        };
        let mut board = self.custody_board(board_of).await?;
        let id = hex::encode(Sha256::digest(&bytes));
        if let Some(known) = board.messages.iter().find(|message| message.id == id) {
            return Ok(known.act.clone());
        }
        let stage = board.stage().to_owned();
        // A dealing to a committee that not all have signed could not be taken back.
        if stage == ACCEPTING {
            return Err(stage_problem(&stage));
        }
        let Some((row, ceremony)) = board.row.clone().zip(board.ceremony.as_mut()) else { return Err(stage_problem(&stage)) };
        let cheated = match ceremony.receive(&bytes) {
            Ok(()) => None,
            Err(CustodyError::Cheated(fault)) => Some(fault),
            Err(CustodyError::OutOfStage { .. }) => return Err(stage_problem(&stage)),
            Err(CustodyError::Duplicate) => return Err(CUSTODY_KNOWN.problem()),
            Err(fault) => return Err(CUSTODY_MESSAGE.problem().detail(format!("ใช้ข้อความนี้ไม่ได้: {fault}"), fault.to_string())),
        };
        let mut draft = Draft::new(kind_of(&stage), AUTHORITY)
            .public("committee", board_of.name)
            .public("member", member)
            .public("round", stage.as_str())
            .open("message", STANDARD.encode(&bytes))
            .refers(board_of.name);
        if let Some(fault) = &cheated {
            draft = draft.public("fault", fault.to_string());
        }
        let message =
            MessageRow { id, custody: row.id.clone(), stage: stage.clone(), member: member.to_owned(), bytes, act: String::new() };
        let done = self
            .store
            .act(&by_custodian(ctx, member), draft, move |tx| {
                let (row, message) = (row.clone(), message.clone());
                Box::pin(async move {
                    let stands = custodian::custody_now(tx, &row.id).await?;
                    if stands.is_none_or(|stands| stands.stage != row.stage) {
                        return Err(stage_problem(&row.stage));
                    }
                    if custodian::has_message(tx, &message.id).await? {
                        return Err(CUSTODY_KNOWN.problem());
                    }
                    tx.save(message.record());
                    Ok(())
                })
            })
            .await?;
        match cheated {
            None => Ok(done.act),
            Some(fault) => Err(CUSTODY_CHEATED.problem().detail(format!("ข้อความนี้ไม่ซื่อตรงและลงชื่อผู้ส่งไว้: {fault}"), fault.to_string())),
        }
    }

    /// Ends rounds that are over; publishes keys when their time has come; lets the next committee take office.
    pub(crate) async fn advance_custody(&self, ctx: &Ctx) -> Result<(), Problem> {
        let Ok(custodians) = self.custodians() else { return Ok(()) };
        self.advance_committee(ctx, custodians, custodians.first()).await?;
        match custodians.next() {
            // There is something to hand over only once there is a key.
            Some(next) if self.reign().is_some() => self.advance_committee(ctx, custodians, next).await,
            _ => Ok(()),
        }
    }

    async fn advance_committee(&self, ctx: &Ctx, custodians: &Custodians, seats: Seats<'_>) -> Result<(), Problem> {
        // A key once in force has nothing more to do here.
        if self.has_reigned(seats.name) {
            return Ok(());
        }
        let mut board = self.custody_board(seats).await?;
        let Some(row) = board.row.clone() else {
            return match &board.committee {
                None => Ok(()),
                Some(committee) if self.reign().is_some() => self.begin_handover(ctx, seats, committee).await,
                Some(_) => {
                    let next = round_row(custodians, seats.name, false, "dealing", ctx.now);
                    self.write_custody(ctx, &acts::CLOSE_ROUND, ANNOUNCING, next, vec![]).await
                }
            };
        };
        match row.stage.as_str() {
            DONE if self.is_witnessed(&row.act).await? => {
                if let Some(handover) = board.handover.as_ref().filter(|handover| handover.in_force_at.is_none()) {
                    self.take_office(ctx, &row, &board, handover).await?;
                }
                let bytes = row.key_set.as_deref().ok_or_else(|| DAMAGED.problem().because("the custodians' key is missing"))?;
                self.remember_reigns(seats.name, KeySet::decode(bytes).map_err(damaged)?).await
            }
            SETTLED if self.is_witnessed(&row.act).await? => self.publish_custody_key(ctx, custodians, seats, &row, &board).await,
            ACCEPTING => {
                let accepted = board.steps.iter().filter(|step| step.step == "accepted").count();
                if accepted < seats.members.len() {
                    return Ok(());
                }
                let next = round_row(custodians, seats.name, true, "dealing", ctx.now);
                self.write_custody(ctx, &acts::CLOSE_ROUND, ACCEPTING, next, vec![]).await
            }
            round if ROUNDS.contains(&round) => {
                let is_late = row.until.is_some_and(|until| until <= ctx.now);
                let Some(ceremony) = board.ceremony.as_mut() else { return Err(DAMAGED.problem().because("a custodian's key is missing")) };
                let heard = board.messages.iter().filter(|message| message.stage == round).count();
                let dealers = match &board.handover {
                    None => seats.members.len(),
                    Some(handover) => KeySet::decode(&handover.from_key_set).map_err(damaged)?.committee().members().len(),
                };
                let expected = match round {
                    "dealing" => dealers,
                    "opening" => ceremony.qualified().len(),
                    _ => usize::MAX,
                };
                if !is_late && heard < expected {
                    return Ok(());
                }
                let before = row.stage.clone();
                let next = match ceremony.close() {
                    Ok(sala_custody::Stage::Done) => CustodyRow { stage: SETTLED.into(), until: None, ..row },
                    Ok(stage) => round_row(custodians, seats.name, board.handover.is_some(), &stage.to_string(), ctx.now),
                    Err(_) => CustodyRow { stage: FAILED.into(), until: None, ..row },
                };
                let faults = ceremony.faults().iter().map(ToString::to_string).collect();
                self.write_custody(ctx, &acts::CLOSE_ROUND, &before, next, faults).await
            }
            _ => Ok(()),
        }
    }

    async fn publish_custody_key(
        &self,
        ctx: &Ctx,
        custodians: &Custodians,
        seats: Seats<'_>,
        row: &CustodyRow,
        board: &Board,
    ) -> Result<(), Problem> {
        let key_set = board.ceremony.as_ref().and_then(Ceremony::key_set);
        let key_set = key_set.ok_or_else(|| DAMAGED.problem().because("the messages of the custodians do not give their key again"))?;
        let said = board.messages.iter().map(|message| (message.stage.as_str(), message.bytes.as_slice()));
        let hash = transcript(key_set.committee(), said);
        // So long the new members of a handover have to say that they hold their shares.
        let until = board.handover.is_some().then(|| ctx.now.plus_seconds(custodians.rounds.open_s));
        let next =
            CustodyRow { stage: DONE.into(), until, key_set: Some(key_set.encode()), transcript: Some(hash.to_vec()), ..row.clone() };
        let kind = if board.handover.is_some() { &acts::PUBLISH_HANDED_OVER } else { &acts::PUBLISH_CUSTODY_KEY };
        let draft = Draft::new(kind, AUTHORITY)
            .public("committee", seats.name)
            .public("threshold", i64::from(seats.threshold))
            .public("members", i64::try_from(seats.members.len()).unwrap_or_default())
            .public("public_key", hex::encode(key_set.public_key().as_bytes()))
            .public("key_set", hex::encode(key_set.id()))
            .public("transcript", hex::encode(hash))
            .refers(seats.name);
        self.save_custody(ctx, draft, SETTLED, next).await
    }

    async fn write_custody(
        &self,
        ctx: &Ctx,
        kind: &'static ActKind,
        before: &str,
        next: CustodyRow,
        faults: Vec<String>,
    ) -> Result<(), Problem> {
        let draft = Draft::new(kind, AUTHORITY)
            .public("committee", next.id.as_str())
            .public("from", before)
            .public("to", next.stage.as_str())
            .public("faults", faults.join("; "))
            .refers(next.id.as_str());
        self.save_custody(ctx, draft, before, next).await
    }

    async fn save_custody(&self, ctx: &Ctx, draft: Draft, before: &str, next: CustodyRow) -> Result<(), Problem> {
        let before = before.to_owned();
        self.store
            .act(ctx, draft, move |tx| {
                let (next, before) = (next.clone(), before.clone());
                Box::pin(async move {
                    let stands = custodian::custody_now(tx, &next.id).await?.map_or(ANNOUNCING.to_owned(), |row| row.stage);
                    if stands != before {
                        return Err(CONFLICT.problem());
                    }
                    tx.save(next.record());
                    Ok(())
                })
            })
            .await?;
        Ok(())
    }
}

fn round_row(custodians: &Custodians, committee: &str, is_handover: bool, stage: &str, now: Timestamp) -> CustodyRow {
    let rounds = &custodians.rounds;
    let wait = match stage {
        // People decide whether to hand over.
        "dealing" if is_handover => custodians.successor.as_ref().map_or(rounds.deal_s, |next| next.decide_s),
        "dealing" => rounds.deal_s,
        "complaining" => rounds.complain_s,
        "opening" => rounds.open_s,
        _ => rounds.reveal_s,
    };
    let until = Some(now.plus_seconds(wait));
    CustodyRow { id: committee.to_owned(), stage: stage.to_owned(), until, key_set: None, transcript: None, act: String::new() }
}

fn kind_of(stage: &str) -> &'static ActKind {
    match stage {
        "dealing" => &acts::CUSTODY_DEAL,
        "complaining" => &acts::CUSTODY_COMPLAIN,
        "opening" => &acts::CUSTODY_OPEN,
        _ => &acts::CUSTODY_REVEAL,
    }
}

pub(crate) fn stage_problem(stage: &str) -> Problem {
    CUSTODY_STAGE.problem().detail(format!("การสร้างกุญแจอยู่ในขั้น {stage}"), format!("The ceremony is in the stage {stage}."))
}
