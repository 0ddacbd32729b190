//! The demonstration profile as it is shipped.

use std::path::Path;

use crate::desk::{Desk, at};

fn profile() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../profiles/demo")
}

#[tokio::test]
async fn the_demo_profile_opens_with_baselines() {
    let desk = Desk::new(&[]);
    let open = desk.open_profile(&profile()).await;
    let board = serde_json::to_value(open.streams.board(at(86_400))).unwrap();
    let series: Vec<_> = board["areas"].as_array().unwrap().iter().flat_map(|area| area["series"].as_array().unwrap()).collect();
    assert_eq!(series.len(), 4 + 6 + 5 + 77 + 12);
    for id in [
        "traffic.i94.volume",
        "energy.us.petroleum_supplied",
        "energy.mn.gasoline_price",
        "energy.us.stocks_in_days",
        "economy.us.oil_price",
        "economy.us.yuan_per_dollar",
        "dengue.bangkok.cases",
        "dengue.prachin_buri.cases",
    ] {
        let one = series.iter().find(|series| series["id"] == id).unwrap_or_else(|| panic!("{id}"));
        assert!(one["expected"].is_number() && one["value"].is_number(), "{one}");
    }
    let provinces = board["areas"].as_array().unwrap().iter().filter(|area| area["series"][0]["feed"] == "dengue").count();
    assert_eq!(provinces, 77);
}
