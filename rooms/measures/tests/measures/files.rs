use std::{collections::BTreeMap, path::Path, sync::Arc};

use sala_core::{
    bus::Bus,
    entropy::OsEntropy,
    lever::{LeverFile, LeverKind, Levers},
    profile,
    time::SystemClock,
};
use sala_measures::{
    Measures, MeasuresConfig,
    measure::{Measure, Mode},
};

use super::town::{Script, Town, advise, automatic, choice, parsed};

#[tokio::test]
async fn a_version_is_written_once_and_a_change_is_an_act() {
    let town = Town::with(&[automatic()]).await;
    let [activated] = town.acts("measure.activate").await.try_into().unwrap();
    let town = town.restart(&[format!("# a remark\n{}", automatic())]).await;
    assert_eq!(town.acts("measure.change").await, []);

    let town = town.restart(&[automatic().replace("threshold: 5500", "threshold: 5000")]).await;
    let [changed] = town.acts("measure.change").await.try_into().unwrap();
    assert_eq!(changed.leaf.public.get("previous_hash"), activated.leaf.public.get("hash"));
    assert_ne!(changed.leaf.policy, activated.leaf.policy);
    town.hours(6, &[5100.0, 5200.0]).await;
    assert_eq!(town.only_run().await.version, 2);
}

#[tokio::test]
async fn a_change_to_another_lever_gives_the_first_one_back() {
    let town = Town::with(&[automatic()]).await;
    town.hours(6, &[5600.0, 6300.0]).await;
    assert_eq!(town.lever("traffic.plan").await, choice("2"));
    let other = advise().replace("id: traffic.advice", "id: traffic.congestion");
    let town = town.restart(&[other]).await;
    assert_eq!(town.lever("traffic.plan").await, choice("1"));
    assert!(town.acts("measure.change").await[0].leaf.public.contains_key("after"));
}

#[tokio::test]
async fn a_change_does_not_resume_what_an_officer_has_stopped() {
    let town = Town::with(&[automatic()]).await;
    town.room.stop_measure(&town.officer("traffic", &["operator"]), "traffic.congestion", "ทดสอบ").await.unwrap();
    let town = town.restart(&[automatic().replace("threshold: 5500", "threshold: 5000")]).await;
    town.hours(6, &[5100.0, 5200.0]).await;
    assert_eq!(town.only_run().await.blocked_by.as_deref(), Some("stopped"));
}

#[tokio::test]
async fn what_the_profile_no_longer_has_ends() {
    let town = Town::with(&[automatic(), advise()]).await;
    let town = town.restart(&[advise()]).await;
    let [ended] = town.acts("measure.end").await.try_into().unwrap();
    assert!(ended.leaf.refs.contains(&"traffic.congestion".to_owned()));
    town.hours(6, &[5600.0, 6300.0]).await;
    assert_eq!(town.only_run().await.measure, "traffic.advice");
    let town = town.restart(&[automatic(), advise()]).await;
    assert_eq!(town.acts("measure.change").await.len(), 0, "the same version does not come back by itself");
}

#[tokio::test]
async fn a_file_that_does_not_fit_is_refused_with_its_place() {
    let town = Town::with(&[]).await;
    for (raw, told) in [
        (automatic().replace("traffic.plan", "traffic.plane"), "test.yaml: action.lever: expected the id of a lever"),
        (
            automatic().replace("series: road.volume\n  window_s", "series: river.level\n  window_s"),
            "test.yaml: trigger.series: expected the id of a series",
        ),
    ] {
        let problem = Measures::open(MeasuresConfig {
            store: Arc::clone(&town.store),
            bus: Arc::new(Bus::default()),
            levers: Arc::clone(&town.levers),
            evidence: Arc::new(Script::default()),
            clock: Arc::new(SystemClock),
            entropy: Arc::new(OsEntropy),
            offices: BTreeMap::new(),
            files: vec![parsed(&raw)],
        })
        .await
        .unwrap_err();
        assert!(problem.to_string().contains(told), "{problem}");
    }
}

#[tokio::test]
async fn the_demonstration_profile_is_sound() {
    let profile = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../profiles/demo");
    let specs = profile::read_file::<LeverFile>(&profile.join("levers.yaml")).unwrap().value.levers;
    let files = profile::read_dir::<Measure>(&profile.join("measures")).unwrap();
    let town = Town::with(&[]).await;
    let levers = Levers::open(Arc::clone(&town.store), specs).unwrap();
    let mut modes = vec![];
    for file in &files {
        let measure = file.value.clone().checked(&file.path.display().to_string()).unwrap();
        let lever = levers.spec(&measure.action.lever).unwrap_or_else(|| panic!("{} names no lever", measure.id));
        assert_eq!(lever.office, measure.office, "{}", measure.id);
        lever.admit(&measure.action.value).unwrap();
        assert!(measure.mode != Mode::Advise || lever.kind == LeverKind::Notice, "{}", measure.id);
        modes.push(measure.mode);
    }
    for mode in [Mode::Automatic, Mode::Approve, Mode::Advise] {
        assert!(modes.contains(&mode), "no measure in mode {}", mode.word());
    }
}
