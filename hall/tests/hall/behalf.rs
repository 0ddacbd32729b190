//! `Sala-Behalf` at the hall's door: which operations a mandate opens, in the whole contract.

use std::{fs, path::Path};

use serde_json::{Value, json};

use super::support::{Answer, Served, options_of, repository};

/// The demonstration, where a mandate may cover one operation that exists today.
fn profile(folder: &Path) {
    let mut folders = vec![(repository().join("profiles/demo"), folder.to_owned())];
    while let Some((from, to)) = folders.pop() {
        fs::create_dir_all(&to).unwrap();
        for entry in fs::read_dir(&from).unwrap().flatten() {
            let target = to.join(entry.file_name());
            if entry.path().is_dir() {
                folders.push((entry.path(), target));
            } else {
                fs::copy(entry.path(), target).unwrap();
            }
        }
    }
    let path = folder.join("mandates.yaml");
    let yaml = fs::read_to_string(&path).unwrap();
    assert!(yaml.contains("operations: [file_case,"), "the demo's group of cases");
    fs::write(&path, yaml.replace("operations: [file_case,", "operations: [list_officers, file_case,")).unwrap();
}

fn code(answer: &Answer) -> String {
    answer.json()["code"].as_str().unwrap_or("none").to_owned()
}

#[test]
fn a_mandate_opens_the_operations_that_it_names_and_no_other() {
    let folder = tempfile::tempdir().unwrap();
    profile(&folder.path().join("profile"));
    let served = Served::start_with(options_of(&folder.path().join("profile"), &folder.path().join("data"), &[]));
    let citizen = served.sign_in(&json!({ "role": "citizen" }));
    let officer = served.sign_in(&json!({ "role": "officer", "office": "digital" }));
    let post = |cookie: &str, path: &str, body: &Value| {
        let answer = served.post(&format!("/api/v1{path}"), cookie, body);
        assert_eq!(answer.status, 200, "{path}: {}", String::from_utf8_lossy(&answer.body));
        answer.json()
    };
    let session = served.request("GET", "/api/v1/session", &[("cookie", &citizen)], None).json();
    let asked = json!({ "name": "Demo Rice Ltd", "registration": "0105560123456", "evidence": "certificate" });
    let org = post(&citizen, "/organisations", &asked)["id"].as_str().unwrap().to_owned();
    post(&officer, &format!("/organisations/{org}/confirm"), &json!({}));
    let grant = |until: &str| {
        json!({ "form": "company_representative", "principal": org, "agent": session["persona"], "scope": ["cases"],
            "until": until, "evidence": "resolution 1" })
    };
    assert_eq!(code(&served.post("/api/v1/mandates", &citizen, &grant("2000-01-01T00:00:00Z"))), "invalid_input");
    let later = served.hall.clock.now().plus_seconds(30 * 86_400).to_string();
    let mandate = post(&citizen, "/mandates", &grant(&later))["id"].as_str().unwrap().to_owned();
    let path = format!("/mandates/{mandate}");
    post(&citizen, &format!("{path}/accept"), &json!({}));
    let ask = |cookie: &str, mandate: &str, method: &str, path: &str| {
        let headers = [("cookie", cookie), ("sala-behalf", mandate), ("x-sala-csrf", "1"), ("accept-language", "en")];
        served.request(method, &format!("/api/v1{path}"), &headers, None)
    };
    assert_eq!(code(&ask(&citizen, &mandate, "GET", "/officers")), "mandate_not_in_force", "nobody has confirmed it");
    post(&officer, &format!("{path}/confirm"), &json!({ "finding": "resolution seen" }));

    // Covered: the operation itself answers, and it wants an officer.
    assert_eq!(code(&ask(&citizen, &mandate, "GET", "/officers")), "forbidden");
    let refused = ask(&citizen, &mandate, "POST", "/officers");
    assert_eq!((refused.status, code(&refused).as_str()), (403, "mandate_not_covering"));
    assert!(refused.json()["detail"].as_str().unwrap().contains("File and follow cases"), "it names what it covers");
    for (method, path) in
        [("GET", "/passkeys"), ("GET", path.as_str()), ("POST", "/mandates"), ("DELETE", "/session"), ("POST", "/session/demo")]
    {
        assert_eq!(code(&ask(&citizen, &mandate, method, path)), "mandate_not_delegable", "{method} {path}");
    }
    assert_eq!(ask(&citizen, &mandate, "GET", "/session").status, 200, "what anyone may read needs no mandate");
    assert_eq!(ask(&citizen, &mandate, "GET", "/nothing").status, 404);
    assert_eq!(code(&ask("", &mandate, "GET", "/officers")), "sign_in_required");
    assert_eq!(code(&ask(&officer, &mandate, "GET", "/officers")), "mandate_not_in_force", "an officer acts by the office");
    assert_eq!(code(&ask(&citizen, "mandate_x", "GET", "/officers")), "mandate_not_in_force");
    let twice = [("cookie", citizen.as_str()), ("sala-behalf", &mandate), ("sala-behalf", "mandate_x")];
    assert_eq!(code(&served.request("GET", "/api/v1/officers", &twice, None)), "invalid_input");

    let thai = served.request("GET", "/api/v1/passkeys", &[("cookie", &citizen), ("sala-behalf", &mandate)], None).json();
    assert_eq!(thai["title"], "เรื่องนี้ต้องทำด้วยตนเอง");
    post(&citizen, &format!("{path}/revoke"), &json!({}));
    assert_eq!(code(&ask(&citizen, &mandate, "GET", "/officers")), "mandate_not_in_force");
}
