//! Which operations the room has, and which of them need no session.

use sala_people::router;

use super::hall::hall;

#[tokio::test]
async fn operations_are_public_only_where_someone_must_come_in_first() {
    let hall = hall().await;
    let contract = serde_json::to_value(router(hall.people).into_openapi()).unwrap();
    let mut operations = vec![];
    for (path, methods) in contract["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let is_public = operation["security"] == serde_json::json!([{}]);
            let id = operation["operationId"].as_str().unwrap();
            operations.push(format!(
                "{} {method} {} {id}",
                if is_public { "public " } else { "session" },
                path.trim_start_matches("/api/v1")
            ));
            // What is made for wallets lies outside /api, and has a tag of its own.
            let tag = if path.starts_with("/api/v1/") { "people" } else { "credentials" };
            assert_eq!(operation["tags"], serde_json::json!([tag]), "{path}");
        }
    }
    operations.retain(|operation| operation.starts_with("public"));
    operations.sort();
    assert_eq!(
        operations,
        [
            "public  delete /session close_session",
            "public  get /.well-known/did.json get_did_document",
            "public  get /.well-known/jwt-vc-issuer get_credential_keys",
            "public  get /.well-known/oauth-authorization-server get_authorization_server",
            "public  get /.well-known/openid-credential-issuer get_credential_issuer",
            "public  get /authenticators list_authenticators",
            "public  get /avatar-choices list_avatar_choices",
            "public  get /credential-status/{id} get_credential_status",
            "public  get /credential-types list_credential_types",
            "public  get /credential-types/{id} get_credential_type",
            "public  get /custody get_custody",
            "public  get /custody/{name} get_custody_committee",
            "public  get /identity/providers list_identity_providers",
            "public  get /identity/{provider}/jwks get_identity_keys",
            "public  get /mandate-forms list_mandate_forms",
            "public  get /offices list_offices",
            "public  get /openid4vci/offers/{id} get_credential_offer",
            "public  get /openid4vp/requests/{id} get_presentation_request",
            "public  get /organisations/{id} get_organisation",
            "public  get /persona-cards/{id} get_persona_card",
            "public  get /persona-cards/{id}/avatar.vrm get_avatar",
            "public  get /policies get_policies",
            "public  get /presentation-queries list_presentation_queries",
            "public  get /purposes list_purposes",
            "public  get /scopes list_scopes",
            "public  get /scopes/{id} get_scope",
            "public  get /session get_session",
            "public  get /unmaskings/counts count_unmaskings",
            "public  post /identity/finish finish_identity",
            "public  post /identity/{provider}/start start_identity",
            "public  post /openid4vci/credential issue_credential",
            "public  post /openid4vci/nonce give_credential_nonce",
            "public  post /openid4vci/notification notify_credential_issuer",
            "public  post /openid4vci/par push_credential_authorization",
            "public  post /openid4vci/token redeem_credential_code",
            "public  post /openid4vp/requests/{id} fetch_presentation_request",
            "public  post /openid4vp/responses/{id} answer_presentation_request",
            "public  post /passkeys/finish finish_passkey",
            "public  post /passkeys/start start_passkey",
            "public  post /policies/explain explain_policy",
            "public  post /recovery open_recovery",
            "public  post /recovery/passkey/finish finish_recovery_passkey",
            "public  post /recovery/passkey/start start_recovery_passkey",
            "public  post /session/demo enter_demo",
            "public  post /session/passkey/finish finish_sign_in",
            "public  post /session/passkey/start start_sign_in",
        ]
    );
    let session = &contract["components"]["schemas"]["Session"];
    assert_eq!(
        session["required"].as_array().unwrap().len(),
        session["properties"].as_object().unwrap().len(),
        "null is told, never left out"
    );
}
