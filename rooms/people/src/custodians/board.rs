//! The board on which custodians make their key. The hall publishes each message as an act, ends a round when it is over, and names who
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

use crate::{
    Custodians, People, acts,
    problems::{CUSTODY_CHEATED, CUSTODY_KNOWN, CUSTODY_MESSAGE, CUSTODY_STAGE},
    store::custodian::{self, CustodianRow, CustodyRow, MessageRow, custodian_id},
};

pub(crate) const AUTHORITY: &str = "Personal Data Protection Act B.E. 2562 (2019), section 37(1): security of personal data";
/// Waiting for all members' keys.
pub(crate) const ANNOUNCING: &str = "announcing";
/// All rounds are over; their acts wait for a witnessed head.
pub(crate) const SETTLED: &str = "settled";
/// The key is published.
pub(crate) const DONE: &str = "done";
/// Too many left or cheated.
pub(crate) const FAILED: &str = "failed";
const ROUNDS: [&str; 4] = ["dealing", "complaining", "opening", "revealing"];

/// The committee with the members' keys; none while a key is missing.
fn committee(custodians: &Custodians, keys: &[Option<CustodianRow>]) -> Result<Option<Committee>, Problem> {
    let known: Option<Vec<&CustodianRow>> = keys.iter().map(Option::as_ref).collect();
    let Some(known) = known else { return Ok(None) };
    let keys = known.iter().map(|row| PublicKey::from_bytes(&row.key)).collect::<Result<_, _>>().map_err(damaged)?;
    Committee::new(&custodians.name, custodians.threshold, keys).map(Some).map_err(damaged)
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
    let mut ceremony = Ceremony::generate(committee);
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
    pub(crate) ceremony: Option<Ceremony>,
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

    /// The board as it stands.
    pub(crate) async fn custody_board(&self) -> Result<Board, Problem> {
        let custodians = self.custodians()?;
        let mut keys = vec![];
        for member in &custodians.members {
            keys.push(custodian::custodian(&self.store, &custodian_id(&custodians.name, &member.id)).await?);
        }
        let row = custodian::custody(&self.store, &custodians.name).await?;
        let messages = custodian::messages(&self.store, &custodians.name).await?;
        let stage = row.as_ref().map_or(ANNOUNCING, |row| row.stage.as_str());
        let ceremony = committee(custodians, &keys)?.filter(|_| row.is_some()).map(|committee| {
            let said: Vec<(&str, &[u8])> = messages.iter().map(|message| (message.stage.as_str(), message.bytes.as_slice())).collect();
            replay(committee, &said, stage)
        });
        Ok(Board { row, keys, messages, ceremony })
    }

    /// A member names its key, once; the last one begins the ceremony. Gives the act.
    pub(crate) async fn announce_custodian(&self, ctx: &Ctx, member: &str, key: &str) -> Result<String, Problem> {
        let custodians = self.custodians()?;
        let bytes = hex::decode(key).map_err(|_| INVALID.problem().at("/key", "expected 64 hexadecimal digits"))?;
        PublicKey::from_bytes(&bytes).map_err(|fault| INVALID.problem().at("/key", fault.to_string()))?;
        let id = custodian_id(&custodians.name, member);
        if let Some(known) = custodian::custodian(&self.store, &id).await? {
            let same = known.key == bytes;
            return if same {
                Ok(known.act)
            } else {
                Err(CONFLICT.problem().detail("ประกาศกุญแจอื่นไว้แล้ว", "Another key was announced already."))
            };
        }
        let draft = Draft::new(&acts::ANNOUNCE_CUSTODIAN, AUTHORITY)
            .public("committee", custodians.name.as_str())
            .public("member", member)
            .public("key", key)
            .refers(custodians.name.as_str());
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

    /// A message of the ceremony: judged, published, or refused. Gives the act; saying the same again gives the same act.
    pub(crate) async fn publish_custody_message(&self, ctx: &Ctx, member: &str, bytes: Vec<u8>) -> Result<String, Problem> {
        let custodians = self.custodians()?;
        let mut board = self.custody_board().await?;
        let id = hex::encode(Sha256::digest(&bytes));
        if let Some(known) = board.messages.iter().find(|message| message.id == id) {
            return Ok(known.act.clone());
        }
        let stage = board.stage().to_owned();
        let Some((row, ceremony)) = board.row.clone().zip(board.ceremony.as_mut()) else { return Err(stage_problem(&stage)) };
        let cheated = match ceremony.receive(&bytes) {
            Ok(()) => None,
            Err(CustodyError::Cheated(fault)) => Some(fault),
            Err(CustodyError::OutOfStage { .. }) => return Err(stage_problem(&stage)),
            Err(CustodyError::Duplicate) => return Err(CUSTODY_KNOWN.problem()),
            Err(fault) => return Err(CUSTODY_MESSAGE.problem().detail(format!("ใช้ข้อความนี้ไม่ได้: {fault}"), fault.to_string())),
        };
        let mut draft = Draft::new(kind_of(&stage), AUTHORITY)
            .public("committee", custodians.name.as_str())
            .public("member", member)
            .public("round", stage.as_str())
            .open("message", STANDARD.encode(&bytes))
            .refers(custodians.name.as_str());
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

    /// Ends the round if it is over; publishes the key when its time has come.
    pub(crate) async fn advance_custody(&self, ctx: &Ctx) -> Result<(), Problem> {
        let Ok(custodians) = self.custodians() else { return Ok(()) };
        // A key once in force has nothing more to do here.
        if self.custody_key.get().is_some() {
            return Ok(());
        }
        let mut board = self.custody_board().await?;
        let committee_is_whole = board.keys.iter().all(Option::is_some);
        let Some(row) = board.row.clone() else {
            if committee_is_whole {
                let next = round_row(custodians, "dealing", ctx.now);
                self.write_custody(ctx, &acts::CLOSE_ROUND, ANNOUNCING, next, vec![]).await?;
            }
            return Ok(());
        };
        match row.stage.as_str() {
            DONE if self.is_witnessed(&row.act).await? => {
                let bytes = row.key_set.as_deref().ok_or_else(|| DAMAGED.problem().because("the custodians' key is missing"))?;
                let _ = self.custody_key.set(KeySet::decode(bytes).map_err(damaged)?);
            }
            SETTLED if self.is_witnessed(&row.act).await? => self.publish_custody_key(ctx, custodians, &row, &board).await?,
            round if ROUNDS.contains(&round) => {
                let is_late = row.until.is_some_and(|until| until <= ctx.now);
                let Some(ceremony) = board.ceremony.as_mut() else { return Err(DAMAGED.problem().because("a custodian's key is missing")) };
                let heard = board.messages.iter().filter(|message| message.stage == round).count();
                let expected = match round {
                    "dealing" => custodians.members.len(),
                    "opening" => ceremony.qualified().len(),
                    _ => usize::MAX,
                };
                if !is_late && heard < expected {
                    return Ok(());
                }
                let before = row.stage.clone();
                let next = match ceremony.close() {
                    Ok(sala_custody::Stage::Done) => CustodyRow { stage: SETTLED.into(), until: None, ..row },
                    Ok(stage) => round_row(custodians, &stage.to_string(), ctx.now),
                    Err(_) => CustodyRow { stage: FAILED.into(), until: None, ..row },
                };
                let faults = ceremony.faults().iter().map(ToString::to_string).collect();
                self.write_custody(ctx, &acts::CLOSE_ROUND, &before, next, faults).await?;
            }
            _ => {}
        }
        Ok(())
    }

    async fn publish_custody_key(&self, ctx: &Ctx, custodians: &Custodians, row: &CustodyRow, board: &Board) -> Result<(), Problem> {
        let key_set = board.ceremony.as_ref().and_then(Ceremony::key_set);
        let key_set = key_set.ok_or_else(|| DAMAGED.problem().because("the messages of the custodians do not give their key again"))?;
        let said = board.messages.iter().map(|message| (message.stage.as_str(), message.bytes.as_slice()));
        let hash = transcript(key_set.committee(), said);
        let next = CustodyRow { stage: DONE.into(), key_set: Some(key_set.encode()), transcript: Some(hash.to_vec()), ..row.clone() };
        let draft = Draft::new(&acts::PUBLISH_CUSTODY_KEY, AUTHORITY)
            .public("committee", custodians.name.as_str())
            .public("threshold", i64::from(custodians.threshold))
            .public("members", i64::try_from(custodians.members.len()).unwrap_or_default())
            .public("public_key", hex::encode(key_set.public_key().as_bytes()))
            .public("key_set", hex::encode(key_set.id()))
            .public("transcript", hex::encode(hash))
            .refers(custodians.name.as_str());
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

fn round_row(custodians: &Custodians, stage: &str, now: Timestamp) -> CustodyRow {
    let rounds = &custodians.rounds;
    let wait = match stage {
        "dealing" => rounds.deal_s,
        "complaining" => rounds.complain_s,
        "opening" => rounds.open_s,
        _ => rounds.reveal_s,
    };
    let until = Some(now.plus_seconds(wait));
    CustodyRow { id: custodians.name.clone(), stage: stage.to_owned(), until, key_set: None, transcript: None, act: String::new() }
}

fn kind_of(stage: &str) -> &'static ActKind {
    match stage {
        "dealing" => &acts::CUSTODY_DEAL,
        "complaining" => &acts::CUSTODY_COMPLAIN,
        "opening" => &acts::CUSTODY_OPEN,
        _ => &acts::CUSTODY_REVEAL,
    }
}

fn stage_problem(stage: &str) -> Problem {
    CUSTODY_STAGE.problem().detail(format!("การสร้างกุญแจอยู่ในขั้น {stage}"), format!("The ceremony is in the stage {stage}."))
}
