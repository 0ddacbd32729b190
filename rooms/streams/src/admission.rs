//! Which observations of a batch are taken. Pure rules; what is already known comes in as columns.

use sala_core::{problem::FieldError, text::Lang, time::Timestamp};

use crate::{
    calendar::{DAY_US, FIRST_DAY},
    columns::Columns,
    declaration::{Declaration, SeriesSpec},
    ingest::{Batch, Block, Faults},
    late::{LateEntry, Reason},
    store::Counts,
};

/// Observations may be this far ahead of the hall's clock: sensors' clocks differ.
pub(crate) const FUTURE_US: i64 = 300_000_000;

/// The first time that has an RFC 3339 form, µs.
const FIRST_US: i64 = FIRST_DAY * DAY_US;

/// A batch after the rules that need no history.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Judged {
    /// By series: what may be taken.
    pub(crate) blocks: Vec<(u32, Columns)>,
    pub(crate) counts: Counts,
    pub(crate) errors: Vec<FieldError>,
    pub(crate) ledger: Vec<LateEntry>,
}

/// Applies the quality bounds and the clock (`latest`: the last time, µs, that an observation may have); sorts, and drops repetitions within the batch.
pub(crate) fn judge(batch: Batch, declaration: &Declaration, feed: &str, now: Timestamp, latest: i64, lang: Lang) -> Judged {
    let mut judged = Judged::default();
    let mut faults = batch.faults;
    for stray in batch.strays {
        judged.ledger.push(LateEntry::new(feed, &stray.series, stray.at, stray.at, now, stray.value, Reason::UnknownSeries));
    }
    for block in batch.blocks {
        let Some(spec) = declaration.at(block.series) else { continue };
        let fits = |at: i64, value: f64| at >= FIRST_US && at <= latest && value >= spec.min && value <= spec.max;
        let columns = if block.at.iter().zip(&block.value).all(|(at, value)| fits(*at, *value)) {
            whole(block, &mut judged.counts)
        } else {
            some(&block, spec, (now, latest), lang, &fits, &mut faults, &mut judged)
        };
        if !columns.is_empty() {
            judged.blocks.push((spec_place(declaration, spec), columns));
        }
    }
    judged.counts.rejected = faults.rejected;
    judged.errors = faults.errors;
    judged
}

fn spec_place(declaration: &Declaration, spec: &SeriesSpec) -> u32 {
    declaration.place(&spec.id).unwrap_or_default()
}

/// A block in which every value fits.
fn whole(block: Block, counts: &mut Counts) -> Columns {
    let rises = block.at.iter().zip(block.at.iter().skip(1)).all(|(one, next)| one < next);
    if rises {
        return Columns::in_order(block.at, block.value).unwrap_or_default();
    }
    let (columns, lost) = Columns::sort(block.at.into_iter().zip(block.value).collect());
    counts.duplicate += lost;
    columns
}

/// A block in which some do not.
fn some(
    block: &Block,
    spec: &SeriesSpec,
    (now, latest): (Timestamp, i64),
    lang: Lang,
    fits: &impl Fn(i64, f64) -> bool,
    faults: &mut Faults,
    judged: &mut Judged,
) -> Columns {
    let mut pairs = vec![];
    for (row, (at, value)) in block.at.iter().zip(&block.value).enumerate() {
        if fits(*at, *value) {
            pairs.push((*at, *value));
            continue;
        }
        let is_future = *at > latest;
        faults.add(|| block.places.pointer(row), || refusal(spec, *at, *value, is_future, lang));
        if judged.ledger.len() < crate::late::KEPT && value.is_finite() && *at >= FIRST_US {
            let reason = if is_future { Reason::Future } else { Reason::OutOfBounds };
            judged.ledger.push(LateEntry::new(&spec.feed, &spec.id, spec.span().start_of(*at), *at, now, *value, reason));
        }
    }
    let (columns, lost) = Columns::sort(pairs);
    judged.counts.duplicate += lost;
    columns
}

fn refusal(spec: &SeriesSpec, at: i64, value: f64, is_future: bool, lang: Lang) -> String {
    let at = Timestamp(at);
    match (lang, is_future) {
        (Lang::Th, true) => format!("{at} อยู่หลังเวลาปัจจุบันของแหล่งข้อมูลนี้ ตรวจนาฬิกาของเครื่องที่ส่ง"),
        (Lang::En, true) => format!("{at} is ahead of the present of this feed; check the sender's clock"),
        (Lang::Th, false) => format!("{value} ของ {} ที่ {at} อยู่นอกช่วง {} ถึง {}", spec.id, spec.min, spec.max),
        (Lang::En, false) => format!("{value} of {} at {at} is outside {} to {}", spec.id, spec.min, spec.max),
    }
}

/// Lays a block beside what is known: too late ones go to the ledger, repetitions are dropped, corrections stay.
/// `horizon`: event time (µs) before which nothing is taken any more.
pub(crate) fn sift(
    spec: &SeriesSpec,
    columns: &Columns,
    known: &Columns,
    horizon: i64,
    now: Timestamp,
    counts: &mut Counts,
    ledger: &mut Vec<LateEntry>,
) -> Columns {
    let mut kept = vec![];
    for (at, value) in columns.pairs() {
        if at < horizon {
            counts.late += 1;
            if ledger.len() < crate::late::KEPT {
                ledger.push(LateEntry::new(&spec.feed, &spec.id, spec.span().start_of(at), at, now, value, Reason::Late));
            }
        } else if known.find(at).is_some_and(|known| known.to_bits() == value.to_bits()) {
            counts.duplicate += 1;
        } else {
            kept.push((at, value));
        }
    }
    Columns::sort(kept).0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ingest::Places, testing::river};

    const NOW: Timestamp = Timestamp(1_000_000_000_000);

    fn block(at: Vec<i64>, value: Vec<f64>) -> Batch {
        Batch { blocks: vec![Block { series: 0, at, value, places: Places::Lines((1..).take(9).collect()) }], ..Batch::default() }
    }

    #[test]
    fn values_out_of_bounds_and_of_the_future_are_told_with_their_lines() {
        let batch = block(vec![1, 2, 3, 4, NOW.0 + FUTURE_US + 1], vec![1.0, 99.0, f64::NAN, 2.0, 3.0]);
        let judged = judge(batch, &river(), "river", NOW, NOW.0 + FUTURE_US, Lang::En);
        assert_eq!(judged.blocks[0].1.at(), [1, 4]);
        assert_eq!(judged.counts.rejected, 3);
        assert_eq!(judged.errors.iter().map(|error| error.pointer.as_str()).collect::<Vec<_>>(), ["line 2", "line 3", "line 5"]);
        assert_eq!(judged.ledger.iter().map(|entry| entry.reason).collect::<Vec<_>>(), [Reason::OutOfBounds, Reason::Future]);
    }

    #[test]
    fn within_a_batch_the_last_value_of_a_time_holds() {
        let judged = judge(block(vec![5, 2, 5], vec![1.0, 2.0, 3.0]), &river(), "river", NOW, NOW.0 + FUTURE_US, Lang::En);
        assert_eq!((judged.blocks[0].1.at(), judged.blocks[0].1.value(), judged.counts.duplicate), (&[2, 5][..], &[2.0, 3.0][..], 1));
    }

    #[test]
    fn repetitions_are_dropped_corrections_stay_and_old_values_are_late() {
        let known = Columns::in_order(vec![10, 20], vec![1.0, 2.0]).unwrap();
        let given = Columns::in_order(vec![1, 10, 15, 20], vec![9.0, 1.0, 4.0, 5.0]).unwrap();
        let (mut counts, mut ledger) = (Counts::default(), vec![]);
        let kept = sift(&river().series[0], &given, &known, 5, NOW, &mut counts, &mut ledger);
        assert_eq!(kept.at(), [15, 20]);
        assert_eq!((counts.late, counts.duplicate, ledger[0].reason), (1, 1, Reason::Late));
    }
}
