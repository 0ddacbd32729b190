//! Issuer, audience and times of a JWT (RFC 7519 §4.1).

use serde_json::{Map, Value};

use crate::{CredentialError, json};

/// What a caller asks of a token's claims. Times are seconds since 1970 (UTC).
#[derive(Debug, Clone, Copy, Default)]
pub struct ClaimsCheck<'a> {
    /// Now.
    pub now_s: i64,
    /// By how much the other's clock may differ from ours; 60 is usual.
    pub leeway_s: i64,
    /// The only `iss` that is accepted; `None`: the caller looks at it.
    pub issuer: Option<&'a str>,
    /// What `aud` must name; `None`: the caller looks at it.
    pub audience: Option<&'a str>,
    /// How old `iat` may be. With it, `iat` must be there.
    pub max_age_s: Option<i64>,
    /// Is a token without `exp` refused?
    pub must_expire: bool,
}

impl ClaimsCheck<'_> {
    /// Checks the claims. `iat` in the future is refused always.
    ///
    /// # Errors
    /// [`CredentialError::Expired`], [`CredentialError::NotYetValid`], [`CredentialError::Claim`] with the claim's name.
    pub fn check(&self, claims: &Map<String, Value>) -> Result<(), CredentialError> {
        match time(claims, "exp")? {
            Some(end) if end <= self.now_s.saturating_sub(self.leeway_s) => return Err(CredentialError::Expired),
            None if self.must_expire => return Err(CredentialError::claim("exp", "it is missing")),
            _ => {}
        }
        let latest = self.now_s.saturating_add(self.leeway_s);
        if time(claims, "nbf")?.is_some_and(|start| start > latest) {
            return Err(CredentialError::NotYetValid);
        }
        let issued = time(claims, "iat")?;
        if issued.is_some_and(|issued| issued > latest) {
            return Err(CredentialError::NotYetValid);
        }
        if let Some(max_age_s) = self.max_age_s {
            let issued = issued.ok_or(CredentialError::claim("iat", "it is missing"))?;
            if issued < self.now_s.saturating_sub(max_age_s).saturating_sub(self.leeway_s) {
                return Err(CredentialError::Expired);
            }
        }
        let issuer = json::text(claims, "iss")?;
        if self.issuer.is_some_and(|expected| issuer != Some(expected)) {
            return Err(CredentialError::claim("iss", "it is another issuer than expected"));
        }
        match self.audience {
            Some(expected) if !has_audience(claims, expected)? => Err(CredentialError::claim("aud", "the token is for somebody else")),
            _ => Ok(()),
        }
    }
}

/// A NumericDate in whole seconds; fractions are cut off.
pub(crate) fn time(claims: &Map<String, Value>, name: &'static str) -> Result<Option<i64>, CredentialError> {
    let Some(value) = claims.get(name) else { return Ok(None) };
    let seconds = value.as_i64().or_else(|| value.as_f64().map(whole));
    seconds.map(Some).ok_or(CredentialError::claim(name, "it is not a time in seconds"))
}

#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "the conversion saturates, and so far away the side is all that counts"
)]
fn whole(seconds: f64) -> i64 {
    seconds.floor() as i64
}

/// `aud` is one text or an array of texts.
fn has_audience(claims: &Map<String, Value>, expected: &str) -> Result<bool, CredentialError> {
    match claims.get("aud") {
        None => Ok(false),
        Some(Value::String(one)) => Ok(one == expected),
        Some(Value::Array(many)) if many.iter().all(Value::is_string) => Ok(many.iter().any(|one| one == expected)),
        Some(_) => Err(CredentialError::claim("aud", "it is neither a text nor an array of texts")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(claims: &Value) -> Result<(), CredentialError> {
        let asked =
            ClaimsCheck { now_s: 1000, leeway_s: 10, issuer: Some("i"), audience: Some("a"), max_age_s: Some(100), must_expire: true };
        asked.check(claims.as_object().unwrap())
    }

    #[test]
    fn times_are_met_within_the_leeway_and_not_a_second_further() {
        let good = json!({"iss": "i", "aud": ["b", "a"], "iat": 1000.5, "exp": 1001});
        assert_eq!(check(&good), Ok(()));
        let cases = [
            ("exp", json!(990), Err(CredentialError::Expired)),
            ("exp", json!(991), Ok(())),
            ("exp", json!("991"), Err(CredentialError::claim("exp", "it is not a time in seconds"))),
            ("exp", json!(1e300), Ok(())),
            ("nbf", json!(1010), Ok(())),
            ("nbf", json!(1011), Err(CredentialError::NotYetValid)),
            ("iat", json!(1011), Err(CredentialError::NotYetValid)),
            ("iat", json!(890), Ok(())),
            ("iat", json!(889), Err(CredentialError::Expired)),
            ("aud", json!("b"), Err(CredentialError::claim("aud", "the token is for somebody else"))),
            ("iss", json!("I"), Err(CredentialError::claim("iss", "it is another issuer than expected"))),
        ];
        for (name, value, expected) in cases {
            let mut claims = good.clone();
            claims[name] = value.clone();
            assert_eq!(check(&claims), expected, "{name} {value}");
        }
        assert!(check(&json!({"iss": "i", "aud": "a", "iat": 1000})).is_err());
        assert!(check(&json!({"iss": "i", "aud": "a", "exp": 2000})).is_err());
    }
}
