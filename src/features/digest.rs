//! sha256, by which weights are published and models are named.

use crate::error::Result;
use crate::features::model_error;
use sha2::{Digest, Sha256};
use std::fmt::Write;
use std::io::Read;
use std::path::Path;

/// sha256 of `bytes`, as 64 hex digits.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// sha256 of a file's content, read in pieces.
pub fn sha256_file(path: &Path) -> Result<String> {
    let failed = |error: std::io::Error| model_error::reading(path, &error);
    let mut file = std::fs::File::open(path).map_err(failed)?;
    let mut hasher = Sha256::new();
    let mut piece = vec![0_u8; 1 << 18];
    loop {
        let n = file.read(&mut piece).map_err(failed)?;
        match piece.get(..n) {
            Some(read) if !read.is_empty() => hasher.update(read),
            _ => return Ok(hex(&hasher.finalize())),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sha256_is_the_published_function() {
        // FIPS 180-2, appendix B.1.
        let published = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(sha256(b"abc"), published);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("abc");
        std::fs::write(&path, b"abc").unwrap();
        assert_eq!(sha256_file(&path).unwrap(), published);
    }
}
