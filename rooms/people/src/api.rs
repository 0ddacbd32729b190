//! HTTP of the room.

pub(crate) mod acts;
pub(crate) mod authenticators;
pub(crate) mod avatars;
pub(crate) mod credentials;
pub(crate) mod credentials_protocol;
pub(crate) mod custodians;
pub(crate) mod data;
pub(crate) mod download;
pub(crate) mod identity;
pub(crate) mod mandates;
pub(crate) mod notices;
pub(crate) mod officers;
pub(crate) mod openid4vp;
pub(crate) mod organisations;
pub(crate) mod passkeys;
pub(crate) mod personas;
pub(crate) mod policies;
pub(crate) mod presentations;
pub(crate) mod recovery;
pub(crate) mod scopes;
pub(crate) mod session;
pub(crate) mod tickets;
pub(crate) mod unmaskings;

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
        .routes(routes!(session::start_signature))
        .routes(routes!(session::step_up))
        .routes(routes!(tickets::issue_ticket))
        .routes(routes!(session::list_sessions))
        .routes(routes!(session::close_other_session))
        .routes(routes!(passkeys::list_passkeys))
        .routes(routes!(identity::list_identity_providers))
        .routes(routes!(identity::get_identity_keys))
        .routes(routes!(identity::start_identity))
        .routes(routes!(identity::finish_identity))
        .routes(routes!(identity::claim_identity))
        .routes(routes!(identity::list_identities))
        .routes(routes!(identity::unlink_identity))
        .routes(routes!(passkeys::start_passkey))
        .routes(routes!(passkeys::finish_passkey))
        .routes(routes!(acts::list_own_openings))
        .routes(routes!(scopes::list_scopes, scopes::open_scope))
        .routes(routes!(scopes::get_scope))
        .routes(routes!(scopes::issue_token))
        .routes(routes!(policies::get_policies))
        .routes(routes!(policies::explain_policy))
        .routes(routes!(presentations::list_presentation_queries))
        .routes(routes!(presentations::list_presentations, presentations::ask_presentation))
        .routes(routes!(presentations::get_presentation))
        .routes(routes!(presentations::collect_presentation))
        .routes(routes!(personas::list_personas, personas::create_persona))
        .routes(routes!(personas::change_persona, personas::retire_persona))
        .routes(routes!(personas::use_persona))
        .routes(routes!(personas::get_persona_card))
        .routes(routes!(avatars::get_avatar))
        .routes(routes!(avatars::list_avatar_choices))
        .routes(routes!(recovery::rename_passkey, recovery::remove_passkey))
        .routes(routes!(notices::list_own_notices))
        .routes(routes!(notices::read_notice))
        .routes(routes!(download::get_own_data))
        .routes(routes!(data::list_own_readings))
        .routes(routes!(data::list_own_holds))
        .routes(routes!(data::get_erasure, data::request_erasure, data::withdraw_erasure))
        .routes(routes!(data::list_purposes))
        .routes(routes!(data::read_officer))
        .routes(routes!(data::list_holds, data::place_hold))
        .routes(routes!(data::lift_hold))
        .routes(routes!(recovery::list_recoveries))
        .routes(routes!(recovery::stop_recovery))
        .routes(routes!(recovery::prepare_recovery_code))
        .routes(routes!(recovery::open_recovery))
        .routes(routes!(recovery::start_recovery_passkey))
        .routes(routes!(recovery::finish_recovery_passkey))
        .routes(routes!(recovery::list_desk, recovery::vouch_at_desk))
        .routes(routes!(recovery::confirm_at_desk))
        .routes(routes!(officers::list_offices))
        .routes(routes!(authenticators::list_authenticators))
        .routes(routes!(officers::list_officers, officers::appoint_officer))
        .routes(routes!(officers::dismiss_officer))
        .routes(routes!(unmaskings::invite_officer))
        .routes(routes!(unmaskings::accept_invitation))
        .routes(routes!(custodians::get_custody, custodians::speak_as_custodian))
        .routes(routes!(custodians::get_custody_committee))
        .routes(routes!(custodians::decide_handover))
        .routes(routes!(unmaskings::list_unmaskings, unmaskings::request_unmasking))
        .routes(routes!(unmaskings::count_unmaskings))
        .routes(routes!(unmaskings::get_unmasking))
        .routes(routes!(unmaskings::decide_unmasking))
        .routes(routes!(unmaskings::open_unmasking))
        .routes(routes!(unmaskings::withdraw_unmasking))
        .routes(routes!(credentials::list_credential_types))
        .routes(routes!(credentials::offer_credential))
        .routes(routes!(credentials::list_own_credentials))
        .routes(routes!(credentials::revoke_own_credential))
        .routes(routes!(credentials::revoke_credential))
        .routes(routes!(credentials::get_credential_authorization))
        .routes(routes!(credentials::approve_credential))
        .routes(routes!(credentials::refuse_credential))
        .routes(routes!(mandates::list_mandate_forms))
        .routes(routes!(mandates::list_mandates, mandates::grant_mandate))
        .routes(routes!(mandates::list_waiting_mandates))
        .routes(routes!(mandates::get_mandate))
        .routes(routes!(mandates::accept_mandate))
        .routes(routes!(mandates::refuse_mandate))
        .routes(routes!(mandates::confirm_mandate))
        .routes(routes!(mandates::revoke_mandate))
        .routes(routes!(organisations::list_organisations, organisations::register_organisation))
        .routes(routes!(organisations::get_organisation))
        .routes(routes!(organisations::confirm_organisation))
        .routes(routes!(organisations::refuse_organisation))
        .merge(credentials_protocol::router())
        .merge(openid4vp::router())
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

/// A signed-in caller: visitors are refused before anything else of the request is looked at.
pub(crate) struct SignedIn(pub(crate) Ctx);

impl<S: Send + Sync> FromRequestParts<S> for SignedIn {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let ctx = Ctx::from_request_parts(parts, state).await?;
        ctx.require_signed_in()?;
        Ok(Self(ctx))
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
