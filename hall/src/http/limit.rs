//! How often one address may ask: a token bucket each, told by RateLimit headers (draft-ietf-httpapi-ratelimit-headers).

use std::{
    collections::BTreeMap,
    net::IpAddr,
    sync::{Arc, Mutex},
};

use axum::{
    extract::{Request, State},
    http::{HeaderName, HeaderValue},
    middleware::Next,
    response::{IntoResponse, Response},
};
use sala_core::{problem::BUSY, time::Timestamp};

use super::request::{Desk, remote};

/// At most so many addresses are remembered; beyond that the fullest buckets are forgotten first, which harms no one.
const REMEMBERED: usize = 50_000;

/// The buckets.
#[derive(Debug)]
pub struct Limits {
    per_minute: u32,
    buckets: Mutex<BTreeMap<IpAddr, Bucket>>,
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    tokens: f64,
    at: Timestamp,
}

impl Limits {
    /// So many requests a minute for each address; the bucket holds a sixth of that at once.
    pub fn new(per_minute: u32) -> Self {
        Self { per_minute, buckets: Mutex::default() }
    }

    fn most(&self) -> f64 {
        (f64::from(self.per_minute) / 6.0).max(5.0)
    }

    /// Takes a token: how many are left, or in how many seconds there will be one.
    pub fn take(&self, address: IpAddr, now: Timestamp) -> Result<f64, u64> {
        let mut buckets = self.buckets.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if buckets.len() > REMEMBERED {
            let most = self.most();
            buckets.retain(|_, bucket| bucket.tokens < most * 0.5);
        }
        let bucket = buckets.entry(address).or_insert(Bucket { tokens: self.most(), at: now });
        let seconds = f64::from(u32::try_from(now.0.saturating_sub(bucket.at.0).max(0) / 1_000).unwrap_or(u32::MAX)) / 1_000.0;
        bucket.tokens = (bucket.tokens + seconds * f64::from(self.per_minute) / 60.0).min(self.most());
        bucket.at = now;
        if bucket.tokens >= 1.0 {
            bucket.tokens -= 1.0;
            Ok(bucket.tokens)
        } else {
            Err(1)
        }
    }
}

/// Refuses an address that asks too often.
pub async fn hold(State((limits, desk)): State<(Arc<Limits>, Desk)>, request: Request, next: Next) -> Response {
    let taken = limits.take(remote(&desk, &request), desk.clock.now());
    let (mut response, left) = match taken {
        Ok(left) => (next.run(request).await, left),
        Err(seconds) => (BUSY.problem().retry_after(seconds).into_response(), 0.0),
    };
    let headers = response.headers_mut();
    let mut put = |name: &'static str, text: String| {
        if let Ok(value) = HeaderValue::from_str(&text) {
            headers.insert(HeaderName::from_static(name), value);
        }
    };
    put("ratelimit-policy", format!("\"default\";q={};w=60", limits.per_minute));
    put("ratelimit", format!("\"default\";r={:.0};t=1", left.floor()));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_asks_too_often_waits_and_others_do_not() {
        let limits = Limits::new(60);
        let (one, other) = (IpAddr::from([10, 0, 0, 1]), IpAddr::from([10, 0, 0, 2]));
        let now = Timestamp::from_seconds(100);
        let granted = (0..50).filter(|_| limits.take(one, now).is_ok()).count();
        assert_eq!(granted, 10);
        assert!(limits.take(other, now).is_ok());
        assert!(limits.take(one, now.plus_seconds(2)).is_ok());
    }
}
