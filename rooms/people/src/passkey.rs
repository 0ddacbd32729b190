//! The ceremonies of WebAuthn, as this hall wants them: the passkey tells who signs in (nobody types a name), and its holder is
//! verified by PIN, finger or face every time.

use sala_core::problem::{INTERNAL, Problem};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use webauthn_rs::prelude::{
    AttestationCaList, AttestationMetadata, AttestedPasskey, AttestedPasskeyRegistration, AuthenticationResult, CredentialID,
    DiscoverableAuthentication, Passkey, PasskeyRegistration, PublicKeyCredential, Url, Uuid, Webauthn, WebauthnBuilder, WebauthnError,
};

use crate::{
    authenticator::Attested,
    problems::{AUTHENTICATOR_NOT_ACCEPTED, ORIGIN_INVALID, PASSKEY_INVALID, PASSKEY_REFUSED, PASSKEYS_UNAVAILABLE},
};

/// What must be remembered until a registration is finished.
#[derive(Debug)]
pub(crate) enum Registering {
    /// Of any authenticator.
    Any(PasskeyRegistration),
    /// Of one whose maker attests it, and to what that must lead.
    Attested(AttestedPasskeyRegistration, AttestationCaList),
}

/// A passkey just registered, and what its maker attested.
pub(crate) struct Made {
    pub(crate) passkey: Passkey,
    pub(crate) attested: Option<Attested>,
}

/// The hall as browsers and authenticators know it.
#[derive(Debug)]
pub(crate) struct RelyingParty(Option<Webauthn>);

impl RelyingParty {
    /// At an origin that is an IP number there are no passkeys, which is told when one is wanted.
    pub(crate) fn new(rp_id: &str, origin: &str, hall_name: &str) -> Result<Self, Problem> {
        let wrong = |cause: String| ORIGIN_INVALID.problem().at("origin", cause);
        let url = Url::parse(origin).map_err(|fault| wrong(format!("`{origin}`: {fault}")))?;
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
            return Err(wrong(format!("`{origin}` is not an http or https address")));
        }
        if url.domain().is_none() {
            return Ok(Self(None));
        }
        let built = WebauthnBuilder::new(rp_id, &url).and_then(|builder| builder.rp_name(hall_name).build());
        built
            .map(|webauthn| Self(Some(webauthn)))
            .map_err(|_| wrong(format!("`{rp_id}` is neither the domain of `{origin}` nor a parent of it")))
    }

    fn webauthn(&self) -> Result<&Webauthn, Problem> {
        self.0.as_ref().ok_or_else(|| PASSKEYS_UNAVAILABLE.problem())
    }

    /// Options and state for a new passkey. It must be discoverable: sign-in asks for no name. With `trusted`, its maker must attest
    /// it under one of these roots (conveyance `direct`), and it must stay on its device.
    pub(crate) fn start_registration(
        &self,
        user_handle: [u8; 16],
        name: &str,
        known: Vec<CredentialID>,
        trusted: Option<AttestationCaList>,
    ) -> Result<(Value, Registering), Problem> {
        let known = (!known.is_empty()).then_some(known);
        let (webauthn, user) = (self.webauthn()?, Uuid::from_bytes(user_handle));
        let (options, state) = match trusted {
            None => {
                let (options, state) = webauthn.start_passkey_registration(user, name, name, known).map_err(internal)?;
                (options, Registering::Any(state))
            }
            Some(trusted) => {
                let started = webauthn.start_attested_passkey_registration(user, name, name, known, trusted.clone(), None);
                let (options, state) = started.map_err(internal)?;
                (options, Registering::Attested(state, trusted))
            }
        };
        let mut options = public_key_of(&options)?;
        let selection = options.pointer_mut("/publicKey/authenticatorSelection").and_then(Value::as_object_mut);
        let selection = selection.ok_or_else(|| INTERNAL.problem().because("webauthn-rs gave no authenticatorSelection"))?;
        selection.insert("residentKey".into(), json!("required"));
        selection.insert("requireResidentKey".into(), json!(true));
        Ok((options, state))
    }

    /// The new passkey, if the answer is to this very ceremony.
    pub(crate) fn finish_registration(&self, answer: &Value, state: &Registering) -> Result<Made, Problem> {
        let answer = read(answer)?;
        match state {
            Registering::Any(state) => {
                let made = self.webauthn()?.finish_passkey_registration(&answer, state);
                Ok(Made { passkey: made.map_err(|fault| PASSKEY_INVALID.problem().because(fault))?, attested: None })
            }
            Registering::Attested(state, trusted) => {
                let made = self.webauthn()?.finish_attested_passkey_registration(&answer, state).map_err(unattested)?;
                Ok(Made { attested: Some(attested(&made, trusted)?), passkey: made.into() })
            }
        }
    }

    /// Options and state for a sign-in.
    pub(crate) fn start_sign_in(&self) -> Result<(Value, DiscoverableAuthentication), Problem> {
        let (options, state) = self.webauthn()?.start_discoverable_authentication().map_err(internal)?;
        Ok((public_key_of(&options)?, state))
    }

    /// Which person and passkey an answer claims to be: user handle and credential id. Not yet verified.
    pub(crate) fn claimed(&self, answer: &Value) -> Result<(PublicKeyCredential, [u8; 16], Vec<u8>), Problem> {
        let answer: PublicKeyCredential = read(answer)?;
        let (user, credential) = self.webauthn()?.identify_discoverable_authentication(&answer).map_err(refused)?;
        let (user, credential) = (user.into_bytes(), credential.to_vec());
        Ok((answer, user, credential))
    }

    /// Verifies the answer with the passkey that it claims.
    pub(crate) fn finish_sign_in(
        &self,
        answer: &PublicKeyCredential,
        state: DiscoverableAuthentication,
        passkey: &Passkey,
    ) -> Result<AuthenticationResult, Problem> {
        let result = self.webauthn()?.finish_discoverable_authentication_v2(answer, state, passkey).map_err(refused)?;
        if result.user_verified() { Ok(result) } else { Err(PASSKEY_REFUSED.problem().because("the holder was not verified")) }
    }
}

/// Model and root of an attestation that was verified.
fn attested(made: &AttestedPasskey, trusted: &AttestationCaList) -> Result<Attested, Problem> {
    let root = made.verify_attestation(trusted).map_err(unattested)?.get_kid().map_err(internal)?;
    match made.attestation().metadata {
        AttestationMetadata::Packed { aaguid } | AttestationMetadata::Tpm { aaguid, .. } => {
            Ok(Attested { aaguid: aaguid.to_string(), root: hex::encode(root) })
        }
        _ => Err(unattested(WebauthnError::AttestationFormatMissingAaguid)),
    }
}

/// An authenticator that is not on the list is told from an answer that is no answer.
fn unattested(fault: WebauthnError) -> Problem {
    let is_other_model = matches!(
        fault,
        WebauthnError::AttestationNotSupported
            | WebauthnError::AttestationNotVerifiable
            | WebauthnError::AttestationChainNotTrusted(_)
            | WebauthnError::AttestationUntrustedAaguid
            | WebauthnError::AttestationFormatMissingAaguid
            | WebauthnError::CredentialMayNotBeHardwareBound
    );
    if is_other_model { AUTHENTICATOR_NOT_ACCEPTED.problem().because(fault) } else { PASSKEY_INVALID.problem().because(fault) }
}

/// Only `publicKey`: whether the browser offers passkeys in a field or in a dialogue is the page's choice.
fn public_key_of(options: &impl serde::Serialize) -> Result<Value, Problem> {
    let options = serde_json::to_value(options).map_err(internal)?;
    options
        .get("publicKey")
        .map(|inner| json!({ "publicKey": inner }))
        .ok_or_else(|| INTERNAL.problem().because("webauthn-rs gave no publicKey"))
}

fn read<T: DeserializeOwned>(answer: &Value) -> Result<T, Problem> {
    T::deserialize(answer).map_err(|fault| PASSKEY_INVALID.problem().at("/credential", fault.to_string()))
}

fn refused(fault: WebauthnError) -> Problem {
    PASSKEY_REFUSED.problem().because(fault)
}

fn internal(fault: impl std::fmt::Display) -> Problem {
    INTERNAL.problem().because(fault)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_that_no_browser_would_take_are_told_at_the_start() {
        for (rp_id, origin) in [("sala.example", "sala.example"), ("sala.example", "https://other.example"), ("x", "mqtt://x")] {
            assert_eq!(RelyingParty::new(rp_id, origin, "ศาลา").unwrap_err().code.code, "origin_invalid", "{origin}");
        }
        let at_number = RelyingParty::new("127.0.0.1", "http://127.0.0.1:8080", "ศาลา").unwrap();
        assert_eq!(at_number.start_sign_in().unwrap_err().code.code, "passkeys_unavailable");
    }

    #[test]
    fn options_ask_for_a_discoverable_passkey_and_a_verified_holder() {
        let party = RelyingParty::new("localhost", "http://localhost:8080", "ศาลา").unwrap();
        let (options, _) = party.start_registration([7; 16], "น้ำ", vec![], None).unwrap();
        let selection = options.pointer("/publicKey/authenticatorSelection").unwrap();
        assert_eq!(selection.get("residentKey").unwrap(), "required");
        assert_eq!(selection.get("userVerification").unwrap(), "required");
        let (options, _) = party.start_sign_in().unwrap();
        assert_eq!(options.pointer("/publicKey/userVerification").unwrap(), "required");
        assert_eq!(options.as_object().unwrap().len(), 1);
    }
}
