//! A custodian in a handover: as a member of the next committee it signs what it sees and confirms its share; as one who has the key it
//! looks hard before it shares its part out, for whoever sits in the next committee will be able to open, and that can't be taken back.

use sala_custody::{Committee, KeySet, KeyShare, Participant, Stage};
use sala_log::VerifierKey;
use sala_people::{CustodyView, HandoverView, Saying, handover_case};
use serde_json::json;

use super::{
    Custodian,
    folder::{Seat, bytes},
    work::{ceremony_of, committee_of, random32_of, wrong},
};
use sala_core::{entropy::random32, problem::Problem};

impl Custodian {
    /// Signs the next committee as this custodian sees it.
    pub(super) async fn accept(&self, board: &CustodyView, committee: &Committee) -> Result<(), Problem> {
        let Some(from) = &board.from else { return Ok(()) };
        if from.steps.iter().any(|step| step.member == self.member && step.step == "accepted") {
            return Ok(());
        }
        let digest = hex::encode(committee.id());
        // What stands in the log must be what this custodian sees, or it would sign for another committee than everybody else.
        let Some(begun) = self.witnessed(&from.act, "custody.hand_over").await? else { return Ok(()) };
        if !begun.says("committee", &board.name) || !begun.says("digest", &digest) {
            return Err(wrong("the log began a handover to another committee than the board shows"));
        }
        self.say(&board.name, &Saying::Accept { committee: digest.clone() }).await?;
        self.journal(&json!({ "accept": board.name, "digest": digest, "act": from.act }))
    }

    /// Says that it holds its share of a key that was handed over.
    pub(super) async fn confirm(&self, board: &CustodyView, set: &KeySet) -> Result<(), Problem> {
        let Some(from) = board.from.as_ref().filter(|_| board.stage == "done") else { return Ok(()) };
        if from.steps.iter().any(|step| step.member == self.member && step.step == "holds") {
            return Ok(());
        }
        let key_set = hex::encode(set.id());
        self.say(&board.name, &Saying::Hold { key_set: key_set.clone() }).await?;
        self.journal(&json!({ "hold": key_set, "committee": board.name }))
    }

    /// As one who has the key that `next` takes over: shares it out when that was decided, and destroys it when it is of no more use.
    pub(super) async fn hand_over(&self, next: &CustodyView) -> Result<(), Problem> {
        let Some(from) = &next.from else { return Ok(()) };
        let secrets = self.folder.secrets();
        let Some(seat) = secrets.seats.get(&from.from).filter(|seat| !seat.is_over) else { return Ok(()) };
        let (Some(share), Some(set)) = (&seat.share, &seat.key_set) else { return Ok(()) };
        let set = KeySet::decode(&bytes(set)?).map_err(wrong)?;
        let share = KeyShare::from_bytes(&set, &bytes(share)?).map_err(wrong)?;
        let Some(committee) = committee_of(next)? else { return Ok(()) };
        match next.stage.as_str() {
            "dealing" => self.share_out(next, from, seat, &set, &share, &committee).await,
            "done" if from.in_force_at.is_some() => self.let_go(next, from, &committee).await,
            _ => Ok(()),
        }
    }

    async fn share_out(
        &self,
        next: &CustodyView,
        from: &HandoverView,
        seat: &Seat,
        set: &KeySet,
        share: &KeyShare,
        committee: &Committee,
    ) -> Result<(), Problem> {
        let digest = hex::encode(committee.id());
        let Some(begun) = self.witnessed(&from.act, "custody.hand_over").await? else { return Ok(()) };
        let facts = [("from", from.from.as_str()), ("committee", &next.name), ("digest", &digest), ("key_set", &hex::encode(set.id()))];
        if let Some((name, _)) = facts.iter().find(|(name, what)| !begun.says(name, what)) {
            return Err(wrong(format!("the handover to {}: the log says another {name}", next.name)));
        }
        let accepted = Saying::Accept { committee: digest.clone() };
        all_said(next, from, "accepted", &accepted)?;
        let case = handover_case(committee);
        let members: Vec<_> = next
            .members
            .iter()
            .map(|member| json!({ "id": member.id, "title": member.title, "note_key": member.note_key, "key": member.key }))
            .collect();
        let shown = json!({ "case": case, "hand_over_to": next.name, "threshold": next.threshold, "members": members,
            "compare": "with each of them, by another way than this hall, that note_key is theirs", "act": from.act });
        if self.folder.show(&case, &shown)? {
            self.journal(&json!({ "asked": case, "committee": next.name, "digest": digest, "act": from.act }))?;
        }
        if !self.hands_over(next, from, &case).await? {
            return Ok(());
        }
        // First the disk: after a crash it deals the same again instead of contradicting itself.
        let random = if let Some(random) = seat.handing.get(&next.name) {
            random.clone()
        } else {
            let fresh = hex::encode(random32(&*self.entropy));
            self.folder.keep(&*self.entropy, |secrets| {
                if let Some(seat) = secrets.seats.get_mut(&from.from) {
                    seat.handing.insert(next.name.clone(), fresh.clone());
                }
            })?;
            fresh
        };
        let ceremony = ceremony_of(next, committee)?;
        if ceremony.stage() != Stage::Dealing {
            return Ok(());
        }
        let participant = Participant::new(seat.holder()?, random32_of(&random)?);
        let dealing = participant.deal_share(&ceremony, share).map_err(wrong)?;
        self.publish(next, &from.from, &dealing).await
    }

    /// Whether someone decided that this custodian hands over; a no is said once.
    async fn hands_over(&self, next: &CustodyView, from: &HandoverView, case: &str) -> Result<bool, Problem> {
        let own = from.steps.iter().find(|step| step.member == self.member && matches!(step.step.as_str(), "approved" | "refused"));
        match self.folder.decision(case)? {
            Some(decision) if decision.release => Ok(true),
            Some(decision) => {
                if own.is_none() {
                    let refusal = Saying::RefuseHandover { committee: next.name.clone(), reason: decision.reason.clone() };
                    self.say(&from.from, &refusal).await?;
                    self.journal(&json!({ "refuse": case, "reason": decision.reason }))?;
                }
                Ok(false)
            }
            None => {
                let Some(approval) = own.filter(|step| self.trusts_desk && step.step == "approved") else { return Ok(false) };
                let Some(approval) = self.witnessed(&approval.act, "custody.approve").await? else { return Ok(false) };
                if approval.says("committee", &next.name) && approval.says("member", &self.member) {
                    Ok(true)
                } else {
                    Err(wrong("the approval is for another committee or custodian"))
                }
            }
        }
    }

    /// Destroys the share that was handed over, when every new member has signed that it holds its own and no case of the old committee
    /// is open. As long as one is missing the old shares are what keeps the links from being lost.
    async fn let_go(&self, next: &CustodyView, from: &HandoverView, committee: &Committee) -> Result<(), Problem> {
        let ceremony = ceremony_of(next, committee)?;
        let Some(set) = ceremony.key_set() else { return Ok(()) };
        let key_set = hex::encode(set.id());
        if all_said(next, from, "holds", &Saying::Hold { key_set: key_set.clone() }).is_err() {
            return Ok(());
        }
        for step in from.steps.iter().filter(|step| step.step == "holds") {
            if self.witnessed(&step.act, "custody.hold").await?.is_none() {
                return Ok(());
            }
        }
        if !self.say(&from.from, &Saying::Inbox).await?.cases.is_empty() {
            return Ok(());
        }
        self.journal(&json!({ "destroy_share": from.from, "handed_over_to": next.name, "key_set": key_set }))?;
        self.folder.keep(&*self.entropy, |secrets| {
            if let Some(seat) = secrets.seats.get_mut(&from.from) {
                *seat = seat.destroyed();
            }
        })
    }
}

/// Each member of the next committee has signed this, with the key that stands beside its name.
fn all_said(next: &CustodyView, from: &HandoverView, step: &str, saying: &Saying) -> Result<(), Problem> {
    for member in &next.members {
        let key = member.note_key.as_deref().and_then(|key| VerifierKey::parse(key).ok());
        let note = from.steps.iter().find(|said| said.member == member.id && said.step == step).and_then(|said| said.note.as_deref());
        let is_said = key.zip(note).is_some_and(|(key, note)| saying.is_said(note, &next.name, &member.id, &key));
        if !is_said {
            return Err(wrong(format!("{} of {} has not signed: {step}", member.id, next.name)));
        }
    }
    Ok(())
}
