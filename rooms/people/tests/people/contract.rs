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
            assert_eq!(operation["tags"], serde_json::json!(["people"]));
        }
    }
    operations.retain(|operation| operation.starts_with("public"));
    operations.sort();
    assert_eq!(
        operations,
        [
            "public  delete /session close_session",
            "public  get /avatar-choices list_avatar_choices",
            "public  get /custody get_custody",
            "public  get /identity/providers list_identity_providers",
            "public  get /identity/{provider}/jwks get_identity_keys",
            "public  get /mandate-forms list_mandate_forms",
            "public  get /offices list_offices",
            "public  get /organisations/{id} get_organisation",
            "public  get /persona-cards/{id} get_persona_card",
            "public  get /persona-cards/{id}/avatar.vrm get_avatar",
            "public  get /policies get_policies",
            "public  get /purposes list_purposes",
            "public  get /scopes list_scopes",
            "public  get /scopes/{id} get_scope",
            "public  get /session get_session",
            "public  get /unmaskings/counts count_unmaskings",
            "public  post /identity/finish finish_identity",
            "public  post /identity/{provider}/start start_identity",
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
