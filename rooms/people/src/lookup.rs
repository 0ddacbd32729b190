//! Finding rows without saying whose they are. Where a table must be searched by person, its column holds a keyed hash
//! (HMAC-SHA-256) with a label of its own: without the key, which lies sealed, nobody can tell that a passkey, a session and an
//! appointment belong to one person.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The room's lookup key.
#[derive(Clone)]
pub(crate) struct LookupKey([u8; 32]);

impl LookupKey {
    pub(crate) fn new(key: [u8; 32]) -> Self {
        Self(key)
    }

    pub(crate) fn keyed(&self, label: &str, value: &[u8]) -> String {
        // HMAC takes keys of any length, so that the other arm is never taken.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) else { return String::new() };
        mac.update(label.as_bytes());
        mac.update(&[0]);
        mac.update(value);
        hex::encode(mac.finalize().into_bytes())
    }

    /// A private scalar that is derived, so that there is no further secret to keep.
    pub(crate) fn scalar(&self, label: &str, value: &[u8]) -> [u8; 32] {
        let mut scalar = [0; 32];
        // 64 hexadecimal digits of an HMAC-SHA-256 always fit.
        let _ = hex::decode_to_slice(self.keyed(label, value), &mut scalar);
        scalar
    }

    /// The person whose authenticator keeps this user handle.
    pub(crate) fn person(&self, user_handle: &[u8]) -> String {
        format!("person_{}", self.keyed("person", user_handle))
    }

    /// One of the persons of the demonstration.
    pub(crate) fn demo_person(&self, role: &str) -> String {
        format!("person_{}", self.keyed("demo", role.as_bytes()))
    }

    /// Id of the person's row.
    pub(crate) fn person_row(&self, person: &str) -> String {
        self.keyed("person row", person.as_bytes())
    }

    /// Id of the row of a passkey.
    pub(crate) fn passkey_row(&self, credential_id: &[u8]) -> String {
        format!("passkey_{}", self.keyed("credential", credential_id))
    }

    /// Owner of passkeys.
    pub(crate) fn passkey_owner(&self, person: &str) -> String {
        self.keyed("passkey owner", person.as_bytes())
    }

    /// Owner of sessions.
    pub(crate) fn session_owner(&self, person: &str) -> String {
        self.keyed("session owner", person.as_bytes())
    }

    /// Place of one notice. Each has its own, so that notices which acts of two personas wrote can't be joined to one person.
    pub(crate) fn notice_slot(&self, person: &str, number: usize) -> String {
        self.keyed("notice slot", format!("{person}/{number}").as_bytes())
    }

    /// Owner of entries in the list of readings.
    pub(crate) fn reading_owner(&self, person: &str) -> String {
        self.keyed("reading owner", person.as_bytes())
    }

    /// Owner of holds: a person, or one persona.
    pub(crate) fn hold_owner(&self, held: &str) -> String {
        self.keyed("hold owner", held.as_bytes())
    }

    /// Id of the row of a person's own erasure.
    pub(crate) fn erasure_row(&self, person: &str) -> String {
        self.keyed("erasure row", person.as_bytes())
    }

    /// Id of the row that says that a person was erased.
    pub(crate) fn erased_row(&self, person: &str) -> String {
        self.keyed("erased row", person.as_bytes())
    }

    /// Owner of roads of recovery.
    pub(crate) fn recovery_owner(&self, person: &str) -> String {
        self.keyed("recovery owner", person.as_bytes())
    }

    /// Id of the row of a recovery, from the id that is printed beside its code.
    pub(crate) fn recovery_row(&self, printed: &str) -> String {
        format!("recovery_{}", self.keyed("recovery row", printed.as_bytes()))
    }

    /// Owner of requests to wallets: the persona (by its handle), the office or the hall that asked.
    pub(crate) fn presentation_owner(&self, asker: &str) -> String {
        self.keyed("presentation owner", asker.as_bytes())
    }

    /// The registration number of an organisation.
    pub(crate) fn registration(&self, number: &str) -> String {
        self.keyed("organisation registration", number.as_bytes())
    }

    /// The one token of a person in a scope.
    pub(crate) fn scope_issue(&self, person: &str, scope: &str) -> String {
        self.keyed("scope issue", format!("{scope}/{person}").as_bytes())
    }

    /// Owner of one appointment.
    pub(crate) fn officer_owner(&self, person: &str, office: &str) -> String {
        self.keyed("officer owner", format!("{person}/{office}").as_bytes())
    }
}

impl std::fmt::Debug for LookupKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LookupKey")
    }
}

#[cfg(test)]
mod tests {
    use super::LookupKey;

    #[test]
    fn owners_of_one_person_differ_from_table_to_table_and_from_hall_to_hall() {
        let (here, there) = (LookupKey::new([1; 32]), LookupKey::new([2; 32]));
        let person = here.person(&[7; 16]);
        let all = [
            here.person_row(&person),
            here.passkey_owner(&person),
            here.session_owner(&person),
            here.officer_owner(&person, "health"),
            here.officer_owner(&person, "traffic"),
            there.passkey_owner(&person),
            there.session_owner(&person),
        ];
        for (place, one) in all.iter().enumerate() {
            assert!(all.iter().skip(place + 1).all(|other| other != one));
        }
        assert_eq!(here.session_owner(&person), LookupKey::new([1; 32]).session_owner(&person));
        assert_ne!(person, there.person(&[7; 16]));
    }
}
