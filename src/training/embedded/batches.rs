//! Which pictures a step sees, in which order, shifted and mirrored how: all from the recipe's seed.

use super::pictures::Pictures;
use super::recipe::{Recipe, Schedule};
use crate::rng::{Seed, Stream};

/// Pictures and labels of one step.
pub struct Batch {
    /// `[n, 3, size, size]`, bytes as floats.
    pub pixels: Vec<f32>,
    /// Class of each picture.
    pub labels: Vec<i64>,
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
        let natural = recipe
            .domains
            .get(pictures.domains[index])
            .is_some_and(|d| d.natural);
        let change = Change::draw(&mut stream, &recipe.schedule, natural);
        change.append(pictures.picture(index), pictures.size, &mut batch.pixels);
        batch
            .labels
            .push(pictures.labels[index].cast_signed() as i64);
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
    let labels = indices
        .iter()
        .map(|&i| pictures.labels[i].cast_signed() as i64)
        .collect();
    Batch { pixels, labels }
}

/// One picture's augmentation.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Change {
    down: isize,
    right: isize,
    mirror: bool,
    gain: f32,
    offset: f32,
}

/// The gray about which contrast changes.
const MID_GRAY: f32 = 127.5;

impl Change {
    fn draw(stream: &mut Stream, schedule: &Schedule, natural: bool) -> Self {
        let reach = schedule.max_shift;
        let mut shift = || stream.below(2 * reach + 1).cast_signed() - reach.cast_signed();
        let (down, right) = (shift(), shift());
        // Drawn for every picture, so that one domain's changes do not move the draws of the others.
        let mirror = stream.below(2) == 1;
        let [least, most] = schedule.gain;
        let gain = least + (most - least) * stream.uniform();
        let offset = schedule.offset * (2.0 * stream.uniform() - 1.0);
        Self {
            down,
            right,
            mirror: mirror && natural,
            gain: if natural { gain as f32 } else { 1.0 },
            offset: if natural { offset as f32 } else { 0.0 },
        }
    }

    /// Appends the changed picture; what moves in from outside repeats the edge.
    fn append(self, picture: &[u8], size: usize, pixels: &mut Vec<f32>) {
        let side = size.cast_signed();
        let last = side - 1;
        for channel in picture.chunks_exact(size * size) {
            for y in 0..side {
                let from_y = (y - self.down).clamp(0, last) as usize;
                for x in 0..side {
                    let seen_x = if self.mirror { last - x } else { x };
                    let from_x = (seen_x - self.right).clamp(0, last) as usize;
                    let level = f32::from(channel[from_y * size + from_x]);
                    let changed = (level - MID_GRAY) * self.gain + MID_GRAY + self.offset;
                    pixels.push(changed.clamp(0.0, 255.0));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STILL: Change = Change {
        down: 0,
        right: 0,
        mirror: false,
        gain: 1.0,
        offset: 0.0,
    };

    fn changed(change: Change) -> Vec<f32> {
        // One channel of a 3x3 picture; `append` does the same to each.
        let mut pixels = Vec::new();
        change.append(&[1, 2, 3, 4, 5, 6, 7, 8, 9], 3, &mut pixels);
        pixels
    }

    fn schedule() -> Schedule {
        Schedule {
            epochs: 1,
            batch_size: 1,
            learning_rate: 1.0,
            warmup_steps: 1,
            decay_from: 0.5,
            max_shift: 2,
            gain: [0.5, 1.5],
            offset: 10.0,
        }
    }

    #[test]
    fn a_shift_down_and_right_repeats_the_upper_and_left_edge() {
        let change = Change {
            down: 1,
            right: 1,
            ..STILL
        };
        assert_eq!(
            changed(change),
            [1.0, 1.0, 2.0, 1.0, 1.0, 2.0, 4.0, 4.0, 5.0]
        );
    }

    #[test]
    fn a_mirror_turns_left_and_right_round() {
        let change = Change {
            mirror: true,
            ..STILL
        };
        assert_eq!(
            changed(change),
            [3.0, 2.0, 1.0, 6.0, 5.0, 4.0, 9.0, 8.0, 7.0]
        );
    }

    #[test]
    fn contrast_changes_about_mid_gray_and_levels_stay_in_range() {
        // (1 - 127.5) * 2 + 127.5 is below 0; (1 - 127.5) * 0.5 + 127.5 + 3 = 67.25.
        assert_eq!(changed(Change { gain: 2.0, ..STILL })[0], 0.0);
        assert_eq!(
            changed(Change {
                gain: 0.5,
                offset: 3.0,
                ..STILL
            })[0],
            67.25
        );
    }

    #[test]
    fn a_digit_is_never_mirrored_nor_darker() {
        let mut stream = Seed(3).stream("t", 0);
        let digits: Vec<Change> = (0..100)
            .map(|_| Change::draw(&mut stream, &schedule(), false))
            .collect();
        assert!(
            digits
                .iter()
                .all(|c| !c.mirror && c.gain == 1.0 && c.offset == 0.0)
        );
        let natural: Vec<Change> = (0..100)
            .map(|_| Change::draw(&mut stream, &schedule(), true))
            .collect();
        assert!(natural.iter().any(|c| c.mirror) && natural.iter().any(|c| c.offset < 0.0));
    }
}
