//! The training pictures in memory, as bytes, and batches of them in [0, 1].

use crate::error::{Error, Result};
use crate::preprocess::{InputSpec, Protocol, Range};
use crate::progress::Observer;
use crate::rng::Seed;
use crate::sources::decode::{DecodeOptions, decode};
use crate::sources::{self, OpenOptions, Opened, Stored};
use crate::training::layers::Extent;

/// Pictures `[n, height, width, channels]`.
#[derive(Debug, Clone)]
pub struct Data {
    bytes: Vec<u8>,
    width: usize,
    /// BLAKE3 of extent and bytes, hex.
    pub fingerprint: String,
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
            bytes,
            width: extent.len().max(1),
            fingerprint: hasher.finalize().to_hex().to_string(),
        }
    }

    /// Number of pictures.
    #[must_use]
    pub fn len(&self) -> usize {
        self.bytes.len() / self.width
    }

    /// None at all?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// One picture's bytes.
    #[must_use]
    pub fn picture(&self, index: usize) -> &[u8] {
        self.bytes
            .get(index * self.width..(index + 1) * self.width)
            .unwrap_or_default()
    }
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
    /// The pictures `indices` in [0, 1], row-major.
    #[must_use]
    pub fn batch(&self, indices: &[usize]) -> Vec<f32> {
        let mut values = Vec::with_capacity(indices.len() * self.width);
        for &index in indices {
            let picture = self.picture(index).iter();
            values.extend(picture.map(|&byte| f32::from(byte) / 255.0));
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
}
