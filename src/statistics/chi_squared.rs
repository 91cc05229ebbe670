//! The upper tail of the chi-squared distribution, behind the p-values of rank tests.

/// Terms after which both expansions have converged for any argument that a test statistic takes.
const MOST_TERMS: usize = 10_000;

/// P(X ≥ x) for X chi-squared with `degrees` degrees of freedom: the regularised incomplete gamma function
/// Q(degrees / 2, x / 2). 1 at or below 0.
///
/// By its series where x / 2 < degrees / 2 + 1 and by the continued fraction (Lentz) beyond, so the tail keeps its digits.
///
/// Source: Abramowitz and Stegun 6.5.29 and 6.5.31; `scipy.stats.chi2.sf`.
#[must_use]
pub fn upper_tail(x: f64, degrees: usize) -> f64 {
    if x.is_nan() || degrees == 0 {
        return f64::NAN;
    }
    if x <= 0.0 {
        return 1.0;
    }
    if x.is_infinite() {
        return 0.0;
    }
    let (a, x) = (degrees as f64 / 2.0, x / 2.0);
    let scale = (a * x.ln() - x - libm::lgamma(a)).exp();
    if x < a + 1.0 {
        (1.0 - scale * series(a, x)).clamp(0.0, 1.0)
    } else {
        (scale * fraction(a, x)).clamp(0.0, 1.0)
    }
}

/// Σ x^n / (a (a + 1) … (a + n)).
fn series(a: f64, x: f64) -> f64 {
    let mut term = 1.0 / a;
    let mut sum = term;
    for n in 1..MOST_TERMS {
        term *= x / (a + n as f64);
        sum += term;
        if term < sum * f64::EPSILON {
            break;
        }
    }
    sum
}

/// 1 / (x + 1 − a − 1 (1 − a) / (x + 3 − a − …)).
fn fraction(a: f64, x: f64) -> f64 {
    let mut b = x + 1.0 - a;
    let mut c = 1.0 / f64::MIN_POSITIVE;
    let mut d = 1.0 / b;
    let mut value = d;
    for n in 1..MOST_TERMS {
        let n = n as f64;
        let numerator = -n * (n - a);
        b += 2.0;
        d = 1.0 / (numerator * d + b);
        c = b + numerator / c;
        let factor = c * d;
        value *= factor;
        if (factor - 1.0).abs() < f64::EPSILON {
            break;
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tails_are_those_of_scipy() {
        // SciPy 1.17.1: stats.chi2.sf([0.1, 1, 3.84, 20, 100], [1, 2, 1, 7, 10]).
        for (x, degrees, want) in [
            (0.1, 1, 7.51829634e-01),
            (1.0, 2, 6.06530660e-01),
            (3.84, 1, 5.00435212e-02),
            (20.0, 7, 5.56968307e-03),
            (100.0, 10, 5.44970198e-17),
        ] {
            let got = upper_tail(x, degrees);
            assert!((got / want - 1.0).abs() < 1e-8, "{x} {degrees}: {got}");
        }
        // With two degrees the tail is exp(-x / 2) on both sides of the switch.
        for x in [0.5_f64, 3.9, 4.1, 60.0] {
            assert!((upper_tail(x, 2) / (-x / 2.0).exp() - 1.0).abs() < 1e-12);
        }
        assert_eq!(upper_tail(-1.0, 3), 1.0);
        assert_eq!(upper_tail(f64::INFINITY, 3), 0.0);
    }
}
