//! The contract says what the hall writes: real answers are held against the schemas of `openapi/sala.json`.

use std::io::{BufRead, BufReader};

use sala_hall::api;
use serde_json::Value;

use super::support::Served;

/// Every field that the contract requires is there, at any depth; other faults of shape are schemathesis' business.
fn lacks(document: &Value, schema: &Value, value: &Value, place: &str, faults: &mut Vec<String>) {
    if let Some(name) = schema["$ref"].as_str() {
        let named = document.pointer(name.trim_start_matches('#')).unwrap_or_else(|| panic!("{name} is nowhere"));
        return lacks(document, named, value, place, faults);
    }
    for part in schema["allOf"].as_array().into_iter().flatten() {
        lacks(document, part, value, place, faults);
    }
    for part in schema["oneOf"].as_array().into_iter().flatten().filter(|part| part.get("$ref").is_some() && value.is_object()) {
        lacks(document, part, value, place, faults);
    }
    for field in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        if value.is_object() && value.get(field).is_none() {
            faults.push(format!("{place}/{field}"));
        }
    }
    for (field, part) in schema["properties"].as_object().into_iter().flatten() {
        if let Some(value) = value.get(field) {
            lacks(document, part, value, &format!("{place}/{field}"), faults);
        }
    }
    for item in value.as_array().into_iter().flatten().take(20) {
        lacks(document, &schema["items"], item, &format!("{place}[]"), faults);
    }
}

/// The first id of a list.
fn first(served: &Served, list: &str) -> String {
    let id = |served: &Served| served.get(list).json()["items"][0]["id"].as_str().map(ToOwned::to_owned);
    served.wait_for(list, 60, id)
}

#[test]
fn answers_have_all_that_the_contract_requires() {
    let served = Served::start();
    let document = serde_json::to_value(api::document(&served.hall)).unwrap();
    let run = first(&served, "/api/v1/runs");
    let act = first(&served, "/api/v1/acts?kind=run.fire");
    served.wait_for("an insight", 60, |served| {
        (!served.get("/api/v1/insights").json()["items"].as_array().unwrap().is_empty()).then_some(())
    });
    let mut seen = 0;
    for (path, methods) in document["paths"].as_object().unwrap() {
        let schema = &methods["get"]["responses"]["200"]["content"]["application/json"]["schema"];
        if schema.is_null() {
            continue;
        }
        let id = match path.split('/').nth(3).unwrap_or_default() {
            "acts" => act.as_str(),
            "runs" => run.as_str(),
            "measures" => "traffic.congestion",
            "series" => "traffic.i94.volume",
            "feeds" => "traffic",
            "streets" => "bologna_acosta",
            _ => "",
        };
        let path = path.replace("{id}", if id.is_empty() { "{id}" } else { id });
        // What needs a thing that this hall does not have, or a caller who has signed in, is looked at by the room's own tests.
        let answer = if path.contains('{') { continue } else { served.get(&path) };
        if answer.status == 401 {
            continue;
        }
        assert_eq!(answer.status, 200, "{path}: {}", String::from_utf8_lossy(&answer.body));
        let mut faults = vec![];
        lacks(&document, schema, &answer.json(), &path, &mut faults);
        assert_eq!(faults, [] as [String; 0]);
        seen += 1;
    }
    assert!(seen >= 20, "only {seen} answers were looked at");
    an_act_says_what_it_refers_to(&served, &act, &run);
    a_run_says_what_it_saw(&served, &run);
    the_live_stream_names_acts(&served);
}

fn an_act_says_what_it_refers_to(served: &Served, act: &str, run: &str) {
    let act = served.get(&format!("/api/v1/acts/{act}")).json();
    let kinds: Vec<(&str, bool)> =
        act["references"].as_array().unwrap().iter().map(|each| (each["kind"].as_str().unwrap(), each["title"].is_object())).collect();
    let once: std::collections::BTreeSet<String> =
        act["references"].as_array().unwrap().iter().map(|each| format!("{} {}", each["kind"], each["id"])).collect();
    assert_eq!(once.len(), kinds.len(), "a reference stands twice: {once:?}");
    for kind in ["run", "measure", "lever", "series"] {
        assert!(kinds.contains(&(kind, true)), "{kind} is not named: {kinds:?}");
    }
    let (th, en) = (act["authority_title"]["th"].as_str().unwrap(), act["authority_title"]["en"].as_str().unwrap());
    assert_eq!(format!("{th} / {en}"), act["authority"].as_str().unwrap());
    assert!(th.contains("มาตรา") && en.contains("section"), "{th} {en}");
    let evaluated = served.get(&format!("/api/v1/acts?subject={run}")).json();
    assert!(!evaluated["items"].as_array().unwrap().is_empty());
}

fn a_run_says_what_it_saw(served: &Served, run: &str) {
    let run = served.get(&format!("/api/v1/runs/{run}")).json();
    let told = run["decision"]["explanation"]["en"].as_str().unwrap();
    let (series, title) = (run["series"].as_str().unwrap(), run["series_title"]["en"].as_str().unwrap());
    assert!(told.starts_with(title) && !told.contains(series) && !told.contains("00:00Z"), "{told}");
    assert!(run["since"].as_str().unwrap() < run["event_at"].as_str().unwrap());
    assert!(["above", "below"].contains(&run["decision"]["comparison"].as_str().unwrap()));
}

fn the_live_stream_names_acts(served: &Served) {
    let agent: ureq::Agent = ureq::Agent::config_builder().timeout_recv_body(Some(std::time::Duration::from_secs(20))).build().into();
    let answer = agent.get(format!("{}/api/v1/live", served.base)).call().unwrap();
    let mut is_act = false;
    for line in BufReader::new(answer.into_body().into_reader()).lines() {
        let line = line.unwrap();
        if let Some(data) = line.strip_prefix("data: ").filter(|_| is_act) {
            let act: Value = serde_json::from_str(data).unwrap();
            assert!(act["kind_title"]["th"].is_string() && act["authority_title"]["en"].is_string(), "{act}");
            return;
        }
        is_act = line == "event: act" || (is_act && line.starts_with("id:"));
    }
    panic!("no act was told");
}
