//! The training set in memory, pictures as bytes or points as float32, and batches of it in [0, 1].

use crate::error::{Error, Result};
use crate::preprocess::{InputSpec, Protocol, Range};
use crate::progress::Observer;
use crate::rng::Seed;
use crate::sources::decode::{DecodeOptions, decode};
use crate::sources::mixtures::Mixture;
use crate::sources::{self, OpenOptions, Opened, Stored};
use crate::training::layers::Extent;

/// Pictures `[n, height, width, channels]`, or points `[n, 2]`.
#[derive(Debug, Clone)]
pub struct Data {
    values: Values,
    width: usize,
    /// BLAKE3 of extent and bytes, hex; of points, of `points` and the bytes of their float32 values (little-endian).
    pub fingerprint: String,
}

#[derive(Debug, Clone)]
enum Values {
    Pictures(Vec<u8>),
    Points(Vec<f32>),
}

impl Data {
    /// Reads the source `spec`, resized to `extent` where it has another size.
    ///
    /// # Errors
    /// A source that cannot be read, holds no pictures, or fewer than a batch.
    pub fn read(
        spec: &str,
        extent: Extent,
        limit: Option<usize>,
        observer: &dyn Observer,
    ) -> Result<Self> {
        let Opened::Images(images) = sources::open(spec, &OpenOptions::default())? else {
            return Err(
                Error::input(format!("{spec}: holds numbers, expected pictures"))
                    .mend("name a folder, an archive, an IDX file or polygons:triangles"),
            );
        };
        if !matches!(extent.channels, 1 | 3) {
            return Err(Error::usage(format!(
                "{spec}: pictures have 1 or 3 channels, not {}",
                extent.channels
            ))
            .mend("leave `channels` out; points in the plane are named as mixtures:ring or mixtures:grid"));
        }
        let n = images.len().min(limit.unwrap_or(usize::MAX));
        let input = InputSpec {
            size: (extent.height, extent.width),
            channels: extent.channels,
            channels_last: true,
            range: Some(Range::Bytes),
            filter: None,
        };
        let protocol = Protocol::preset("clean")?.for_input(&input);
        let mut bytes = vec![0; n * extent.len()];
        observer.begin(spec, n);
        images.visit(&|index| index < n, &mut |index, stored| {
            if observer.stop_requested() {
                return Err(Error::interrupted());
            }
            let name = &images.entries()[index].name;
            let picture =
                tensor(&stored?, &protocol).map_err(|e| e.at(format!("{spec}: {name}")))?;
            let place = &mut bytes[index * extent.len()..][..extent.len()];
            for (to, from) in place.iter_mut().zip(picture) {
                *to = from.round_ties_even().clamp(0.0, 255.0) as u8;
            }
            observer.advance(1);
            Ok(())
        })?;
        observer.end();
        Ok(Self::new(bytes, extent))
    }

    /// Pictures that are already here: row-major `[n, height, width, channels]`.
    #[must_use]
    pub fn new(bytes: Vec<u8>, extent: Extent) -> Self {
        let mut hasher = blake3::Hasher::new();
        for side in [extent.height, extent.width, extent.channels] {
            hasher.update(&(side as u64).to_le_bytes());
        }
        hasher.update(&bytes);
        Self {
            values: Values::Pictures(bytes),
            width: extent.len().max(1),
            fingerprint: hasher.finalize().to_hex().to_string(),
        }
    }

    /// The first `limit` points of a mixture, or all of its set.
    #[must_use]
    pub fn of_mixture(mixture: &Mixture, limit: Option<usize>) -> Self {
        Self::of_points(mixture.points(mixture.n.min(limit.unwrap_or(usize::MAX))))
    }

    /// Points `[n, 2]`, row-major.
    #[must_use]
    pub fn of_points(points: Vec<f32>) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(b"points");
        for value in &points {
            hasher.update(&value.to_le_bytes());
        }
        Self {
            values: Values::Points(points),
            width: 2,
            fingerprint: hasher.finalize().to_hex().to_string(),
        }
    }

    /// Number of pictures or points.
    #[must_use]
    pub fn len(&self) -> usize {
        let n_values = match &self.values {
            Values::Pictures(bytes) => bytes.len(),
            Values::Points(points) => points.len(),
        };
        n_values / self.width
    }

    /// None at all?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// One picture's bytes; a point has none.
    #[must_use]
    pub fn picture(&self, index: usize) -> &[u8] {
        match &self.values {
            Values::Pictures(bytes) => row(bytes, index, self.width),
            Values::Points(_) => &[],
        }
    }
}

/// Row `index` of `[n, width]`; nothing where there is none.
fn row<T>(values: &[T], index: usize, width: usize) -> &[T] {
    values
        .get(index * width..(index + 1) * width)
        .unwrap_or_default()
}

fn tensor(stored: &Stored, protocol: &Protocol) -> Result<Vec<f32>> {
    let decoded = decode(stored, &DecodeOptions::default())?;
    protocol.tensor(&decoded.pixels)
}

/// The order in which a run sees the pictures: endless, every picture once before any comes again.
///
/// The study shuffles through a buffer of 10,000; here each epoch is one whole permutation, so that any step's batch is
/// known from the seed and the step alone.
pub struct Order {
    seed: Seed,
    n: usize,
    epoch: Option<(usize, Vec<usize>)>,
}

impl Order {
    /// Of `n` pictures.
    #[must_use]
    pub fn new(seed: Seed, n: usize) -> Self {
        Self {
            seed,
            n,
            epoch: None,
        }
    }

    /// The pictures of step `step` (from 0) with `batch_size` pictures a step.
    pub fn batch(&mut self, step: usize, batch_size: usize) -> Vec<usize> {
        let first = step * batch_size;
        (first..first + batch_size).map(|at| self.at(at)).collect()
    }

    fn at(&mut self, position: usize) -> usize {
        let (epoch, place) = (position / self.n.max(1), position % self.n.max(1));
        if let Some((ready, order)) = &self.epoch
            && *ready == epoch
        {
            return order.get(place).copied().unwrap_or(0);
        }
        let order = self
            .seed
            .stream("training/order", epoch as u64)
            .permutation(self.n);
        let index = order.get(place).copied().unwrap_or(0);
        self.epoch = Some((epoch, order));
        index
    }
}

impl Data {
    /// The pictures or points `indices` in [0, 1], row-major.
    #[must_use]
    pub fn batch(&self, indices: &[usize]) -> Vec<f32> {
        let mut values = Vec::with_capacity(indices.len() * self.width);
        for &index in indices {
            match &self.values {
                Values::Pictures(bytes) => {
                    let picture = row(bytes, index, self.width).iter();
                    values.extend(picture.map(|&byte| f32::from(byte) / 255.0));
                }
                Values::Points(points) => values.extend(row(points, index, self.width)),
            }
        }
        values
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_picture_comes_once_before_any_comes_again() {
        let mut order = Order::new(Seed(4), 7);
        let seen: Vec<usize> = (0..7).flat_map(|step| order.batch(step, 2)).collect();
        let (mut first, mut second) = (seen[..7].to_vec(), seen[7..].to_vec());
        assert_ne!(first, second, "epochs differ");
        first.sort_unstable();
        second.sort_unstable();
        assert_eq!(first, [0, 1, 2, 3, 4, 5, 6]);
        assert_eq!(second, first);
        assert_eq!(
            Order::new(Seed(4), 7).batch(5, 2),
            seen[10..12],
            "from any step"
        );
    }

    #[test]
    fn batches_are_in_zero_to_one() {
        let data = Data::new(vec![0, 255, 51, 102], Extent::flat(2));
        assert_eq!(data.batch(&[1, 0]), [0.2, 0.4, 0.0, 1.0]);
    }

    #[test]
    fn points_are_kept_to_the_bit_and_their_fingerprint_covers_every_bit() {
        let points = vec![0.123_456_79_f32, 0.5, 1.0, 0.0];
        let data = Data::of_points(points.clone());
        assert_eq!(
            (data.len(), data.batch(&[1, 0])),
            (2, vec![1.0, 0.0, 0.123_456_79, 0.5])
        );
        let mut other = points.clone();
        other[1] = f32::from_bits(other[1].to_bits() + 1);
        assert_ne!(data.fingerprint, Data::of_points(other).fingerprint);
        assert_eq!(data.fingerprint, Data::of_points(points).fingerprint);
        // Another seed, another split, fewer points: other data.
        let set = |text: &str, limit| {
            let mixture = Mixture::named(text).unwrap().unwrap();
            Data::of_mixture(&mixture, limit).fingerprint
        };
        let base = set("mixtures:ring?n=100", None);
        assert_eq!(base, set("mixtures:ring?n=200", Some(100)));
        for (text, limit) in [
            ("mixtures:ring?n=100&seed=1", None),
            ("mixtures:ring?n=100&split=test", None),
            ("mixtures:ring?n=100", Some(99)),
            ("mixtures:ring?n=100&std=0.021", None),
        ] {
            assert_ne!(base, set(text, limit), "{text}");
        }
    }
}
