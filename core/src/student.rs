//! Student's t distribution, for fractional degrees of freedom too: what intervals and tests of effects stand on.

/// The t beyond which, on both sides together, `1 - level` of the distribution lies. `df` > 0; `level` in (0, 1).
/// Accurate to about 1e-10.
pub fn two_sided(level: f64, df: f64) -> f64 {
    let tail = 1.0 - level;
    let (mut low, mut high) = (0.0_f64, 1.0_f64);
    while outside(high, df) > tail && high < 1e12 {
        high *= 2.0;
    }
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if outside(middle, df) > tail {
            low = middle;
        } else {
            high = middle;
        }
    }
    f64::midpoint(low, high)
}

/// P(|T| > t): the two-sided p-value of a statistic `t` ≥ 0. `df` > 0.
pub fn outside(t: f64, df: f64) -> f64 {
    incomplete_beta(df / (df + t * t), df / 2.0, 0.5)
}

/// The regularised incomplete beta function I_x(a, b) by its continued fraction (DLMF 8.17.22), evaluated with Lentz's method.
fn incomplete_beta(x: f64, a: f64, b: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    // The fraction converges fast below the mean of the distribution; the other side follows from the symmetry.
    if x > (a + 1.0) / (a + b + 2.0) {
        return 1.0 - incomplete_beta(1.0 - x, b, a);
    }
    let front = (a * x.ln() + b * (1.0 - x).ln() - ln_beta(a, b)).exp() / a;
    let tiny = 1e-300;
    let nudge = |value: f64| if value.abs() < tiny { tiny } else { value };
    let mut above = 1.0;
    let mut below = 1.0 / nudge(1.0 - (a + b) * x / (a + 1.0));
    let mut fraction = below;
    for step in 1..=300_u32 {
        let step = f64::from(step);
        let place = a + 2.0 * step;
        let even = step * (b - step) * x / ((place - 1.0) * place);
        let odd = -(a + step) * (a + b + step) * x / (place * (place + 1.0));
        for term in [even, odd] {
            below = 1.0 / nudge(1.0 + term * below);
            above = nudge(1.0 + term / above);
            fraction *= above * below;
        }
        if (above * below - 1.0).abs() < 1e-15 {
            break;
        }
    }
    front * fraction
}

fn ln_beta(a: f64, b: f64) -> f64 {
    ln_gamma(a) + ln_gamma(b) - ln_gamma(a + b)
}

/// ln Γ(x) for x > 0: Stirling's series (DLMF 5.11.1) after the argument has been raised above 12.
fn ln_gamma(x: f64) -> f64 {
    let (mut x, mut shift) = (x, 0.0);
    while x < 12.0 {
        shift -= x.ln();
        x += 1.0;
    }
    let (inverse, square) = (1.0 / x, 1.0 / (x * x));
    let series = inverse * (1.0 / 12.0 - square * (1.0 / 360.0 - square * (1.0 / 1260.0 - square / 1680.0)));
    shift + (x - 0.5) * x.ln() - x + 0.5 * (2.0 * std::f64::consts::PI).ln() + series
}

#[cfg(test)]
mod tests {
    use super::two_sided;

    #[test]
    fn the_quantiles_are_those_of_the_tables() {
        // Published tables of Student's t, 95 % two-sided.
        for (df, t) in [(1.0, 12.706), (2.0, 4.303), (3.0, 3.182), (5.0, 2.571), (10.0, 2.228), (30.0, 2.042), (120.0, 1.980), (1e6, 1.960)]
        {
            assert!((two_sided(0.95, df) - t).abs() < 6e-4, "{df}: {}", two_sided(0.95, df));
        }
        assert!((two_sided(0.99, 10.0) - 3.169).abs() < 6e-4);
        assert!(two_sided(0.95, 4.5) < two_sided(0.95, 4.0));
    }
}
