//! Points and vectors in space, metres.

/// x, y, z.
pub type Point = [f64; 3];

pub(crate) fn minus([ax, ay, az]: Point, [bx, by, bz]: Point) -> Point {
    [ax - bx, ay - by, az - bz]
}

pub(crate) fn plus([ax, ay, az]: Point, [bx, by, bz]: Point) -> Point {
    [ax + bx, ay + by, az + bz]
}

pub(crate) fn times([x, y, z]: Point, factor: f64) -> Point {
    [x * factor, y * factor, z * factor]
}

pub(crate) fn dot([ax, ay, az]: Point, [bx, by, bz]: Point) -> f64 {
    ax * bx + ay * by + az * bz
}

pub(crate) fn cross([ax, ay, az]: Point, [bx, by, bz]: Point) -> Point {
    [ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx]
}

pub(crate) fn length(vector: Point) -> f64 {
    dot(vector, vector).sqrt()
}

/// Twice the area of a ring as a vector along its normal (Newell 1972), computed from its first corner so that far coordinates lose nothing.
pub(crate) fn newell(ring: &[Point]) -> Point {
    let Some(first) = ring.first() else { return [0.0; 3] };
    let edges = ring.iter().zip(ring.iter().cycle().skip(1));
    edges.fold([0.0; 3], |sum, (one, next)| plus(sum, cross(minus(*one, *first), minus(*next, *first))))
}

/// The smallest box around points: least and greatest corner. Of nothing, a box that is turned inside out.
pub(crate) fn bounds<'p>(points: impl IntoIterator<Item = &'p Point>) -> (Point, Point) {
    let nothing = ([f64::INFINITY; 3], [f64::NEG_INFINITY; 3]);
    points.into_iter().fold(nothing, |([lx, ly, lz], [gx, gy, gz]), [x, y, z]| {
        ([lx.min(*x), ly.min(*y), lz.min(*z)], [gx.max(*x), gy.max(*y), gz.max(*z)])
    })
}
