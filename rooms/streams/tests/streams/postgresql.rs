//! The same SQL on PostgreSQL.

use sala_streams::{
    BatchKey,
    ingest::{self, Format, Limits},
};

use crate::{
    desk::{Desk, RIVER, at, short, some},
    postgres::Postgres,
};

#[tokio::test]
async fn the_room_stands_on_postgresql_too() {
    let Some(postgres) = Postgres::start().await else { return };
    let mut desk = Desk::new(&[RIVER]);
    desk.database = Some(postgres.database().await);
    let body = format!("river.level,{},1\nriver.level,{},2\nriver.flow,{},4\n", at(0), at(700), at(700));
    for _ in 0..2 {
        let open = desk.open().await;
        let batch =
            ingest::read(Format::Csv, body.as_bytes(), open.streams.declaration(), "river", Limits::default(), desk.ctx().lang).unwrap();
        let key = BatchKey::new("probe/1/1", body.as_bytes()).unwrap();
        let receipt = open.streams.append(&desk.ctx(), "river", batch, Some(key)).await.unwrap();
        assert_eq!((receipt.accepted, receipt.duplicate), (3, 0));
        open.close().await;
    }
    let open = desk.open().await;
    let mut windows = open.streams.subscribe();
    let again = desk.append(&open, &[("river.level", 0, 1.0), ("river.level", 60, 3.0), ("river.level", 9_000, 0.0)]).await;
    assert_eq!((again.accepted, again.duplicate), (2, 1));
    assert_eq!(short(&some(&mut windows, 1).await[0]), ("river.level".into(), 0, 2, 2.0, 1));
    let recomputed = open.streams.windows(&desk.ctx(), "river.level", 600, at(0), at(600)).await.unwrap();
    assert_eq!(recomputed[0].chunk_acts.len(), 2);
    open.close().await;
}
