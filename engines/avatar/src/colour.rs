//! Colours as glTF wants them: linear light, made from the sRGB values that people choose by.

use serde::{Deserialize, Serialize};

/// Linear red, green, blue, 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Rgb(pub(crate) f64, pub(crate) f64, pub(crate) f64);

/// An sRGB colour as in CSS, `0xRRGGBB`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Srgb(pub(crate) u32);

impl Srgb {
    pub(crate) fn hex(self) -> String {
        format!("#{:06x}", self.0)
    }

    pub(crate) fn linear(self) -> Rgb {
        let channel = |shift: u32| linear(f64::from((self.0 >> shift) & 0xff) / 255.0);
        Rgb(channel(16), channel(8), channel(0))
    }
}

/// IEC 61966-2-1. The power 2.4 is x² · ⁵√x², the root by Newton's steps: no `pow` of a platform.
fn linear(value: f64) -> f64 {
    if value <= 0.040_45 {
        return value / 12.92;
    }
    let base = (value + 0.055) / 1.055;
    let square = base * base;
    let mut root = 1.0;
    for _ in 0..40 {
        let fourth = root * root * root * root;
        root = (4.0 * root + square / fourth) / 5.0;
    }
    square * root
}

pub(crate) fn rgb(hex: u32) -> Rgb {
    Srgb(hex).linear()
}

impl Rgb {
    pub(crate) fn toward(self, other: Self, t: f64) -> Self {
        Self(self.0 + (other.0 - self.0) * t, self.1 + (other.1 - self.1) * t, self.2 + (other.2 - self.2) * t)
    }

    /// Darker (below 1) or lighter (above 1).
    pub(crate) fn times(self, by: f64) -> Self {
        Self(self.0 * by, self.1 * by, self.2 * by)
    }

    pub(crate) fn tinted(self, by: (f64, f64, f64)) -> Self {
        Self(self.0 * by.0, self.1 * by.1, self.2 * by.2)
    }

    /// How bright it looks, 0 to 1 (Rec. 709 weights).
    pub(crate) fn brightness(self) -> f64 {
        0.2126 * self.0 + 0.7152 * self.1 + 0.0722 * self.2
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn srgb_becomes_linear_as_the_standard_says() {
        for code in 0..=255_u32 {
            let value = f64::from(code) / 255.0;
            let expected = if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) };
            assert!((Srgb(code << 8).linear().1 - expected).abs() < 1e-9, "{code}");
        }
    }
}
