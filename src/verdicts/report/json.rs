//! The document itself, for machines: all digits, absent values as `null`.

use crate::error::{Error, Result};
use serde::Serialize;

/// A document as indented JSON with a final newline.
pub fn render<T: Serialize>(document: &T) -> Result<String> {
    let mut text = serde_json::to_string_pretty(document)
        .map_err(|e| Error::numerical(format!("the results cannot be written as JSON: {e}")))?;
    text.push('\n');
    Ok(text)
}
