//! What a change of a street would do: asked over HTTP, simulated by the real simulator, on the record.

use std::path::Path;

use sala_streets::simulator::sumo::Sumo;
use serde_json::{Value, json};

use super::support::{Served, options_of, repository};

/// The demo profile with one small street of our own.
pub(crate) fn profile(folder: &Path) {
    let demo = repository().join("profiles/demo");
    copy(&demo, folder);
    std::fs::remove_dir_all(folder.join("streets")).unwrap();
    // Fixtures and a district with streets that are not here: such a hall would not start.
    for part in ["spaces", "cities"] {
        std::fs::remove_dir_all(folder.join(part)).unwrap();
    }
    std::fs::create_dir(folder.join("streets")).unwrap();
    for file in ["cross.net.xml", "cross.rou.xml"] {
        std::fs::copy(repository().join("rooms/streets/tests/cross").join(file), folder.join("streets").join(file)).unwrap();
    }
    let yaml = std::fs::read_to_string(demo.join("streets/bologna.yaml")).unwrap();
    let head = yaml.split("\nnet:").next().unwrap();
    let street = head.replace("id: bologna_acosta", "id: cross")
        + "\nnet: cross.net.xml\nroutes: [cross.rou.xml]\nbegin_s: 0\nend_s: 300\nclock: \"08:00\"\n";
    std::fs::write(folder.join("streets/cross.yaml"), street).unwrap();
}

pub(crate) fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// A hall with the small street, unless no simulator is here.
fn start(folder: &Path, data: &Path) -> Option<Served> {
    profile(folder);
    let served = serve(folder, data)?;
    let street = served.get("/api/v1/streets").json()["items"][0].clone();
    assert_eq!((&street["id"], &street["can_simulate"]), (&json!("cross"), &json!(true)), "{street}");
    Some(served)
}

fn serve(folder: &Path, data: &Path) -> Option<Served> {
    let Ok(sumo) = Sumo::find(None, &repository()) else {
        assert!(std::env::var_os("SALA_REQUIRE_PEERS").is_none(), "SUMO is required here");
        println!("skipped: no SUMO on this machine (scripts/install makes .venv-sumo)");
        return None;
    };
    Some(Served::start_with(options_of(folder, data, &["--sumo", sumo.program.to_str().unwrap()])))
}

fn change(steps: &Value) -> Value {
    json!({"street": "cross", "change": {"title": "ลอง", "changes": steps}, "seeds": [1, 2]})
}

#[test]
fn a_citizen_asks_and_the_answer_is_on_the_record() {
    let (folder, data) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let Some(served) = start(folder.path(), data.path()) else { return };
    let body = change(&json!([{"kind": "close_lane", "edge": "west_in", "lane": 0}]));
    assert_eq!(served.post("/api/v1/impacts", "", &body).status, 401);
    let citizen = served.sign_in(&json!({"role": "citizen"}));
    let asked = served.post("/api/v1/impacts", &citizen, &body);
    assert_eq!(asked.status, 202, "{}", asked.json());
    let id = asked.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(asked.json()["runs"], 4);
    let path = format!("/api/v1/impacts/{id}");
    let done = served.wait_for("the answer", 120, |served| {
        let impact = served.get(&path).json();
        assert!(impact["state"] != "failed", "{impact}");
        (impact["state"] == "done").then_some(impact)
    });
    let answer = &done["answer"];
    assert_eq!(answer["before"].as_array().unwrap().len(), 2);
    assert!(answer["difference"]["delay_s"]["difference"].as_f64().unwrap() > 0.0, "half the road costs time: {}", answer["difference"]);
    assert!(answer["edges"].as_array().unwrap().iter().any(|edge| edge["edge"] == "west_in"));
    // Both acts are public; the second says by what it was computed, and the answer that is served is the one that was recorded.
    let acts = done["acts"].as_array().unwrap();
    let [ask, finish] = [0, 1].map(|place| served.get(&format!("/api/v1/acts/{}", acts[place].as_str().unwrap())).json());
    assert_eq!((&ask["kind"], &finish["kind"]), (&json!("impact.ask"), &json!("impact.finish")));
    assert_eq!(finish["public"]["simulator"], json!(format!("SUMO {}", answer["sumo_version"].as_str().unwrap())), "{finish}");
    assert_eq!(finish["public"]["delay_difference_s"]["difference"], answer["difference"]["delay_s"]["difference"]);
    assert_eq!(served.post(&format!("{path}/stop"), &citizen, &json!({})).json()["code"], "impact_over");
    let listed = served.get("/api/v1/impacts?street=cross&limit=1").json();
    assert_eq!(listed["items"][0]["id"], id.as_str());
}

#[test]
fn what_does_not_fit_or_is_too_much_is_refused_with_its_place() {
    let (folder, data) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let Some(served) = start(folder.path(), data.path()) else { return };
    let citizen = served.sign_in(&json!({"role": "citizen"}));
    let ask = |body: &Value| served.post("/api/v1/impacts", &citizen, body);
    let wrong = ask(&change(&json!([{"kind": "close_lane", "edge": "west_in", "lane": 7}, {"kind": "close_edge", "edge": "moon"}])));
    assert_eq!((wrong.status, wrong.json()["code"].as_str().unwrap().to_owned()), (422, "street_change_invalid".into()));
    let places: Vec<String> =
        wrong.json()["errors"].as_array().unwrap().iter().map(|error| error["pointer"].as_str().unwrap().to_owned()).collect();
    assert_eq!(places, ["/change/changes/0/lane", "/change/changes/1/edge"]);
    assert_eq!(ask(&change(&json!([{"kind": "paint", "edge": "west_in"}]))).status, 400);
    let good = change(&json!([{"kind": "speed_limit", "edge": "west_in", "kmh": 30}]));
    let mut no_street = good.clone();
    no_street["street"] = json!("nowhere");
    assert_eq!(ask(&no_street).status, 404);
    let mut many = good.clone();
    many["seeds"] = json!((0..21).collect::<Vec<i32>>());
    assert_eq!(ask(&many).json()["errors"][0]["pointer"], "/seeds");
    let mut long = good;
    long["seeds"] = json!((0..20).collect::<Vec<i32>>());
    let first = ask(&long);
    assert_eq!((first.status, ask(&long).status), (202, 202));
    assert_eq!(ask(&long).json()["code"], "impact_queue_full");
    // Another may not stop it; whoever asked may, and so may the street's office.
    let path = format!("/api/v1/impacts/{}/stop", first.json()["id"].as_str().unwrap());
    let stranger = served.sign_in(&json!({"role": "officer", "office": "health"}));
    assert_eq!(served.post(&path, &stranger, &json!({})).status, 403);
    assert_eq!(served.post(&path, &citizen, &json!({})).json()["state"], "stopped");
    assert_eq!(ask(&long).status, 202, "there is room again");
}

#[test]
fn a_hall_that_is_stopped_takes_the_question_up_again() {
    let (folder, data) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let Some(served) = start(folder.path(), data.path()) else { return };
    let citizen = served.sign_in(&json!({"role": "citizen"}));
    let mut body = change(&json!([{"kind": "speed_limit", "edge": "west_in", "kmh": 30}]));
    body["seeds"] = json!((0..6).collect::<Vec<i32>>());
    let id = served.post("/api/v1/impacts", &citizen, &body).json()["id"].as_str().unwrap().to_owned();
    served.wait_for("the work begins", 120, |served| {
        (served.get(&format!("/api/v1/impacts/{id}")).json()["is_running"] == true).then_some(())
    });
    served.stop();
    let again = serve(folder.path(), data.path()).unwrap();
    let done = again.wait_for("the answer", 120, |served| {
        let impact = served.get(&format!("/api/v1/impacts/{id}")).json();
        (impact["state"] == "done").then_some(impact)
    });
    assert_eq!(done["answer"]["before"].as_array().unwrap().len(), 6);
    assert_eq!(done["acts"].as_array().unwrap().len(), 2);
}
