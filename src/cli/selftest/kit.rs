//! A conformance kit on disk: its golden values.

use crate::error::{Error, Result};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// A kit: `golden/features.json` and the arrays in `features/`.
pub struct Kit {
    folder: PathBuf,
    items: Vec<Value>,
}

/// One golden value.
pub struct Item<'a>(&'a Value);

impl Kit {
    /// Reads the golden values of the kit in `folder`.
    ///
    /// # Errors
    /// Input: no such file, or not what it should be.
    pub fn open(folder: &Path) -> Result<Self> {
        let path = folder.join("golden").join("features.json");
        let text = std::fs::read_to_string(&path).map_err(|e| {
            Error::io(&path, &e).mend("give the kit's root: the folder with golden/ and features/")
        })?;
        let damaged = |why: String| Error::input(format!("{}: {why}", path.display()));
        let mut document: Value =
            serde_json::from_str(&text).map_err(|e| damaged(e.to_string()))?;
        match document.get_mut("items").map(Value::take) {
            Some(Value::Array(items)) => Ok(Self {
                folder: folder.to_path_buf(),
                items,
            }),
            _ => Err(damaged("has no list `items` of golden values".to_owned())),
        }
    }

    /// Its root.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// All ids.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.items
            .iter()
            .filter_map(|item| item.get("id").and_then(Value::as_str))
    }

    /// The golden value of an id.
    ///
    /// # Errors
    /// Input: there is none.
    pub fn item(&self, id: &str) -> Result<Item<'_>> {
        self.items
            .iter()
            .find(|item| item.get("id").and_then(Value::as_str) == Some(id))
            .map(Item)
            .ok_or_else(|| {
                Error::input(format!(
                    "{}: has no golden value {id}",
                    self.folder.display()
                ))
                .mend("use the kit that belongs to this version")
            })
    }
}

impl Item<'_> {
    /// The numbers at a JSON pointer into the value.
    ///
    /// # Errors
    /// Input: there are none.
    pub fn values(&self, pointer: &str) -> Result<Vec<f64>> {
        let value = self.0.get("value").and_then(|v| v.pointer(pointer));
        value.and_then(numbers).ok_or_else(|| {
            Error::input(format!(
                "the golden value {} has no numbers at {pointer:?}",
                self.0["id"]
            ))
        })
    }

    /// A tolerance, 0 where none is given.
    #[must_use]
    pub fn tolerance(&self, name: &str) -> f64 {
        let tolerance = self.0.get("tolerance").and_then(|t| t.get(name));
        tolerance.and_then(Value::as_f64).unwrap_or(0.0)
    }

    /// The programs that agree with it, or how it was made.
    #[must_use]
    pub fn source(&self) -> String {
        let peers = self.0.get("peers").and_then(Value::as_object);
        match peers {
            Some(peers) if !peers.is_empty() => {
                let names: Vec<&str> = peers.keys().map(String::as_str).collect();
                names.join(", ")
            }
            _ => {
                let source = self.0.get("source").and_then(Value::as_str);
                source.unwrap_or("the kit").replace(" (this script)", "")
            }
        }
    }
}

/// A number, or a list of numbers (truth counts as 1).
pub fn numbers(value: &Value) -> Option<Vec<f64>> {
    match value {
        Value::Array(items) => items.iter().map(number).collect(),
        other => Some(vec![number(other)?]),
    }
}

fn number(value: &Value) -> Option<f64> {
    value
        .as_f64()
        .or_else(|| value.as_bool().map(|truth| f64::from(u8::from(truth))))
}
