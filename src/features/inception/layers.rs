//! The 94 convolutions of FID-Inception, by the names of torchvision's modules.

use crate::features::onnx_file::Window;

/// A convolution without bias, followed by batch normalisation and ReLU.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layer {
    /// The module's name; its tensors are `NAME.conv.weight`, `NAME.bn.weight`, ….
    pub name: &'static str,
    /// Channels that come out.
    pub n_out: usize,
    /// Channels that go in.
    pub n_in: usize,
    /// Kernel, stride and padding.
    pub window: Window,
}

const fn layer(
    name: &'static str,
    [n_out, n_in]: [usize; 2],
    kernel: (usize, usize),
    stride: usize,
    pad: (usize, usize),
) -> Layer {
    let stride = (stride, stride);
    let window = Window {
        kernel,
        stride,
        pad,
    };
    Layer {
        name,
        n_out,
        n_in,
        window,
    }
}

/// In the order of the forward pass: name, `[out, in]`, kernel (height, width), stride, padding (height, width).
#[rustfmt::skip]
pub const LAYERS: [Layer; 94] = [
    layer("Conv2d_1a_3x3", [32, 3], (3, 3), 2, (0, 0)),
    layer("Conv2d_2a_3x3", [32, 32], (3, 3), 1, (0, 0)),
    layer("Conv2d_2b_3x3", [64, 32], (3, 3), 1, (1, 1)),
    layer("Conv2d_3b_1x1", [80, 64], (1, 1), 1, (0, 0)),
    layer("Conv2d_4a_3x3", [192, 80], (3, 3), 1, (0, 0)),
    layer("Mixed_5b.branch1x1", [64, 192], (1, 1), 1, (0, 0)),
    layer("Mixed_5b.branch5x5_1", [48, 192], (1, 1), 1, (0, 0)),
    layer("Mixed_5b.branch5x5_2", [64, 48], (5, 5), 1, (2, 2)),
    layer("Mixed_5b.branch3x3dbl_1", [64, 192], (1, 1), 1, (0, 0)),
    layer("Mixed_5b.branch3x3dbl_2", [96, 64], (3, 3), 1, (1, 1)),
    layer("Mixed_5b.branch3x3dbl_3", [96, 96], (3, 3), 1, (1, 1)),
    layer("Mixed_5b.branch_pool", [32, 192], (1, 1), 1, (0, 0)),
    layer("Mixed_5c.branch1x1", [64, 256], (1, 1), 1, (0, 0)),
    layer("Mixed_5c.branch5x5_1", [48, 256], (1, 1), 1, (0, 0)),
    layer("Mixed_5c.branch5x5_2", [64, 48], (5, 5), 1, (2, 2)),
    layer("Mixed_5c.branch3x3dbl_1", [64, 256], (1, 1), 1, (0, 0)),
    layer("Mixed_5c.branch3x3dbl_2", [96, 64], (3, 3), 1, (1, 1)),
    layer("Mixed_5c.branch3x3dbl_3", [96, 96], (3, 3), 1, (1, 1)),
    layer("Mixed_5c.branch_pool", [64, 256], (1, 1), 1, (0, 0)),
    layer("Mixed_5d.branch1x1", [64, 288], (1, 1), 1, (0, 0)),
    layer("Mixed_5d.branch5x5_1", [48, 288], (1, 1), 1, (0, 0)),
    layer("Mixed_5d.branch5x5_2", [64, 48], (5, 5), 1, (2, 2)),
    layer("Mixed_5d.branch3x3dbl_1", [64, 288], (1, 1), 1, (0, 0)),
    layer("Mixed_5d.branch3x3dbl_2", [96, 64], (3, 3), 1, (1, 1)),
    layer("Mixed_5d.branch3x3dbl_3", [96, 96], (3, 3), 1, (1, 1)),
    layer("Mixed_5d.branch_pool", [64, 288], (1, 1), 1, (0, 0)),
    layer("Mixed_6a.branch3x3", [384, 288], (3, 3), 2, (0, 0)),
    layer("Mixed_6a.branch3x3dbl_1", [64, 288], (1, 1), 1, (0, 0)),
    layer("Mixed_6a.branch3x3dbl_2", [96, 64], (3, 3), 1, (1, 1)),
    layer("Mixed_6a.branch3x3dbl_3", [96, 96], (3, 3), 2, (0, 0)),
    layer("Mixed_6b.branch1x1", [192, 768], (1, 1), 1, (0, 0)),
    layer("Mixed_6b.branch7x7_1", [128, 768], (1, 1), 1, (0, 0)),
    layer("Mixed_6b.branch7x7_2", [128, 128], (1, 7), 1, (0, 3)),
    layer("Mixed_6b.branch7x7_3", [192, 128], (7, 1), 1, (3, 0)),
    layer("Mixed_6b.branch7x7dbl_1", [128, 768], (1, 1), 1, (0, 0)),
    layer("Mixed_6b.branch7x7dbl_2", [128, 128], (7, 1), 1, (3, 0)),
    layer("Mixed_6b.branch7x7dbl_3", [128, 128], (1, 7), 1, (0, 3)),
    layer("Mixed_6b.branch7x7dbl_4", [128, 128], (7, 1), 1, (3, 0)),
    layer("Mixed_6b.branch7x7dbl_5", [192, 128], (1, 7), 1, (0, 3)),
    layer("Mixed_6b.branch_pool", [192, 768], (1, 1), 1, (0, 0)),
    layer("Mixed_6c.branch1x1", [192, 768], (1, 1), 1, (0, 0)),
    layer("Mixed_6c.branch7x7_1", [160, 768], (1, 1), 1, (0, 0)),
    layer("Mixed_6c.branch7x7_2", [160, 160], (1, 7), 1, (0, 3)),
    layer("Mixed_6c.branch7x7_3", [192, 160], (7, 1), 1, (3, 0)),
    layer("Mixed_6c.branch7x7dbl_1", [160, 768], (1, 1), 1, (0, 0)),
    layer("Mixed_6c.branch7x7dbl_2", [160, 160], (7, 1), 1, (3, 0)),
    layer("Mixed_6c.branch7x7dbl_3", [160, 160], (1, 7), 1, (0, 3)),
    layer("Mixed_6c.branch7x7dbl_4", [160, 160], (7, 1), 1, (3, 0)),
    layer("Mixed_6c.branch7x7dbl_5", [192, 160], (1, 7), 1, (0, 3)),
    layer("Mixed_6c.branch_pool", [192, 768], (1, 1), 1, (0, 0)),
    layer("Mixed_6d.branch1x1", [192, 768], (1, 1), 1, (0, 0)),
    layer("Mixed_6d.branch7x7_1", [160, 768], (1, 1), 1, (0, 0)),
    layer("Mixed_6d.branch7x7_2", [160, 160], (1, 7), 1, (0, 3)),
    layer("Mixed_6d.branch7x7_3", [192, 160], (7, 1), 1, (3, 0)),
    layer("Mixed_6d.branch7x7dbl_1", [160, 768], (1, 1), 1, (0, 0)),
    layer("Mixed_6d.branch7x7dbl_2", [160, 160], (7, 1), 1, (3, 0)),
    layer("Mixed_6d.branch7x7dbl_3", [160, 160], (1, 7), 1, (0, 3)),
    layer("Mixed_6d.branch7x7dbl_4", [160, 160], (7, 1), 1, (3, 0)),
    layer("Mixed_6d.branch7x7dbl_5", [192, 160], (1, 7), 1, (0, 3)),
    layer("Mixed_6d.branch_pool", [192, 768], (1, 1), 1, (0, 0)),
    layer("Mixed_6e.branch1x1", [192, 768], (1, 1), 1, (0, 0)),
    layer("Mixed_6e.branch7x7_1", [192, 768], (1, 1), 1, (0, 0)),
    layer("Mixed_6e.branch7x7_2", [192, 192], (1, 7), 1, (0, 3)),
    layer("Mixed_6e.branch7x7_3", [192, 192], (7, 1), 1, (3, 0)),
    layer("Mixed_6e.branch7x7dbl_1", [192, 768], (1, 1), 1, (0, 0)),
    layer("Mixed_6e.branch7x7dbl_2", [192, 192], (7, 1), 1, (3, 0)),
    layer("Mixed_6e.branch7x7dbl_3", [192, 192], (1, 7), 1, (0, 3)),
    layer("Mixed_6e.branch7x7dbl_4", [192, 192], (7, 1), 1, (3, 0)),
    layer("Mixed_6e.branch7x7dbl_5", [192, 192], (1, 7), 1, (0, 3)),
    layer("Mixed_6e.branch_pool", [192, 768], (1, 1), 1, (0, 0)),
    layer("Mixed_7a.branch3x3_1", [192, 768], (1, 1), 1, (0, 0)),
    layer("Mixed_7a.branch3x3_2", [320, 192], (3, 3), 2, (0, 0)),
    layer("Mixed_7a.branch7x7x3_1", [192, 768], (1, 1), 1, (0, 0)),
    layer("Mixed_7a.branch7x7x3_2", [192, 192], (1, 7), 1, (0, 3)),
    layer("Mixed_7a.branch7x7x3_3", [192, 192], (7, 1), 1, (3, 0)),
    layer("Mixed_7a.branch7x7x3_4", [192, 192], (3, 3), 2, (0, 0)),
    layer("Mixed_7b.branch1x1", [320, 1280], (1, 1), 1, (0, 0)),
    layer("Mixed_7b.branch3x3_1", [384, 1280], (1, 1), 1, (0, 0)),
    layer("Mixed_7b.branch3x3_2a", [384, 384], (1, 3), 1, (0, 1)),
    layer("Mixed_7b.branch3x3_2b", [384, 384], (3, 1), 1, (1, 0)),
    layer("Mixed_7b.branch3x3dbl_1", [448, 1280], (1, 1), 1, (0, 0)),
    layer("Mixed_7b.branch3x3dbl_2", [384, 448], (3, 3), 1, (1, 1)),
    layer("Mixed_7b.branch3x3dbl_3a", [384, 384], (1, 3), 1, (0, 1)),
    layer("Mixed_7b.branch3x3dbl_3b", [384, 384], (3, 1), 1, (1, 0)),
    layer("Mixed_7b.branch_pool", [192, 1280], (1, 1), 1, (0, 0)),
    layer("Mixed_7c.branch1x1", [320, 2048], (1, 1), 1, (0, 0)),
    layer("Mixed_7c.branch3x3_1", [384, 2048], (1, 1), 1, (0, 0)),
    layer("Mixed_7c.branch3x3_2a", [384, 384], (1, 3), 1, (0, 1)),
    layer("Mixed_7c.branch3x3_2b", [384, 384], (3, 1), 1, (1, 0)),
    layer("Mixed_7c.branch3x3dbl_1", [448, 2048], (1, 1), 1, (0, 0)),
    layer("Mixed_7c.branch3x3dbl_2", [384, 448], (3, 3), 1, (1, 1)),
    layer("Mixed_7c.branch3x3dbl_3a", [384, 384], (1, 3), 1, (0, 1)),
    layer("Mixed_7c.branch3x3dbl_3b", [384, 384], (3, 1), 1, (1, 0)),
    layer("Mixed_7c.branch_pool", [192, 2048], (1, 1), 1, (0, 0)),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_as_many_weights_as_the_published_file() {
        // 95,541,568 bytes of float32 = 23,885,392 values, of which the last layer has 1008 * 2048 + 1008.
        let convolutions: usize = LAYERS
            .iter()
            .map(|layer| layer.n_out * layer.n_in * layer.window.kernel.0 * layer.window.kernel.1)
            .sum();
        let normalisations: usize = LAYERS.iter().map(|layer| 4 * layer.n_out).sum();
        assert_eq!(convolutions, 21_751_136);
        assert_eq!(
            convolutions + normalisations + 1008 * 2048 + 1008,
            23_885_392
        );
    }
}
