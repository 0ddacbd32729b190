use super::*;
use crate::{
    act::{ActKind, Draft},
    bus::Bus,
    ctx::Ctx,
    entropy::OsEntropy,
    lever::{Choice, LeverKind},
    store::{Location, StoreConfig},
    text::Text,
};

const MOVE: ActKind =
    ActKind { kind: "lever.move", room: "test", th: "ปรับ", en: "Moved", meaning_th: "ทดสอบ", meaning_en: "A test" };

struct Desk {
    _folder: tempfile::TempDir,
    store: Arc<Store>,
    levers: Arc<Levers>,
}

/// What a test does with the lever `plan` within one act.
#[derive(Debug, Clone, Copy)]
enum Doing {
    /// To this value, at this second of the data, as a run of this name.
    Move(&'static str, i64, &'static str),
    GiveBack(&'static str),
    Undo,
}

impl Desk {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = StoreConfig { location: Location::Folder(folder.path().to_owned()), kek: [0; 32], schemas: vec![&SCHEMA] };
        let store = Arc::new(Store::open(config, Arc::new(Bus::default()), Arc::new(OsEntropy)).await.unwrap());
        let levers = Arc::new(Levers::open(Arc::clone(&store), vec![plan()]).unwrap());
        Self { _folder: folder, store, levers }
    }

    async fn does(&self, doing: Doing) -> Result<(), Problem> {
        let levers = Arc::clone(&self.levers);
        let ctx = Ctx::system("test/1", Timestamp::from_seconds(1), Arc::new(OsEntropy));
        let acted = self
            .store
            .act(&ctx, Draft::new(&MOVE, "a test"), move |tx| {
                let levers = Arc::clone(&levers);
                Box::pin(async move { perform(&levers, tx, doing).await })
            })
            .await;
        acted.map(|_| ())
    }

    async fn value(&self) -> LeverValue {
        self.levers.get("plan").await.unwrap().value
    }
}

async fn perform(levers: &Levers, tx: &mut Tx, doing: Doing) -> Result<(), Problem> {
    match doing {
        Doing::Move(to, at, run) => {
            let cause = Cause { measure: Some("measure".into()), run: Some(run.into()), at: Timestamp::from_seconds(at) };
            levers.move_to(tx, "plan", choice(to), &cause).await.map(|_| ())
        }
        Doing::GiveBack(run) => levers.give_back(tx, "plan", run).await.map(|_| ()),
        Doing::Undo => levers.undo(tx, "plan").await.map(|_| ()),
    }
}

fn choice(value: &str) -> LeverValue {
    LeverValue::Choice(value.into())
}

fn plan() -> LeverSpec {
    let of = |value: &str| Choice { value: value.into(), title: Text::new(value, value) };
    LeverSpec {
        id: "plan".into(),
        kind: LeverKind::SignalPlan,
        title: Text::new("แผน", "Plan"),
        unit: None,
        office: "traffic".into(),
        legal_basis: Text::new("กฎหมาย", "Law"),
        min: None,
        max: None,
        choices: Some(vec![of("1"), of("2"), of("3")]),
        initial: choice("1"),
        is_undoable: true,
        max_moves_per_day: 2,
    }
}

#[tokio::test]
async fn a_lever_stands_at_its_initial_value_until_it_is_moved() {
    let desk = Desk::new().await;
    let untouched = desk.levers.get("plan").await.unwrap();
    assert_eq!((untouched.value.clone(), untouched.changed_at, untouched.can_undo()), (choice("1"), None, false));
    desk.does(Doing::Move("2", 0, "run_1")).await.unwrap();
    let moved = desk.levers.list().await.unwrap().remove(0);
    assert_eq!((moved.value.clone(), moved.run_of("measure"), moved.run_of("other")), (choice("2"), Some("run_1"), None));
    assert!(moved.can_undo());
    assert!(moved.act.is_some_and(|act| act.starts_with("act_")));
    assert_eq!(desk.levers.get("plane").await.unwrap_err().code.status, 404);
}

#[tokio::test]
async fn a_value_beyond_the_bounds_moves_nothing() {
    let desk = Desk::new().await;
    assert_eq!(desk.does(Doing::Move("9", 0, "run_1")).await.unwrap_err().code, &LEVER_BOUNDS);
    assert_eq!(desk.value().await, choice("1"));
}

#[tokio::test]
async fn a_day_has_only_so_many_moves_and_undoing_is_free() {
    let desk = Desk::new().await;
    desk.does(Doing::Move("2", 0, "run_1")).await.unwrap();
    desk.does(Doing::Undo).await.unwrap();
    desk.does(Doing::Move("3", 10, "run_2")).await.unwrap();
    desk.does(Doing::GiveBack("run_2")).await.unwrap();
    assert_eq!(desk.does(Doing::Move("2", 86_399, "run_3")).await.unwrap_err().code, &LEVER_RATE);
    desk.does(Doing::Move("2", 86_400, "run_3")).await.unwrap();
}

#[tokio::test]
async fn history_that_is_played_and_the_present_count_apart() {
    let desk = Desk::new().await;
    let present = 1_800_000_000;
    for (to, at) in [("2", present), ("3", present + 1), ("2", 0), ("1", 1)] {
        desk.does(Doing::Move(to, at, "run")).await.unwrap();
    }
    for at in [2, present + 2] {
        assert_eq!(desk.does(Doing::Move("3", at, "run")).await.unwrap_err().code, &LEVER_RATE);
    }
}

#[tokio::test]
async fn moves_are_undone_from_the_newest_on() {
    let desk = Desk::new().await;
    assert_eq!(desk.does(Doing::Undo).await.unwrap_err().code, &LEVER_NOT_UNDOABLE);
    desk.does(Doing::Move("2", 0, "run_1")).await.unwrap();
    desk.does(Doing::Move("3", 1, "run_2")).await.unwrap();
    for value in ["2", "1"] {
        desk.does(Doing::Undo).await.unwrap();
        assert_eq!(desk.value().await, choice(value));
    }
    assert_eq!(desk.does(Doing::Undo).await.unwrap_err().code, &LEVER_NOT_UNDOABLE);
}

#[tokio::test]
async fn two_runs_on_one_lever_give_back_in_any_order() {
    let desk = Desk::new().await;
    desk.does(Doing::Move("2", 0, "run_1")).await.unwrap();
    desk.does(Doing::Move("3", 1, "run_2")).await.unwrap();
    desk.does(Doing::GiveBack("run_1")).await.unwrap();
    assert_eq!(desk.value().await, choice("3"), "the other run still wants it there");
    desk.does(Doing::GiveBack("run_1")).await.unwrap();
    desk.does(Doing::GiveBack("run_2")).await.unwrap();
    let lever = desk.levers.get("plan").await.unwrap();
    assert_eq!((lever.value.clone(), lever.can_undo()), (choice("1"), false));
}

#[tokio::test]
async fn a_profile_with_a_wrong_lever_is_refused() {
    let desk = Desk::new().await;
    let problem = Levers::open(Arc::clone(&desk.store), vec![plan(), LeverSpec { choices: None, ..plan() }]).unwrap_err();
    assert!(problem.to_string().contains("levers/plan/choices") && problem.to_string().contains("declared twice"), "{problem}");
}
