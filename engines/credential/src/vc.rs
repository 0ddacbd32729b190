//! SD-JWT VC: a credential with a type, a holder, times and a status (draft-ietf-oauth-sd-jwt-vc).

pub mod type_metadata;

use serde_json::{Map, Value, json};

use crate::{
    CredentialError, Entropy,
    claims_path::ClaimsPath,
    jose::{Algorithm, ClaimsCheck, Jwk, SigningKey, claims},
    json,
    sd_jwt::{Issuance, KeyBindingCheck, SdJwt, issue as issue_sd_jwt},
    status::StatusReference,
};

/// `typ` and credential format.
pub const TYPE: &str = "dc+sd-jwt";
/// The type of older drafts, still read.
pub const OLD_TYPE: &str = "vc+sd-jwt";

/// Claims that a holder may never withhold (SD-JWT VC §3.2.2.2).
const NEVER_DISCLOSABLE: [&str; 8] = ["iss", "nbf", "exp", "cnf", "vct", "vct#integrity", "status", "aud"];

/// A credential to be issued. Times are seconds since 1970.
#[derive(Debug, Clone)]
pub struct Draft<'a> {
    /// Type of the credential (`vct`), a URI that the issuer controls.
    pub vct: &'a str,
    /// The issuer's https identifier (`iss`).
    pub issuer: &'a str,
    /// `iat`
    pub issued_s: i64,
    /// `nbf`
    pub not_before_s: Option<i64>,
    /// `exp`
    pub expires_s: Option<i64>,
    /// The holder's public key, from the proof in the credential request. Without it anybody may show the credential.
    pub holder: Option<&'a Jwk>,
    /// Where to look whether it was revoked.
    pub status: Option<StatusReference>,
    /// What it says of its subject, in plain.
    pub claims: Map<String, Value>,
    /// Which of those claims the holder may withhold, each for itself.
    pub disclosable: &'a [ClaimsPath],
    /// Decoy digests for each object with digests.
    pub decoys: usize,
}

/// Issues a credential.
///
/// # Errors
/// [`CredentialError::Claim`] if a claim has a name that the draft's fields set, or one may not be withheld; as
/// [`crate::sd_jwt::issue`].
pub fn issue(key: &SigningKey, draft: Draft<'_>, entropy: &mut Entropy<'_>) -> Result<SdJwt, CredentialError> {
    for name in NEVER_DISCLOSABLE.into_iter().chain(["iat"]) {
        if draft.claims.contains_key(name) {
            return Err(CredentialError::claim(name, "it has a field of its own in the draft"));
        }
    }
    let mut claims = draft.claims;
    claims.extend([
        ("vct".to_owned(), json!(draft.vct)),
        ("iss".to_owned(), json!(draft.issuer)),
        ("iat".to_owned(), json!(draft.issued_s)),
    ]);
    for (name, time) in [("nbf", draft.not_before_s), ("exp", draft.expires_s)] {
        if let Some(time) = time {
            claims.insert(name.to_owned(), time.into());
        }
    }
    if let Some(holder) = draft.holder {
        let mut members = holder.to_members();
        // The wallet's own name for its key is nobody else's business.
        members.retain(|name, _| !matches!(name.as_str(), "kid" | "alg" | "use" | "key_ops"));
        claims.insert("cnf".to_owned(), json!({ "jwk": members }));
    }
    if let Some(status) = &draft.status {
        claims.insert("status".to_owned(), json!({ "status_list": status }));
    }
    refuse_undisclosable(draft.disclosable.iter())?;
    let issuance = Issuance { typ: TYPE, header: Map::new(), claims, disclosable: draft.disclosable, decoys: draft.decoys };
    issue_sd_jwt(key, issuance, entropy)
}

/// What a verifier asks.
#[derive(Debug, Clone, Copy)]
pub struct Check<'a> {
    /// Now, seconds since 1970.
    pub now_s: i64,
    /// By how much the issuer's clock may differ.
    pub leeway_s: i64,
    /// With what the issuer may sign.
    pub allowed: &'a [Algorithm],
    /// The only issuer that is accepted; `None`: the caller knows it by the key.
    pub issuer: Option<&'a str>,
    /// The types that are accepted; none: the caller looks at it.
    pub types: &'a [&'a str],
    /// What the holder must prove; `None`: nothing, and [`Credential::holder`] stays empty.
    pub key_binding: Option<KeyBindingCheck<'a>>,
}

/// A credential that holds: signed, in time, of an accepted type, and shown by its holder where that was asked. Whether it was revoked is
/// the next question: see [`Credential::status`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Credential {
    /// `vct`
    pub vct: String,
    /// `iss`
    pub issuer: Option<String>,
    /// `exp`, seconds since 1970.
    pub expires_s: Option<i64>,
    /// The holder's key, if the holder proved to have it.
    pub holder: Option<Jwk>,
    /// Where its status stands.
    pub status: Option<StatusReference>,
    /// All claims that were shown.
    pub claims: Map<String, Value>,
    /// Which of them the holder could have withheld.
    pub disclosed: Vec<ClaimsPath>,
}

/// Verifies a credential with the issuer's key (SD-JWT VC §3.4, RFC 9901 §7).
///
/// # Errors
/// As [`SdJwt::verify`], [`SdJwt::verify_key_binding`] and [`ClaimsCheck::check`]; [`CredentialError::WrongType`] if it is no SD-JWT VC;
/// [`CredentialError::Claim`] with the name of what does not fit.
pub fn verify(sd_jwt: &SdJwt, issuer_key: &Jwk, check: &Check<'_>) -> Result<Credential, CredentialError> {
    let verified = sd_jwt.verify(issuer_key, check.allowed)?;
    if !verified.jws().has_type(TYPE) && !verified.jws().has_type(OLD_TYPE) {
        return Err(CredentialError::WrongType { expected: TYPE });
    }
    refuse_undisclosable(verified.disclosed())?;
    let claims = verified.claims();
    ClaimsCheck { now_s: check.now_s, leeway_s: check.leeway_s, issuer: check.issuer, ..ClaimsCheck::default() }.check(claims)?;
    let vct = json::text(claims, "vct")?.filter(|vct| !vct.is_empty()).ok_or(CredentialError::claim("vct", "it is missing"))?;
    if !check.types.is_empty() && !check.types.contains(&vct) {
        return Err(CredentialError::claim("vct", "it is another type than asked for"));
    }
    let holder = check.key_binding.map(|binding| sd_jwt.verify_key_binding(&verified, &binding)).transpose()?;
    Ok(Credential {
        vct: vct.to_owned(),
        issuer: json::text(claims, "iss")?.map(str::to_owned),
        expires_s: claims::time(claims, "exp")?,
        holder,
        status: StatusReference::of(claims)?,
        disclosed: verified.disclosed().cloned().collect(),
        claims: claims.clone(),
    })
}

fn refuse_undisclosable<'a>(paths: impl Iterator<Item = &'a ClaimsPath>) -> Result<(), CredentialError> {
    for path in paths {
        if let Some(name) = NEVER_DISCLOSABLE.into_iter().find(|name| path.first_name() == Some(name)) {
            return Err(CredentialError::claim(name, "it must not be disclosable"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sd_jwt::KeyBinding;

    fn entropy() -> impl FnMut(&mut [u8]) {
        let mut next = 0_u64;
        move |bytes: &mut [u8]| {
            next += 1;
            bytes.iter_mut().zip(next.to_le_bytes()).for_each(|(byte, random)| *byte = random);
        }
    }

    const ALLOWED: [Algorithm; 2] = [Algorithm::Es256, Algorithm::EdDsa];

    fn binding(nonce: &'static str) -> KeyBindingCheck<'static> {
        KeyBindingCheck { audience: "verifier", nonce, now_s: 1000, leeway_s: 5, max_age_s: 60, allowed: &ALLOWED }
    }

    fn check() -> Check<'static> {
        let types = &["https://hall.example/resident"];
        Check { now_s: 1000, leeway_s: 5, allowed: &ALLOWED, issuer: Some("https://hall.example"), types, key_binding: Some(binding("n")) }
    }

    #[test]
    fn a_holder_shows_one_claim_and_no_other() {
        let (issuer, holder) = (SigningKey::es256(&[1; 32]).unwrap(), SigningKey::ed25519(&[2; 32]).with_key_id("phone"));
        let claims = json!({"name": "สมชาย", "address": {"street": "1", "city": "เชียงใหม่"}, "languages": ["th", "en"], "level": 2});
        let disclosable = [
            ClaimsPath::name("name"),
            ClaimsPath::name("address"),
            ClaimsPath::names(&["address", "street"]).unwrap(),
            serde_json::from_value(json!(["languages", null])).unwrap(),
        ];
        let draft = Draft {
            vct: "https://hall.example/resident",
            issuer: "https://hall.example",
            issued_s: 900,
            not_before_s: Some(900),
            expires_s: Some(2000),
            holder: Some(holder.public()),
            status: Some(StatusReference { index: 7, uri: "https://hall.example/status/1".to_owned() }),
            claims: claims.as_object().unwrap().clone(),
            disclosable: &disclosable,
            decoys: 3,
        };
        let issued = issue(&issuer, draft.clone(), &mut entropy()).unwrap();
        assert_eq!(issued.disclosures().len(), 5);
        let all = SdJwt::parse(&issued.to_string()).unwrap().unverified_claims().unwrap();
        assert_eq!(all.get("address"), claims.get("address"));
        assert_eq!(all.get("languages"), claims.get("languages"));

        let chosen = [serde_json::from_value(json!(["languages", 1])).unwrap()];
        let shown =
            issued.select(&chosen).unwrap().bind(&holder, &KeyBinding { audience: "verifier", nonce: "n", issued_s: 1000 }).unwrap();
        let shown = SdJwt::parse(&shown.to_string()).unwrap();
        let credential = verify(&shown, issuer.public(), &check()).unwrap();
        assert_eq!(credential.claims.get("languages").unwrap(), &json!(["en"]));
        assert_eq!(credential.claims.get("level").unwrap(), 2);
        assert!(!credential.claims.contains_key("name") && !credential.claims.contains_key("address"));
        assert_eq!(credential.status.unwrap().index, 7);
        assert_eq!(credential.holder.unwrap().thumbprint(), holder.public().thumbprint());
        assert!(!shown.to_string().contains("phone") || shown.has_key_binding());

        let wrong = |check: Check<'_>| verify(&shown, issuer.public(), &check).unwrap_err();
        assert_eq!(wrong(Check { now_s: 2005, ..check() }), CredentialError::Expired);
        assert!(matches!(wrong(Check { types: &["other"], ..check() }), CredentialError::Claim { name: "vct", .. }));
        assert!(matches!(wrong(Check { issuer: Some("https://x.example"), ..check() }), CredentialError::Claim { name: "iss", .. }));
        assert!(matches!(wrong(Check { key_binding: Some(binding("m")), ..check() }), CredentialError::KeyBinding { .. }));
        assert!(matches!(verify(&issued, issuer.public(), &check()), Err(CredentialError::KeyBinding { reason: "it is missing" })));
        // Another choice of disclosures under the same key binding.
        let text = shown.to_string();
        let more = text.replacen('~', &format!("~{}~", issued.disclosures()[0].as_str()), 1);
        assert!(matches!(verify(&SdJwt::parse(&more).unwrap(), issuer.public(), &check()), Err(CredentialError::KeyBinding { .. })));
    }

    fn draft(claims: Value, disclosable: &[ClaimsPath]) -> Draft<'_> {
        Draft {
            vct: "t",
            issuer: "i",
            issued_s: 0,
            not_before_s: None,
            expires_s: Some(1),
            holder: None,
            status: None,
            claims: claims.as_object().unwrap().clone(),
            disclosable,
            decoys: 0,
        }
    }

    #[test]
    fn what_must_be_seen_can_not_be_made_disclosable() {
        let issuer = SigningKey::ed25519(&[1; 32]);
        assert!(issue(&issuer, draft(json!({}), &[ClaimsPath::name("exp")]), &mut entropy()).is_err());
        assert!(issue(&issuer, draft(json!({"vct": "u"}), &[]), &mut entropy()).is_err());
        assert!(issue(&issuer, draft(json!({"a": {"_sd": []}}), &[]), &mut entropy()).is_err());
        assert!(issue(&issuer, draft(json!({"a": 1}), &[ClaimsPath::name("b")]), &mut entropy()).is_err());
        // A dishonest issuer who hides `exp` by hand is found out.
        let claims = json!({"vct": "t", "exp": 1}).as_object().unwrap().clone();
        let issuance = Issuance { typ: TYPE, header: Map::new(), claims, disclosable: &[ClaimsPath::name("exp")], decoys: 0 };
        let hidden = issue_sd_jwt(&issuer, issuance, &mut entropy()).unwrap();
        let check = Check { issuer: None, types: &[], key_binding: None, ..check() };
        assert!(matches!(verify(&hidden, issuer.public(), &check), Err(CredentialError::Claim { name: "exp", .. })));
    }
}
