//! From the raw bytes of a storage to the values of a tensor.

use super::storage::damaged;
use super::{Element, Layout};
use crate::error::{Error, Result};

/// The elements of a strided view, row-major, as float32.
pub fn gather(bytes: &[u8], layout: &Layout) -> Result<Vec<f32>> {
    let outside = || {
        damaged(format!(
            "shape {:?} reaches outside its storage",
            layout.shape
        ))
    };
    let n = layout
        .shape
        .iter()
        .try_fold(1_usize, |n, &size| n.checked_mul(size))
        .ok_or_else(outside)?;
    // A stride of 0 would let a small file ask for any amount of memory.
    if n > layout.n_stored {
        return Err(outside());
    }
    let mut values = Vec::with_capacity(n);
    let mut place = vec![0_usize; layout.shape.len()];
    for _ in 0..n {
        let mut steps = place.iter().zip(&layout.strides);
        let index = steps.try_fold(layout.offset, |sum, (&i, &stride)| {
            sum.checked_add(i.checked_mul(stride)?)
        });
        let value = index.and_then(|index| element(bytes, index, layout.element));
        values.push(value.ok_or_else(|| match layout.element {
            Element::Integer(_) => Error::engine("holds integers, expected floating-point weights"),
            _ => outside(),
        })?);
        for (i, &size) in place.iter_mut().zip(&layout.shape).rev() {
            *i += 1;
            if *i < size {
                break;
            }
            *i = 0;
        }
    }
    Ok(values)
}

fn element(bytes: &[u8], index: usize, element: Element) -> Option<f32> {
    let at = index.checked_mul(element.bytes())?;
    let rest = bytes.get(at..)?;
    Some(match element {
        Element::Float32 => f32::from_le_bytes(*rest.first_chunk()?),
        Element::Float64 => f64::from_le_bytes(*rest.first_chunk()?) as f32,
        Element::BFloat16 => {
            f32::from_bits(u32::from(u16::from_le_bytes(*rest.first_chunk()?)) << 16)
        }
        Element::Float16 => half(u16::from_le_bytes(*rest.first_chunk()?)),
        Element::Integer(_) => return None,
    })
}

/// IEEE 754 binary16 to binary32, exactly.
fn half(bits: u16) -> f32 {
    let sign = if bits & 0x8000 == 0 { 1.0 } else { -1.0 };
    let (exponent, fraction) = (i32::from((bits >> 10) & 0x1f), f32::from(bits & 0x3ff));
    match exponent {
        0 => sign * fraction * 2_f32.powi(-24),
        0x1f if fraction == 0.0 => sign * f32::INFINITY,
        0x1f => f32::NAN,
        _ => sign * (1024.0 + fraction) * 2_f32.powi(exponent - 25),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(shape: &[usize], strides: &[usize], offset: usize) -> Layout {
        Layout {
            storage: "0".into(),
            element: Element::Float32,
            n_stored: 6,
            offset,
            shape: shape.to_vec(),
            strides: strides.to_vec(),
        }
    }

    fn six() -> Vec<u8> {
        (0..6).flat_map(|i| (i as f32).to_le_bytes()).collect()
    }

    #[test]
    fn strides_decide_the_order_of_values() {
        // [[0, 1, 2], [3, 4, 5]] and its transpose as torch stores it: the same storage, strides exchanged.
        assert_eq!(
            gather(&six(), &layout(&[2, 3], &[3, 1], 0)).unwrap(),
            [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]
        );
        assert_eq!(
            gather(&six(), &layout(&[3, 2], &[1, 3], 0)).unwrap(),
            [0.0, 3.0, 1.0, 4.0, 2.0, 5.0]
        );
        assert_eq!(gather(&six(), &layout(&[2], &[1], 4)).unwrap(), [4.0, 5.0]);
    }

    #[test]
    fn a_view_outside_its_storage_is_refused() {
        assert!(gather(&six(), &layout(&[3], &[1], 4)).is_err());
        assert!(gather(&six(), &layout(&[7], &[0], 0)).is_err());
        assert!(gather(&six(), &layout(&[2], &[usize::MAX], 1)).is_err());
    }

    #[test]
    fn half_precision_is_ieee_754() {
        // 0x3c00 = 2^0, 0xc000 = -2^1, 0x3555 = (1 + 341/1024) / 4, 0x0001 = 2^-24, 0x7bff = 65504.
        assert_eq!(
            [0x3c00, 0xc000, 0x0001, 0x7bff].map(half),
            [1.0, -2.0, 2_f32.powi(-24), 65504.0]
        );
        assert_eq!(half(0x3555), 1365.0 / 4096.0);
    }
}
