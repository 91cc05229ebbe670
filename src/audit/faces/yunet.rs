//! YuNet: scores and boxes of every cell of three grids.
//!
//! Paper: Wu, Peng and Yu, "YuNet: a tiny millisecond-level face detector" (2023). Program: `cv2.FaceDetectorYN` of
//! OpenCV 4.14 (`face_detect.cpp`): the picture as it is, BGR, 0..255, padded with black to a multiple of 32; a face has
//! `sqrt(cls * obj) >= 0.9`; of those whose boxes, cut to whole pixels, overlap by more than 0.3 the better one stays.

use super::declaration::Declaration;
use super::face::Face;
use super::suppress;

/// Sizes of input are multiples of this.
pub(super) const STEP: usize = 32;

/// Pixels between the cells of each grid.
const STRIDES: [usize; 3] = [8, 16, 32];

/// What is read of every grid: the output's prefix and its values for one cell.
const PARTS: [(&str, usize); 3] = [("cls", 1), ("obj", 1), ("bbox", 4)];

/// Names and widths of the outputs, grid by grid.
pub(super) fn outputs(height: usize, width: usize) -> Vec<(String, usize)> {
    let grid = |stride: usize| {
        let n_cells = (height / stride) * (width / stride);
        PARTS.map(|(part, n)| (format!("{part}_{stride}"), n_cells * n))
    };
    STRIDES.into_iter().flat_map(grid).collect()
}

/// The faces in pixels of the input, best first.
pub(super) fn faces(
    outputs: &[Vec<f32>],
    declared: &Declaration,
    height: usize,
    width: usize,
) -> Vec<Face> {
    let mut faces: Vec<([f32; 4], f32)> = Vec::new();
    for (outputs, stride) in outputs.chunks_exact(PARTS.len()).zip(STRIDES) {
        let [classes, objects, boxes] = outputs else {
            continue;
        };
        let columns = (width / stride).max(1);
        let cells = classes
            .iter()
            .zip(objects)
            .zip(boxes.as_chunks::<4>().0)
            .take(columns * (height / stride));
        for (cell, ((class, object), offsets)) in cells.enumerate() {
            let score = (class.clamp(0.0, 1.0) * object.clamp(0.0, 1.0)).sqrt();
            if score >= declared.score {
                let place = decoded(
                    *offsets,
                    (cell % columns) as f32,
                    (cell / columns) as f32,
                    stride as f32,
                );
                faces.push((place, score));
            }
        }
    }
    let kept = if faces.len() > 1 {
        let whole: Vec<[i32; 4]> = faces
            .iter()
            .map(|(place, _)| place.map(|edge| edge as i32))
            .collect();
        let scores: Vec<f32> = faces.iter().map(|(_, score)| *score).collect();
        suppress::of_whole_pixels(&whole, &scores, declared.top, declared.overlap)
    } else {
        (0..faces.len()).collect()
    };
    let face = |index: usize| {
        let ([x, y, width, height], score) = faces.get(index)?;
        Some(Face {
            x: f64::from(*x),
            y: f64::from(*y),
            width: f64::from(*width),
            height: f64::from(*height),
            score: f64::from(*score),
        })
    };
    kept.into_iter()
        .filter_map(face)
        .filter(|face| face.area().is_finite())
        .collect()
}

/// Left, top, width and height: the centre is an offset from the cell, the size a logarithm, in units of the stride.
fn decoded([x, y, width, height]: [f32; 4], column: f32, row: f32, stride: f32) -> [f32; 4] {
    let (width, height) = (width.exp() * stride, height.exp() * stride);
    [
        (column + x) * stride - width / 2.0,
        (row + y) * stride - height / 2.0,
        width,
        height,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_speaks_of_its_own_place_column_first() {
        // The grid of stride 16 for 32 x 64 pixels has 2 rows of 4 cells; cell 6 is column 2 of row 1.
        let declared = Declaration {
            family: super::super::declaration::Family::YuNet,
            size: None,
            order: super::super::declaration::Order::Bgr,
            mean: 0.0,
            scale: 1.0,
            score: 0.9,
            overlap: 0.3,
            top: 5000,
        };
        let mut all: Vec<Vec<f32>> = outputs(32, 64)
            .iter()
            .map(|(_, width)| vec![0.0; *width])
            .collect();
        all[3][6] = 1.0;
        all[4][6] = 0.81;
        all[5][6 * 4] = 0.5;
        all[5][6 * 4 + 3] = 2.0_f32.ln();
        let found = faces(&all, &declared, 32, 64);
        // Centre ((2 + 0.5) 16, 1 * 16) = (40, 16), size (16, 32): corner (32, 0); the score is sqrt(0.81).
        let [face] = found[..] else {
            panic!("{found:?}")
        };
        let near = |a: f64, b: f64| (a - b).abs() < 1e-5;
        assert!(
            near(face.x, 32.0)
                && near(face.y, 0.0)
                && near(face.width, 16.0)
                && near(face.height, 32.0),
            "{face:?}"
        );
        assert!(near(face.score, 0.9));
    }
}
