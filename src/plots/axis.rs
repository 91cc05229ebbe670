//! From numbers to places on an axis: straight, or in powers of ten where the numbers span several of them.

/// More than this between the least and the largest positive number asks for powers of ten.
const WIDE: f64 = 30.0;

/// An axis over a range.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Axis {
    low: f64,
    high: f64,
    is_logarithmic: bool,
}

impl Axis {
    /// Over these numbers, with a little room at both ends; those that are not finite are left out.
    #[must_use]
    pub fn over(numbers: impl IntoIterator<Item = f64>) -> Self {
        let mut numbers: Vec<f64> = numbers.into_iter().filter(|v| v.is_finite()).collect();
        numbers.sort_by(f64::total_cmp);
        let (low, high) = match (numbers.first(), numbers.last()) {
            (Some(low), Some(high)) => (*low, *high),
            _ => (0.0, 1.0),
        };
        let is_logarithmic = low > 0.0 && high / low > WIDE;
        let axis = Self {
            low,
            high,
            is_logarithmic,
        };
        let (low, high) = (axis.bent(low), axis.bent(high));
        let room = if low < high { 0.05 * (high - low) } else { 0.5 };
        Self {
            low: low - room,
            high: high + room,
            is_logarithmic,
        }
    }

    fn bent(self, value: f64) -> f64 {
        if self.is_logarithmic {
            value.max(f64::MIN_POSITIVE).log10()
        } else {
            value
        }
    }

    /// Where a number is: 0 at the lower end, 1 at the upper one.
    #[must_use]
    pub fn part(self, value: f64) -> f64 {
        ((self.bent(value) - self.low) / (self.high - self.low)).clamp(-0.2, 1.2)
    }

    /// Numbers worth writing along it.
    #[must_use]
    pub fn ticks(self) -> Vec<f64> {
        if self.is_logarithmic {
            let powers = self.low.floor() as i32..=self.high.ceil() as i32;
            let all =
                powers.flat_map(|power| [1.0, 2.0, 5.0].map(|digit| digit * 10f64.powi(power)));
            let inside: Vec<f64> = all
                .filter(|tick| (0.0..=1.0).contains(&self.part(*tick)))
                .collect();
            let is_power = |tick: &f64| tick.log10().fract().abs() < 1e-9;
            return if inside.len() > 10 {
                inside.into_iter().filter(is_power).collect()
            } else {
                inside
            };
        }
        let raw = (self.high - self.low) / 5.0;
        let power = 10f64.powf(raw.log10().floor());
        let steps = [1.0, 2.0, 5.0, 10.0].map(|digit| digit * power);
        let step = steps.into_iter().find(|step| *step >= raw).unwrap_or(raw);
        let (first, last) = (
            (self.low / step).ceil() as i64,
            (self.high / step).floor() as i64,
        );
        (first..=last).map(|n| n as f64 * step).collect()
    }
}

/// A tick as it is written: without the noise of binary fractions.
#[must_use]
pub fn written(value: f64) -> String {
    let text = format!("{value:.6}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    (if text == "-0" { "0" } else { text }).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_inside() {
        let shares: Vec<String> = Axis::over([0.05, 0.47])
            .ticks()
            .into_iter()
            .map(written)
            .collect();
        assert_eq!(shares, ["0.1", "0.2", "0.3", "0.4"]);
        let powers: Vec<String> = Axis::over([2.0, 400.0])
            .ticks()
            .into_iter()
            .map(written)
            .collect();
        assert_eq!(powers, ["2", "5", "10", "20", "50", "100", "200", "500"]);
        assert!(Axis::over([3.0, 3.0]).part(3.0) == 0.5);
    }

    #[test]
    fn a_wide_range_of_positive_numbers_is_bent_and_others_are_straight() {
        // 10 is half way from 1 to 100 in powers of ten.
        assert!((Axis::over([1.0, 100.0]).part(10.0) - 0.5).abs() < 1e-12);
        assert!((Axis::over([0.0, 100.0]).part(50.0) - 0.5).abs() < 1e-12);
    }
}
