//! HTTP of the room.

pub(crate) mod officers;
pub(crate) mod passkeys;
pub(crate) mod session;

use std::{
    convert::Infallible,
    net::{IpAddr, Ipv6Addr, SocketAddr},
    sync::Arc,
};

use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::{HeaderMap, request::Parts},
};
use sala_core::{ctx::Ctx, problem::Problem};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{People, session::Live};

/// The routes of the room.
pub fn router(people: Arc<People>) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(session::get_session, session::close_session))
        .routes(routes!(session::enter_demo))
        .routes(routes!(session::start_sign_in))
        .routes(routes!(session::finish_sign_in))
        .routes(routes!(session::list_sessions))
        .routes(routes!(session::close_other_session))
        .routes(routes!(passkeys::list_passkeys))
        .routes(routes!(passkeys::start_passkey))
        .routes(routes!(passkeys::finish_passkey))
        .routes(routes!(officers::list_offices))
        .routes(routes!(officers::list_officers, officers::appoint_officer))
        .routes(routes!(officers::dismiss_officer))
        .with_state(people)
}

/// Where a request comes from, for limits only; never stored. The hall puts it into the request's extensions when it stands behind
/// a proxy that it trusts; else the peer's address is taken (`ConnectInfo`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Remote(pub IpAddr);

/// The bucket of a remote: the address, or the /64 of an IPv6 network, which one household or host commands as a whole.
pub(crate) struct RemoteKey(pub(crate) String);

impl<S: Send + Sync> FromRequestParts<S> for RemoteKey {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let told = parts.extensions.get::<Remote>().map(|remote| remote.0);
        let peer = || parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip());
        Ok(Self(told.or_else(peer).map_or_else(|| "unknown".into(), bucket)))
    }
}

fn bucket(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).to_string(),
    }
}

/// The open session of a request, if there is one.
pub(crate) async fn live(people: &People, headers: &HeaderMap, ctx: &Ctx) -> Result<Option<Live>, Problem> {
    match people.token_in(headers) {
        Some(token) => people.live(token, ctx.now).await,
        None => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::bucket;

    #[test]
    fn a_network_shares_a_bucket() {
        let of = |address: &str| bucket(address.parse().unwrap());
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), of("2001:db8:1:2::1"));
        assert_ne!(of("2001:db8:1:3::1"), of("2001:db8:1:2::1"));
        assert_eq!(of("::ffff:192.0.2.7"), "192.0.2.7");
    }
}
