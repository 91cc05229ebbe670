//! Pictures with their faces marked.

use super::face::Face;
use crate::sources::Pixels;

/// Stands out against skin, hair and sky.
const COLOUR: [u8; 3] = [0, 230, 0];

/// The picture with a frame around every face, one pixel wide for each 150 of the picture's shorter side.
#[must_use]
pub fn annotate(pixels: &Pixels, faces: &[Face]) -> Pixels {
    let frames: Vec<[f64; 4]> = faces
        .iter()
        .map(|face| [face.x, face.y, face.width, face.height])
        .collect();
    framed(pixels, &frames)
}

/// As [`annotate`], the places as `[left, top, width, height]`.
#[must_use]
pub fn framed(pixels: &Pixels, frames: &[[f64; 4]]) -> Pixels {
    let mut marked = pixels.clone();
    let stroke = (pixels.width.min(pixels.height) / 150).max(1);
    for [x, y, width, height] in frames {
        let edge = |value: f64, most: usize| value.round().clamp(0.0, most as f64) as usize;
        let (left, right) = (edge(*x, pixels.width), edge(x + width, pixels.width));
        let (top, bottom) = (edge(*y, pixels.height), edge(y + height, pixels.height));
        let near = |value: usize, start: usize, end: usize| {
            value < start + stroke || value + stroke >= end
        };
        for y in top..bottom {
            let is_bar = near(y, top, bottom);
            for x in (left..right).filter(|&x| is_bar || near(x, left, right)) {
                let place = (y * pixels.width + x) * 3;
                if let Some(pixel) = marked.rgb.get_mut(place..place + 3) {
                    pixel.copy_from_slice(&COLOUR);
                }
            }
        }
    }
    marked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_drawn_on_the_edge_and_cut_to_the_picture() {
        let black = Pixels {
            width: 6,
            height: 5,
            rgb: vec![0; 90],
        };
        let face = |x, y, side| Face {
            x,
            y,
            width: side,
            height: side,
            score: 1.0,
        };
        let drawn = |faces: &[Face]| -> Vec<(usize, usize)> {
            let marked = annotate(&black, faces);
            let all = (0..5).flat_map(|y| (0..6).map(move |x| (x, y)));
            all.filter(|(x, y)| marked.rgb[(y * 6 + x) * 3 + 1] > 0)
                .collect()
        };
        // A frame of 3 x 3 at (1, 1) leaves its middle alone.
        assert_eq!(
            drawn(&[face(1.0, 1.0, 3.0)]),
            [
                (1, 1),
                (2, 1),
                (3, 1),
                (1, 2),
                (3, 2),
                (1, 3),
                (2, 3),
                (3, 3)
            ]
        );
        assert_eq!(
            drawn(&[face(-2.0, -2.0, 4.0)]),
            [(0, 0), (1, 0), (0, 1), (1, 1)]
        );
        assert_eq!(drawn(&[face(f64::NAN, 0.0, f64::NAN)]), []);
    }
}
