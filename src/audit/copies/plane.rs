//! One channel of a square picture, and windows cut out of it.

use super::turn::Turn;

/// Luma weights of ITU-R BT.601, as Pillow's `convert("L")` takes them.
const LUMA: [f32; 3] = [0.299, 0.587, 0.114];

/// Where a window lies in a picture whose sides are counted as [`Frame::SIDE`], whatever their number of pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Frame {
    /// Width and height.
    pub width: f32,
    /// How far its centre lies to the right of the picture's.
    pub right: f32,
    /// How far its centre lies below the picture's.
    pub down: f32,
}

impl Frame {
    /// The unit: a picture's side.
    pub const SIDE: f32 = 32.0;

    /// The part of every training picture that is compared: the middle three quarters, so that a copy that was shifted by
    /// up to an eighth, cropped or framed still shows all of it.
    pub const MIDDLE: Self = Self {
        width: 24.0,
        right: 0.0,
        down: 0.0,
    };

    /// How far a window may reach beyond the picture: a crop by a few pixels takes a little of the middle too.
    const OUTSIDE: f32 = 0.75;

    /// Wider, and moved to the right and down, by so much.
    #[must_use]
    pub fn moved(self, by: [f32; 3]) -> Self {
        Self {
            width: self.width + by[0],
            right: self.right + by[1],
            down: self.down + by[2],
        }
    }

    /// Does it lie within the picture, or no further outside than the edge can be taken to go on?
    #[must_use]
    pub fn is_inside(self) -> bool {
        let room = (Self::SIDE - self.width) / 2.0 + Self::OUTSIDE;
        self.right.abs() <= room && self.down.abs() <= room
    }
}

/// A square channel, 0 to 255.
#[derive(Debug, Clone, PartialEq)]
pub struct Plane {
    side: usize,
    values: Vec<f32>,
}

impl Plane {
    /// The luma of `[side, side, 3]` bytes: 0.299 R + 0.587 G + 0.114 B, unrounded.
    #[must_use]
    pub fn luma(rgb: &[u8], side: usize) -> Self {
        let luma = |pixel: &[u8; 3]| {
            let [r, g, b] = pixel.map(f32::from);
            LUMA[0] * r + LUMA[1] * g + LUMA[2] * b
        };
        Self::of(side, rgb.as_chunks::<3>().0.iter().map(luma))
    }

    /// One channel (0 red, 1 green, 2 blue) of `[side, side, 3]` bytes.
    #[must_use]
    pub fn channel(rgb: &[u8], side: usize, channel: usize) -> Self {
        let pixels = rgb.as_chunks::<3>().0.iter();
        Self::of(side, pixels.map(|pixel| f32::from(pixel[channel.min(2)])))
    }

    /// One channel less luma, plus 128: 128 everywhere for a gray picture.
    #[must_use]
    pub fn chroma(rgb: &[u8], side: usize, channel: usize) -> Self {
        let (own, luma) = (Self::channel(rgb, side, channel), Self::luma(rgb, side));
        let values = own.values.iter().zip(&luma.values);
        Self::of(side, values.map(|(own, luma)| own - luma + 128.0))
    }

    fn of(side: usize, values: impl Iterator<Item = f32>) -> Self {
        let mut values: Vec<f32> = values.collect();
        values.resize(side * side, 0.0);
        Self { side, values }
    }

    /// The pixels, row by row.
    #[must_use]
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// The picture that `turn` made this one of.
    #[must_use]
    pub fn unturned(&self, turn: Turn) -> Self {
        let last = self.side.saturating_sub(1);
        let values = (0..self.side * self.side).map(|at| {
            let (x, y) = turn.place(at % self.side, at / self.side, last);
            self.values[y * self.side + x]
        });
        Self::of(self.side, values)
    }

    /// Smoothed by the weights 1/4, 1/2, 1/4 in each direction; beyond the edge the edge goes on.
    #[must_use]
    pub fn blurred(&self) -> Self {
        let (side, last) = (self.side, self.side.saturating_sub(1));
        let smooth = |values: &[f32], step: usize, along: &dyn Fn(usize) -> usize| -> Vec<f32> {
            let all = values.iter().enumerate();
            all.map(|(at, value)| {
                let before = if along(at) == 0 { at } else { at - step };
                let after = if along(at) == last { at } else { at + step };
                0.5 * value + 0.25 * (values[before] + values[after])
            })
            .collect()
        };
        let across = smooth(&self.values, 1, &|at| at % side);
        let values = smooth(&across, side, &|at| at / side);
        Self { side, values }
    }

    /// `factor` times as many pixels in each direction, by the cubic through the four pixel centres around each (Catmull and
    /// Rom 1974: a = −1/2); beyond the edge the edge goes on. Windows of it are as sharp as the picture wherever they lie.
    #[must_use]
    pub fn enlarged(&self, factor: usize) -> Self {
        let (side, large) = (self.side, self.side * factor);
        let last = side.saturating_sub(1) as isize;
        let taps: Vec<([usize; 4], [f32; 4])> = (0..large)
            .map(|k| {
                let at = (k as f32 + 0.5) / factor as f32 - 0.5;
                let (first, t) = (at.floor() as isize, at - at.floor());
                let (t2, t3) = (t * t, t * t * t);
                let weights = [
                    0.5 * (-t3 + 2.0 * t2 - t),
                    0.5 * (3.0 * t3 - 5.0 * t2 + 2.0),
                    0.5 * (-3.0 * t3 + 4.0 * t2 + t),
                    0.5 * (t3 - t2),
                ];
                let place = |by: isize| (first + by).clamp(0, last) as usize;
                ([place(-1), place(0), place(1), place(2)], weights)
            })
            .collect();
        let mut values = Vec::with_capacity(large * large);
        let mut line = vec![0.0_f32; side];
        for (rows, weights) in &taps {
            line.fill(0.0);
            for (row, weight) in rows.iter().zip(weights) {
                let source = &self.values[row * side..][..side];
                for (sum, value) in line.iter_mut().zip(source) {
                    *sum += weight * value;
                }
            }
            values.extend(taps.iter().map(|(columns, weights)| {
                let products = columns.iter().zip(weights);
                products
                    .map(|(column, weight)| line[*column] * weight)
                    .sum::<f32>()
            }));
        }
        Self {
            side: large,
            values,
        }
    }

    /// `n` × `n` samples of the window by linear interpolation between pixel centres; beyond the edge the edge goes on.
    pub fn window(&self, frame: Frame, n: usize, out: &mut Vec<f32>) {
        let columns = self.taps(frame.width, frame.right, n);
        let rows = self.taps(frame.width, frame.down, n);
        out.clear();
        for &(top, bottom, part) in &rows {
            let top = &self.values[top * self.side..][..self.side];
            let bottom = &self.values[bottom * self.side..][..self.side];
            out.extend(columns.iter().map(|&(left, right, across)| {
                let upper = top[left] + across * (top[right] - top[left]);
                let lower = bottom[left] + across * (bottom[right] - bottom[left]);
                upper + part * (lower - upper)
            }));
        }
    }

    /// For each sample the two pixels around it and the part of the second.
    fn taps(&self, width: f32, offset: f32, n: usize) -> Vec<(usize, usize, f32)> {
        let scale = self.side as f32 / Frame::SIDE;
        let last = self.side.saturating_sub(1);
        (0..n)
            .map(|k| {
                let from_centre = (k as f32 + 0.5 - n as f32 / 2.0) * (width / n as f32);
                let at = (Frame::SIDE / 2.0 + offset + from_centre) * scale - 0.5;
                let at = at.clamp(0.0, last as f32);
                let first = at as usize;
                (first, (first + 1).min(last), at - first as f32)
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 32 × 32 with the value 3 x + 5 y / 2.
    fn slope() -> Plane {
        Plane::of(
            32,
            (0..1024).map(|at| (at % 32) as f32 * 3.0 + (at / 32) as f32 * 2.5),
        )
    }

    fn window(plane: &Plane, frame: Frame, n: usize) -> Vec<f32> {
        let mut out = Vec::new();
        plane.window(frame, n, &mut out);
        out
    }

    #[test]
    fn the_middle_of_a_thumbnail_is_its_pixels() {
        let middle = window(&slope(), Frame::MIDDLE, 24);
        // It begins at pixel (4, 4): 12 + 10.
        assert_eq!(middle[..2], [22.0, 25.0]);
        assert_eq!(middle[24], 24.5);
        assert_eq!(middle[575], 27.0 * 3.0 + 27.0 * 2.5);
    }

    #[test]
    fn a_frame_to_the_right_and_below_shows_what_is_there() {
        let frame = Frame {
            right: 2.0,
            down: -1.5,
            ..Frame::MIDDLE
        };
        let there = window(&slope(), frame, 24);
        // Pixel (6, 2.5) first.
        assert!((there[0] - (18.0 + 6.25)).abs() < 1e-4);
        let wide = Frame {
            width: 28.0,
            right: 0.0,
            down: 0.0,
        };
        // Fourteen samples of 2 pixels each, the first between the pixels 2 and 3.
        assert!((window(&slope(), wide, 14)[0] - (2.5 * 3.0 + 2.5 * 2.5)).abs() < 1e-4);
        assert!(frame.is_inside() && wide.is_inside());
        // (32 − 28) / 2 + 0.75 = 2.75.
        assert!(Frame { right: 2.7, ..wide }.is_inside());
        assert!(!Frame { right: 2.8, ..wide }.is_inside());
    }

    #[test]
    fn frames_do_not_depend_on_the_number_of_pixels() {
        let fine = Plane::of(
            64,
            (0..4096).map(|at| (at % 64) as f32 * 1.5 + (at / 64) as f32 * 1.25),
        );
        let frame = Frame {
            right: 1.0,
            down: 2.0,
            ..Frame::MIDDLE
        };
        for (a, b) in window(&fine, frame, 8)
            .iter()
            .zip(window(&slope(), frame, 8))
        {
            // Pixel centres differ by a quarter of a unit: 0.75 + 0.625.
            assert!((a - b - 1.375).abs() < 1e-3, "{a} {b}");
        }
    }

    #[test]
    fn an_enlarged_picture_has_the_cubic_between_its_pixels_and_windows_stay_where_they_are() {
        // 0 | 16 16 … enlarged twice: the centres lie at −0.25 and 0.25 of the pixels. The cubic's weights at t = 0.25 are
        // (−9, 111, 29, −3) / 128. At 0.25: (29 − 3) · 16 / 128 = 3.25; at −0.25 (t = 0.75): −9 · 16 / 128 … of the last
        // weight only: (−9 / 128) · 16 = −1.125.
        let edge = Plane::of(4, (0..16).map(|at| if at % 4 == 0 { 0.0 } else { 16.0 }));
        let large = edge.enlarged(2);
        assert!((large.values[0] + 1.125).abs() < 1e-5 && (large.values[1] - 3.25).abs() < 1e-5);
        let frame = Frame {
            right: 1.3,
            down: -0.7,
            ..Frame::MIDDLE
        };
        // A slope is the same at any size.
        for (a, b) in window(&slope(), frame, 8)
            .iter()
            .zip(window(&slope().enlarged(4), frame, 8))
        {
            assert!((a - b).abs() < 1e-3, "{a} {b}");
        }
    }

    #[test]
    fn a_turn_is_undone() {
        let plane = Plane::of(2, [1.0, 2.0, 3.0, 4.0].into_iter());
        // numpy.rot90([[1, 2], [3, 4]]) = [[2, 4], [1, 3]].
        let turned = Plane::of(2, [2.0, 4.0, 1.0, 3.0].into_iter());
        assert_eq!(turned.unturned(Turn::Quarter), plane);
        assert_ne!(turned.unturned(Turn::ThreeQuarters), plane);
    }

    #[test]
    fn luma_weighs_green_most() {
        assert_eq!(Plane::luma(&[255, 0, 0], 1).values, [255.0 * 0.299]);
        assert_eq!(Plane::channel(&[7, 8, 9], 1, 2).values, [9.0]);
    }

    #[test]
    fn a_blurred_point_is_spread_by_binomial_weights_and_the_edge_goes_on() {
        let point = Plane::of(
            3,
            [0.0, 0.0, 0.0, 0.0, 16.0, 0.0, 0.0, 0.0, 0.0].into_iter(),
        );
        assert_eq!(
            point.blurred().values,
            [1.0, 2.0, 1.0, 2.0, 4.0, 2.0, 1.0, 2.0, 1.0]
        );
        let corner = Plane::of(2, [16.0, 0.0, 0.0, 0.0].into_iter());
        // 3/4 and 1/4 in each direction.
        assert_eq!(corner.blurred().values, [9.0, 3.0, 3.0, 1.0]);
    }
}
