//! The one EXIF entry that matters here: tag 0x0112, orientation.

/// Does this TIFF structure (EXIF without its `Exif\0\0` prefix) ask for a turn or a flip (orientation 2 to 8)?
pub(super) fn asks_for_turn(tiff: &[u8]) -> bool {
    orientation(tiff).is_some_and(|value| (2..=8).contains(&value))
}

fn orientation(tiff: &[u8]) -> Option<u16> {
    let big = match tiff.get(..4)? {
        b"II*\0" => false,
        b"MM\0*" => true,
        _ => return None,
    };
    let u16_at = |at: usize| {
        let bytes: [u8; 2] = tiff.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if big {
            u16::from_be_bytes(bytes)
        } else {
            u16::from_le_bytes(bytes)
        })
    };
    let u32_at = |at: usize| {
        let (first, second) = (u16_at(at)?, u16_at(at.checked_add(2)?)?);
        let (high, low) = if big {
            (first, second)
        } else {
            (second, first)
        };
        Some((usize::from(high) << 16) | usize::from(low))
    };
    let directory = u32_at(4)?;
    let n_entries = usize::from(u16_at(directory)?);
    (0..n_entries).find_map(|i| {
        let entry = directory.checked_add(2 + 12 * i)?;
        (u16_at(entry)? == 0x0112).then(|| u16_at(entry.checked_add(8)?))?
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn orientation_is_read_in_both_byte_orders() {
        let little = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0";
        let big = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x03\0\0";
        assert_eq!(super::orientation(little), Some(6));
        assert_eq!(super::orientation(big), Some(3));
        assert!(!super::asks_for_turn(b"II*\0\xff\xff\xff\xff"));
    }
}
