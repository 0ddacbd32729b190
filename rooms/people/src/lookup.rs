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

    fn keyed(&self, label: &str, value: &[u8]) -> String {
        // HMAC takes keys of any length, so that the other arm is never taken.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) else { return String::new() };
        mac.update(label.as_bytes());
        mac.update(&[0]);
        mac.update(value);
        hex::encode(mac.finalize().into_bytes())
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
