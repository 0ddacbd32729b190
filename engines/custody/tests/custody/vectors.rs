//! Vectors for the two halves of a scope token: those of RFC 9474, and our own, which the browser's half reads as well.

use std::{env, fs, path::Path, sync::LazyLock};

use sala_custody::token::{IssuerKey, Message, Pending, Scope, UserSecret};
use serde::{Deserialize, Serialize};
use serde_json::json;

#[derive(Deserialize)]
pub(crate) struct Rfc {
    pub(crate) name: String,
    pub(crate) n: String,
    pub(crate) e: String,
    pub(crate) d: String,
    pub(crate) p: String,
    pub(crate) q: String,
    pub(crate) msg: String,
    pub(crate) inv: String,
    pub(crate) blinded_msg: String,
    pub(crate) blind_sig: String,
    pub(crate) sig: String,
}

#[derive(Deserialize)]
struct RfcFile {
    vectors: Vec<Rfc>,
}

/// Ours: hexadecimal, but for the scope.
#[derive(Debug, Serialize, Deserialize, PartialEq, Eq)]
pub(crate) struct Fixed {
    pub(crate) secret: String,
    pub(crate) scope: String,
    pub(crate) nonce: String,
    pub(crate) request: String,
    pub(crate) reply: String,
    pub(crate) token: String,
    pub(crate) id: String,
}

#[derive(Deserialize)]
struct FixedFile {
    issuer_pkcs8: String,
    modulus: String,
    spki: String,
    vectors: Vec<Fixed>,
}

fn path(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(name)
}

pub(crate) static RFC: LazyLock<Vec<Rfc>> = LazyLock::new(|| {
    let file: RfcFile = serde_json::from_slice(&fs::read(path("rfc9474.json")).unwrap()).unwrap();
    file.vectors
});

pub(crate) static FIXED: LazyLock<Vec<Fixed>> = LazyLock::new(|| file().vectors);

fn file() -> FixedFile {
    serde_json::from_slice(&fs::read(path("scope-token.json")).unwrap()).unwrap()
}

/// The key of the committed vectors: a test's key, never one of a hall.
pub(crate) fn issuer() -> IssuerKey {
    IssuerKey::from_der(&hex::decode(file().issuer_pkcs8).unwrap()).unwrap()
}

/// Bytes that follow from a seed, for whatever asks for random ones.
pub(crate) fn stream(seed: u8) -> impl FnMut(&mut [u8]) {
    use sha2::Digest;
    let mut count = 0u64;
    move |out: &mut [u8]| {
        for chunk in out.chunks_mut(32) {
            count += 1;
            let block = sha2::Sha256::digest([&[seed][..], &count.to_be_bytes()].concat());
            chunk.copy_from_slice(&block[..chunk.len()]);
        }
    }
}

fn fixed(issuer: &IssuerKey, secret: [u8; 32], scope: &str) -> Fixed {
    let key = issuer.public().unwrap();
    let (user, scope) = (UserSecret::new(secret), Scope::new(scope).unwrap());
    let (request, pending) = Pending::blind(&user, &scope, &key).unwrap();
    let reply = issuer.issue(&request, &mut stream(1)).unwrap();
    let token = pending.finalize(&reply).unwrap();
    Fixed {
        secret: hex::encode(secret),
        scope: scope.as_str().to_owned(),
        nonce: hex::encode(Message::of(&user, &scope).nonce()),
        request: hex::encode(request.as_bytes()),
        reply: hex::encode(reply.as_bytes()),
        token: hex::encode(token.encode()),
        id: hex::encode(token.id()),
    }
}

/// `SALA_UPDATE=1` writes the file anew, with the key that is in it or a new one.
#[test]
fn the_committed_vectors_are_what_this_crate_makes() {
    let path = path("scope-token.json");
    let is_update = env::var_os("SALA_UPDATE").is_some();
    let issuer = if is_update && !path.exists() { IssuerKey::generate(&mut stream(0)).unwrap() } else { issuer() };
    let longest = "x".repeat(128);
    let cases =
        [([0; 32], "p"), ([1; 32], "poll_01JABCDEF"), ([2; 32], "poll_01JABCDEF"), ([255; 32], &longest), ([7; 32], "space:hall/north#3")];
    let made: Vec<Fixed> = cases.into_iter().map(|(secret, scope)| fixed(&issuer, secret, scope)).collect();
    let key = issuer.public().unwrap();
    let (modulus, spki) = (hex::encode(key.modulus()), hex::encode(key.to_spki().unwrap()));
    if is_update {
        let about = "Made by engines/custody (SALA_UPDATE=1 cargo test -p sala-custody vectors); the key is for tests only.";
        let der = hex::encode(&*issuer.to_der().unwrap());
        let file = json!({ "about": about, "issuer_pkcs8": der, "modulus": modulus, "spki": spki, "vectors": made });
        fs::write(&path, serde_json::to_string_pretty(&file).unwrap() + "\n").unwrap();
    }
    assert_eq!(*FIXED, made);
    assert_eq!((file().modulus, file().spki), (modulus, spki));
}
