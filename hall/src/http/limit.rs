//! How often one address may ask: a token bucket each, told by RateLimit headers (draft-ietf-httpapi-ratelimit-headers).

use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
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

/// At most so many addresses are remembered; beyond that the fullest buckets are forgotten first, which harms no one, and while that is
/// not enough, new addresses share one bucket.
const REMEMBERED: usize = 50_000;
/// The bucket that those share.
const SHARED: IpAddr = IpAddr::V4(Ipv4Addr::UNSPECIFIED);

/// The buckets.
#[derive(Debug)]
pub struct Limits {
    per_minute: u32,
    held: Mutex<Held>,
}

#[derive(Debug)]
struct Held {
    buckets: BTreeMap<IpAddr, Bucket>,
    /// When full ones were last looked for: not at every request of a flood.
    swept_at: Timestamp,
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    tokens: f64,
    at: Timestamp,
}

/// Who shares a bucket: an address of IPv4, or a network of 64 bits of IPv6, for that is what one customer gets.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
        address @ IpAddr::V4(_) => address,
    }
}

impl Limits {
    /// So many requests a minute for each address; the bucket holds a sixth of that at once.
    pub fn new(per_minute: u32) -> Self {
        Self { per_minute, held: Mutex::new(Held { buckets: BTreeMap::new(), swept_at: Timestamp(i64::MIN) }) }
    }

    fn most(&self) -> f64 {
        (f64::from(self.per_minute) / 6.0).max(5.0)
    }

    /// How full a bucket is by now.
    fn filled(&self, bucket: &Bucket, now: Timestamp) -> f64 {
        let seconds = f64::from(u32::try_from(now.0.saturating_sub(bucket.at.0).max(0) / 1_000).unwrap_or(u32::MAX)) / 1_000.0;
        (bucket.tokens + seconds * f64::from(self.per_minute) / 60.0).min(self.most())
    }

    /// Takes a token: how many are left, or in how many seconds there will be one.
    pub fn take(&self, address: IpAddr, now: Timestamp) -> Result<f64, u64> {
        let mut held = self.held.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut key = network(address);
        if held.buckets.len() >= REMEMBERED && !held.buckets.contains_key(&key) {
            if held.swept_at.plus_seconds(1) <= now {
                held.swept_at = now;
                held.buckets.retain(|_, bucket| self.filled(bucket, now) < self.most() * 0.5);
            }
            if held.buckets.len() >= REMEMBERED {
                key = SHARED;
            }
        }
        let bucket = held.buckets.entry(key).or_insert(Bucket { tokens: self.most(), at: now });
        bucket.tokens = self.filled(bucket, now);
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
    fn many_addresses_can_not_fill_the_memory() {
        let limits = Limits::new(60);
        let now = Timestamp::from_seconds(100);
        let flooder = IpAddr::from([10, 0, 0, 1]);
        while limits.take(flooder, now).is_ok() {}
        for number in 0..200_000_u32 {
            let _ = limits.take(IpAddr::from(number.wrapping_add(0xC000_0000).to_be_bytes()), now);
        }
        assert!(limits.held.lock().unwrap().buckets.len() <= REMEMBERED + 1);
        assert!(limits.take(flooder, now).is_err(), "a flooder is not forgotten for the sake of others");
        // Even if each of them floods: none is forgotten while it does, and whoever is new shares.
        for number in 0..60_000_u32 {
            while limits.take(IpAddr::from(number.wrapping_add(0xC000_0000).to_be_bytes()), now).is_ok() {}
        }
        assert!(limits.held.lock().unwrap().buckets.len() <= REMEMBERED + 1);
        // A minute later they are forgotten.
        let later = now.plus_seconds(60);
        assert!(limits.take(IpAddr::from([10, 0, 0, 2]), later).is_ok());
        assert_eq!(limits.held.lock().unwrap().buckets.len(), 1);
    }

    #[test]
    fn a_network_of_ipv6_is_one_address() {
        let limits = Limits::new(60);
        let now = Timestamp::from_seconds(100);
        let granted = (0..50_u16).filter(|number| limits.take(IpAddr::from([0x2001, 0xdb8, 1, 2, 0, 0, 0, *number]), now).is_ok()).count();
        assert_eq!(granted, 10);
        assert!(limits.take("2001:db8:1:3::1".parse().unwrap(), now).is_ok());
        for _ in 0..10 {
            assert!(limits.take("192.0.2.1".parse().unwrap(), now).is_ok());
        }
        assert!(limits.take("::ffff:192.0.2.1".parse().unwrap(), now).is_err(), "written otherwise, it is the same address");
    }

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
