//! House rules that a test keeps: edges go down, routes are guarded, codes and acts are documented, the contract is current.
//! `SALA_UPDATE=1` writes what these tests compare with.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use sala_hall::{api, catalog};
use serde_json::Value;

use super::support::{Served, repository};

fn compare(path: &Path, current: &str, hint: &str) {
    if std::env::var_os("SALA_UPDATE").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, current).unwrap();
    }
    let kept = fs::read_to_string(path).unwrap_or_default();
    assert!(kept == current, "{} is not current: {hint}", path.display());
}

/// Rank of a crate: engines 0, core 1, then the rooms by their ranks, hall last.
fn rank(name: &str) -> Option<u32> {
    Some(match name {
        "sala-log" | "sala-credential" | "sala-custody" | "sala-avatar" | "sala-signals" | "sala-presence" | "sala-voice"
        | "sala-district" => 0,
        "sala-core" => 10,
        "sala-people" => 21,
        "sala-streams" => 23,
        "sala-measures" | "sala-streets" | "sala-world" | "sala-city" | "sala-meetings" => 24,
        "sala-hall" => 100,
        _ => return None,
    })
}

#[test]
fn edges_between_crates_go_down() {
    let output = std::process::Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps"])
        .current_dir(repository())
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let mut edges = 0;
    for package in metadata["packages"].as_array().unwrap() {
        let name = package["name"].as_str().unwrap();
        let own = rank(name).unwrap_or_else(|| panic!("{name} has no rank: give it one here and in ARCHITECTURE.md"));
        for dependency in package["dependencies"].as_array().unwrap() {
            let target = dependency["name"].as_str().unwrap();
            if let Some(below) = rank(target) {
                edges += 1;
                assert!(below < own, "{name} may not use {target}: edges go down only");
            }
        }
    }
    assert!(edges >= 8, "only {edges} edges were seen: is the test still reading the manifest?");
}

#[test]
fn every_crate_keeps_the_house_rules() {
    let mut crates = 0;
    let mut folders = vec![repository()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap().flatten() {
            let (path, name) = (entry.path(), entry.file_name().into_string().unwrap());
            if path.is_dir() {
                if !["target", "node_modules", "dist", "fuzz", ".git", "data"].contains(&name.as_str()) && !name.starts_with('.') {
                    folders.push(path);
                }
            } else if name == "Cargo.toml" {
                let text = fs::read_to_string(&path).unwrap();
                if text.contains("[package]") {
                    crates += 1;
                    assert!(text.contains("[lints]\nworkspace = true"), "{} must take the workspace's lints", path.display());
                }
            }
            assert!(entry.file_name() != "mod.rs", "{}: name the file after its module", entry.path().display());
        }
    }
    assert!(crates >= 6);
}

/// The same JSON with its keys in order: another crate of the build may switch serde_json to the order of insertion.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let pairs: BTreeMap<&String, &Value> = map.iter().collect();
            Value::Object(pairs.into_iter().map(|(key, value)| (key.clone(), sorted(value))).collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(sorted).collect()),
        other => other.clone(),
    }
}

/// What anyone may ask without signing in.
const PUBLIC: &[&str] = &[
    "answer_presentation_request",
    "close_session",
    "count_conduct",
    "count_unmaskings",
    "enter_demo",
    "explain_policy",
    "fetch_presentation_request",
    "finish_identity",
    "finish_passkey",
    "finish_recovery_passkey",
    "finish_sign_in",
    "follow_live",
    "follow_live_street",
    "get_act",
    "get_act_proof",
    "get_asset",
    "get_asset_file",
    "get_authorization_server",
    "get_avatar",
    "get_board",
    "get_conduct",
    "get_credential_issuer",
    "get_credential_keys",
    "get_credential_offer",
    "get_credential_status",
    "get_credential_type",
    "get_custody",
    "get_custody_committee",
    "get_did_document",
    "get_feed",
    "get_hall",
    "get_identity_keys",
    "get_impact",
    "get_live_street",
    "get_log",
    "get_measure",
    "get_organisation",
    "get_persona_card",
    "get_policies",
    "get_presentation_request",
    "get_run",
    "get_scope",
    "get_series",
    "get_series_values",
    "get_session",
    "get_space",
    "get_space_model",
    "get_street_map",
    "give_credential_nonce",
    "issue_credential",
    "list_act_kinds",
    "list_acts",
    "list_areas",
    "list_assets",
    "list_authenticators",
    "list_avatar_choices",
    "list_credential_types",
    "list_feeds",
    "list_identity_providers",
    "list_impacts",
    "list_insights",
    "list_late",
    "list_levers",
    "list_mandate_forms",
    "list_measure_runs",
    "list_measures",
    "list_notices",
    "list_offices",
    "list_presentation_queries",
    "list_problems",
    "list_purposes",
    "list_runs",
    "list_scopes",
    "list_series",
    "list_spaces",
    "list_street_minutes",
    "list_street_rounds",
    "list_streets",
    "follow_meeting",
    "get_meeting",
    "get_minutes",
    "list_cities",
    "get_paper",
    "list_pins",
    "get_flood_depths",
    "get_flood",
    "list_floods",
    "list_meetings",
    "get_city",
    "get_city_file",
    "get_city_tile",
    "notify_credential_issuer",
    "open_recovery",
    "push_credential_authorization",
    "redeem_credential_code",
    "replay_act",
    "start_identity",
    "start_passkey",
    "start_recovery_passkey",
    "start_sign_in",
];

#[test]
fn each_route_is_authenticated_or_on_the_public_list() {
    let served = Served::start();
    let document = serde_json::to_value(api::document(&served.hall)).unwrap();
    let mut public = BTreeSet::new();
    let mut guarded = 0;
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let id = operation["operationId"].as_str().unwrap_or_else(|| panic!("{method} {path} has no operation id"));
            let security = operation["security"].as_array().unwrap_or_else(|| panic!("{id} does not say whether it is public"));
            let is_public = security.iter().all(|requirement| requirement.as_object().is_some_and(serde_json::Map::is_empty));
            if is_public {
                public.insert(id.to_owned());
                continue;
            }
            guarded += 1;
            let path = path.replace("{id}", "x_01");
            let headers = [("content-type", "application/json"), ("x-sala-csrf", "1")];
            let body: &[u8] =
                if id == "appoint_officer" { b"{\"persona\":\"p\",\"office\":\"o\",\"roles\":[\"r\"]}" } else { b"{\"reason\":\"x\"}" };
            let body = (method != "get").then_some(body);
            let answer = served.request(&method.to_uppercase(), &path, &headers, body);
            // A feed is also open to the holder of its key: there the refusal is about the key.
            let refusals: &[u16] = if id == "append_observations" { &[401, 403, 404] } else { &[401] };
            assert!(refusals.contains(&answer.status), "{id} answered a visitor: {}", String::from_utf8_lossy(&answer.body));
        }
    }
    let listed: BTreeSet<String> = PUBLIC.iter().map(|id| (*id).to_owned()).collect();
    assert_eq!(public, listed, "the public list and the routes differ");
    assert!(guarded >= 5, "only {guarded} guarded routes");
    // The contract itself, while a hall is open.
    let text = serde_json::to_string_pretty(&sorted(&document)).unwrap() + "\n";
    compare(&repository().join("openapi/sala.json"), &text, "run `make openapi` and look at the difference");
}

#[test]
fn each_kind_of_act_is_documented() {
    let mut text = String::from(
        "# Acts\n\nEvery change of state is one of these, and stands in the public log. This page is made from the code (`make openapi` writes it).\n",
    );
    let mut rooms: BTreeMap<&str, Vec<_>> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for act in catalog::acts() {
        assert!(seen.insert(act.kind), "{} is declared twice", act.kind);
        for words in [act.th, act.en, act.meaning_th, act.meaning_en] {
            assert!(!words.trim().is_empty(), "{} lacks words", act.kind);
        }
        rooms.entry(act.room).or_default().push(act);
    }
    for (room, acts) in rooms {
        text += &format!("\n## {room}\n\n| kind | ไทย | English | ความหมาย | meaning |\n|---|---|---|---|---|\n");
        for act in acts {
            text += &format!("| `{}` | {} | {} | {} | {} |\n", act.kind, act.th, act.en, act.meaning_th, act.meaning_en);
        }
    }
    compare(&repository().join("docs/acts.md"), &text, "run `make openapi`");
}

#[test]
fn each_problem_is_documented_and_translated() {
    let mut text = String::from(
        "# Problems\n\nEvery refusal has one of these codes (RFC 9457, field `code`). This page is made from the code (`make openapi` writes it).\n\n| code | status | ไทย | English | ทำอย่างไร | what to do |\n|---|---|---|---|---|---|\n",
    );
    let mut seen = BTreeMap::new();
    for code in catalog::problems() {
        if let Some(before) = seen.insert(code.code, code.status) {
            assert_eq!(before, code.status, "{} is declared twice", code.code);
            continue;
        }
        assert!(code.th.chars().any(|letter| ('\u{e00}'..='\u{e7f}').contains(&letter)), "{} has no Thai title", code.code);
        assert!(!code.en.is_empty() && !code.help_th.is_empty() && !code.help_en.is_empty(), "{}", code.code);
    }
    let codes: BTreeMap<_, _> = catalog::problems().into_iter().map(|code| (code.code, code)).collect();
    for code in codes.values() {
        text += &format!("| `{}` | {} | {} | {} | {} | {} |\n", code.code, code.status, code.th, code.en, code.help_th, code.help_en);
    }
    compare(&repository().join("docs/problems.md"), &text, "run `make openapi`");
}
