//! Content addresses: what a stretch of features depends on, hashed.

use crate::features::{Engine, Extractor};
use crate::preprocess::Protocol;
use crate::sources::Digest;

/// Changes when the entry format or the meaning of its rows changes.
const FORMAT: &str = "gavel-features-1";

/// Changes whenever decoding gives other pixels for the same bytes.
const DECODING: &str = "pillow-13-1";

/// The address of one entry: BLAKE3 over everything that its rows depend on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key([u8; 32]);

impl Key {
    /// 64 hex digits; the first two name the folder, the rest the file.
    pub(super) fn hex(&self) -> String {
        blake3::Hash::from_bytes(self.0).to_hex().to_string()
    }
}

/// Everything but the pictures: format and decoder version, protocol, weights, outputs, engine class.
#[derive(Debug, Clone)]
pub struct Recipe(blake3::Hasher);

impl Recipe {
    /// The recipe of one extraction. The batch size and the number of threads are no part of it: they change no bit.
    #[must_use]
    pub fn new(protocol: &Protocol, extractor: &Extractor, engine: &dyn Engine) -> Self {
        let mut hasher = blake3::Hasher::new();
        let mut field = |text: &str| {
            // The length in front keeps ("ab", "c") and ("a", "bc") apart.
            hasher.update(&(text.len() as u64).to_le_bytes());
            hasher.update(text.as_bytes());
        };
        field(FORMAT);
        field(DECODING);
        field(&protocol.identity());
        field(&extractor.sha256);
        field(engine.class());
        for output in &extractor.outputs {
            field(&output.name);
            field(&output.width.to_string());
        }
        Self(hasher)
    }

    /// The key of the pictures with these digests, in this order.
    #[must_use]
    pub fn key(&self, digests: &[Digest]) -> Key {
        let mut hasher = self.0.clone();
        hasher.update(&(digests.len() as u64).to_le_bytes());
        for digest in digests {
            hasher.update(digest);
        }
        Key(*hasher.finalize().as_bytes())
    }
}
