//! The keys and the policy of an installation, made once by `sala init` below the data folder:
//!
//! ```text
//! keys/kek             wraps the keys of persons (hex)          keys/log           signs the log (signed-note form)
//! keys/witness-<name>  an own witness (hex seed)                policy             C2SP tlog-policy
//! keys/cluster         what the processes of the hall speak under, if it has several (hex)
//! keys/webtransport    what the certificates of WebTransport are made of, if it has that (hex)
//! ```
//! All of `keys/` is readable by its owner only. A lost `kek` makes every sealed value unreadable; a lost log key ends the log.

use std::{
    fs,
    io::{ErrorKind, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use sala_core::{
    entropy::{Entropy, random32},
    problem::{DAMAGED, Problem, STORAGE},
};
use sala_log::{CosignerKey, Policy, SignerKey};

use crate::profile::HallProfile;

/// What was made or found.
#[derive(Debug)]
pub struct Keys {
    /// Wraps the keys of persons.
    pub kek: [u8; 32],
    /// Signs the log.
    pub log: SignerKey,
    /// Own witnesses by name.
    pub witnesses: Vec<(String, CosignerKey)>,
    /// Who must cosign.
    pub policy: Policy,
}

fn io(path: &Path, fault: &std::io::Error) -> Problem {
    STORAGE.problem().because(format!("{}: {fault}", path.display()))
}

fn wrong(path: &Path, what: impl std::fmt::Display) -> Problem {
    DAMAGED.problem().because(format!("{}: {what}", path.display()))
}

/// Where the policy lies.
pub fn policy_path(data: &Path) -> PathBuf {
    data.join("policy")
}

/// Reads a secret, making it first if it isn't there.
fn secret(path: &Path, make: impl FnOnce() -> String) -> Result<String, Problem> {
    match fs::read_to_string(path) {
        Ok(text) => return Ok(text.trim().to_owned()),
        Err(fault) if fault.kind() == ErrorKind::NotFound => {}
        Err(fault) => return Err(io(path, &fault)),
    }
    let text = make();
    let written = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.write_all(b"\n")?;
        file.sync_all()
    });
    written.map_err(|fault| io(path, &fault))?;
    Ok(text)
}

fn bytes32(path: &Path, hex_text: &str) -> Result<[u8; 32], Problem> {
    hex::decode(hex_text).ok().and_then(|bytes| bytes.try_into().ok()).ok_or_else(|| wrong(path, "it is not 64 hexadecimal digits"))
}

impl Keys {
    /// Reads the keys of an installation, making what is missing.
    pub fn open(data: &Path, profile: &HallProfile, entropy: &dyn Entropy) -> Result<Self, Problem> {
        let folder = data.join("keys");
        fs::create_dir_all(&folder).map_err(|fault| io(&folder, &fault))?;
        let new_seed = || hex::encode(random32(entropy));
        let path = folder.join("kek");
        let kek = bytes32(&path, &secret(&path, new_seed)?)?;
        let path = folder.join("log");
        let fresh = SignerKey::from_seed(&profile.log_origin, &random32(entropy)).map_err(|fault| wrong(&path, fault))?;
        let log = SignerKey::parse(&secret(&path, || fresh.format())?).map_err(|fault| wrong(&path, fault))?;
        if log.verifier_key().name() != profile.log_origin {
            return Err(wrong(
                &path,
                format!("the log key belongs to {}, but the profile says {}", log.verifier_key().name(), profile.log_origin),
            ));
        }
        let mut witnesses = vec![];
        for name in &profile.own_witnesses {
            let path = folder.join(format!("witness-{name}"));
            let seed = bytes32(&path, &secret(&path, new_seed)?)?;
            let key = CosignerKey::from_seed(&format!("{}/{name}", profile.log_origin), &seed).map_err(|fault| wrong(&path, fault))?;
            witnesses.push((name.clone(), key));
        }
        let policy = policy(data, &log, &witnesses)?;
        Ok(Self { kek, log, witnesses, policy })
    }
}

/// The key under which the processes of a hall speak: of `path`, or the hall's own at `keys/cluster` of its data folder, which is made
/// if it is not there.
#[cfg(feature = "cluster")]
pub fn cluster_key(path: Option<&Path>, data: Option<&Path>, entropy: &dyn Entropy) -> Result<[u8; 32], Problem> {
    use sala_core::problem::INVALID;
    match (path, data) {
        (Some(path), _) => {
            let text =
                fs::read_to_string(path).map_err(|fault| INVALID.problem().at("--cluster-key", format!("{}: {fault}", path.display())))?;
            bytes32(path, text.trim())
        }
        (None, Some(data)) => {
            let path = data.join("keys").join("cluster");
            bytes32(&path, &secret(&path, || hex::encode(random32(entropy)))?)
        }
        (None, None) => Err(INVALID.problem().at("--cluster-key", "expected the file that the hall made at DATA/keys/cluster")),
    }
}

/// Of what the certificates of WebTransport are made: `keys/webtransport` of the data folder, made if it is not there.
#[cfg(feature = "webtransport")]
pub fn webtransport_secret(data: &Path, entropy: &dyn Entropy) -> Result<[u8; 32], Problem> {
    let path = data.join("keys").join("webtransport");
    bytes32(&path, &secret(&path, || hex::encode(random32(entropy)))?)
}

/// Reads the policy; writes one of all own witnesses if there is none.
fn policy(data: &Path, log: &SignerKey, own: &[(String, CosignerKey)]) -> Result<Policy, Problem> {
    let path = policy_path(data);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(fault) if fault.kind() == ErrorKind::NotFound => {
            let mut lines = vec![
                "# Who must have cosigned a head before this hall publishes it (c2sp.org/tlog-policy).".to_owned(),
                "# Add outside witnesses as `witness <name> <vkey> <submission URL>` and name them in the group.".to_owned(),
                format!("log {}", log.verifier_key()),
            ];
            lines.extend(own.iter().map(|(name, key)| format!("witness {name} {}", key.verifier_key())));
            let names: Vec<&str> = own.iter().map(|(name, _)| name.as_str()).collect();
            lines.push(if names.is_empty() {
                "quorum none".to_owned()
            } else {
                format!("group all-own all {}\nquorum all-own", names.join(" "))
            });
            let text = lines.join("\n") + "\n";
            fs::write(&path, &text).map_err(|fault| io(&path, &fault))?;
            text
        }
        Err(fault) => return Err(io(&path, &fault)),
    };
    Policy::parse(text.as_bytes()).map_err(|fault| wrong(&path, fault))
}

#[cfg(test)]
mod tests {
    use sala_core::{entropy::OsEntropy, text::Text};

    use super::*;

    #[test]
    fn keys_are_made_once_and_kept_private() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let profile = HallProfile {
            name: Text::new("ก", "a"),
            log_origin: "x.example/log".into(),
            time_zone: sala_streams::Zone::UTC,
            is_demo: true,
            own_witnesses: vec!["w".into()],
        };
        let first = Keys::open(folder.path(), &profile, &OsEntropy).unwrap();
        let again = Keys::open(folder.path(), &profile, &OsEntropy).unwrap();
        assert_eq!((first.kek, first.log.verifier_key(), first.policy), (again.kek, again.log.verifier_key(), again.policy));
        let mode = fs::metadata(folder.path().join("keys/kek")).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0);
        let other = HallProfile { log_origin: "y.example/log".into(), ..profile };
        assert!(Keys::open(folder.path(), &other, &OsEntropy).unwrap_err().to_string().contains("belongs to"));
    }
}
