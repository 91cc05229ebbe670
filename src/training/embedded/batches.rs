//! Which pictures a step sees, in which order, shifted and mirrored how: all from the recipe's seed.

use super::pictures::Pictures;
use super::recipe::Recipe;
use crate::rng::{Seed, Stream};

/// Pictures and labels of one step.
pub struct Batch {
    /// `[n, 3, size, size]`, bytes as floats.
    pub pixels: Vec<f32>,
    /// Class of each picture.
    pub labels: Vec<i32>,
}

/// The order of epoch `epoch`: every training picture as often as its domain says, shuffled.
#[must_use]
pub fn order(recipe: &Recipe, pictures: &Pictures, epoch: usize) -> Vec<usize> {
    let mut list = Vec::new();
    for (i, &domain) in pictures.domains.iter().enumerate() {
        let repeat = recipe.domains.get(domain).map_or(1, |d| d.repeat);
        list.extend(std::iter::repeat_n(i, repeat));
    }
    let mut stream = Seed(recipe.seed).stream("embedded/order", epoch as u64);
    let shuffled = stream.permutation(list.len());
    shuffled.into_iter().map(|i| list[i]).collect()
}

/// The augmented batch of the pictures `indices`; `step` numbers the run's steps from 0.
#[must_use]
pub fn augmented(recipe: &Recipe, pictures: &Pictures, indices: &[usize], step: usize) -> Batch {
    let mut stream = Seed(recipe.seed).stream("embedded/augment", step as u64);
    let mut batch = Batch {
        pixels: Vec::with_capacity(indices.len() * pictures.picture_len()),
        labels: Vec::with_capacity(indices.len()),
    };
    for &index in indices {
        let mirror = recipe.domains.get(pictures.domains[index]).is_some_and(|d| d.mirror);
        let change = Change::draw(&mut stream, recipe.schedule.max_shift, mirror);
        change.append(pictures.picture(index), pictures.size, &mut batch.pixels);
        batch.labels.push(pictures.labels[index] as i32);
    }
    batch
}

/// The pictures `indices` as they are.
#[must_use]
pub fn plain(pictures: &Pictures, indices: &[usize]) -> Batch {
    let mut pixels = Vec::with_capacity(indices.len() * pictures.picture_len());
    for &index in indices {
        pixels.extend(pictures.picture(index).iter().map(|&byte| f32::from(byte)));
    }
    let labels = indices.iter().map(|&i| pictures.labels[i] as i32).collect();
    Batch { pixels, labels }
}

/// One picture's augmentation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Change {
    down: isize,
    right: isize,
    mirror: bool,
}

impl Change {
    fn draw(stream: &mut Stream, max_shift: usize, may_mirror: bool) -> Self {
        let mut shift = || stream.below(2 * max_shift + 1) as isize - max_shift as isize;
        let (down, right) = (shift(), shift());
        // Drawn for every picture, so that a domain's mirroring does not move the draws of the others.
        let mirror = stream.below(2) == 1 && may_mirror;
        Self { down, right, mirror }
    }

    /// Appends the changed picture; what moves in from outside repeats the edge.
    fn append(self, picture: &[u8], size: usize, pixels: &mut Vec<f32>) {
        let last = size as isize - 1;
        for channel in picture.chunks_exact(size * size) {
            for y in 0..size as isize {
                let from_y = (y - self.down).clamp(0, last) as usize;
                for x in 0..size as isize {
                    let seen_x = if self.mirror { last - x } else { x };
                    let from_x = (seen_x - self.right).clamp(0, last) as usize;
                    pixels.push(f32::from(channel[from_y * size + from_x]));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(change: Change) -> Vec<f32> {
        // One channel of a 3x3 picture; `append` does the same to each.
        let mut pixels = Vec::new();
        change.append(&[1, 2, 3, 4, 5, 6, 7, 8, 9], 3, &mut pixels);
        pixels
    }

    #[test]
    fn a_shift_down_and_right_repeats_the_upper_and_left_edge() {
        let change = Change { down: 1, right: 1, mirror: false };
        assert_eq!(changed(change), [1.0, 1.0, 2.0, 1.0, 1.0, 2.0, 4.0, 4.0, 5.0]);
    }

    #[test]
    fn a_mirror_turns_left_and_right_round() {
        let change = Change { down: 0, right: 0, mirror: true };
        assert_eq!(changed(change), [3.0, 2.0, 1.0, 6.0, 5.0, 4.0, 9.0, 8.0, 7.0]);
    }

    #[test]
    fn a_domain_that_may_not_be_mirrored_never_is() {
        let mut stream = Seed(3).stream("t", 0);
        assert!((0..100).all(|_| !Change::draw(&mut stream, 2, false).mirror));
        assert!((0..100).any(|_| Change::draw(&mut stream, 2, true).mirror));
    }
}
