//! A session: from a sign-in until sign-out, half an hour without a request, or twelve hours.

use sala_core::{ctx::Actor, time::Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::authenticator::Attested;

/// A session ends after this long without a request.
pub(crate) const IDLE_S: i64 = 30 * 60;
/// A session ends this long after the sign-in, whatever happens.
pub(crate) const ABSOLUTE_S: i64 = 12 * 3600;

/// Before all time.
pub(crate) const NEVER: Timestamp = Timestamp(i64::MIN);
/// Level of identity of someone who only said who they are (IAL 1.1, in hundredths).
pub(crate) const SELF_ASSERTED: i64 = 110;

/// How someone signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SignInMethod)]
pub enum Method {
    /// With a passkey.
    Passkey,
    /// With a national identity.
    NationalId,
    /// By the button of the demonstration.
    Demo,
}

impl Method {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Passkey => "passkey",
            Self::NationalId => "national_id",
            Self::Demo => "demo",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        [Self::Passkey, Self::NationalId, Self::Demo].into_iter().find(|method| method.name() == name)
    }
}

/// As what someone signs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Capacity {
    /// For oneself.
    Citizen,
    /// In an office.
    Officer,
}

/// The appointment under which a session acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Acting {
    pub(crate) handle: String,
    pub(crate) office: String,
    pub(crate) roles: Vec<String>,
}

/// Who signs in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Who {
    pub(crate) person: String,
    pub(crate) persona: String,
    pub(crate) name: String,
    pub(crate) acting: Option<Acting>,
    /// Level of identity in hundredths; see `Assurance::ial`.
    pub(crate) ial: i64,
    /// What is attested of the passkey with which they came.
    pub(crate) attested: Option<Attested>,
}

impl Who {
    pub(crate) fn actor(&self) -> Actor {
        match self.acting.clone() {
            None => Actor::Citizen { persona: self.persona.clone(), person: self.person.clone() },
            Some(Acting { handle, office, roles }) => Actor::Officer { handle, person: self.person.clone(), office, roles },
        }
    }
}

/// An open session, as kept in memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Live {
    pub(crate) id: String,
    pub(crate) who: Who,
    pub(crate) method: Method,
    pub(crate) opened_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    /// The last request. Not stored: after a restart it is taken to be the sign-in itself, so that a session which might
    /// have been idle for too long ends rather than lives on.
    pub(crate) seen_at: Timestamp,
    /// When its holder was last verified after the sign-in. In memory only: a restart asks again.
    pub(crate) verified_at: Timestamp,
}

impl Live {
    pub(crate) fn is_open(&self, now: Timestamp) -> bool {
        now < self.expires_at && now < self.seen_at.plus_seconds(IDLE_S)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn live() -> Live {
        let opened_at = Timestamp::from_seconds(1_000_000);
        Live {
            id: "ses_1".into(),
            who: Who {
                person: "p".into(),
                persona: "persona_1".into(),
                name: "น้ำ".into(),
                acting: None,
                ial: SELF_ASSERTED,
                attested: None,
            },
            method: Method::Passkey,
            opened_at,
            expires_at: opened_at.plus_seconds(ABSOLUTE_S),
            seen_at: opened_at,
            verified_at: opened_at,
        }
    }

    #[test]
    fn a_session_ends_when_idle_and_at_the_latest_after_twelve_hours() {
        let mut session = live();
        assert!(session.is_open(session.opened_at.plus_seconds(IDLE_S - 1)));
        assert!(!session.is_open(session.opened_at.plus_seconds(IDLE_S)));
        session.seen_at = session.expires_at.plus_seconds(-1);
        assert!(session.is_open(session.expires_at.plus_seconds(-1)));
        assert!(!session.is_open(session.expires_at));
    }

    #[test]
    fn an_appointment_makes_an_officer() {
        let mut who = live().who;
        assert!(matches!(who.actor(), Actor::Citizen { .. }));
        who.acting = Some(Acting { handle: "officer_1".into(), office: "health".into(), roles: vec!["approver".into()] });
        assert!(matches!(who.actor(), Actor::Officer { handle, .. } if handle == "officer_1"));
    }

    #[test]
    fn methods_read_back() {
        for method in [Method::Passkey, Method::NationalId, Method::Demo] {
            assert_eq!(Method::from_name(method.name()), Some(method));
        }
        assert_eq!(Method::from_name("password"), None);
    }
}
