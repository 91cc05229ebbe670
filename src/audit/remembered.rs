//! What was found out once about a set, for all audits that ask for it.

use std::fmt::{self, Debug, Formatter};
use std::sync::{Mutex, PoisonError};

use crate::error::Result;

/// Answers by question. A copy of it, and anything that it is compared with, knows as much: it is no part of what a set is.
pub struct Remembered<K, V>(Mutex<Vec<(K, V)>>);

impl<K: PartialEq, V: Clone> Remembered<K, V> {
    /// The answer to `key`, from `make` where nobody asked before. Two threads that ask at the same time may both make it.
    ///
    /// # Errors
    /// Those of `make`, which are not remembered.
    pub fn get_or_make(&self, key: K, make: impl FnOnce() -> Result<V>) -> Result<V> {
        let known = |all: &[(K, V)]| {
            let found = all.iter().find(|(other, _)| *other == key);
            found.map(|(_, value)| value.clone())
        };
        let lock = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(value) = known(&lock()) {
            return Ok(value);
        }
        let value = make()?;
        lock().push((key, value.clone()));
        Ok(value)
    }
}

impl<K, V> Default for Remembered<K, V> {
    fn default() -> Self {
        Self(Mutex::new(Vec::new()))
    }
}

impl<K, V> Clone for Remembered<K, V> {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl<K, V> PartialEq for Remembered<K, V> {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl<K, V> Eq for Remembered<K, V> {}

impl<K, V> Debug for Remembered<K, V> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("Remembered")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;

    #[test]
    fn an_answer_is_made_once_and_a_failure_again() {
        let remembered: Remembered<u8, u8> = Remembered::default();
        assert!(
            remembered
                .get_or_make(1, || Err(Error::interrupted()))
                .is_err()
        );
        assert_eq!(remembered.get_or_make(1, || Ok(10)).unwrap(), 10);
        assert_eq!(remembered.get_or_make(1, || Ok(11)).unwrap(), 10);
        assert_eq!(remembered.get_or_make(2, || Ok(20)).unwrap(), 20);
    }

    #[test]
    fn a_copy_begins_anew() {
        let remembered: Remembered<u8, u8> = Remembered::default();
        assert_eq!(remembered.get_or_make(1, || Ok(10)).unwrap(), 10);
        let copy = remembered.clone();
        assert_eq!(copy.get_or_make(1, || Ok(11)).unwrap(), 11);
        assert!(copy == remembered);
    }
}
