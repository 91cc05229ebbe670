//! The resize filters, one file for each program that is imitated.
//!
//! Every filter takes the levels of a picture and an output size and gives float32 rows `[width, channels]`.
//! Where a size does not change, every filter but [`Filter::GridSample`] is the identity along that axis.

mod grid_sample;
mod nearest;
mod pillow;
mod tf1;
mod torch_antialias;
mod torch_bilinear;

use super::kernel::{Fold, Kernel, Lerp};
use super::levels::Levels;
use super::passes::{RowSink, resample};
use crate::error::{Error, Result};

/// How pixels become the input size of the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Filter {
    /// Pillow's antialiased bicubic on mode F (clean-fid `clean`).
    PillowBicubic,
    /// Pillow's antialiased bilinear on mode F.
    PillowBilinear,
    /// torch `interpolate(mode="bilinear", align_corners=False)` without antialias.
    TorchBilinear,
    /// torch `interpolate(..., antialias=True)`.
    TorchBilinearAntialias,
    /// TF1 `resize_bilinear(align_corners=False)`: `src = i * scale`.
    Tf1Bilinear,
    /// The `grid_sample` imitation of TF1 (clean-fid `legacy_tensorflow`, StyleGAN).
    GridSample,
    /// Nearest neighbour.
    Nearest,
    /// The picture must already have the size of the network's input.
    None,
}

impl Filter {
    /// Can the result leave the range of its input? (Bicubic weights are negative in places.)
    pub(super) fn overshoots(self) -> bool {
        matches!(self, Self::PillowBicubic)
    }

    /// Resizes to `(height, width)`, both at least 1, and hands the `height` rows to `sink`.
    ///
    /// An input error for [`Filter::None`] and a picture of another size.
    pub(super) fn resize(
        self,
        source: &Levels<'_>,
        size: (usize, usize),
        sink: RowSink<'_>,
    ) -> Result<()> {
        let found = (source.height, source.width);
        match self {
            Self::GridSample => grid_sample::resize(source, size, sink),
            _ if found == size => source.float_rows(sink),
            Self::PillowBicubic => separable::<f64>(source, size, pillow::bicubic, sink),
            Self::PillowBilinear => separable::<f64>(source, size, pillow::bilinear, sink),
            Self::TorchBilinear => separable::<f32>(source, size, torch_bilinear::kernel, sink),
            Self::TorchBilinearAntialias => {
                separable::<f32>(source, size, torch_antialias::kernel, sink);
            }
            Self::Tf1Bilinear => separable::<Lerp>(source, size, tf1::kernel, sink),
            Self::Nearest => separable::<f32>(source, size, nearest::kernel, sink),
            Self::None => {
                return Err(Error::input(format!(
                    "a picture of {} x {} pixels, but the network takes {} x {} and no filter is to resize it",
                    source.width, source.height, size.1, size.0
                ))
                .mend("name a filter in the network's .toml file, or resize the pictures beforehand"));
            }
        }
        Ok(())
    }
}

/// Two passes with the kernels that `kernel(input_size, output_size)` gives; an axis that keeps its size has no pass.
fn separable<F: Fold>(
    source: &Levels<'_>,
    (height, width): (usize, usize),
    kernel: fn(usize, usize) -> Kernel<F::Weight>,
    sink: RowSink<'_>,
) {
    let columns = (source.width != width).then(|| kernel(source.width, width));
    let rows = (source.height != height).then(|| kernel(source.height, height));
    resample::<F>(source, columns.as_ref(), rows.as_ref(), sink);
}
