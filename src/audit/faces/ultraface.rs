//! UltraFace: two outputs, scores and boxes of all anchors.
//!
//! Program: Linzaer, "Ultra-Light-Fast-Generic-Face-Detector-1MB" (MIT). Pictures are brought to the network's size by
//! OpenCV's bilinear resize, RGB, `(x - 127) / 128`; a face needs a probability above 0.7; of those that overlap by more
//! than 0.3, among the 200 best, the better one stays.

use super::declaration::Declaration;
use super::face::Face;
use super::suppress::{self, Edges};
use crate::error::{Error, Result};
use crate::features::onnx_file::Dim;
use crate::features::onnx_header::{Header, Port};
use crate::sources::Pixels;

/// Names and widths of the outputs: `scores` `[1, n, 2]`, `boxes` `[1, n, 4]`.
///
/// # Errors
/// Engine: the file lacks one of them, or does not say how many anchors there are.
pub(super) fn outputs(header: &Header) -> Result<Vec<(String, usize)>> {
    let wanted = [("scores", 2), ("boxes", 4)];
    wanted
        .into_iter()
        .map(|(name, last)| {
            let port = header.output(name);
            let shape = port.and_then(|port| port.shape.as_deref());
            match shape {
                Some([_, Dim::Fixed(n), Dim::Fixed(width)]) if *width == last => {
                    Ok((name.to_owned(), n * last))
                }
                _ => Err(Error::engine(format!(
                    "the output `{name}` is {}, expected [1, n, {last}]",
                    port.map_or_else(|| "not there".to_owned(), Port::shape_text)
                ))
                .mend("export the network with the outputs of UltraFace")),
            }
        })
        .collect()
}

/// The faces in pixels of `pixels`, best first.
pub(super) fn faces(outputs: &[Vec<f32>], declared: &Declaration, pixels: &Pixels) -> Vec<Face> {
    let [scores, boxes] = outputs else {
        return Vec::new();
    };
    let (scores, boxes) = (scores.as_chunks::<2>().0, boxes.as_chunks::<4>().0);
    let pairs = scores
        .iter()
        .zip(boxes)
        .map(|(&[_, face], &edges)| (face, edges));
    let (scores, edges): (Vec<f32>, Vec<Edges>) =
        pairs.filter(|(score, _)| *score > declared.score).unzip();
    let kept = suppress::hard(&edges, &scores, declared.top, declared.overlap);
    let (width, height) = (pixels.width as f64, pixels.height as f64);
    let face = |index: usize| {
        let [left, top, right, bottom] = edges.get(index)?.map(f64::from);
        Some(Face {
            x: left * width,
            y: top * height,
            width: (right - left) * width,
            height: (bottom - top) * height,
            score: f64::from(*scores.get(index)?),
        })
    };
    kept.into_iter()
        .filter_map(face)
        .filter(|face| face.area().is_finite())
        .collect()
}
