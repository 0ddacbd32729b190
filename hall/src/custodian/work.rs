//! What a custodian does when it looks at the board.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD};
use sala_core::{
    act::{Leaf, commitment},
    cbor::Value,
    problem::{DAMAGED, Problem},
};
use sala_custody::{Ceremony, Ciphertext, Committee, Inquiry, KeySet, KeyShare, Participant, PublicKey, Stage};
use sala_log::{TlogProof, leaf_hash};
use sala_people::{CustodianCase, CustodianReply, CustodyView, Saying, case_name, ceremony_transcript, link_label, replay_on};
use serde_json::json;
use sha2::{Digest, Sha256};
use tokio::sync::watch;

use super::{
    Custodian,
    folder::{Seat, bytes},
};

/// An act that this custodian believes: its leaf is under a head that the policy's witnesses have cosigned.
pub(super) struct Witnessed {
    leaf: Leaf,
    bytes: Vec<u8>,
}

impl Witnessed {
    pub(super) fn says(&self, name: &str, what: &str) -> bool {
        self.leaf.public.get(name) == Some(&Value::Text(what.to_owned()))
    }
}

pub(super) fn wrong(what: impl std::fmt::Display) -> Problem {
    DAMAGED.problem().because(what)
}

impl Custodian {
    /// Works until told to stop, a look each `every`, or later where the hall asks for it.
    pub async fn run(self, every: Duration, mut stop: watch::Receiver<bool>) {
        let mut told = String::new();
        while !*stop.borrow() {
            let mut rest = every;
            match self.step().await {
                Ok(()) => told.clear(),
                // The hall has much to do: as long as it asks for, and no word about it.
                Err(Problem { retry_after_s: Some(seconds), .. }) => rest = rest.max(Duration::from_secs(seconds)),
                // The same trouble again is said once.
                Err(problem) if problem.to_string() == told => {}
                Err(problem) => {
                    told = problem.to_string();
                    tracing::warn!(member = self.member, %problem, "The custodian could not go on; it tries again");
                }
            }
            tokio::select! {
                () = tokio::time::sleep(rest) => {}
                changed = stop.changed() => if changed.is_err() { return },
            }
        }
    }

    /// One look: takes part in each ceremony as far as it is, answers what was decided, hands over.
    pub async fn step(&self) -> Result<(), Problem> {
        let office = self.table.board(None).await?;
        let mut boards = vec![];
        for name in office.successor.iter().chain(&office.predecessor) {
            boards.push(self.table.board(Some(name)).await?);
        }
        boards.insert(0, office);
        let own = self.folder.secrets().signer()?.verifier_key().to_string();
        let sits = |board: &&CustodyView| {
            board.members.iter().any(|member| member.id == self.member && member.note_key.as_deref() == Some(own.as_str()))
        };
        if !boards.iter().any(|board| sits(&board)) {
            return Err(wrong(format!("no committee of the hall has a member {} with this custodian's key", self.member)));
        }
        for board in boards.iter().filter(sits) {
            self.sit(board).await?;
        }
        for next in &boards {
            self.hand_over(next).await?;
        }
        Ok(())
    }

    /// What it does in one committee.
    async fn sit(&self, board: &CustodyView) -> Result<(), Problem> {
        if !self.folder.secrets().seats.contains_key(&board.name) {
            self.folder.keep(&*self.entropy, |secrets| {
                secrets.seats.insert(board.name.clone(), Seat::begin(&*self.entropy));
            })?;
            self.journal(&json!({ "begin": board.name }))?;
        }
        let secrets = self.folder.secrets();
        let seat = secrets.seat(&board.name)?;
        if seat.is_over {
            return Ok(());
        }
        let own = hex::encode(seat.holder()?.public().as_bytes());
        match board.members.iter().find(|member| member.id == self.member).and_then(|member| member.key.as_deref()) {
            None => {
                self.say(&board.name, &Saying::Announce { key: own.clone() }).await?;
                return self.journal(&json!({ "announce": own, "committee": board.name }));
            }
            Some(key) if key != own => return Err(wrong("the board shows another key for this member: someone else has announced")),
            Some(_) => {}
        }
        match (&seat.share, &seat.key_set) {
            (Some(share), Some(set)) => {
                let set = KeySet::decode(&bytes(set)?).map_err(wrong)?;
                let share = KeyShare::from_bytes(&set, &bytes(share)?).map_err(wrong)?;
                self.confirm(board, &set).await?;
                self.answer(board, &set, &share).await
            }
            _ => self.take_part(board).await,
        }
    }

    async fn take_part(&self, board: &CustodyView) -> Result<(), Problem> {
        let Some(committee) = committee_of(board)? else { return Ok(()) };
        if board.stage == "accepting" {
            return self.accept(board, &committee).await;
        }
        let ceremony = ceremony_of(board, &committee)?;
        let secrets = self.folder.secrets();
        let seat = secrets.seat(&board.name)?;
        let random = seat.random.as_deref().ok_or_else(|| wrong("the random bytes of the ceremony are gone"))?;
        let participant = Participant::new(seat.holder()?, random32_of(random)?);
        let messages = match ceremony.stage() {
            _ if board.stage == "announcing" => vec![],
            // In a handover those deal who have a share; see `hand_over`.
            Stage::Dealing if board.from.is_some() => vec![],
            Stage::Dealing => vec![participant.deal(&ceremony).map_err(wrong)?],
            Stage::Complaining => participant.complain(&ceremony).map_err(wrong)?,
            Stage::Opening => participant.open(&ceremony).map_err(wrong)?.into_iter().collect(),
            Stage::Revealing => participant.reveal(&ceremony).map_err(wrong)?,
            Stage::Done if board.stage == "done" => {
                let published = published(board)?;
                let said: Vec<(&str, &[u8])> = published.iter().map(|(round, bytes)| (round.as_str(), bytes.as_slice())).collect();
                let transcript = ceremony_transcript(&committee, said);
                return self.receive_share(board, &ceremony, &participant, &transcript).await;
            }
            Stage::Done | Stage::Failed => vec![],
        };
        for message in messages {
            self.publish(board, &board.name, &message).await?;
        }
        Ok(())
    }

    /// Publishes a message for a board, unless it stands there; `speaks_for` is the committee in which this custodian says it.
    pub(super) async fn publish(&self, board: &CustodyView, speaks_for: &str, message: &[u8]) -> Result<(), Problem> {
        let id = hex::encode(Sha256::digest(message));
        if board.messages.iter().any(|known| known.id == id) {
            return Ok(());
        }
        let to = (speaks_for != board.name).then(|| board.name.clone());
        self.say(speaks_for, &Saying::Message { bytes: STANDARD.encode(message), to }).await?;
        self.journal(&json!({ "publish": id, "round": board.stage, "committee": board.name }))
    }

    /// Keeps the share when the log says, before witnesses, that everybody saw the same ceremony as this custodian.
    async fn receive_share(
        &self,
        board: &CustodyView,
        ceremony: &Ceremony,
        participant: &Participant,
        transcript: &[u8; 32],
    ) -> Result<(), Problem> {
        let (Some(key), Some(set)) = (&board.key, ceremony.key_set()) else { return Ok(()) };
        let kind = if board.from.is_some() { "custody.handed_over" } else { "custody.key" };
        let Some(act) = self.witnessed(&key.act, kind).await? else { return Ok(()) };
        if !act.says("transcript", &hex::encode(transcript)) || !act.says("key_set", &hex::encode(set.id())) {
            self.journal(&json!({ "refuse": "the published key is not that of the ceremony that this custodian saw", "act": key.act }))?;
            return Err(wrong("the published key is not that of the ceremony that this custodian saw"));
        }
        let share = participant.finish(ceremony).map_err(wrong)?;
        self.folder.keep(&*self.entropy, |secrets| {
            if let Some(seat) = secrets.seats.get_mut(&board.name) {
                seat.share = Some(hex::encode(&*share.to_bytes()));
                seat.key_set = Some(hex::encode(set.encode()));
                seat.random = None;
            }
        })?;
        self.journal(&json!({ "keep_share": hex::encode(set.id()), "act": key.act }))
    }

    async fn answer(&self, board: &CustodyView, set: &KeySet, share: &KeyShare) -> Result<(), Problem> {
        for case in self.say(&board.name, &Saying::Inbox).await?.cases {
            match case.step.as_deref() {
                None => self.consider(board, set, share, &case, false).await?,
                Some("approved") => self.consider(board, set, share, &case, self.trusts_desk).await?,
                Some("released") => self.give(board, &case).await?,
                _ => {}
            }
        }
        Ok(())
    }

    /// Looks at the request and, if someone decided, says so: a refusal, or the hash of the part.
    async fn consider(
        &self,
        board: &CustodyView,
        set: &KeySet,
        share: &KeyShare,
        case: &CustodianCase,
        is_approved: bool,
    ) -> Result<(), Problem> {
        let Some(request) = self.witnessed(&case.request_act, "unmask.request").await? else { return Ok(()) };
        let persona = Self::checked(&request, case)?;
        let shown = json!({ "case": case.id, "persona": persona, "legal_basis": case.legal_basis, "deadline": case.deadline,
            "warrant": opened(case, "warrant"), "scope": opened(case, "scope"), "request_act": case.request_act });
        if self.folder.show(&case.id, &shown)? {
            self.journal(&json!({ "asked": case.id, "request_act": case.request_act }))?;
        }
        let decision = self.folder.decision(&case.id)?;
        if let Some(refusal) = decision.as_ref().filter(|decision| !decision.release) {
            self.say(&board.name, &Saying::Refuse { case: case.id.clone(), reason: refusal.reason.clone() }).await?;
            return self.journal(&json!({ "refuse": case.id, "reason": refusal.reason }));
        }
        if decision.is_none() {
            // Never by itself: an officer's signed approval must stand in the log as well.
            if !is_approved {
                return Ok(());
            }
            let act = case.step_act.as_deref().unwrap_or_default();
            let Some(approval) = self.witnessed(act, "unmask.approve").await? else { return Ok(()) };
            if !approval.says("case", &case.id) || !approval.says("member", &self.member) {
                return Err(wrong("the approval is for another case or custodian"));
            }
        }
        let part = self.part(board, set, share, case, &persona, &request.bytes)?;
        let digest = hex::encode(Sha256::digest(&part));
        self.say(&board.name, &Saying::Release { case: case.id.clone(), digest: digest.clone() }).await?;
        self.journal(&json!({ "announce_part": case.id, "part": digest, "request_act": case.request_act }))
    }

    /// Gives the part whose hash stands under a witnessed head.
    async fn give(&self, board: &CustodyView, case: &CustodianCase) -> Result<(), Problem> {
        let act = case.step_act.as_deref().unwrap_or_default();
        let Some(release) = self.witnessed(act, "unmask.release").await? else { return Ok(()) };
        let secrets = self.folder.secrets();
        let part =
            bytes(secrets.seat(&board.name)?.parts.get(&case.id).ok_or_else(|| wrong("this custodian made no part for this case"))?)?;
        let digest = hex::encode(Sha256::digest(&part));
        if !release.says("case", &case.id) || !release.says("member", &self.member) || !release.says("part", &digest) {
            return Err(wrong("the log does not say what this custodian announced"));
        }
        // First the journal: what is given can't be taken back.
        self.journal(&json!({ "give": case.id, "part": digest, "release_act": act }))?;
        self.say(&board.name, &Saying::Share { case: case.id.clone(), bytes: STANDARD.encode(&part) }).await.map(drop)
    }

    /// The part, made once and kept.
    fn part(
        &self,
        board: &CustodyView,
        set: &KeySet,
        share: &KeyShare,
        case: &CustodianCase,
        persona: &str,
        request: &[u8],
    ) -> Result<Vec<u8>, Problem> {
        let secrets = self.folder.secrets();
        let seat = secrets.seat(&board.name)?;
        if let Some(made) = seat.parts.get(&case.id) {
            return bytes(made);
        }
        let sealed = Ciphertext::decode(&STANDARD.decode(&case.ciphertext).map_err(wrong)?).map_err(wrong)?;
        let recipient = PublicKey::from_bytes(&bytes(&case.recipient)?).map_err(wrong)?;
        let name = case_name(&case.id, request);
        let inquiry = Inquiry::new(set.clone(), sealed, link_label(persona)?, name.as_bytes(), Some(recipient)).map_err(wrong)?;
        let part = inquiry.release(share, &seat.holder()?, &sala_core::entropy::random32(&*self.entropy)).map_err(wrong)?;
        self.folder.keep(&*self.entropy, |secrets| {
            if let Some(seat) = secrets.seats.get_mut(&board.name) {
                seat.parts.insert(case.id.clone(), hex::encode(&part));
            }
        })?;
        Ok(part)
    }

    /// The persona that the request committed to, if the case is what the log says.
    fn checked(request: &Witnessed, case: &CustodianCase) -> Result<String, Problem> {
        let facts = [("case", case.id.as_str()), ("legal_basis", &case.legal_basis), ("recipient", &case.recipient)];
        if let Some((name, _)) = facts.iter().find(|(name, what)| !request.says(name, what)) {
            return Err(wrong(format!("case {}: the log says another {name}", case.id)));
        }
        for opening in &case.openings {
            let salt: [u8; 32] = bytes(&opening.salt)?.try_into().map_err(|_| wrong("a salt is not 32 bytes"))?;
            let value = STANDARD.decode(&opening.cbor).ok().and_then(|cbor| Value::decode(&cbor).ok()).ok_or_else(|| wrong("bad CBOR"))?;
            if request.leaf.commit.get(&opening.field) != Some(&commitment(&salt, &opening.field, &value)) {
                return Err(wrong(format!("case {}: the log committed to another {}", case.id, opening.field)));
            }
        }
        opened(case, "persona").ok_or_else(|| wrong(format!("case {}: the persona was not shown", case.id)))
    }

    /// An act of this kind under a witnessed head; none while no head covers it. Whoever lies about it is an error.
    pub(super) async fn witnessed(&self, id: &str, kind: &str) -> Result<Option<Witnessed>, Problem> {
        let Some(claimed) = self.table.act(id).await? else { return Ok(None) };
        let proof = TlogProof::parse(&claimed.proof).map_err(wrong)?;
        proof.verify_by_policy(&leaf_hash(&claimed.leaf), &self.policy).map_err(|fault| wrong(format!("{id}: {fault}")))?;
        let leaf = Leaf::decode(&claimed.leaf).ok_or_else(|| wrong(format!("{id}: not a leaf")))?;
        if leaf.id != id || leaf.kind != kind {
            return Err(wrong(format!("{id} is {} {}, not {kind}", leaf.kind, leaf.id)));
        }
        Ok(Some(Witnessed { leaf, bytes: claimed.leaf }))
    }

    pub(super) async fn say(&self, committee: &str, saying: &Saying) -> Result<CustodianReply, Problem> {
        let key = self.folder.secrets().signer()?;
        let note = saying.signed(committee, &self.member, self.clock.now(), &key).ok_or_else(|| wrong("the note can't be written"))?;
        self.table.say(note).await
    }

    pub(super) fn journal(&self, what: &serde_json::Value) -> Result<(), Problem> {
        self.folder.note(self.clock.now(), what)
    }
}

/// The committee that a board shows; none while a key is missing.
pub(super) fn committee_of(board: &CustodyView) -> Result<Option<Committee>, Problem> {
    let Some(keys) = board.members.iter().map(|member| member.key.clone()).collect::<Option<Vec<_>>>() else { return Ok(None) };
    let keys = keys.iter().map(|key| PublicKey::from_bytes(&bytes(key)?).map_err(wrong)).collect::<Result<_, _>>()?;
    Committee::new(&board.name, board.threshold, keys).map(Some).map_err(wrong)
}

fn published(board: &CustodyView) -> Result<Vec<(String, Vec<u8>)>, Problem> {
    let decoded = |message: &sala_people::CustodyMessageView| {
        STANDARD.decode(&message.bytes).map(|bytes| (message.round.clone(), bytes)).map_err(wrong)
    };
    board.messages.iter().map(decoded).collect()
}

/// The ceremony as this custodian makes it from what the board shows.
pub(super) fn ceremony_of(board: &CustodyView, committee: &Committee) -> Result<Ceremony, Problem> {
    let published = published(board)?;
    let said: Vec<(&str, &[u8])> = published.iter().map(|(round, bytes)| (round.as_str(), bytes.as_slice())).collect();
    let begun = match &board.from {
        None => Ceremony::generate(committee.clone()),
        Some(from) => {
            let old = KeySet::decode(&STANDARD.decode(&from.from_key_set).map_err(wrong)?).map_err(wrong)?;
            Ceremony::hand_over(old, committee.clone()).map_err(wrong)?
        }
    };
    Ok(replay_on(begun, &said, &board.stage))
}

pub(super) fn random32_of(hex: &str) -> Result<[u8; 32], Problem> {
    bytes(hex)?.try_into().map_err(|_| wrong("the random bytes are not 32"))
}

fn opened(case: &CustodianCase, field: &str) -> Option<String> {
    let opening = case.openings.iter().find(|opening| opening.field == field)?;
    match Value::decode(&STANDARD.decode(&opening.cbor).ok()?).ok()? {
        Value::Text(text) => Some(text),
        _ => None,
    }
}
