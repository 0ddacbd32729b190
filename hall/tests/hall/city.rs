//! Districts over HTTP: files by their hashes, a flood on the record that anyone may compute again, what is refused.

use serde_json::{Value, json};

use super::support::{Served, repository, sala, text};

fn small(title: &str) -> Value {
    json!({
        "title": title, "rain": {"mm": 80, "hours": 0.25, "shape": "peaked"}, "drains_factor": 0.5, "range": false,
        "barriers": [{"line": [[300.0, 600.0], [340.0, 760.0]], "height_m": 1.0}],
        "basins": [{"box": [800.0, 675.0, 847.0, 709.0], "depth_m": 1.0}],
        "pumps": [{"at": [820.0, 690.0], "m3_s": 0.2}],
    })
}

#[test]
fn a_district_and_its_files_are_served_as_they_lie_in_the_profile() {
    let served = Served::start();
    let listed = served.get("/api/v1/cities").json();
    assert_eq!(listed["items"][0]["id"], "acosta");
    let city = served.get("/api/v1/cities/acosta").json();
    assert_eq!((&city["kind"], &city["street"], &city["can_flood"]), (&json!("synthetic"), &json!("bologna_acosta"), &json!(true)));
    for words in ["licence", "source"] {
        assert!(city[words].as_str().is_some_and(|text| !text.is_empty()), "{words}");
    }
    let folder = repository().join("profiles/demo/cities/acosta");
    for (path, file) in city["files"].as_object().unwrap() {
        let answer = served.get(&format!("/api/v1/cities/acosta/files/{path}?v={}", file["sha256"].as_str().unwrap()));
        assert_eq!(answer.status, 200, "{path}");
        assert!(answer.body == std::fs::read(folder.join(path)).unwrap(), "{path} is another");
        assert!(answer.header("cache-control").unwrap().contains("immutable"), "{path}");
        let tag = answer.header("etag").unwrap().to_owned();
        let again = served.request("GET", &format!("/api/v1/cities/acosta/files/{path}"), &[("if-none-match", &tag)], None);
        assert_eq!((again.status, again.body.len()), (304, 0), "{path}");
    }
    for path in ["files/city.yaml", "files/..%2Fcity.yaml", "files/tiles/..%2Fcity.yaml", "files/tiles/9999.glb"] {
        assert_eq!(served.get(&format!("/api/v1/cities/acosta/{path}")).status, 404, "{path}");
    }
    assert_eq!(served.get("/api/v1/cities/atlantis").status, 404);
}

#[test]
fn a_flood_is_asked_for_answered_on_the_record_and_computed_again() {
    let served = Served::start();
    let path = "/api/v1/cities/acosta/floods";
    assert_eq!(served.post(path, "", &small("ฝนหนัก")).status, 401);
    let citizen = served.sign_in(&json!({"role": "citizen"}));
    let mut wrong = small("x");
    wrong["rain"]["mm"] = json!(900);
    wrong["barriers"][0]["line"][1] = json!([99_999.0, 0.0]);
    let refused = served.post(path, &citizen, &wrong);
    let places: Vec<String> =
        refused.json()["errors"].as_array().unwrap().iter().map(|error| error["pointer"].as_str().unwrap().to_owned()).collect();
    assert_eq!((refused.status, places), (400, vec!["/rain/mm".to_owned(), "/barriers/0/line".to_owned()]));
    let asked = served.post(path, &citizen, &small("ฝนหนักตอนเย็น"));
    assert_eq!(asked.status, 202, "{}", asked.json());
    let id = asked.json()["id"].as_str().unwrap().to_owned();
    let second = served.post(path, &citizen, &small("อีกครั้ง"));
    assert!(second.status == 429 || second.status == 202, "one at a time, unless the first is done: {}", second.json());
    let flood = format!("/api/v1/floods/{id}");
    let done = served.wait_for("the flood", 300, |served| {
        let flood = served.get(&flood).json();
        assert!(flood["state"] != "failed", "{flood}");
        (flood["state"] == "done").then_some(flood)
    });
    let figure = |side: &str, name: &str| done[side][name].as_f64().unwrap();
    assert!(figure("before", "flooded_m2") > 10_000.0, "{}", done["before"]);
    assert!(figure("after", "volume_m3") > 0.0 && done["before"] != done["after"], "{done}");
    assert!(done["error_m3"].as_f64().unwrap() <= 1e-9 * done["water_m3"].as_f64().unwrap().max(1.0) * 100.0, "{}", done["error_m3"]);
    // Depths have the grid of the ground, and the difference is theirs.
    let ground = served.get("/api/v1/cities/acosta/files/terrain.bin").body;
    let depths = |query: &str| {
        let answer = served.get(&format!("{flood}/depths?{query}"));
        assert_eq!(answer.status, 200, "{query}");
        assert_eq!(answer.body[..12], ground[..12], "{query}");
        answer.body
    };
    let cell = |grid: &[u8], n: usize| i32::from(i16::from_le_bytes([grid[12 + 2 * n], grid[13 + 2 * n]]));
    let (before, after, difference) = (depths("which=before"), depths("which=after"), depths("which=difference"));
    for n in (0..(before.len() - 12) / 2).step_by(97) {
        assert_eq!(cell(&difference, n), cell(&after, n) - cell(&before, n));
    }
    for minute in done["steps_min"].as_array().unwrap() {
        depths(&format!("which=after&at={minute}"));
    }
    assert_eq!(served.get(&format!("{flood}/depths?which=after&at=7")).status, 400);
    assert_eq!(served.post(&format!("{flood}/stop"), &citizen, &json!({})).json()["code"], "flood_over");
    // Both acts are public, and whoever asks gets the same bytes again.
    let acts = done["acts"].as_array().unwrap();
    let answer = acts[1].as_str().unwrap();
    let act = served.get(&format!("/api/v1/acts/{answer}")).json();
    assert_eq!((&act["kind"], &act["public"]["city"]), (&json!("flood.answer"), &json!("acosta")), "{act}");
    // A busy machine takes longer than one request may.
    let again = served.wait_for("the replay", 300, |served| {
        let replay = served.post(&format!("/api/v1/acts/{answer}/replay"), &citizen, &json!({})).json();
        assert!(replay["code"].is_null() || replay["code"] == "replay_under_way", "{replay}");
        replay["agrees"].is_boolean().then_some(replay)
    });
    assert_eq!(again["agrees"], true, "{again}");
}

#[test]
fn a_city_of_somebody_elses_is_brought_in_with_its_licence_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let profile = folder.path().to_str().unwrap();
    std::fs::write(folder.path().join("profile.yaml"), "").unwrap();
    let file = folder.path().join("box.city.json");
    let faces = json!([[[[3, 2, 1, 0]], [[4, 5, 6, 7]], [[0, 1, 5, 4]], [[1, 2, 6, 5]], [[2, 3, 7, 6]], [[3, 0, 4, 7]]]]);
    let vertices = json!([[0, 0, 0], [10, 0, 0], [10, 20, 0], [0, 20, 0], [0, 0, 30], [10, 0, 30], [10, 20, 30], [0, 20, 30]]);
    let city = json!({"type": "CityJSON", "version": "2.0", "transform": {"scale": [1.0, 1.0, 1.0], "translate": [0.0, 0.0, 0.0]},
        "CityObjects": {"tower": {"type": "Building", "geometry": [{"type": "Solid", "lod": "1", "boundaries": faces}]}}, "vertices": vertices});
    std::fs::write(&file, city.to_string()).unwrap();
    let import = |licence: &str, id: &str| {
        sala(&[
            "city",
            "import",
            "--profile",
            profile,
            "--id",
            id,
            "--title-th",
            "หอคอย",
            "--title-en",
            "Tower",
            "--cityjson",
            file.to_str().unwrap(),
            "--licence",
            licence,
            "--source",
            "us",
            "--attribution-th",
            "เรา",
            "--attribution-en",
            "us",
            "--kind",
            "survey",
        ])
    };
    let refused = import(" ", "tower");
    assert!(!refused.status.success() && text(&refused).contains("--licence"), "{}", text(&refused));
    let escaped = import("CC0-1.0", "../tower");
    assert!(!escaped.status.success() && text(&escaped).contains("--id"), "{}", text(&escaped));
    assert!(!folder.path().join("cities").exists());
    let done = import("CC0-1.0", "tower");
    assert!(done.status.success(), "{}", text(&done));
    assert!(folder.path().join("cities/tower/tileset.json").exists());
    std::fs::write(&file, city.to_string().replace("2.0", "9.0")).unwrap();
    let other = import("CC0-1.0", "tower");
    assert!(!other.status.success() && text(&other).contains("1.0, 1.1 and 2.0"), "{}", text(&other));
}

#[test]
fn a_district_whose_street_the_profile_lacks_keeps_the_hall_shut() {
    let folder = tempfile::tempdir().unwrap();
    let (profile, data) = (folder.path().join("profile"), folder.path().join("hall"));
    assert!(std::process::Command::new("cp").arg("-r").arg(repository().join("profiles/demo")).arg(&profile).status().unwrap().success());
    let file = profile.join("cities/acosta/city.yaml");
    let said = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, said.replace("street: bologna_acosta", "street: bologna_acost")).unwrap();
    let answer = sala(&["serve", "--profile", profile.to_str().unwrap(), "--data", data.to_str().unwrap(), "--listen", "127.0.0.1:0"]);
    assert_eq!(answer.status.code(), Some(2), "{}", text(&answer));
    for word in ["cities/acosta/city.yaml", "bologna_acost"] {
        assert!(text(&answer).contains(word), "{word}: {}", text(&answer));
    }
}
