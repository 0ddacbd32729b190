//! Reading the chunk log: raw values and windows over any range, always from what is durable.

use std::{collections::BTreeMap, sync::Arc};

use sala_core::{
    ctx::Ctx,
    problem::{DAMAGED, INVALID, NOT_FOUND, Problem},
    time::Timestamp,
};

use crate::{
    Streams,
    cache::Cache,
    calendar::Span,
    chunk,
    columns::{Columns, overlay},
    declaration::SeriesSpec,
    live::WindowResult,
    problem::RANGE_TOO_LONG,
    store::{self, ChunkRow},
    window::{Geometry, Told, over},
};

/// A chunk, decoded.
#[derive(Debug, Clone)]
pub(crate) struct Layer {
    pub(crate) row: ChunkRow,
    pub(crate) columns: Arc<Columns>,
}

impl Streams {
    /// The windows of `series` of `window_s` seconds ([`crate::calendar::MONTH_S`]: months) that lie within `from`…`to`, computed
    /// again from the chunk log as it is now; their `revision` is 0. With the series' own `window_s` they slide as declared.
    /// Windows that may still grow are among them. A Problem for an unknown series, `window_s` 0, or a range with too many values.
    pub async fn windows(
        &self,
        _ctx: &Ctx,
        series: &str,
        window_s: u32,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<WindowResult>, Problem> {
        let place = self.declaration.place(series).ok_or_else(|| NOT_FOUND.problem())?;
        let spec = self.declaration.at(place).ok_or_else(|| NOT_FOUND.problem())?;
        let told = self.told(place, spec, window_s, from.0, to.0).await?;
        Ok(told.iter().map(|told| WindowResult::of(spec, told)).collect())
    }

    /// Like [`Streams::windows`], as the dataflow would tell them.
    pub(crate) async fn told(&self, place: u32, spec: &SeriesSpec, window_s: u32, from: i64, to: i64) -> Result<Vec<Told>, Problem> {
        let window = Span::of_seconds(window_s).ok_or_else(|| INVALID.problem().at("window_s", "must be at least 1"))?;
        let slide = if window_s == spec.window_s { Span::of_seconds(spec.slide_s).unwrap_or(window) } else { window };
        let geometry = Geometry { window, slide, keep_us: i64::MAX };
        let Some(join) = self.declaration.plan().joins.into_iter().find(|join| join.series == place) else {
            return self.observed(place, spec, geometry, from, to, i64::MAX).await;
        };
        let (Some(left), Some(right)) = (self.declaration.at(join.left), self.declaration.at(join.right)) else {
            return Err(NOT_FOUND.problem());
        };
        let lefts = self.observed(join.left, left, geometry, from, to, i64::MAX).await?;
        let rights: BTreeMap<i64, Told> =
            self.observed(join.right, right, geometry, from, to, i64::MAX).await?.into_iter().map(|told| (told.start, told)).collect();
        Ok(lefts.iter().filter_map(|told| join.of(told, rights.get(&told.start)?, (left.aggregate, right.aggregate))).collect())
    }

    /// Windows of an observed series that lie within `from`…`to` and end by `until` (all µs).
    pub(crate) async fn observed(
        &self,
        place: u32,
        spec: &SeriesSpec,
        geometry: Geometry,
        from: i64,
        to: i64,
        until: i64,
    ) -> Result<Vec<Told>, Problem> {
        let layers = self.layers(&spec.id, geometry.slide.start_of(from), to).await?;
        let acts: Vec<Arc<str>> = layers.iter().map(|layer| Arc::clone(&layer.row.act)).collect();
        let slices: Vec<Columns> = layers.iter().map(|layer| slice(&layer.columns, geometry.slide.start_of(from), to)).collect();
        let mut told = over(place, geometry, slices.iter().zip(&acts), until);
        told.retain(|told| told.start >= from && told.end <= to);
        Ok(told)
    }

    /// The values of an observed series with `from` ≤ time < `to` (µs), corrections applied. A Problem for too many of them.
    pub async fn values(&self, spec: &SeriesSpec, from: i64, to: i64) -> Result<Columns, Problem> {
        let layers = self.layers(&spec.id, from, to).await?;
        Ok(overlay(layers.iter().map(|layer| &*layer.columns), from, to))
    }

    /// The chunks of a series that touch `from` ≤ time < `to` (µs), in the order in which they were taken.
    pub(crate) async fn layers(&self, series: &str, from: i64, to: i64) -> Result<Vec<Layer>, Problem> {
        let rows = store::chunks_of_series(&self.store, series, from, to).await?;
        self.decode(rows).await
    }

    /// Chunks with their columns, from memory where they are there.
    pub(crate) async fn decode(&self, rows: Vec<ChunkRow>) -> Result<Vec<Layer>, Problem> {
        let values: u64 = rows.iter().map(|row| crate::number::count(row.count)).sum();
        if values > self.options.read_values {
            return Err(RANGE_TOO_LONG.problem());
        }
        self.load(rows, &self.cache).await
    }

    /// Chunks with their columns, however many, from `cache` where they are there.
    pub(crate) async fn load(&self, rows: Vec<ChunkRow>, cache: &Cache) -> Result<Vec<Layer>, Problem> {
        let mut found: Vec<Option<Arc<Columns>>> = rows.iter().map(|row| cache.get(&row.id)).collect();
        let missing: Vec<&str> = rows.iter().zip(&found).filter(|(_, found)| found.is_none()).map(|(row, _)| row.id.as_str()).collect();
        let bytes: BTreeMap<String, Vec<u8>> = store::bytes(&self.store, &missing).await?.into_iter().collect();
        let mut layers = Vec::with_capacity(rows.len());
        for (row, found) in rows.into_iter().zip(found.iter_mut()) {
            let columns = if let Some(columns) = found.take() {
                columns
            } else {
                let bytes = bytes.get(&row.id).ok_or_else(|| DAMAGED.problem().because(format!("the chunk {} has vanished", row.id)))?;
                let columns = Arc::new(chunk::decode(bytes, row.count)?);
                cache.put(&row.id, Arc::clone(&columns));
                columns
            };
            layers.push(Layer { row, columns });
        }
        Ok(layers)
    }
}

/// The part with `from` ≤ time < `to`.
pub(crate) fn slice(columns: &Columns, from: i64, to: i64) -> Columns {
    let (at, value) = columns.between(from, to);
    Columns::in_order(at.to_vec(), value.to_vec()).unwrap_or_default()
}
