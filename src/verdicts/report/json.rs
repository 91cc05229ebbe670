//! The document itself, for machines: all digits, absent values as `null`.

use crate::error::{Error, Result};
use crate::verdicts::results::Results;

/// The document as indented JSON with a final newline.
pub fn render(results: &Results) -> Result<String> {
    let mut text = serde_json::to_string_pretty(results)
        .map_err(|e| Error::numerical(format!("the results cannot be written as JSON: {e}")))?;
    text.push('\n');
    Ok(text)
}
