//! National identity: a provider that the profile trusts says who someone is, and how surely.
//!
//! What is kept: a keyed hash of issuer and subject, by which the same human is recognised; sealed for the person, the level with its
//! time and source, and name or number only where the profile wants them. Nobody needs a number. One subject belongs to one person
//! for as long as that person is not erased, linked or not; whoever comes with it elsewhere is refused without a word about whose it is.
//!
//! A national identity signs in as a citizen only and counts as no passkey: it can't sign, and adds no passkey to a person who has one
//! without confirming with that (the way back for whoever lost them is a recovery, with its cool-off).

mod link;

use sala_core::{
    ctx::Ctx,
    problem::{IDENTITY_TOO_WEAK, INVALID, NOT_FOUND, Problem},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

pub(crate) use self::link::LinkedIdentity;
use crate::{
    People,
    ceremony::Ceremonies,
    lookup::LookupKey,
    oidc::{
        OidcError,
        client::{Client, CodeAnswer, Flow, Identified, Party, clean_code},
        fetch::Web,
        provider::Provider,
    },
    problems::{DEMO_PERSON, IDENTITY_FLOW_UNKNOWN, IDENTITY_REFUSED, IDENTITY_TAKEN, IDENTITY_UNKNOWN, SIGN_OUT_FIRST},
    recovery::RecoverySlip,
    session::{Capacity, Live, Method},
    sign_in::Opened,
    store::{self, HALL_KEY, identity::IdentityRow},
    token::{hash, new_token},
};

const AUTHORITY: &str = "At the person's own request";
/// From the start until the browser is back, and from then until someone claims an identity that nobody had.
pub(crate) const LIFE_S: i64 = 600;
const MAX_PATH_BYTES: usize = 512;

/// What someone goes to a provider for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = IdentityPurpose)]
pub enum IdentityPurpose {
    /// To sign in, or to register with it.
    SignIn,
    /// To raise the level of the signed-in person.
    Link,
    /// To open a recovery.
    Recover,
}

/// A browser that is with a provider.
#[derive(Debug)]
struct Away {
    provider: String,
    flow: Flow,
    purpose: IdentityPurpose,
    /// Hash of what the browser's cookie holds.
    browser: String,
    /// Who was signed in, where it is to be linked.
    person: Option<String>,
    return_to: String,
}

/// An identity that nobody here has yet.
#[derive(Debug)]
struct Unclaimed {
    provider: String,
    identified: Identified,
    browser: String,
}

/// What the room remembers of identities.
#[derive(Debug)]
pub(crate) struct Identities {
    client: Client,
    away: Ceremonies<Away>,
    unclaimed: Ceremonies<Unclaimed>,
}

impl Default for Identities {
    fn default() -> Self {
        Self { client: Client::new(Box::new(Web)), away: Ceremonies::lasting(LIFE_S), unclaimed: Ceremonies::lasting(LIFE_S) }
    }
}

/// A flow that began.
pub(crate) struct Begun {
    /// Where the browser goes.
    pub(crate) url: String,
    /// What its cookie holds.
    pub(crate) browser: String,
    pub(crate) ends_at: Timestamp,
}

/// What came back to the callback page, with the browser that brought it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Returned<'a> {
    pub(crate) provider: &'a str,
    pub(crate) state: &'a str,
    pub(crate) code: Option<&'a str>,
    pub(crate) issuer: Option<&'a str>,
    pub(crate) error: Option<&'a str>,
    pub(crate) browser: Option<&'a str>,
}

/// How a flow ended.
pub(crate) enum Finished {
    SignedIn(Box<Opened>, String),
    Linked(Box<LinkedIdentity>, String),
    /// Nobody here has this identity: someone registers or signs in and claims it. With the name that the provider told, if the profile
    /// wants one.
    Unknown {
        ticket: String,
        name: Option<String>,
        return_to: String,
    },
    Recovery(RecoverySlip),
}

impl People {
    /// The keys of this hall as a client of the provider, and where it sends browsers back to: an address of its own for each, so that an
    /// answer can't be taken for another's where a provider does not name itself (RFC 9700 §4.4.2.2).
    fn client_of(&self, provider: &Provider) -> Result<Party, Problem> {
        let redirect_uri = format!("{}/identity/{}/callback", self.config.origin.trim_end_matches('/'), provider.id);
        let key = |usage| self.lookup.client_key(&provider.id, provider.key_version, usage);
        Party::new(redirect_uri, &key("sign"), &key("decrypt")).map_err(|error| OidcError::Token(error).into())
    }

    /// The public keys of this hall as a client of a provider.
    pub(crate) fn identity_keys(&self, provider: &str) -> Result<Value, Problem> {
        Ok(self.client_of(self.provider(provider)?)?.keys())
    }

    fn provider(&self, id: &str) -> Result<&Provider, Problem> {
        self.config.identity.get(id).ok_or_else(|| NOT_FOUND.problem())
    }

    /// Sends a browser to a provider.
    pub(crate) async fn start_identity(
        &self,
        ctx: &Ctx,
        remote: &str,
        provider: &str,
        purpose: Option<IdentityPurpose>,
        return_to: Option<&str>,
        live: Option<&Live>,
    ) -> Result<Begun, Problem> {
        self.limiter.take(remote, ctx.now)?;
        let provider = self.provider(provider)?;
        let purpose = purpose.unwrap_or(if live.is_some() { IdentityPurpose::Link } else { IdentityPurpose::SignIn });
        let return_to = local_path(return_to.unwrap_or("/"))?;
        let person = match (purpose, live) {
            (IdentityPurpose::Link, _) => Some(self.require_linkable(ctx, live).await?),
            (_, Some(_)) => return Err(SIGN_OUT_FIRST.problem()),
            (_, None) => None,
        };
        let (url, flow) = self.identities.client.begin(ctx, provider, &self.client_of(provider)?).await?;
        let browser = new_token(&*ctx.entropy);
        let state = flow.state.clone();
        let away = Away { provider: provider.id.clone(), flow, purpose, browser: hash(&browser), person, return_to };
        self.identities.away.begin(state, away, remote, ctx.now)?;
        Ok(Begun { url, browser, ends_at: ctx.now.plus_seconds(LIFE_S) })
    }

    /// The signed-in person, if they may take on an identity now: confirmed with a passkey just now (else a stolen session could plant
    /// its thief's), settled after a recovery, and not one of the shared persons of the demonstration.
    async fn require_linkable(&self, ctx: &Ctx, live: Option<&Live>) -> Result<String, Problem> {
        let person = ctx.require_signed_in()?.to_owned();
        if live.is_none_or(|live| live.method == Method::Demo) {
            return Err(DEMO_PERSON.problem());
        }
        ctx.require_fresh()?;
        self.require_settled(&person, ctx.now).await?;
        Ok(person)
    }

    /// Takes what a provider sent a browser back with. Good once, for the browser that set out.
    pub(crate) async fn finish_identity(
        &self,
        ctx: &Ctx,
        remote: &str,
        returned: Returned<'_>,
        live: Option<&Live>,
        replaces: Option<&str>,
    ) -> Result<Finished, Problem> {
        self.limiter.take(remote, ctx.now)?;
        let unknown = |because: &'static str| IDENTITY_FLOW_UNKNOWN.problem().because(because);
        let away = self.identities.away.finish(returned.state, ctx.now).ok_or_else(|| unknown("no such state, or used, or over"))?;
        if returned.browser.map(hash).as_ref() != Some(&away.browser) {
            return Err(unknown("another browser set out"));
        }
        if away.provider != returned.provider {
            return Err(OidcError::MixedUp.into());
        }
        if away.person.as_deref() != live.map(|live| live.who.person.as_str()).filter(|_| away.person.is_some()) {
            return Err(unknown("another person, or nobody, is signed in now"));
        }
        let provider = self.provider(&away.provider)?;
        let code = match (returned.code, returned.error) {
            (Some(code), None) => code,
            (_, Some(error)) => return Err(IDENTITY_REFUSED.problem().because(clean_code(error))),
            (None, None) => return Err(INVALID.problem().at("/code", "expected a code or an error")),
        };
        let answer = CodeAnswer { code, issuer: returned.issuer };
        let identified = self.identities.client.finish(ctx, provider, &self.client_of(provider)?, away.flow, answer).await?;
        if identified.level < provider.minimum_level {
            return Err(IDENTITY_TOO_WEAK.problem().because("the provider proves less than the profile asks for"));
        }
        if let Some(person) = away.person {
            let linked = self.link_identity(ctx, &person, provider, &identified).await?;
            return Ok(Finished::Linked(Box::new(linked), away.return_to));
        }
        let known = store::identity::by_id(&self.store, &self.lookup.identity_row(&provider.issuer, &identified.subject)).await?;
        match (known, away.purpose) {
            (Some(row), _) if row.ended_at.is_some() => Err(IDENTITY_TAKEN.problem()),
            (Some(row), IdentityPurpose::Recover) => {
                Ok(Finished::Recovery(self.recover_with_identity(ctx, &self.identity_person(&row).await?).await?))
            }
            (None, IdentityPurpose::Recover) => Err(IDENTITY_UNKNOWN.problem()),
            (Some(row), _) => {
                let opened = self.sign_in_with_identity(ctx, &row, provider, &identified, replaces).await?;
                Ok(Finished::SignedIn(Box::new(opened), away.return_to))
            }
            (None, _) => {
                let (ticket, name) = (format!("identity_ticket_{}", hex::encode(ctx.random32())), identified.name.clone());
                let unclaimed = Unclaimed { provider: provider.id.clone(), identified, browser: away.browser };
                self.identities.unclaimed.begin(ticket.clone(), unclaimed, remote, ctx.now)?;
                Ok(Finished::Unknown { ticket, name, return_to: away.return_to })
            }
        }
    }

    /// The signed-in person takes an identity that came back while nobody was signed in.
    pub(crate) async fn claim_identity(
        &self,
        ctx: &Ctx,
        remote: &str,
        ticket: &str,
        browser: Option<&str>,
        live: Option<&Live>,
    ) -> Result<LinkedIdentity, Problem> {
        self.limiter.take(remote, ctx.now)?;
        let person = self.require_linkable(ctx, live).await?;
        let unclaimed = self.identities.unclaimed.finish(ticket, ctx.now).ok_or_else(|| IDENTITY_FLOW_UNKNOWN.problem())?;
        if browser.map(hash).as_ref() != Some(&unclaimed.browser) {
            return Err(IDENTITY_FLOW_UNKNOWN.problem().because("another browser set out"));
        }
        let provider = self.provider(&unclaimed.provider)?;
        self.link_identity(ctx, &person, provider, &unclaimed.identified).await
    }

    async fn identity_person(&self, row: &IdentityRow) -> Result<String, Problem> {
        store::unseal(&self.store, HALL_KEY, "identity link", &row.id, &row.link).await
    }

    /// As a citizen: whoever holds an office acts in it by a passkey only. What the provider says newly of the level counts.
    async fn sign_in_with_identity(
        &self,
        ctx: &Ctx,
        row: &IdentityRow,
        provider: &Provider,
        identified: &Identified,
        replaces: Option<&str>,
    ) -> Result<Opened, Problem> {
        let person = self.identity_person(row).await?;
        if self.open_identity(&person, row.clone()).await?.level != identified.level {
            self.link_identity(ctx, &person, provider, identified).await?;
        }
        let who = self.who(&person, Some(Capacity::Citizen), None, None).await?;
        self.open_session(ctx, who, Method::NationalId, None, replaces).await
    }
}

impl LookupKey {
    /// A private scalar of this hall as a client. Derived, so that there is no further secret to keep; another version gives another key.
    fn client_key(&self, provider: &str, version: u32, usage: &str) -> [u8; 32] {
        let keyed = self.keyed("identity client key", format!("{provider}/{version}/{usage}").as_bytes());
        let mut scalar = [0; 32];
        // 64 hexadecimal digits of an HMAC-SHA-256 always fit.
        let _ = hex::decode_to_slice(keyed, &mut scalar);
        scalar
    }
}

/// A path within this hall to go on at: never another site, whatever a browser makes of slashes and backslashes (CWE-601).
pub(crate) fn local_path(path: &str) -> Result<String, Problem> {
    let is_plain = path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let is_local = path.starts_with('/') && !path.starts_with("//") && is_plain && path.len() <= MAX_PATH_BYTES;
    // As a browser would read it.
    let base = url::Url::parse("https://hall.invalid/").ok();
    let stays = base.and_then(|base| base.join(path).ok()).is_some_and(|url| url.origin().ascii_serialization() == "https://hall.invalid");
    if is_local && stays {
        Ok(path.to_owned())
    } else {
        Err(INVALID.problem().at("/return_to", "expected a path of this hall, such as /me"))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn nobody_is_sent_to_another_site() {
        for good in ["/", "/me", "/me?tab=identity#x", "/a//b", "/a/../b", "/%2F%2Fevil.example"] {
            assert_eq!(local_path(good).unwrap(), good);
        }
        let tricks = [
            "",
            "me",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "https://evil.example",
            "https:/evil.example",
            "javascript:alert(1)",
            "/\t/evil.example",
            "/\n/evil.example",
            " //evil.example",
            "/ /evil.example",
            "/\u{2028}",
            "/ก",
            "@evil.example",
            "data:text/html,x",
        ];
        for trick in tricks {
            assert_eq!(local_path(trick).unwrap_err().errors[0].pointer, "/return_to", "{trick:?}");
        }
        assert!(local_path(&format!("/{}", "a".repeat(MAX_PATH_BYTES))).is_err());
    }

    proptest! {
        #[test]
        fn what_is_let_through_stays_in_the_hall(path in "[/\\\\.:@a-z\t\n%?# -]{0,12}") {
            if let Ok(path) = local_path(&path) {
                let url = url::Url::parse("https://hall.example/identity/x/callback").unwrap().join(&path).unwrap();
                prop_assert_eq!(url.host_str(), Some("hall.example"));
            }
        }
    }
}
