//! Gray pictures as OpenCV makes them.

use super::cascade::round_half_even;
use crate::sources::Pixels;

/// An 8-bit gray picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gray {
    width: usize,
    height: usize,
    values: Vec<u8>,
}

impl Gray {
    /// Out of rows of bytes; `None` unless there are `width * height` of them.
    #[must_use]
    pub fn new(width: usize, height: usize, values: Vec<u8>) -> Option<Self> {
        (width.checked_mul(height) == Some(values.len())).then_some(Self {
            width,
            height,
            values,
        })
    }

    /// `cv2.cvtColor(..., COLOR_RGB2GRAY)` of OpenCV 4: `(9798 R + 19235 G + 3735 B + 2^14) >> 15`.
    #[must_use]
    pub fn of(pixels: &Pixels) -> Self {
        let weigh = |&[r, g, b]: &[u8; 3]| {
            let sum = 9_798 * u32::from(r) + 19_235 * u32::from(g) + 3_735 * u32::from(b);
            ((sum + (1 << 14)) >> 15) as u8
        };
        let mut values: Vec<u8> = pixels.rgb.as_chunks().0.iter().map(weigh).collect();
        values.resize(pixels.width * pixels.height, 0);
        Self {
            width: pixels.width,
            height: pixels.height,
            values,
        }
    }

    /// `cv2.equalizeHist`: every level becomes `round(255 / (n - n_first) * (cumulated count - n_first))`, with n pixels
    /// and n_first of them at the lowest level in use, in float32, halves to even. A picture of one level stays as it is.
    #[must_use]
    pub fn equalized(&self) -> Self {
        let mut counts = [0_usize; 256];
        for &value in &self.values {
            if let Some(count) = counts.get_mut(usize::from(value)) {
                *count += 1;
            }
        }
        let n_first = counts.iter().copied().find(|&n| n > 0).unwrap_or(0);
        let rest = self.values.len() - n_first;
        if rest == 0 {
            return self.clone();
        }
        let scale = 255.0_f32 / rest as f32;
        let mut cumulated = 0;
        let levels = counts.map(|count| {
            cumulated += count;
            let above = cumulated.saturating_sub(n_first);
            round_half_even(f64::from(above as f32 * scale)).clamp(0, 255) as u8
        });
        let level = |&value: &u8| levels.get(usize::from(value)).copied().unwrap_or(value);
        Self {
            values: self.values.iter().map(level).collect(),
            ..*self
        }
    }

    /// Pixels in a row.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// Rows.
    #[must_use]
    pub fn height(&self) -> usize {
        self.height
    }

    /// All rows, one after the other.
    #[must_use]
    pub fn values(&self) -> &[u8] {
        &self.values
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gray_has_opencvs_weights_in_rgb_order() {
        // 255 * 9798 = 2,498,490, and 2,498,490 / 32768 = 76.25; 255 * 19235 / 32768 = 149.69; 255 * 3735 / 32768 = 29.07.
        let pixels = Pixels {
            width: 5,
            height: 1,
            rgb: vec![255, 0, 0, 0, 255, 0, 0, 0, 255, 7, 7, 7, 255, 255, 255],
        };
        assert_eq!(Gray::of(&pixels).values(), [76, 150, 29, 7, 255]);
    }

    #[test]
    fn equalizing_spreads_the_levels_above_the_lowest() {
        // Levels 10, 20, 20, 30: the lowest has 1 of 4, so the scale is 255 / 3 = 85: 0, 2 * 85, 3 * 85.
        let gray = Gray::new(4, 1, vec![10, 20, 20, 30]).unwrap();
        assert_eq!(gray.equalized().values(), [0, 170, 170, 255]);
        let flat = Gray::new(3, 1, vec![9; 3]).unwrap();
        assert_eq!(flat.equalized(), flat);
        assert_eq!(Gray::new(3, 2, vec![0; 5]), None);
    }
}
