//! The folder of a custodian:
//!
//! ```text
//! key               encrypts `secrets` (hex); keep it on another disk if you can         mode 0600
//! secrets           own keys, share, parts already made (XChaCha20-Poly1305)              mode 0600
//! journal           what it did, one JSON a line, only ever added to
//! cases/<case>      what it is asked, after it has checked it against the log
//! decisions/<case>  what someone decided: `sala custodian decide` writes it
//! ```

use std::{
    collections::BTreeMap,
    fmt, fs,
    io::{ErrorKind, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use sala_core::{
    entropy::{Entropy, random32},
    problem::{DAMAGED, INTERNAL, INVALID, Problem, STORAGE},
    time::Timestamp,
};
use sala_custody::HolderKey;
use sala_log::SignerKey;
use serde::{Deserialize, Serialize};

/// Bound into the ciphertext.
const LABEL: &[u8] = b"sala/custodian/secrets/v1";

/// What a custodian keeps for its seat in one committee.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Seat {
    /// Its key in the committee (hex).
    holder: String,
    /// For the making of the share (hex); gone when that is over.
    pub(crate) random: Option<String>,
    /// Its share (hex).
    pub(crate) share: Option<String>,
    /// The public key set (hex).
    pub(crate) key_set: Option<String>,
    /// Parts that it made, by case (hex): after a crash it gives the same.
    #[serde(default)]
    pub(crate) parts: BTreeMap<String, String>,
    /// For handing its share over, by the committee that takes it (hex): after a crash it deals the same.
    #[serde(default)]
    pub(crate) handing: BTreeMap<String, String>,
    /// The share was handed over and destroyed.
    #[serde(default)]
    pub(crate) is_over: bool,
}

/// What a custodian keeps.
#[derive(Clone, Serialize, Deserialize)]
#[serde(from = "Kept")]
pub struct Secrets {
    /// Signs its notes to the hall.
    signer: String,
    /// Its seats by committee: in a handover it can sit in two.
    #[serde(default)]
    pub(crate) seats: BTreeMap<String, Seat>,
}

/// As it was written: with seats, or before handovers with one committee.
#[derive(Deserialize)]
#[serde(untagged)]
enum Kept {
    Seats {
        signer: String,
        seats: BTreeMap<String, Seat>,
    },
    One {
        signer: String,
        committee: Option<String>,
        #[serde(flatten)]
        seat: Seat,
    },
}

impl From<Kept> for Secrets {
    fn from(kept: Kept) -> Self {
        match kept {
            Kept::Seats { signer, seats } => Self { signer, seats },
            Kept::One { signer, committee, seat } => {
                Self { signer, seats: committee.into_iter().map(|name| (name, seat.clone())).collect() }
            }
        }
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets")
    }
}

impl fmt::Debug for Seat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seat")
    }
}

impl Seat {
    /// New keys for a committee.
    pub(crate) fn begin(entropy: &dyn Entropy) -> Self {
        Self {
            holder: hex::encode(*HolderKey::generate(&random32(entropy)).to_bytes()),
            random: Some(hex::encode(random32(entropy))),
            ..Self::default()
        }
    }

    /// Its key in the committee.
    pub(crate) fn holder(&self) -> Result<HolderKey, Problem> {
        HolderKey::from_bytes(&bytes(&self.holder)?).map_err(|fault| DAMAGED.problem().because(fault))
    }

    /// Nothing of it can be used any more.
    pub(crate) fn destroyed(&self) -> Self {
        Self { key_set: self.key_set.clone(), is_over: true, ..Self::default() }
    }
}

impl Secrets {
    /// Its note key.
    pub fn signer(&self) -> Result<SignerKey, Problem> {
        SignerKey::parse(&self.signer).map_err(|fault| DAMAGED.problem().because(fault))
    }

    /// Its seat in a committee.
    pub(crate) fn seat(&self, committee: &str) -> Result<&Seat, Problem> {
        self.seats.get(committee).ok_or_else(|| DAMAGED.problem().because(format!("this custodian has no seat in {committee}")))
    }
}

pub(crate) fn bytes(text: &str) -> Result<Vec<u8>, Problem> {
    hex::decode(text).map_err(|fault| DAMAGED.problem().because(fault))
}

/// What someone decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// Whether the part is given.
    pub release: bool,
    /// Why; public.
    pub reason: String,
}

/// The folder.
pub struct Folder {
    path: PathBuf,
    key: [u8; 32],
    secrets: Mutex<Secrets>,
}

impl fmt::Debug for Folder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Folder").field("path", &self.path).finish_non_exhaustive()
    }
}

fn io(path: &Path, fault: &std::io::Error) -> Problem {
    STORAGE.problem().because(format!("{}: {fault}", path.display()))
}

/// Writes whole or not at all.
fn write(path: &Path, bytes: &[u8]) -> Result<(), Problem> {
    let fresh = path.with_extension("new");
    let written = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&fresh).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&fresh, path)
    });
    written.map_err(|fault| io(path, &fault))
}

impl Folder {
    /// Opens the folder of the custodian `name`, making its keys the first time.
    pub fn open(path: &Path, name: &str, entropy: &dyn Entropy) -> Result<Self, Problem> {
        for folder in [path.to_owned(), path.join("cases"), path.join("decisions")] {
            fs::create_dir_all(&folder).map_err(|fault| io(&folder, &fault))?;
        }
        let place = path.join("key");
        let key = match fs::read_to_string(&place) {
            Ok(text) => text.trim().to_owned(),
            Err(fault) if fault.kind() == ErrorKind::NotFound => {
                let fresh = hex::encode(random32(entropy));
                write(&place, format!("{fresh}\n").as_bytes())?;
                fresh
            }
            Err(fault) => return Err(io(&place, &fault)),
        };
        let key: [u8; 32] =
            bytes(&key)?.try_into().map_err(|_| DAMAGED.problem().because(format!("{}: not 64 hexadecimal digits", place.display())))?;
        let place = path.join("secrets");
        let secrets = match fs::read(&place) {
            Ok(sealed) => {
                opened(&key, &sealed).ok_or_else(|| DAMAGED.problem().because(format!("{} does not open with `key`", place.display())))?
            }
            Err(fault) if fault.kind() == ErrorKind::NotFound => {
                let signer =
                    SignerKey::from_seed(name, &random32(entropy)).map_err(|fault| INVALID.problem().at("--name", fault.to_string()))?;
                Secrets { signer: signer.format(), seats: BTreeMap::new() }
            }
            Err(fault) => return Err(io(&place, &fault)),
        };
        if secrets.signer()?.verifier_key().name() != name {
            return Err(INVALID.problem().at("--name", format!("the folder belongs to {}", secrets.signer()?.verifier_key().name())));
        }
        let folder = Self { path: path.to_owned(), key, secrets: Mutex::new(secrets) };
        folder.keep(entropy, |_| {})?;
        Ok(folder)
    }

    /// A copy of the secrets.
    pub fn secrets(&self) -> Secrets {
        self.secrets.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Changes the secrets; they are on the disk when this returns.
    pub(crate) fn keep(&self, entropy: &dyn Entropy, change: impl FnOnce(&mut Secrets)) -> Result<(), Problem> {
        let mut secrets = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        let mut next = secrets.clone();
        change(&mut next);
        let plain = serde_json::to_vec(&next).map_err(|fault| INTERNAL.problem().because(fault))?;
        let mut nonce = [0; 24];
        entropy.fill(&mut nonce);
        let sealed = XChaCha20Poly1305::new(&self.key.into()).encrypt(&XNonce::from(nonce), Payload { msg: &plain, aad: LABEL });
        let sealed = sealed.map_err(|_| INTERNAL.problem().because("the secrets can't be encrypted"))?;
        write(&self.path.join("secrets"), &[nonce.as_slice(), &sealed].concat())?;
        *secrets = next;
        Ok(())
    }

    /// Adds a line to the journal.
    pub fn note(&self, at: Timestamp, what: &serde_json::Value) -> Result<(), Problem> {
        let path = self.path.join("journal");
        let line = format!("{}\n", serde_json::json!({ "at": at, "did": what }));
        let written = fs::OpenOptions::new().create(true).append(true).mode(0o600).open(&path).and_then(|mut file| {
            file.write_all(line.as_bytes())?;
            file.sync_all()
        });
        written.map_err(|fault| io(&path, &fault))
    }

    /// Shows a case to whoever decides; whether it is new.
    pub(crate) fn show(&self, case: &str, what: &serde_json::Value) -> Result<bool, Problem> {
        let path = self.path.join("cases").join(plain_id(case)?);
        if path.exists() {
            return Ok(false);
        }
        write(&path, format!("{what:#}\n").as_bytes()).map(|()| true)
    }

    /// What was decided in a case.
    pub(crate) fn decision(&self, case: &str) -> Result<Option<Decision>, Problem> {
        let path = self.path.join("decisions").join(plain_id(case)?);
        match fs::read(&path) {
            Ok(text) => {
                serde_json::from_slice(&text).map(Some).map_err(|fault| DAMAGED.problem().because(format!("{}: {fault}", path.display())))
            }
            Err(fault) if fault.kind() == ErrorKind::NotFound => Ok(None),
            Err(fault) => Err(io(&path, &fault)),
        }
    }
}

/// Writes a decision into a custodian's folder. Refuses cases that the custodian has not seen and checked, and a second decision.
pub fn decide(path: &Path, case: &str, decision: &Decision) -> Result<(), Problem> {
    if !path.join("cases").join(plain_id(case)?).exists() {
        return Err(INVALID.problem().at("CASE", "this custodian was not asked, or has not yet found the request in the log"));
    }
    let place = path.join("decisions").join(case);
    if place.exists() {
        return Err(INVALID.problem().at("CASE", "a decision stands already"));
    }
    let text = serde_json::to_vec(decision).map_err(|fault| INTERNAL.problem().because(fault))?;
    write(&place, &text)
}

/// An id from the hall becomes the name of a file only if it is one.
fn plain_id(case: &str) -> Result<&str, Problem> {
    let is_plain = (1..=64).contains(&case.len()) && case.bytes().all(|letter| letter.is_ascii_alphanumeric() || letter == b'_');
    if is_plain { Ok(case) } else { Err(INVALID.problem().at("CASE", "expected the id of a case")) }
}

fn opened(key: &[u8; 32], sealed: &[u8]) -> Option<Secrets> {
    let (nonce, body) = sealed.split_at_checked(24)?;
    let nonce: [u8; 24] = nonce.try_into().ok()?;
    let plain = XChaCha20Poly1305::new(&(*key).into()).decrypt(&XNonce::from(nonce), Payload { msg: body, aad: LABEL }).ok()?;
    serde_json::from_slice(&plain).ok()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use sala_core::entropy::OsEntropy;

    use super::*;

    #[test]
    fn secrets_are_encrypted_private_and_come_back() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::open(place.path(), "court", &OsEntropy).unwrap();
        let seat = Seat { share: Some("5ec2e7".into()), ..Seat::begin(&OsEntropy) };
        folder.keep(&OsEntropy, |secrets| drop(secrets.seats.insert("first".into(), seat.clone()))).unwrap();
        let again = Folder::open(place.path(), "court", &OsEntropy).unwrap().secrets();
        assert_eq!(again.seat("first").unwrap().share.as_deref(), Some("5ec2e7"));
        assert_eq!(again.seat("first").unwrap().holder, seat.holder);
        let raw = fs::read(place.path().join("secrets")).unwrap();
        assert!(!raw.windows(6).any(|part| part == b"5ec2e7"));
        for file in ["key", "secrets"] {
            assert_eq!(fs::metadata(place.path().join(file)).unwrap().permissions().mode() & 0o077, 0);
        }
        assert!(Folder::open(place.path(), "other", &OsEntropy).is_err());
        fs::write(place.path().join("key"), hex::encode([0; 32])).unwrap();
        assert!(Folder::open(place.path(), "court", &OsEntropy).is_err());
    }

    #[test]
    fn secrets_from_before_handovers_become_a_seat_and_a_destroyed_seat_keeps_nothing_secret() {
        let before = r#"{"signer":"s","holder":"aa","random":null,"committee":"first","share":"bb","key_set":"cc","parts":{"case":"dd"}}"#;
        let read: Secrets = serde_json::from_str(before).unwrap();
        let seat = read.seat("first").unwrap();
        assert_eq!((seat.holder.as_str(), seat.share.as_deref(), seat.parts.len()), ("aa", Some("bb"), 1));
        let again: Secrets = serde_json::from_str(&serde_json::to_string(&read).unwrap()).unwrap();
        assert_eq!(again.seat("first").unwrap().share.as_deref(), Some("bb"));
        let gone = serde_json::to_string(&seat.destroyed()).unwrap();
        assert!(["aa", "bb", "dd"].iter().all(|secret| !gone.contains(secret)), "{gone}");
    }

    #[test]
    fn nothing_is_decided_unseen_twice_or_outside_the_folder() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::open(place.path(), "court", &OsEntropy).unwrap();
        let yes = Decision { release: true, reason: "order 1".into() };
        assert!(decide(place.path(), "unmask_01", &yes).is_err());
        assert!(decide(place.path(), "../key", &yes).is_err());
        assert!(folder.show("unmask_01", &serde_json::json!({})).unwrap());
        decide(place.path(), "unmask_01", &yes).unwrap();
        assert!(decide(place.path(), "unmask_01", &Decision { release: false, ..yes.clone() }).is_err());
        assert_eq!(folder.decision("unmask_01").unwrap(), Some(yes));
    }
}
