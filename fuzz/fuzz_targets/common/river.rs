//! A small declaration to read batches by.

use sala_core::text::Lang;
use sala_streams::{
    Declaration,
    ingest::{self, Batch, Format, Limits},
};
use std::sync::LazyLock;

pub const LIMITS: Limits = Limits { body: 1 << 20, unpacked: 1 << 20, values: 10_000 };
pub const AREAS: &str = "- {id: town, title: {th: เมือง, en: Town}, lat: 13.7, lon: 100.5}\n";
pub static RIVER: LazyLock<Declaration> = LazyLock::new(|| Declaration::parse(AREAS, &[include_str!("../../seeds/feed/river")]).unwrap());

/// Reads a batch for the river: as many times as values, and no more than the limit.
pub fn read(format: Format, bytes: &[u8]) {
    if let Ok(batch) = ingest::read(format, bytes, &RIVER, "river", LIMITS, Lang::Th) {
        check(&batch);
    }
}

pub fn check(batch: &Batch) {
    let mut values = 0;
    for block in &batch.blocks {
        assert_eq!(block.at.len(), block.value.len());
        assert!(RIVER.at(block.series).is_some_and(|spec| spec.join.is_none()));
        for row in 0..block.at.len() {
            let _ = block.places.pointer(row);
        }
        values += block.at.len();
    }
    assert!(values <= LIMITS.values && batch.strays.len() <= ingest::MAX_FAULTS && batch.faults.errors.len() <= ingest::MAX_FAULTS);
}
