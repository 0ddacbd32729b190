//! `Ctx`: who asks, for whom, why and when. It is the first argument of every command and every query.

use std::sync::Arc;

use crate::{
    cbor::Value,
    entropy::{Entropy, new_id, random32},
    problem::{FORBIDDEN, Problem, SIGN_IN_REQUIRED, SIGNATURE_REQUIRED, STEP_UP_REQUIRED},
    text::Lang,
    time::Timestamp,
};

/// Who acts. The public record shows `handle`, never the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// Someone who has not signed in.
    Visitor,
    /// A citizen through one of their personas.
    Citizen {
        /// Public handle of the persona.
        persona: String,
        /// The person in the vault; never leaves the hall.
        person: String,
    },
    /// An officer in an office.
    Officer {
        /// Public handle of the officer.
        handle: String,
        /// The person in the vault; never leaves the hall.
        person: String,
        /// Id of the office.
        office: String,
        /// Roles held in it.
        roles: Vec<String>,
    },
    /// A part of the hall that acts by itself, under the authority that its act names.
    System {
        /// Name and version of the algorithm, such as `measures/1`.
        algorithm: String,
    },
}

/// An `Idempotency-Key` with the hash of the request that carried it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// The caller's key.
    pub key: String,
    /// SHA-256 of method, path and body.
    pub request: [u8; 32],
}

/// For whom someone acts, under which mandate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Behalf {
    /// Public handle of the principal.
    pub principal: String,
    /// Id of the mandate.
    pub mandate: String,
}

/// The sender's signature over a request.
#[derive(Debug, Clone, Default)]
pub enum Signature {
    /// There is none.
    #[default]
    Missing,
    /// A demo sign-in, which has no passkey: what needs a signature is allowed, and the act says so.
    Demo,
    /// Verified: the evidence is sealed for the sender in each act of the request, also in one that names nobody.
    Given {
        /// The sender; never leaves the hall.
        person: String,
        /// What a check needs.
        evidence: Arc<Value>,
    },
}

/// How sure the hall is of who asks, beyond the session.
#[derive(Debug, Clone, Default)]
pub struct Assurance {
    /// The signature over this request.
    pub signature: Signature,
    /// A passkey verified its holder within the last minutes.
    pub is_fresh: bool,
    /// Level of identity in hundredths: 110 said by oneself, 210 and above proven by a national identity (ETDA guideline on IAL).
    pub ial: i64,
}

/// The published policies that allowed a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grounds {
    /// SHA-256 of the policy set and its schema.
    pub set: [u8; 32],
    /// Ids of the policies that permitted it.
    pub policies: Vec<String>,
}

/// The circumstances of one operation.
#[derive(Debug, Clone)]
pub struct Ctx {
    /// Who acts.
    pub actor: Actor,
    /// For whom the actor acts, if not for themselves.
    pub behalf: Option<Behalf>,
    /// How sure the hall is of the actor.
    pub assurance: Assurance,
    /// The policies that allowed the request; none for what the hall does by itself.
    pub grounds: Option<Arc<Grounds>>,
    /// Why: a purpose from the field's list, such as `service`, `audit`, `operation`.
    pub purpose: String,
    /// The present.
    pub now: Timestamp,
    /// Id of the request, in the log lines.
    pub request_id: String,
    /// W3C `traceparent`, kept in the act.
    pub traceparent: Option<String>,
    /// Language of the answer.
    pub lang: Lang,
    /// The caller's `Idempotency-Key`, if the request had one.
    pub idempotency: Option<IdempotencyKey>,
    /// Source of salts and ids.
    pub entropy: Arc<dyn Entropy>,
}

impl Ctx {
    /// The hall itself acting, as `algorithm`, at `now`.
    pub fn system(algorithm: impl Into<String>, now: Timestamp, entropy: Arc<dyn Entropy>) -> Self {
        let request_id = new_id("req", now, &*entropy);
        Self {
            actor: Actor::System { algorithm: algorithm.into() },
            behalf: None,
            assurance: Assurance::default(),
            grounds: None,
            purpose: "operation".into(),
            now,
            request_id,
            traceparent: None,
            lang: Lang::Th,
            idempotency: None,
            entropy,
        }
    }

    /// The public name of the actor: persona handle, officer handle, `system:…`, or `visitor`.
    pub fn actor_name(&self) -> String {
        match &self.actor {
            Actor::Visitor => "visitor".into(),
            Actor::Citizen { persona, .. } => persona.clone(),
            Actor::Officer { handle, .. } => handle.clone(),
            Actor::System { algorithm } => format!("system:{algorithm}"),
        }
    }

    /// The office in which the actor acts, if any.
    pub fn office(&self) -> Option<&str> {
        match &self.actor {
            Actor::Officer { office, .. } => Some(office),
            _ => None,
        }
    }

    /// The person behind the actor, if one is signed in.
    pub fn person(&self) -> Option<&str> {
        match &self.actor {
            Actor::Citizen { person, .. } | Actor::Officer { person, .. } => Some(person),
            _ => None,
        }
    }

    /// Refuses visitors (401).
    pub fn require_signed_in(&self) -> Result<&str, Problem> {
        self.person().ok_or_else(|| SIGN_IN_REQUIRED.problem())
    }

    /// Refuses a request without its sender's signature (403): for what must be attributable for ever. The hall itself needs none.
    pub fn require_signature(&self) -> Result<(), Problem> {
        if matches!(self.actor, Actor::System { .. }) {
            return Ok(());
        }
        self.require_signed_in()?;
        match self.assurance.signature {
            Signature::Missing => Err(SIGNATURE_REQUIRED.problem()),
            Signature::Demo | Signature::Given { .. } => Ok(()),
        }
    }

    /// Refuses a session whose holder was not verified within the last minutes (403).
    pub fn require_fresh(&self) -> Result<(), Problem> {
        self.require_signed_in()?;
        if self.assurance.is_fresh { Ok(()) } else { Err(STEP_UP_REQUIRED.problem()) }
    }

    /// Refuses all but officers of `office` with `role` (401 for visitors, 403 for others).
    /// The role `administrator` stands in for any role within its own office.
    pub fn require_officer(&self, office: &str, role: &str) -> Result<&str, Problem> {
        match &self.actor {
            Actor::Visitor => Err(SIGN_IN_REQUIRED.problem()),
            Actor::Officer { handle, office: own, roles, .. }
                if own == office && roles.iter().any(|held| held == role || held == "administrator") =>
            {
                Ok(handle)
            }
            _ => Err(FORBIDDEN.problem().detail(
                format!("เรื่องนี้ต้องทำโดยเจ้าหน้าที่ของหน่วยงาน {office} ที่มีบทบาท {role}"),
                format!("Only an officer of the office {office} with the role {role} can do this."),
            )),
        }
    }

    /// A fresh id with this prefix.
    pub fn new_id(&self, prefix: &str) -> String {
        new_id(prefix, self.now, &*self.entropy)
    }

    /// 32 fresh random bytes.
    pub fn random32(&self) -> [u8; 32] {
        random32(&*self.entropy)
    }
}
