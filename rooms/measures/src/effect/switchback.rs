//! Switchback: blocks of windows with the lever moved against blocks without. Windows of one block depend on each other, so the
//! block is the unit that is counted (cluster-robust): a mean for each block, then Welch's interval over the blocks.

use super::{Interval, float, mean, welch};

/// On minus off, from (is on, value) in the order of time. A block is a stretch with the lever in one place. `None` with fewer than
/// two blocks of either kind.
pub(super) fn difference(values: &[(bool, f64)]) -> Option<Interval> {
    let mut blocks = [vec![], vec![]];
    for block in values.chunk_by(|(a, _), (b, _)| a == b) {
        let is_on = block.first().is_some_and(|(on, _)| *on);
        let [off, on] = &mut blocks;
        let side = if is_on { on } else { off };
        side.push(mean(&block.iter().map(|(_, value)| *value).collect::<Vec<_>>()));
    }
    let [off, on] = blocks;
    (on.len() >= 2 && off.len() >= 2).then(|| welch(side(&on), side(&off)))
}

/// Mean of the block means, its variance, degrees of freedom.
fn side(blocks: &[f64]) -> (f64, f64, f64) {
    let (n, centre) = (float(blocks.len()), mean(blocks));
    let spread: f64 = blocks.iter().map(|block| (block - centre) * (block - centre)).sum();
    (centre, spread / (n - 1.0) / n, n - 1.0)
}
