//! Numbers that were computed before. Features come out of the store in a moment; the arithmetic on 10,000 of them in
//! 2,048 dimensions does not, so its rows are kept as well, by everything that they depend on.

use crate::atomic_file;
use crate::features::store::Store;
use crate::verdicts::results::{Row, Warning};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Changes when the same inputs may give other numbers.
const FORMAT: &str = concat!("gavel-numbers-5 ", env!("CARGO_PKG_VERSION"));

/// What one metric gave.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Numbers {
    /// Its rows.
    pub rows: Vec<Row>,
    /// Its warnings.
    pub warnings: Vec<Warning>,
}

/// The folder of numbers inside the feature store, or nothing where there is no store.
pub struct Memo(Option<PathBuf>);

impl Memo {
    /// Beside the features of `store`.
    #[must_use]
    pub fn beside(store: Option<&Store>) -> Self {
        Self(store.map(|store| store.folder().join("numbers")))
    }

    /// The place of what depends on `parts` and on nothing else.
    fn place(&self, parts: &[&str]) -> Option<PathBuf> {
        let mut hasher = blake3::Hasher::new();
        for part in [&[FORMAT], parts].concat() {
            // The length in front keeps ("ab", "c") and ("a", "bc") apart.
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        Some(
            self.0
                .as_ref()?
                .join(format!("{}.json", hasher.finalize().to_hex())),
        )
    }

    /// What was kept, if it can be read; a damaged file is as good as none.
    #[must_use]
    pub fn read(&self, parts: &[&str]) -> Option<Numbers> {
        serde_json::from_slice(&std::fs::read(self.place(parts)?).ok()?).ok()
    }

    /// Keeps numbers. Where that fails they are computed again next time; the features' store has told why already.
    pub fn write(&self, parts: &[&str], numbers: &Numbers) {
        let Some(place) = self.place(parts) else {
            return;
        };
        if let (Some(folder), Ok(text)) = (place.parent(), serde_json::to_vec(numbers)) {
            let _ =
                std::fs::create_dir_all(folder).and_then(|()| atomic_file::write(&place, &text));
        }
    }

    /// Forgets everything.
    pub fn clear(&self) {
        if let Some(folder) = &self.0 {
            let _ = std::fs::remove_dir_all(folder);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(value: f64) -> Numbers {
        let row = Row {
            id: "fd".into(),
            name: "fd".into(),
            value: Some(value),
            std_error: None,
            interval: None,
            direction: "lower".into(),
            n_reference: None,
            n_generated: 2,
            params: std::collections::BTreeMap::default(),
            details: std::collections::BTreeMap::default(),
            evidence: Vec::new(),
            curves: Vec::new(),
        };
        Numbers {
            rows: vec![row],
            warnings: Vec::new(),
        }
    }

    #[test]
    fn numbers_come_back_to_the_bit_and_only_for_the_same_parts() {
        let folder = tempfile::tempdir().unwrap();
        let memo = Memo::beside(Some(&Store::at(folder.path())));
        // A third has no finite decimal form: every digit of the shortest one counts.
        memo.write(&["a", "bc"], &numbers(1.0 / 3.0));
        assert_eq!(memo.read(&["a", "bc"]), Some(numbers(1.0 / 3.0)));
        assert_eq!(memo.read(&["ab", "c"]), None);
        memo.clear();
        assert_eq!(memo.read(&["a", "bc"]), None);
        assert_eq!(Memo::beside(None).read(&["a"]), None);
    }

    #[test]
    fn a_damaged_file_is_as_good_as_none() {
        let folder = tempfile::tempdir().unwrap();
        let memo = Memo::beside(Some(&Store::at(folder.path())));
        memo.write(&["a"], &numbers(1.0));
        let place = memo.place(&["a"]).unwrap();
        std::fs::write(place, "{\"rows\": [").unwrap();
        assert_eq!(memo.read(&["a"]), None);
    }
}
