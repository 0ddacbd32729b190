//! Points, turns and curves, with nothing but the operations that IEEE 754 rounds correctly: `+ − × ÷ √`, floor and
//! comparison. No sine, power or fused multiply of a platform's library takes part, so a figure has the same bits everywhere.

use std::ops::{Add, Mul, Neg, Sub};

/// A point or direction in metres: +x the figure's left, +y up, +z the way it faces (VRM 1.0).
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct V3 {
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) z: f64,
}

pub(crate) const fn v(x: f64, y: f64, z: f64) -> V3 {
    V3 { x, y, z }
}

impl V3 {
    pub(crate) const ZERO: Self = v(0.0, 0.0, 0.0);
    pub(crate) const UP: Self = v(0.0, 1.0, 0.0);
    pub(crate) const FRONT: Self = v(0.0, 0.0, 1.0);

    pub(crate) fn dot(self, other: Self) -> f64 {
        self.x * other.x + self.y * other.y + self.z * other.z
    }

    pub(crate) fn cross(self, other: Self) -> Self {
        v(self.y * other.z - self.z * other.y, self.z * other.x - self.x * other.z, self.x * other.y - self.y * other.x)
    }

    pub(crate) fn length(self) -> f64 {
        self.dot(self).sqrt()
    }

    /// The direction of length one, or `otherwise` for something too short to have one.
    pub(crate) fn unit_or(self, otherwise: Self) -> Self {
        let length = self.length();
        if length > 1e-9 { self * (1.0 / length) } else { otherwise }
    }

    pub(crate) fn toward(self, other: Self, t: f64) -> Self {
        self + (other - self) * t
    }

    /// The same point on the other side of the body.
    pub(crate) fn mirrored(self) -> Self {
        v(-self.x, self.y, self.z)
    }
}

impl Add for V3 {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        v(self.x + other.x, self.y + other.y, self.z + other.z)
    }
}

impl Sub for V3 {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        v(self.x - other.x, self.y - other.y, self.z - other.z)
    }
}

impl Neg for V3 {
    type Output = Self;
    fn neg(self) -> Self {
        v(-self.x, -self.y, -self.z)
    }
}

impl Mul<f64> for V3 {
    type Output = Self;
    fn mul(self, by: f64) -> Self {
        v(self.x * by, self.y * by, self.z * by)
    }
}

/// Sine and cosine of an angle given in turns (1 = 360°), by Taylor polynomials on an eighth of a turn; error below 1e-9.
pub(crate) fn turn(turns: f64) -> (f64, f64) {
    let within = turns - turns.floor();
    let quarter = (within * 4.0 + 0.5).floor();
    let a = (within - quarter * 0.25) * std::f64::consts::TAU;
    let s = a * a;
    let sin = a * (1.0 - s / 6.0 * (1.0 - s / 20.0 * (1.0 - s / 42.0 * (1.0 - s / 72.0))));
    let cos = 1.0 - s / 2.0 * (1.0 - s / 12.0 * (1.0 - s / 30.0 * (1.0 - s / 56.0 * (1.0 - s / 90.0))));
    if !(0.5..=3.5).contains(&quarter) {
        (sin, cos)
    } else if quarter < 1.5 {
        (cos, -sin)
    } else if quarter < 2.5 {
        (-sin, -cos)
    } else {
        (-cos, sin)
    }
}

pub(crate) fn sin(turns: f64) -> f64 {
    turn(turns).0
}

pub(crate) fn cos(turns: f64) -> f64 {
    turn(turns).1
}

pub(crate) fn mix(a: f64, b: f64, t: f64) -> f64 {
    a + (b - a) * t
}

/// 0 below `from`, 1 above `to`, smooth between (either may be the greater).
pub(crate) fn ease(from: f64, to: f64, at: f64) -> f64 {
    let t = ((at - from) / (to - from)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// A hill of height one and half-width about `width`, zero beyond 2 × `width`.
pub(crate) fn bump(away: f64, width: f64) -> f64 {
    1.0 - ease(0.0, 2.0 * width, away.abs())
}

/// A smooth curve through `keys` (ascending in x), level beyond its ends.
pub(crate) fn curve(keys: &[(f64, f64)], at: f64) -> f64 {
    let slope = |a: (f64, f64), b: (f64, f64)| (b.1 - a.1) / (b.0 - a.0);
    let (Some(&first), Some(&last)) = (keys.first(), keys.last()) else { return 0.0 };
    if at <= first.0 {
        return first.1;
    }
    if at >= last.0 {
        return last.1;
    }
    let next = keys.partition_point(|key| key.0 <= at);
    let key = |index: usize| keys.get(index).copied().unwrap_or(last);
    let (a, b) = (key(next.saturating_sub(1)), key(next));
    let before = if next >= 2 { key(next - 2) } else { a };
    let after = key(next + 1);
    let width = b.0 - a.0;
    let chord = slope(a, b);
    // Half of the harmonic mean of both sides' slopes never overshoots its keys: cloth must not dip below skin.
    let tangent = |one: f64, two: f64| if one * two <= 0.0 { 0.0 } else { 2.0 * one * two / (one + two) };
    let from = if next >= 2 { tangent(slope(before, a), chord) } else { chord };
    let to = if after.0 > b.0 { tangent(chord, slope(b, after)) } else { chord };
    let t = (at - a.0) / width;
    let (t2, t3) = (t * t, t * t * t);
    (2.0 * t3 - 3.0 * t2 + 1.0) * a.1 + (t3 - 2.0 * t2 + t) * width * from + (3.0 * t2 - 2.0 * t3) * b.1 + (t3 - t2) * width * to
}

/// `count + 1` numbers from 0 to 1.
pub(crate) fn steps(count: u32) -> impl Iterator<Item = f64> + Clone {
    (0..=count).map(move |at| f64::from(at) / f64::from(count.max(1)))
}

/// `count` angles in turns, once around.
pub(crate) fn around(count: u32) -> impl Iterator<Item = f64> + Clone {
    (0..count).map(move |at| f64::from(at) / f64::from(count.max(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_agree_with_the_platforms_sine_and_cosine() {
        for at in -500..500 {
            let turns = f64::from(at) / 137.0;
            let (sin, cos) = turn(turns);
            let angle = turns * std::f64::consts::TAU;
            assert!((sin - angle.sin()).abs() < 1e-8 && (cos - angle.cos()).abs() < 1e-8, "{turns}: {sin} {cos}");
        }
    }

    #[test]
    fn a_curve_goes_through_its_keys_and_never_beyond_them() {
        let keys = [(0.0, 1.0), (1.0, 3.0), (1.5, 3.0), (4.0, 0.0)];
        for (x, y) in keys {
            assert!((curve(&keys, x) - y).abs() < 1e-12);
        }
        for at in -10..60 {
            let y = curve(&keys, f64::from(at) / 10.0);
            assert!((0.0..=3.0).contains(&y), "{at}: {y}");
        }
    }
}
