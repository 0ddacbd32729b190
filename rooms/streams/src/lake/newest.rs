//! The values of one series on one day, each the newest given for its time, with the chunk that brought it.

use crate::read::Layer;

/// Values in order of time.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Newest {
    pub(super) at: Vec<i64>,
    pub(super) value: Vec<f64>,
    /// For each value, the place of its chunk in `chunks`.
    pub(super) of: Vec<usize>,
    /// Ids of the chunks.
    pub(super) chunks: Vec<String>,
}

impl Newest {
    /// Lays chunks over each other in the order in which they were taken: at equal times the later wins.
    pub(super) fn of(layers: &[Layer], from: i64, to: i64) -> Self {
        let mut given = vec![];
        for (place, layer) in layers.iter().enumerate() {
            let (at, value) = layer.columns.between(from, to);
            given.extend(at.iter().zip(value).map(|(at, value)| (*at, *value, place)));
        }
        given.sort_by_key(|(at, ..)| *at);
        let mut newest = Self { chunks: layers.iter().map(|layer| layer.row.id.clone()).collect(), ..Self::default() };
        for (at, value, place) in given {
            if newest.at.last() == Some(&at) {
                newest.value.pop();
                newest.of.pop();
            } else {
                newest.at.push(at);
            }
            newest.value.push(value);
            newest.of.push(place);
        }
        newest
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use sala_core::time::Timestamp;

    use super::*;
    use crate::{columns::Columns, store::ChunkRow};

    fn layer(id: &str, at: &[i64], value: &[f64]) -> Layer {
        let row = ChunkRow {
            id: id.into(),
            series: "s".into(),
            ordinal: 0,
            first_at: 0,
            last_at: 0,
            count: at.len(),
            received_at: Timestamp(0),
            act: "".into(),
        };
        Layer { row, columns: Arc::new(Columns::in_order(at.to_vec(), value.to_vec()).unwrap()) }
    }

    #[test]
    fn a_correction_wins_and_says_where_it_came_from() {
        let layers = [layer("a", &[1, 2, 3, 9], &[1.0, 2.0, 3.0, 9.0]), layer("b", &[2], &[5.0]), layer("c", &[0, 2], &[0.0, 6.0])];
        let newest = Newest::of(&layers, 1, 9);
        assert_eq!((newest.at, newest.value, newest.of), (vec![1, 2, 3], vec![1.0, 6.0, 3.0], vec![0, 2, 0]));
    }
}
