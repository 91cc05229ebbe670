//! RGB to gray for networks with one input channel.

/// Pillow's `convert("L")` (ITU-R 601-2 luma in 16-bit fixed point, `L24` of `Convert.c`):
/// `(19595 R + 38470 G + 7471 B + 0x8000) >> 16`. The result is 8 bit, so it is taken before any filter, as a program
/// that opens its files with `convert("L")` does.
///
/// `rgb`: interleaved bytes, a multiple of 3 of them; one byte per pixel comes back.
pub(super) fn luma(rgb: &[u8]) -> Vec<u8> {
    rgb.as_chunks::<3>()
        .0
        .iter()
        .map(|&[r, g, b]| {
            let sum = 19_595 * u32::from(r) + 38_470 * u32::from(g) + 7_471 * u32::from(b) + 0x8000;
            (sum >> 16) as u8
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::luma;

    #[test]
    fn luma_is_pillows() {
        // Image.new("RGB", (1, 1), colour).convert("L"): red 76, green 150, blue 29 (Pillow's documented weights
        // 299/587/114: 76.2, 149.7, 29.1); a gray stays what it is.
        let rgb = [255, 0, 0, 0, 255, 0, 0, 0, 255, 7, 7, 7, 255, 255, 255];
        assert_eq!(luma(&rgb), [76, 150, 29, 7, 255]);
    }
}
