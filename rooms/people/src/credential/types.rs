//! What this hall issues: types of credentials as data of the profile, read once from `credentials.yaml`.

use std::{collections::BTreeSet, path::Path};

use sala_core::{
    problem::Problem,
    profile::{PROFILE_INVALID, read_file},
    text::Text,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Offices, privacy::Desk};

const MOST_BATCH: usize = 50;
const MOST_VALID_DAYS: u32 = 3_660;
/// Names that the format itself uses (SD-JWT VC §3.2.2.2, RFC 7519 §4.1).
const RESERVED: [&str; 12] = ["iss", "sub", "aud", "nbf", "exp", "iat", "jti", "cnf", "vct", "status", "_sd", "_sd_alg"];

/// On what a credential rests. When that ends, the credential is revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CredentialGround)]
pub enum Ground {
    /// The person, until erased or no longer at the level that the type asks for.
    Person,
    /// A mandate in force, for its agent.
    Mandate,
    /// An appointment, for the officer.
    Appointment,
    /// An award by an office through another room, such as a licence.
    Award,
}

/// Where the value of a claim comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClaimSource {
    /// Level of identity in hundredths, a number.
    IdentityLevel,
    /// The name that a national identity told, where the vault holds one.
    IdentityName,
    /// Handle of who gave the mandate.
    MandatePrincipal,
    /// Handle of who acts under it.
    MandateAgent,
    /// Id of its form.
    MandateForm,
    /// Ids of the operations, a list.
    MandateOperations,
    /// RFC 3339.
    MandateFrom,
    /// RFC 3339.
    MandateUntil,
    /// Satang for each act, a number, where there is a limit.
    MandatePerActSatang,
    /// Satang in all, a number, where there is a limit.
    MandateTotalSatang,
    /// Id of the office.
    OfficeId,
    /// Its title in Thai.
    OfficeTitleTh,
    /// Its title in English.
    OfficeTitleEn,
    /// Ids of the roles, a list.
    OfficeRoles,
    /// The officer's public handle.
    OfficeHandle,
    /// RFC 3339.
    OfficeSince,
    /// What the awarding room says under the claim's name.
    Award,
}

impl ClaimSource {
    fn ground(self) -> Ground {
        match self {
            Self::IdentityLevel | Self::IdentityName => Ground::Person,
            Self::MandatePrincipal
            | Self::MandateAgent
            | Self::MandateForm
            | Self::MandateOperations
            | Self::MandateFrom
            | Self::MandateUntil
            | Self::MandatePerActSatang
            | Self::MandateTotalSatang => Ground::Mandate,
            Self::OfficeId | Self::OfficeTitleTh | Self::OfficeTitleEn | Self::OfficeRoles | Self::OfficeHandle | Self::OfficeSince => {
                Ground::Appointment
            }
            Self::Award => Ground::Award,
        }
    }
}

/// A claim. Its holder may withhold each.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClaimRule {
    /// Name in the credential.
    pub name: String,
    /// What people call it.
    pub title: Text,
    /// Where its value comes from.
    pub from: ClaimSource,
    /// Nobody gets the credential without it.
    #[serde(default)]
    pub mandatory: bool,
}

/// A type of credential.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CredentialType {
    /// Id: letters, digits, `-`. It is configuration, scope and end of the `vct` address.
    pub id: String,
    /// What people call it.
    pub title: Text,
    /// What it is for, in a sentence or two.
    pub description: Text,
    /// The law under which it is issued.
    pub legal_basis: Text,
    /// On what it rests.
    pub ground: Ground,
    /// For so many days from the day of issue; a mandate's end may come earlier.
    pub valid_days: u32,
    /// Level of identity that its holder needs, in hundredths.
    #[serde(default)]
    pub minimum_level: i64,
    /// Who may revoke it besides its owner; none: nobody.
    pub revoked_by: Option<Desk>,
    /// What it says.
    pub claims: Vec<ClaimRule>,
}

/// A wallet in the browser or on a phone that may send people here to fetch credentials (authorisation code flow). Any other wallet takes
/// offers only.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wallet {
    /// `client_id`.
    pub id: String,
    /// What the page calls it.
    pub title: Text,
    /// Where it may be sent back to, letter for letter.
    pub redirect_uris: Vec<String>,
}

/// The file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CredentialTypes {
    /// After so many days the hall signs with a new key; old keys stay published until what they signed is over.
    pub issuer_key_days: u32,
    /// How many copies one request may ask for. Each is shown once, so that those who see them can't join what they saw.
    pub batch: usize,
    /// Wallets known by name, besides the hall's own.
    pub wallets: Vec<Wallet>,
    /// What is issued.
    pub types: Vec<CredentialType>,
}

impl Default for CredentialTypes {
    fn default() -> Self {
        Self { issuer_key_days: 90, batch: 10, wallets: vec![], types: vec![] }
    }
}

impl CredentialTypes {
    /// Reads `credentials.yaml`; a profile without one issues nothing.
    ///
    /// # Errors
    /// `profile_invalid` with each rule that the file breaks.
    pub fn read(path: &Path, offices: &Offices) -> Result<Self, Problem> {
        if !path.exists() {
            return Ok(Self::default());
        }
        let types = read_file::<Self>(path)?.value;
        let faults = types.faults(offices);
        if faults.is_empty() {
            return Ok(types);
        }
        let (file, count) = (path.display(), faults.len());
        let start = PROFILE_INVALID
            .problem()
            .detail(format!("{file} ผิดกฎ {count} แห่ง"), format!("{file} breaks {count} rule(s), named in `errors`"));
        Err(faults.into_iter().fold(start, |problem, (pointer, detail)| problem.at(format!("{file}#{pointer}"), detail)))
    }

    /// The type with this id.
    pub(crate) fn get(&self, id: &str) -> Option<&CredentialType> {
        self.types.iter().find(|kind| kind.id == id)
    }

    fn faults(&self, offices: &Offices) -> Vec<(String, String)> {
        let mut faults: Vec<(String, String)> = vec![];
        if !(1..=3_660).contains(&self.issuer_key_days) {
            faults.push(("/issuer_key_days".into(), "expected 1 to 3660 days".into()));
        }
        if !(2..=MOST_BATCH).contains(&self.batch) {
            faults.push(("/batch".into(), format!("expected 2 to {MOST_BATCH} copies")));
        }
        let mut wallets = BTreeSet::new();
        for (place, wallet) in self.wallets.iter().enumerate() {
            let at = format!("/wallets/{place}");
            if wallet.id.is_empty() || !wallets.insert(&wallet.id) {
                faults.push((format!("{at}/id"), "expected an id that no other wallet has".into()));
            }
            if wallet.redirect_uris.is_empty() || !wallet.redirect_uris.iter().all(|address| is_return_address(address)) {
                faults
                    .push((format!("{at}/redirect_uris"), "expected https addresses, or a scheme of the wallet's own, without `#`".into()));
            }
        }
        let mut ids = BTreeSet::new();
        for (place, kind) in self.types.iter().enumerate() {
            kind.faults(&format!("/types/{place}"), offices, &mut faults);
            if !ids.insert(&kind.id) {
                faults.push((format!("/types/{place}/id"), "another type has this id".into()));
            }
        }
        faults
    }
}

impl CredentialType {
    fn faults(&self, at: &str, offices: &Offices, faults: &mut Vec<(String, String)>) {
        let is_plain =
            |id: &str| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        if !is_plain(&self.id) {
            faults.push((format!("{at}/id"), "expected small letters, digits and `-`".into()));
        }
        if !(1..=MOST_VALID_DAYS).contains(&self.valid_days) {
            faults.push((format!("{at}/valid_days"), format!("expected 1 to {MOST_VALID_DAYS} days")));
        }
        if let Some(Desk { office, role }) = &self.revoked_by
            && !offices.has_role(office, role)
        {
            faults.push((format!("{at}/revoked_by"), format!("there is no office `{office}` with the role `{role}`")));
        }
        if self.claims.is_empty() {
            faults.push((format!("{at}/claims"), "expected at least one claim".into()));
        }
        let mut names = BTreeSet::new();
        for (place, claim) in self.claims.iter().enumerate() {
            let at = format!("{at}/claims/{place}");
            if claim.name.is_empty() || RESERVED.contains(&claim.name.as_str()) || !names.insert(&claim.name) {
                faults.push((format!("{at}/name"), "expected a name that is not reserved and not there twice".into()));
            }
            if claim.from.ground() != self.ground {
                faults.push((format!("{at}/from"), "this is known of another ground than the type's".into()));
            }
        }
        let texts = [("title", &self.title), ("description", &self.description), ("legal_basis", &self.legal_basis)];
        for (name, _) in texts.into_iter().filter(|(_, text)| text.th.trim().is_empty() || text.en.trim().is_empty()) {
            faults.push((format!("{at}/{name}"), "expected words in Thai and in English".into()));
        }
    }
}

/// https, loopback http, or a scheme of an app (RFC 8252 §7).
fn is_return_address(address: &str) -> bool {
    let Ok(url) = url::Url::parse(address) else { return false };
    let is_loopback = matches!(url.host_str(), Some("localhost" | "127.0.0.1"));
    let is_safe = match url.scheme() {
        "https" => true,
        "http" => is_loopback,
        "javascript" | "data" | "file" | "blob" | "about" | "ftp" | "ws" | "wss" => false,
        _ => true,
    };
    is_safe && url.fragment().is_none() && !address.contains('#')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(yaml: &str) -> Result<CredentialTypes, Problem> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("credentials.yaml");
        std::fs::write(&path, yaml).unwrap();
        CredentialTypes::read(&path, &offices())
    }

    fn offices() -> Offices {
        Offices::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../profiles/demo/offices.yaml")).unwrap()
    }

    #[test]
    fn the_demo_profile_is_sound_and_a_profile_without_the_file_issues_nothing() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../profiles/demo");
        let demo = CredentialTypes::read(&folder.join("credentials.yaml"), &offices()).unwrap();
        for ground in [Ground::Person, Ground::Mandate, Ground::Appointment] {
            assert!(demo.types.iter().any(|kind| kind.ground == ground), "{ground:?}");
        }
        assert_eq!(CredentialTypes::read(&folder.join("none.yaml"), &offices()).unwrap(), CredentialTypes::default());
    }

    #[test]
    fn each_rule_that_the_file_breaks_is_named() {
        let yaml = "
batch: 1
wallets: [{ id: w, title: { th: ก, en: a }, redirect_uris: ['javascript:alert(1)', 'http://wallet.example/'] }]
types:
  - id: Big Letters
    title: { th: ก, en: a }
    description: { th: ก, en: '' }
    legal_basis: { th: ก, en: a }
    ground: person
    valid_days: 0
    revoked_by: { office: nowhere, role: nobody }
    claims: [{ name: iss, title: { th: ก, en: a }, from: office_id }]
";
        let problem = read(yaml).unwrap_err();
        let named: Vec<&str> = problem.errors.iter().map(|error| error.pointer.split('#').nth(1).unwrap()).collect();
        let expected = [
            "/batch",
            "/wallets/0/redirect_uris",
            "/types/0/id",
            "/types/0/valid_days",
            "/types/0/revoked_by",
            "/types/0/claims/0/name",
            "/types/0/claims/0/from",
            "/types/0/description",
        ];
        assert_eq!(named, expected);
    }

    #[test]
    fn a_wallet_is_sent_back_to_https_or_to_its_own_app_only() {
        for good in ["https://w.example/cb", "com.example.wallet://cb", "http://127.0.0.1:3000/cb"] {
            assert!(is_return_address(good), "{good}");
        }
        for bad in ["http://w.example/cb", "javascript:1", "https://w.example/cb#x", "data:text/html,x", "cb", ""] {
            assert!(!is_return_address(bad), "{bad}");
        }
    }
}
