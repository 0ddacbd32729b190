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
    operations.sort();
    assert_eq!(
        operations,
        [
            "public  delete /session close_session",
            "public  get /offices list_offices",
            "public  get /session get_session",
            "public  post /passkeys/finish finish_passkey",
            "public  post /passkeys/start start_passkey",
            "public  post /session/demo enter_demo",
            "public  post /session/passkey/finish finish_sign_in",
            "public  post /session/passkey/start start_sign_in",
            "session delete /officers/{id} dismiss_officer",
            "session delete /sessions/{id} close_other_session",
            "session get /officers list_officers",
            "session get /passkeys list_passkeys",
            "session get /sessions list_sessions",
            "session post /officers appoint_officer",
        ]
    );
    let session = &contract["components"]["schemas"]["Session"];
    assert_eq!(
        session["required"].as_array().unwrap().len(),
        session["properties"].as_object().unwrap().len(),
        "null is told, never left out"
    );
}
