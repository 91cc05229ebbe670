//! Saved documents as text: one file a format, pure functions from documents to a string.
//!
//! [`document`] reads any of the schemas, [`subjects`] puts together what speaks of the same generated set, and
//! [`summary`] says in words what the numbers and findings mean.

pub mod csv;
pub mod document;
mod findings;
pub mod html;
pub mod json;
pub mod junit;
pub mod markdown;
pub mod subjects;
pub mod summary;
pub mod terminal;

/// A number with as many digits as its uncertainty allows a reader to use (two digits of the standard error), or six
/// significant digits where there is no standard error. Documents for machines always carry all digits.
#[must_use]
pub fn number(value: f64, std_error: Option<f64>) -> String {
    if value == 0.0 {
        return "0".to_string();
    }
    let digits_after_point = |x: f64, significant: i32| {
        let leading = x.abs().log10().floor() as i32;
        (significant - 1 - leading).clamp(0, 12) as usize
    };
    let places = match std_error {
        Some(error) if error > 0.0 => {
            digits_after_point(error, 2).min(digits_after_point(value, 12))
        }
        _ => digits_after_point(value, 6),
    };
    format!("{value:.places$}")
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn digits_follow_the_standard_error() {
        assert_eq!(number(12.345_678, Some(0.081)), "12.346");
        assert_eq!(number(12.345_678, Some(0.81)), "12.35");
        assert_eq!(number(0.031_047_12, Some(0.0021)), "0.0310");
        assert_eq!(number(12.345_678_9, None), "12.3457");
        assert_eq!(number(0.0, None), "0");
    }
}
