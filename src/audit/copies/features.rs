//! Nearest training pictures in the space of a network's features.
//!
//! ```text
//! distance(x, y) = √(2 − 2 cos(x − m, y − m))      m: the mean feature of the training set
//! ```
//! Directions, because the length of a feature tells how much there is in a picture, which a disguise changes.

use ndarray::{Array2, ArrayView1, Axis};

use super::near::{Look, Near, RANKED};
use crate::audit::Exhibit;
use crate::error::{Error, Result};
use crate::progress::Observer;
use crate::statistics::nearest_correlation::{Haystack, Needles};

/// Added to distances before they are compared: what re-encoding does to features.
const FLOOR: f64 = 0.02;

/// The features of a training set, ready to be searched.
pub struct Features<'a> {
    train: &'a Array2<f32>,
    mean: Vec<f64>,
    haystack: Haystack,
}

impl<'a> Features<'a> {
    /// Of a set that a network has looked at; `None` for any other.
    #[must_use]
    pub fn new(train: &'a Exhibit) -> Option<Self> {
        let train = train.features.as_ref()?;
        let mut mean = vec![0.0; train.ncols()];
        for row in train.axis_iter(Axis(0)) {
            for (sum, value) in mean.iter_mut().zip(row) {
                *sum += f64::from(*value);
            }
        }
        for sum in &mut mean {
            *sum /= train.nrows().max(1) as f64;
        }
        let haystack = Haystack::new(train.nrows(), train.ncols(), |row, range, out| {
            let whole = direction(train.index_axis(Axis(0), row), &mean);
            for (out, value) in out.iter_mut().zip(whole.get(range).unwrap_or_default()) {
                *out = *value as f32;
            }
        });
        Some(Self {
            train,
            mean,
            haystack,
        })
    }
}

impl Look for Features<'_> {
    fn name(&self) -> &'static str {
        "features"
    }

    fn nearest(
        &self,
        set: &Exhibit,
        rows: &[usize],
        is_train: bool,
        observer: &dyn Observer,
    ) -> Result<Vec<Option<Near>>> {
        let none = || vec![None; rows.len()];
        let Some(features) = set.features.as_ref() else {
            return Ok(none());
        };
        if features.ncols() != self.train.ncols() {
            return Ok(none());
        }
        let own = |row: usize| {
            let known = (row < features.nrows()).then(|| features.index_axis(Axis(0), row));
            known
                .map(|feature| direction(feature, &self.mean))
                .unwrap_or_default()
        };
        let fill = |at: usize, out: &mut [f32]| {
            let values = rows.get(at).map(|&row| own(row)).unwrap_or_default();
            for (out, value) in out.iter_mut().zip(values) {
                *out = value as f32;
            }
        };
        let without = |at: usize| rows.get(at).copied().filter(|_| is_train);
        let needles = Needles {
            n: rows.len(),
            n_versions: 1,
            n_inverted: 0,
            fill: &fill,
            without: &without,
        };
        let found = self
            .haystack
            .search(&needles, RANKED, &|_| !observer.stop_requested())
            .ok_or_else(Error::interrupted)?;
        Ok(found
            .iter()
            .zip(rows)
            .map(|(hits, &row)| {
                let own = own(row);
                let mut ranked: Vec<(usize, f64)> = hits
                    .iter()
                    .map(|hit| {
                        let other = direction(self.train.index_axis(Axis(0), hit.row), &self.mean);
                        (hit.row, distance(&own, &other))
                    })
                    .collect();
                ranked.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
                Near::of(&ranked, FLOOR)
            })
            .collect())
    }
}

/// A feature less the mean, of norm 1, or 0 where they are the same.
fn direction(feature: ArrayView1<'_, f32>, mean: &[f64]) -> Vec<f64> {
    let less: Vec<f64> = feature
        .iter()
        .zip(mean)
        .map(|(value, mean)| f64::from(*value) - mean)
        .collect();
    let norm = less.iter().map(|v| v * v).sum::<f64>().sqrt();
    let scale = if norm > 0.0 { 1.0 / norm } else { 0.0 };
    less.into_iter().map(|v| v * scale).collect()
}

fn distance(a: &[f64], b: &[f64]) -> f64 {
    let squares = a.iter().zip(b).map(|(a, b)| (a - b) * (a - b));
    squares.sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::Thumbnails;
    use crate::progress::Silent;
    use crate::rng::Seed;

    fn set(name: &str, n: usize, d: usize) -> Exhibit {
        let mut stream = Seed(8).stream(name, 0);
        Exhibit {
            source: name.to_owned(),
            items: Vec::new(),
            thumbnails: Thumbnails::default(),
            features: Some(Array2::from_shape_fn((n, d), |_| {
                stream.normal() as f32 + 3.0
            })),
        }
    }

    #[test]
    fn the_nearest_has_the_same_direction_from_the_mean_whatever_its_length() {
        let train = set("train", 60, 300);
        let look = Features::new(&train).unwrap();
        let mut made = set("made", 2, 300);
        let features = made.features.as_mut().unwrap();
        for (slot, (value, mean)) in features.row_mut(1).iter_mut().zip(
            train
                .features
                .as_ref()
                .unwrap()
                .row(17)
                .iter()
                .zip(&look.mean),
        ) {
            *slot = (mean + 0.4 * (f64::from(*value) - mean)) as f32;
        }
        let found = look.nearest(&made, &[0, 1], false, &Silent).unwrap();
        let (other, copy) = (found[0].unwrap(), found[1].unwrap());
        assert_eq!(copy.row, 17);
        assert!(copy.distance < 1e-5 && copy.score > 3.0, "{copy:?}");
        // Independent directions of 300 dimensions are about √2 apart.
        assert!(other.distance > 1.0 && other.score < 0.2, "{other:?}");
        // Within the training set nobody is his own neighbour.
        let itself = look.nearest(&train, &[5], true, &Silent).unwrap();
        assert!(itself[0].unwrap().row != 5);
    }

    #[test]
    fn sets_without_features_or_with_others_have_no_neighbours() {
        let train = set("train", 60, 40);
        let look = Features::new(&train).unwrap();
        let plain = Exhibit {
            features: None,
            ..set("plain", 3, 40)
        };
        for other in [plain, set("other", 3, 41)] {
            assert_eq!(look.nearest(&other, &[0], false, &Silent).unwrap(), [None]);
        }
    }
}
