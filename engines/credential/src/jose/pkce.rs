//! Proof Key for Code Exchange, S256 only (RFC 7636 §4).

use sha2::{Digest as _, Sha256};

use crate::{CredentialError, base64url};

/// A verifier from 32 random bytes: 43 characters.
#[must_use]
pub fn verifier(random: &[u8; 32]) -> String {
    base64url::encode(random)
}

/// The challenge that is sent first: base64url(SHA-256(verifier)).
#[must_use]
pub fn challenge(verifier: &str) -> String {
    base64url::encode(Sha256::digest(verifier))
}

/// Does the verifier belong to the challenge?
///
/// # Errors
/// [`CredentialError::Claim`] for `code_verifier`, also if it does not have 43 to 128 unreserved characters.
pub fn verify(verifier: &str, expected: &str) -> Result<(), CredentialError> {
    let is_unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    if !(43..=128).contains(&verifier.len()) || !verifier.bytes().all(is_unreserved) {
        return Err(CredentialError::claim("code_verifier", "it does not have 43 to 128 unreserved characters"));
    }
    if challenge(verifier) == expected {
        Ok(())
    } else {
        Err(CredentialError::claim("code_verifier", "it does not belong to the challenge"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_rfc_7636_appendix_b_holds() {
        let text = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        assert_eq!(challenge(text), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
        assert_eq!(verify(text, &challenge(text)), Ok(()));
        assert!(verify(text, text).is_err());
        assert!(verify("short", &challenge("short")).is_err());
        assert_eq!(verify(&verifier(&[1; 32]), &challenge(&verifier(&[1; 32]))), Ok(()));
    }
}
