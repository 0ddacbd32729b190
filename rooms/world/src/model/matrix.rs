//! Affine maps of a scene: three rows of four.

/// The first three rows of a matrix; the last is 0 0 0 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Matrix(pub(super) [[f64; 4]; 3]);

impl Matrix {
    pub(super) const SAME: Self = Self([[1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0]]);

    /// From the 16 numbers of glTF, column by column.
    pub(super) fn of_columns(m: &[f64; 16]) -> Self {
        let [a0, a1, a2, _, b0, b1, b2, _, c0, c1, c2, _, d0, d1, d2, _] = *m;
        Self([[a0, b0, c0, d0], [a1, b1, c1, d1], [a2, b2, c2, d2]])
    }

    /// Scaled, turned by a quaternion (x, y, z, w), moved.
    pub(super) fn of_parts([tx, ty, tz]: [f64; 3], [x, y, z, w]: [f64; 4], [sx, sy, sz]: [f64; 3]) -> Self {
        Self([
            [(1.0 - 2.0 * (y * y + z * z)) * sx, 2.0 * (x * y - z * w) * sy, 2.0 * (x * z + y * w) * sz, tx],
            [2.0 * (x * y + z * w) * sx, (1.0 - 2.0 * (x * x + z * z)) * sy, 2.0 * (y * z - x * w) * sz, ty],
            [2.0 * (x * z - y * w) * sx, 2.0 * (y * z + x * w) * sy, (1.0 - 2.0 * (x * x + y * y)) * sz, tz],
        ])
    }

    /// First `other`, then this.
    pub(super) fn after(&self, other: &Self) -> Self {
        let [p, q, r] = other.0;
        Self(self.0.map(|[a, b, c, d]| {
            let column = |p: f64, q: f64, r: f64| a * p + b * q + c * r;
            let ([p0, p1, p2, p3], [q0, q1, q2, q3], [r0, r1, r2, r3]) = (p, q, r);
            [column(p0, q0, r0), column(p1, q1, r1), column(p2, q2, r2), column(p3, q3, r3) + d]
        }))
    }

    pub(super) fn apply(&self, [x, y, z]: [f64; 3]) -> [f64; 3] {
        self.0.map(|[a, b, c, d]| a * x + b * y + c * z + d)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_and_columns_say_the_same() {
        // A quarter turn about y: x goes to -z.
        let half = std::f64::consts::FRAC_1_SQRT_2;
        let turned = Matrix::of_parts([1.0, 2.0, 3.0], [0.0, half, 0.0, half], [2.0, 1.0, 1.0]);
        let [x, y, z] = turned.apply([1.0, 0.0, 0.0]);
        assert!((x - 1.0).abs() < 1e-12 && (y - 2.0).abs() < 1e-12 && (z - 1.0).abs() < 1e-12, "{x} {y} {z}");
        let columns = [0.0, 0.0, -2.0, 0.0, 0.0, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0, 2.0, 3.0, 1.0];
        let same = Matrix::of_columns(&columns);
        for (one, other) in turned.0.iter().flatten().zip(same.0.iter().flatten()) {
            assert!((one - other).abs() < 1e-12);
        }
        assert_eq!(same.after(&Matrix::SAME), same);
        assert_eq!(Matrix::SAME.after(&same), same);
    }
}
