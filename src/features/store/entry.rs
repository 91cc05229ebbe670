//! One entry of the store as bytes.
//!
//! ```text
//! 8 bytes    magic "GAVELFS1"
//! 4 bytes    length of the header, little-endian
//! header     JSON: rows, widths of the outputs, state of every row, reasons of failed rows, notes
//! payload    float32 little-endian, one [rows, width] block per output; rows that are not there are zero
//! 32 bytes   BLAKE3 of everything before
//! ```
//! The hash at the end makes a torn, truncated or altered entry recognisable without any flush to disk.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

const MAGIC: &[u8; 8] = b"GAVELFS1";
const HASH: usize = 32;

/// What is known of one picture's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowState {
    /// Not computed yet, or its bytes could not be fetched (which another day may differ).
    Absent,
    /// Its features are there.
    Done,
    /// Its bytes are no picture: message and advice.
    Failed(String, Option<String>),
}

/// The rows of one stretch of consecutive pictures.
#[derive(Debug, Clone, PartialEq)]
pub struct Chunk {
    /// One state a picture.
    pub states: Vec<RowState>,
    /// Values per row of each output.
    pub widths: Vec<usize>,
    /// One flat `[rows, width]` block per output.
    pub outputs: Vec<Vec<f32>>,
    /// How many pictures showed each thing worth a warning.
    pub notes: BTreeMap<String, usize>,
}

#[derive(Serialize, Deserialize)]
struct Header {
    rows: usize,
    widths: Vec<usize>,
    /// One letter a row: `d`one, `f`ailed, `-` absent.
    states: String,
    failed: BTreeMap<usize, (String, Option<String>)>,
    notes: BTreeMap<String, usize>,
}

impl Chunk {
    /// The bytes of the entry.
    pub(super) fn encode(&self) -> Vec<u8> {
        let header = Header {
            rows: self.states.len(),
            widths: self.widths.clone(),
            states: self
                .states
                .iter()
                .map(|state| match state {
                    RowState::Absent => '-',
                    RowState::Done => 'd',
                    RowState::Failed(..) => 'f',
                })
                .collect(),
            failed: self
                .states
                .iter()
                .enumerate()
                .filter_map(|(row, state)| match state {
                    RowState::Failed(message, advice) => {
                        Some((row, (message.clone(), advice.clone())))
                    }
                    _ => None,
                })
                .collect(),
            notes: self.notes.clone(),
        };
        // Strings and numbers only: this serialisation has no way to fail.
        let header = serde_json::to_vec(&header).unwrap_or_default();
        let values: usize = self.outputs.iter().map(Vec::len).sum();
        let mut bytes = Vec::with_capacity(12 + header.len() + 4 * values + HASH);
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&(header.len() as u32).to_le_bytes());
        bytes.extend_from_slice(&header);
        for output in &self.outputs {
            bytes.extend(output.iter().flat_map(|value| value.to_le_bytes()));
        }
        let hash = blake3::hash(&bytes);
        bytes.extend_from_slice(hash.as_bytes());
        bytes
    }

    /// Reads an entry that must have `rows` rows of `widths` values.
    ///
    /// # Errors
    /// What is wrong with the bytes, in words.
    pub(super) fn decode(bytes: &[u8], rows: usize, widths: &[usize]) -> Result<Self, String> {
        let (body, hash) = bytes
            .split_last_chunk::<HASH>()
            .filter(|(body, _)| body.len() >= 12 && body.starts_with(MAGIC))
            .ok_or_else(|| format!("{} bytes that are no store entry", bytes.len()))?;
        if blake3::hash(body) != blake3::Hash::from_bytes(*hash) {
            return Err("truncated or altered: its checksum does not fit".to_owned());
        }
        let length = body
            .get(8..12)
            .and_then(|field| field.try_into().ok())
            .map_or(0, u32::from_le_bytes) as usize;
        let (header, payload) = body
            .get(12..)
            .and_then(|rest| rest.split_at_checked(length))
            .ok_or("its header is longer than the file")?;
        let header: Header =
            serde_json::from_slice(header).map_err(|error| format!("its header: {error}"))?;
        let values: usize = rows * widths.iter().sum::<usize>();
        if header.rows != rows
            || header.widths != widths
            || header.states.len() != rows
            || payload.len() != 4 * values
        {
            return Err(format!(
                "it holds {} rows of {:?} values, expected {rows} rows of {widths:?}",
                header.rows, header.widths
            ));
        }
        let states = header
            .states
            .chars()
            .enumerate()
            .map(|(row, letter)| match (letter, header.failed.get(&row)) {
                ('d', _) => RowState::Done,
                ('f', Some((message, advice))) => RowState::Failed(message.clone(), advice.clone()),
                _ => RowState::Absent,
            })
            .collect();
        let mut rest = payload;
        let mut outputs = Vec::with_capacity(widths.len());
        for width in widths {
            let (block, after) = rest
                .split_at_checked(4 * rows * width)
                .ok_or("its payload is too short")?;
            rest = after;
            outputs.push(
                block
                    .as_chunks::<4>()
                    .0
                    .iter()
                    .map(|value| f32::from_le_bytes(*value))
                    .collect(),
            );
        }
        Ok(Self {
            states,
            widths: header.widths,
            outputs,
            notes: header.notes,
        })
    }
}
