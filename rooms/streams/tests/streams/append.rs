use sala_core::{ctx::Ctx, problem::IDEMPOTENCY_REUSED};
use sala_streams::{
    BatchKey,
    ingest::{self, Format, Limits},
};

use crate::desk::{Desk, RIVER, at, next, short};

#[tokio::test]
async fn a_batch_is_one_act_and_its_values_read_back() {
    let desk = Desk::new(&[RIVER]);
    let open = desk.open().await;
    let receipt = desk.append(&open, &[("river.level", 0, 1.0), ("river.level", 60, 2.0), ("river.flow", 0, 4.0)]).await;
    assert_eq!((receipt.accepted, receipt.duplicate, receipt.late, receipt.rejected), (3, 0, 0, 0));
    let act = open.store.act_by_id(&receipt.act.unwrap()).await.unwrap().unwrap();
    assert_eq!(act.leaf.kind, "observation.append");
    assert_eq!(act.leaf.state.len(), 3, "two chunks and the batch");
    let windows = open.streams.windows(&desk.ctx(), "river.level", 600, at(0), at(600)).await.unwrap();
    assert_eq!(windows.iter().map(short).collect::<Vec<_>>(), [("river.level".into(), 0, 2, 1.5, 0)]);
    assert_eq!(windows[0].chunk_acts, [act.leaf.id]);
}

#[tokio::test]
async fn values_that_are_known_are_counted_and_corrections_win() {
    let desk = Desk::new(&[RIVER]);
    let open = desk.open().await;
    desk.append(&open, &[("river.level", 0, 1.0), ("river.level", 60, 2.0)]).await;
    let again = desk.append(&open, &[("river.level", 0, 1.0), ("river.level", 60, 5.0), ("river.level", 30, 3.0)]).await;
    assert_eq!((again.accepted, again.duplicate), (2, 1));
    let nothing = desk.append(&open, &[("river.level", 60, 5.0)]).await;
    assert_eq!((nothing.accepted, nothing.duplicate, nothing.act), (0, 1, None));
    let windows = open.streams.windows(&desk.ctx(), "river.level", 600, at(0), at(600)).await.unwrap();
    assert_eq!((windows[0].count, windows[0].sum, windows[0].last), (3, 9.0, 5.0));
}

#[tokio::test]
async fn a_repeated_batch_is_taken_once_and_answered_alike() {
    let desk = Desk::new(&[RIVER]);
    let open = desk.open().await;
    let body = format!("river.level,{},1\nriver.level,{},2000\n", at(0), at(60));
    let send = |ctx: Ctx, body: String| {
        let streams = open.streams.clone();
        async move {
            let batch = ingest::read(Format::Csv, body.as_bytes(), streams.declaration(), "river", Limits::default(), ctx.lang).unwrap();
            streams.append(&ctx, "river", batch, Some(BatchKey::new("probe-7/1/42", body.as_bytes()).unwrap())).await
        }
    };
    let first = send(desk.ctx(), body.clone()).await.unwrap();
    let again = send(desk.ctx(), body.clone()).await.unwrap();
    assert_eq!((first.accepted, first.rejected), (1, 1));
    assert_eq!(
        (first.accepted, first.duplicate, first.late, first.rejected, &first.act),
        (again.accepted, again.duplicate, again.late, again.rejected, &again.act)
    );
    assert_eq!(send(desk.ctx(), body + "\n").await.unwrap_err().code, &IDEMPOTENCY_REUSED);
}

#[tokio::test]
async fn what_is_beyond_the_horizon_goes_to_the_late_ledger() {
    let desk = Desk::new(&[RIVER]);
    let open = desk.open().await;
    desk.append(&open, &[("river.level", 10_000, 1.0)]).await;
    let receipt = desk.append(&open, &[("river.level", 10_000 - 1_261, 1.0), ("river.level", 10_000 - 1_259, 1.0)]).await;
    assert_eq!((receipt.accepted, receipt.late), (1, 1));
    let act = open.store.act_by_id(&receipt.act.unwrap()).await.unwrap().unwrap();
    assert_eq!(act.leaf.public["late"].to_json(), 1);
}

#[tokio::test]
async fn a_window_is_told_and_a_late_value_tells_it_again() {
    let desk = Desk::new(&[RIVER]);
    let open = desk.open().await;
    let mut windows = open.streams.subscribe();
    desk.append(&open, &[("river.level", 0, 1.0), ("river.level", 540, 3.0)]).await;
    desk.append(&open, &[("river.level", 659, 9.0)]).await;
    desk.append(&open, &[("river.level", 660, 9.0)]).await;
    assert_eq!(short(&next(&mut windows).await), ("river.level".into(), 0, 2, 2.0, 0));
    let late = desk.append(&open, &[("river.level", 300, 5.0)]).await;
    let told = next(&mut windows).await;
    assert_eq!(short(&told), ("river.level".into(), 0, 3, 3.0, 1));
    assert!(told.chunk_acts.contains(&late.act.unwrap()));
    assert_eq!(told.chunk_acts.len(), 2);
    let mut recomputed = open.streams.windows(&desk.ctx(), "river.level", 600, at(0), at(600)).await.unwrap().remove(0);
    recomputed.revision = 1;
    assert_eq!(recomputed, told, "the chunk log gives the very window that was told");
}

#[tokio::test]
async fn two_series_are_joined_on_equal_windows() {
    let desk = Desk::new(&[RIVER]);
    let open = desk.open().await;
    let mut windows = open.streams.subscribe();
    desk.append(&open, &[("river.level", 0, 6.0), ("river.flow", 5, 4.0), ("river.level", 700, 1.0), ("river.flow", 700, 0.0)]).await;
    let mut seen = [next(&mut windows).await, next(&mut windows).await, next(&mut windows).await];
    seen.sort_by(|one, other| one.series.cmp(&other.series));
    assert_eq!(short(&seen[2]), ("river.ratio".into(), 0, 1, 1.5, 0));
    let again = open.streams.windows(&desk.ctx(), "river.ratio", 600, at(0), at(600)).await.unwrap();
    assert_eq!(again, [seen[2].clone()]);
}

#[tokio::test]
async fn a_silent_source_holds_the_others_back_only_until_it_is_idle() {
    let desk = Desk::new(&[RIVER]);
    let open = desk.open().await;
    let mut windows = open.streams.subscribe();
    desk.append(&open, &[("river.level", 0, 1.0), ("river.flow", 0, 1.0)]).await;
    desk.append(&open, &[("river.level", 1_300, 1.0)]).await;
    assert!(windows.try_recv().is_err());
    desk.clock.advance_seconds(31);
    desk.append(&open, &[("river.level", 1_310, 1.0)]).await;
    assert_eq!(next(&mut windows).await.start, at(0));
}

#[tokio::test]
async fn many_batches_at_once_lose_nothing_and_keep_their_order() {
    let desk = Desk::new(&[RIVER]);
    let open = desk.open().await;
    let mut windows = open.streams.subscribe();
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..40_i64 {
        let (streams, ctx) = (open.streams.clone(), desk.ctx());
        let body: String = (0..60).map(|row| format!("river.level,{},{row}\n", at(number * 600 + row * 10))).collect();
        let batch = ingest::read(Format::Csv, body.as_bytes(), streams.declaration(), "river", Limits::default(), ctx.lang).unwrap();
        tasks.spawn(async move { streams.append(&ctx, "river", batch, None).await.unwrap() });
    }
    let mut accepted = 0;
    while let Some(receipt) = tasks.join_next().await {
        let receipt = receipt.unwrap();
        accepted += receipt.accepted + receipt.late;
    }
    assert_eq!(accepted, 2_400);
    let stored: u64 =
        open.streams.windows(&desk.ctx(), "river.level", 600, at(0), at(40 * 600)).await.unwrap().iter().map(|window| window.count).sum();
    let feed_late = accepted - stored;
    assert!(feed_late == 0 || stored + feed_late == 2_400);
    let mut last = at(-600);
    while let Ok(window) = windows.try_recv() {
        assert!(window.revision > 0 || window.start > last, "first tellings come in the order of time");
        last = last.max(window.start);
    }
}
