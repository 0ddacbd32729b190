//! The issuer: its keys, and what it publishes of itself.

use std::collections::BTreeMap;

use sala_core::{
    act::Draft,
    ctx::Ctx,
    problem::{DAMAGED, INTERNAL, NOT_FOUND, Problem},
    text::Text,
    time::Timestamp,
};
use sala_credential::{
    ClaimsPath, Jwk, KeySet, SigningKey,
    openid4vci::{
        PRE_AUTHORIZED_GRANT,
        metadata::{Batch, ClaimDescription, CredentialConfiguration, CredentialMetadata, Display, IssuerMetadata, ProofType},
    },
    vc::{
        TYPE,
        type_metadata::{ClaimDisplay, ClaimMetadata, Disclosable, TypeDisplay, TypeMetadata},
    },
};
use serde_json::{Value, json};

use super::types::CredentialType;
use crate::{
    People, acts,
    store::{self, HALL_KEY, credential::KeyRow},
};

/// With what wallets may sign their proofs.
pub(crate) const PROOF_ALGORITHMS: [sala_credential::Algorithm; 2] = [sala_credential::Algorithm::Es256, sala_credential::Algorithm::EdDsa];
const DAY_S: i64 = 24 * 3600;
const AUTHORITY: &str = "Electronic Transactions Act (No. 4) B.E. 2562 (2019), chapter 3/1";

impl People {
    /// The keys of the issuer, the newest first: that one signs.
    pub(crate) async fn issuer_keys(&self) -> Result<Vec<SigningKey>, Problem> {
        let mut keys = vec![];
        for row in store::credential::keys(&self.store).await? {
            let text: String = store::unseal(&self.store, HALL_KEY, "credential_key", &row.id, &row.sealed).await?;
            let key = SigningKey::parse(&text).map_err(|fault| DAMAGED.problem().because(fault))?;
            keys.push(key.with_key_id(&row.id));
        }
        Ok(keys)
    }

    /// The key that signs now.
    pub(crate) async fn issuer_key(&self) -> Result<SigningKey, Problem> {
        self.issuer_keys().await?.into_iter().next().ok_or_else(|| NOT_FOUND.problem().because("this hall issues no credentials"))
    }

    /// Makes a new key when there is none or the newest is old enough, and removes those under which nothing can hold any more.
    pub(crate) async fn renew_issuer_key(&self, ctx: &Ctx) -> Result<(), Problem> {
        let types = &self.config.credentials;
        let Some(longest) = types.types.iter().map(|kind| i64::from(kind.valid_days)).max() else { return Ok(()) };
        let life_s = i64::from(types.issuer_key_days) * DAY_S;
        let is_due = move |keys: &[KeyRow], now: Timestamp| keys.first().is_none_or(|newest| newest.since.plus_seconds(life_s) <= now);
        if !is_due(&store::credential::keys(&self.store).await?, ctx.now) {
            return Ok(());
        }
        // One scalar in 2^32 is none: then another one.
        let drawn = (0..8).find_map(|_| SigningKey::es256(&ctx.random32()).ok());
        let key = drawn.ok_or_else(|| INTERNAL.problem().because("no key could be drawn"))?;
        let id = key.public().thumbprint();
        let text: &str = &key.to_private_jwk();
        let row = KeyRow { sealed: store::seal(&self.store, HALL_KEY, "credential_key", &id, &text).await?, since: ctx.now, id };
        let draft = Draft::new(&acts::MAKE_CREDENTIAL_KEY, AUTHORITY).public("kid", row.id.as_str());
        self.store
            .act(ctx, draft, move |tx| {
                let row = row.clone();
                Box::pin(async move {
                    let (now, keys) = (tx.ctx().now, store::credential::keys_now(tx).await?);
                    // Another process of this hall may have been quicker.
                    if !is_due(&keys, now) {
                        return Ok(());
                    }
                    tx.save(row.record());
                    for (newer, older) in keys.iter().zip(keys.iter().skip(1)) {
                        if newer.since.plus_seconds((longest + 2) * DAY_S) <= now {
                            tx.remove("credential_key", &older.id);
                        }
                    }
                    Ok(())
                })
            })
            .await?;
        Ok(())
    }

    /// The public keys (RFC 7517 §5).
    pub(crate) async fn issuer_key_set(&self) -> Result<KeySet, Problem> {
        let keys = self.issuer_keys().await?;
        Ok(KeySet::new(keys.iter().map(|key| Jwk::clone(key.public()).restricted("ES256", "sig")).collect()))
    }

    /// `/.well-known/jwt-vc-issuer` (SD-JWT VC §4).
    pub(crate) async fn jwt_vc_issuer(&self) -> Result<Value, Problem> {
        Ok(json!({ "issuer": self.issuer(), "jwks": self.issuer_key_set().await?.to_json() }))
    }

    /// `/.well-known/openid-credential-issuer` (OpenID4VCI §12.2).
    pub(crate) fn issuer_metadata(&self) -> IssuerMetadata {
        let at = |path: &str| format!("{}/openid4vci/{path}", self.issuer());
        let types = &self.config.credentials;
        IssuerMetadata {
            credential_issuer: self.issuer().to_owned(),
            authorization_servers: vec![],
            credential_endpoint: at("credential"),
            nonce_endpoint: Some(at("nonce")),
            notification_endpoint: Some(at("notification")),
            batch_credential_issuance: Some(Batch { batch_size: types.batch }),
            display: shown(&self.config.hall_name, None),
            credential_configurations_supported: types.types.iter().map(|kind| (kind.id.clone(), self.configuration(kind))).collect(),
        }
    }

    fn configuration(&self, kind: &CredentialType) -> CredentialConfiguration {
        let algorithms = PROOF_ALGORITHMS.iter().map(|algorithm| algorithm.name().to_owned()).collect();
        let claims = kind.claims.iter().map(|claim| ClaimDescription {
            path: ClaimsPath::name(&claim.name),
            mandatory: claim.mandatory,
            display: shown(&claim.title, None),
        });
        CredentialConfiguration {
            format: TYPE.to_owned(),
            vct: Some(self.vct(&kind.id)),
            scope: Some(kind.id.clone()),
            cryptographic_binding_methods_supported: vec!["jwk".to_owned()],
            credential_signing_alg_values_supported: vec![json!("ES256")],
            proof_types_supported: BTreeMap::from([("jwt".to_owned(), ProofType { proof_signing_alg_values_supported: algorithms })]),
            credential_metadata: Some(CredentialMetadata {
                display: shown(&kind.title, Some(&kind.description)),
                claims: claims.collect(),
            }),
        }
    }

    /// `/.well-known/oauth-authorization-server` (RFC 8414, 9126, 9207, 9449; OpenID4VCI §12.3).
    pub(crate) fn authorization_server_metadata(&self) -> Value {
        let (issuer, types) = (self.issuer(), &self.config.credentials.types);
        json!({
            "issuer": issuer,
            "authorization_endpoint": format!("{issuer}/authorize"),
            "pushed_authorization_request_endpoint": format!("{issuer}/openid4vci/par"),
            "require_pushed_authorization_requests": true,
            "token_endpoint": format!("{issuer}/openid4vci/token"),
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code", PRE_AUTHORIZED_GRANT],
            "pre-authorized_grant_anonymous_access_supported": true,
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["none"],
            "dpop_signing_alg_values_supported": PROOF_ALGORITHMS.map(sala_credential::Algorithm::name),
            "authorization_response_iss_parameter_supported": true,
            "authorization_details_types_supported": ["openid_credential"],
            "scopes_supported": types.iter().map(|kind| kind.id.as_str()).collect::<Vec<_>>(),
        })
    }

    /// The address that names a type: there lies its metadata.
    pub(crate) fn vct(&self, kind: &str) -> String {
        format!("{}/credential-types/{kind}", self.issuer())
    }

    /// What lies there (SD-JWT VC §6).
    pub(crate) fn type_metadata(&self, kind: &CredentialType) -> TypeMetadata {
        let both = |text: &Text| [("th", text.th.clone()), ("en", text.en.clone())];
        let claims = kind.claims.iter().map(|claim| ClaimMetadata {
            path: ClaimsPath::name(&claim.name),
            display: both(&claim.title)
                .map(|(locale, label)| ClaimDisplay { locale: locale.to_owned(), label, description: None })
                .to_vec(),
            mandatory: claim.mandatory,
            sd: Disclosable::Always,
        });
        let descriptions = [kind.description.th.clone(), kind.description.en.clone()];
        let display = both(&kind.title).into_iter().zip(descriptions);
        TypeMetadata {
            vct: self.vct(&kind.id),
            name: Some(kind.title.en.clone()),
            description: Some(kind.description.en.clone()),
            extends: None,
            display: display
                .map(|((locale, name), description)| TypeDisplay { locale: locale.to_owned(), name, description: Some(description) })
                .collect(),
            claims: claims.collect(),
        }
    }
}

fn shown(title: &Text, description: Option<&Text>) -> Vec<Display> {
    let one = |locale: &str, name: &str, description: Option<&str>| Display {
        name: name.to_owned(),
        locale: Some(locale.to_owned()),
        description: description.map(str::to_owned),
        background_color: None,
        text_color: None,
    };
    vec![one("th", &title.th, description.map(|text| text.th.as_str())), one("en", &title.en, description.map(|text| text.en.as_str()))]
}
