//! `Ctx`: who asks, for whom, why and when. It is the first argument of every command and every query.

use std::sync::Arc;

use crate::{
    entropy::{Entropy, new_id, random32},
    problem::{FORBIDDEN, Problem, SIGN_IN_REQUIRED},
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

/// The circumstances of one operation.
#[derive(Debug, Clone)]
pub struct Ctx {
    /// Who acts.
    pub actor: Actor,
    /// Public handle of the one for whom the actor acts, if not for themselves.
    pub behalf: Option<String>,
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
