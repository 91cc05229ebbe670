//! Colour tables.

/// Looks every index up in `table` (RGB triples). An index beyond the table is a gray of its own value: Pillow lays the
/// file's entries over a gray ramp.
pub(super) fn apply(table: &[u8], indices: impl Iterator<Item = u8>) -> Vec<u8> {
    let entry = |index: u8| {
        let at = usize::from(index) * 3;
        match table.get(at..at + 3) {
            Some(&[r, g, b]) => [r, g, b],
            _ => [index; 3],
        }
    };
    let full: Vec<[u8; 3]> = (0..=255).map(entry).collect();
    indices
        .flat_map(|index| full.get(usize::from(index)).copied().unwrap_or([index; 3]))
        .collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn an_index_beyond_the_table_is_gray() {
        assert_eq!(
            super::apply(&[9, 8, 7], [0, 1, 200].into_iter()),
            [9, 8, 7, 1, 1, 1, 200, 200, 200]
        );
    }
}
