//! At which sizes a cascade looks, and at which places: the rules of OpenCV's `detectMultiScale`.

use super::{Search, round_half_even};

/// One size of the pyramid: the picture is shrunk, the window stays.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Level {
    /// How many times smaller the picture is.
    pub scale: f32,
    /// Width and height of the shrunk picture.
    pub size: (usize, usize),
    /// Pixels between two windows, in both directions.
    pub step: usize,
    /// Windows in a row.
    pub n_columns: usize,
    /// Rows of pixels at which windows may begin.
    pub n_rows: usize,
}

/// All sizes at which a `window` fits into a `picture` (width, height) and is at least as large as asked for.
///
/// If that leaves none, the size that comes nearest to the smallest one asked for, as OpenCV 4 does.
pub(super) fn levels(
    window: (usize, usize),
    picture: (usize, usize),
    search: &Search,
) -> Vec<Level> {
    let at = |scale: f64| {
        let side = |n: usize| round_half_even(n as f64 * scale);
        (side(window.0), side(window.1))
    };
    let (width, height) = (picture.0 as i64, picture.1 as i64);
    let factors = std::iter::successors(Some(1.0), |factor| Some(factor * search.scale_factor));
    let all: Vec<f32> = factors
        .take_while(|&factor| {
            let window = at(factor);
            window.0 <= width && window.1 <= height
        })
        .map(|factor| factor as f32)
        .collect();
    let least = (search.min_size.0 as i64, search.min_size.1 as i64);
    // The product with a float is taken in single precision here.
    let of = |scale: f32| {
        let side = |n: usize| round_half_even(f64::from(n as f32 * scale));
        (side(window.0), side(window.1))
    };
    let mut chosen: Vec<f32> = all
        .iter()
        .copied()
        .take_while(|&scale| of(scale).0 <= width && of(scale).1 <= height)
        .filter(|&scale| of(scale).0 >= least.0 && of(scale).1 >= least.1)
        .collect();
    if chosen.is_empty() {
        let distance = |scale: f32| (least.0 - of(scale).0).pow(2) + (least.1 - of(scale).1).pow(2);
        chosen.extend(all.iter().copied().min_by_key(|&scale| distance(scale)));
    }
    let shrunk = |scale: f32| {
        let side = |n: usize| round_half_even(f64::from(n as f32 / scale)).max(0) as usize;
        (side(picture.0), side(picture.1))
    };
    // OpenCV hands rows out in stripes of equal height, as many as the first level is wide in 32 pixels. Stripes of an
    // uneven number of rows leave the last row out, also with one thread.
    let first_columns = chosen
        .first()
        .map_or(0, |&scale| places(shrunk(scale).0, window.0));
    let n_stripes = first_columns.div_ceil(32);
    chosen
        .into_iter()
        .map(|scale| {
            let size = shrunk(scale);
            let step = if scale >= 2.0 { 1 } else { 2 };
            let n_rows = places(size.1, window.1);
            let stripe = (n_rows / step).div_ceil(n_stripes.max(1)).max(1) * step;
            Level {
                scale,
                size,
                step,
                n_columns: places(size.0, window.0).div_ceil(step),
                n_rows: n_rows.min(stripe * n_stripes),
            }
        })
        .collect()
}

/// Places of a window in a picture along one axis.
fn places(picture: usize, window: usize) -> usize {
    (picture + 1).saturating_sub(window)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn search(min_size: usize) -> Search {
        Search {
            scale_factor: 1.1,
            min_neighbors: 3,
            min_size: (min_size, min_size),
        }
    }

    #[test]
    fn a_window_of_the_pictures_size_has_one_place() {
        let levels = levels((24, 24), (24, 24), &search(24));
        assert_eq!(levels.len(), 1);
        assert_eq!((levels[0].n_columns, levels[0].n_rows), (1, 1));
    }

    #[test]
    fn the_scales_stop_where_the_window_outgrows_the_picture() {
        // 24 * 1.1^k, rounded: 24 26 29 32 35 39 43 47 51 57 62 68; 64 pixels hold the first eleven.
        let levels = levels((24, 24), (64, 64), &search(24));
        assert_eq!(levels.len(), 11);
        // The step of two pixels ends at scale 2: 1.1^7 = 1.95, 1.1^8 = 2.14.
        assert_eq!((levels[7].step, levels[8].step), (2, 1));
        assert!(super::levels((24, 24), (23, 64), &search(24)).is_empty());
    }

    #[test]
    fn a_least_size_leaves_smaller_windows_out_and_the_nearest_stands_in_for_none() {
        let sizes = |min| -> Vec<f32> {
            let levels = levels((24, 24), (64, 64), &search(min));
            levels
                .iter()
                .map(|level| (24.0 * level.scale).round())
                .collect()
        };
        assert_eq!(sizes(50), [51.0, 57.0, 62.0]);
        assert_eq!(sizes(500), [62.0]);
    }
}
