//! Saved documents of any schema that this version reads.

use crate::error::{Error, Result};
use crate::verdicts::comparison::{self, Comparison};
use crate::verdicts::protocols::{self, Protocols};
use crate::verdicts::results::{self, Results, foreign};
use crate::verdicts::sensitivity::{self, Sensitivity};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::path::Path;

/// What a document holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// `gavel.results/1`, of `gavel evaluate` or `gavel audit`.
    Results(Box<Results>),
    /// `gavel.comparison/1`.
    Comparison(Box<Comparison>),
    /// `gavel.protocols/1`.
    Protocols(Box<Protocols>),
    /// `gavel.sensitivity/1`.
    Sensitivity(Box<Sensitivity>),
}

/// A document and the file that it was read from.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// The file as typed.
    pub file: String,
    /// What it holds.
    pub content: Content,
}

/// Every schema that is read, newest versions.
const SCHEMAS: [&str; 4] = [
    results::SCHEMA,
    comparison::SCHEMA,
    protocols::SCHEMA,
    sensitivity::SCHEMA,
];

impl Document {
    /// Reads a file.
    ///
    /// # Errors
    /// Input: it is not there, is no document, is damaged, or is of a newer or unknown schema.
    pub fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).map_err(|e| match e.kind() {
            std::io::ErrorKind::InvalidData => {
                not_a_document(&"it is not text").at(path.display().to_string())
            }
            _ => Error::io(path, &e),
        })?;
        let file = path.display().to_string();
        Self::parse(&file, &text).map_err(|e| e.at(file))
    }

    /// Reads the text of a file. Fields that this version does not know are passed over.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn parse(file: &str, text: &str) -> Result<Self> {
        let value: Value = serde_json::from_str(text).map_err(|e| not_a_document(&e))?;
        let schema = value.get("schema").and_then(Value::as_str).ok_or_else(|| {
            Error::input(format!(
                "no \"schema\" in the document; expected one of {}",
                SCHEMAS.join(", ")
            ))
            .mend("give a file written with --json")
        })?;
        let content = match schema {
            results::SCHEMA => Content::Results(Box::new(typed(value)?)),
            comparison::SCHEMA => Content::Comparison(Box::new(typed(value)?)),
            protocols::SCHEMA => Content::Protocols(Box::new(typed(value)?)),
            sensitivity::SCHEMA => Content::Sensitivity(Box::new(typed(value)?)),
            other => return Err(unknown(other)),
        };
        Ok(Self {
            file: file.to_owned(),
            content,
        })
    }
}

fn not_a_document(why: &dyn std::fmt::Display) -> Error {
    Error::input(format!("not a document of gavel: {why}")).mend(
        "give a file written with --json by evaluate, audit, compare, protocols or sensitivity",
    )
}

fn typed<T: DeserializeOwned>(value: Value) -> Result<T> {
    serde_json::from_value(value).map_err(|e| {
        Error::input(format!("the document is damaged: {e}"))
            .mend("write it again with the command that stands in it")
    })
}

/// A newer version of a schema that is read, or another one altogether.
fn unknown(schema: &str) -> Error {
    let kind = |schema: &str| schema.rsplit_once('/').map(|(kind, _)| kind.to_owned());
    let own = SCHEMAS.iter().find(|own| kind(own) == kind(schema));
    match own {
        Some(own) => foreign(schema, own),
        None => Error::input(format!(
            "the document has schema {schema:?}; a report is made of {}",
            SCHEMAS.join(", ")
        ))
        .mend(
            "give a file written with --json by evaluate, audit, compare, protocols or sensitivity",
        ),
    }
}
