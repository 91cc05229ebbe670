//! Judging a library file before it is loaded.
//!
//! Loading runs code and cannot be undone, and a truncated library ends the process with a bus error instead of an
//! error value. So the file is read first: is it whole, is it ONNX Runtime, which version, does it come with CUDA?

use std::fs;
use std::io::{self, Read};
use std::path::Path;

/// The oldest minor version (of 1.x) that this build can talk to.
pub(super) const OLDEST_MINOR: u32 = 17;

/// What a library file is, by its bytes alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LibraryFile {
    /// `1.31.1`, from the symbol version in the file or from its name; `None` where neither tells.
    pub version: Option<String>,
    /// Does the CUDA provider lie beside it?
    pub cuda_beside: bool,
}

/// Reads the file at `path`.
///
/// # Errors
/// Words for the list of places: not readable, truncated, not ONNX Runtime, older than 1.17.
pub(super) fn inspect(path: &Path) -> Result<LibraryFile, String> {
    let bytes = read(path).map_err(|error| format!("cannot be read: {error}"))?;
    whole_elf(&bytes)?;
    if find(&bytes, b"OrtGetApiBase").is_none() {
        return Err("not ONNX Runtime (it has no OrtGetApiBase)".to_owned());
    }
    let version = version_symbol(&bytes).or_else(|| version_in_name(path));
    if let Some(version) = &version
        && too_old(version)
    {
        return Err(format!(
            "ONNX Runtime {version} is too old; expected 1.{OLDEST_MINOR} or newer"
        ));
    }
    let cuda_beside = path.parent().is_some_and(|folder| {
        [
            "libonnxruntime_providers_cuda.so",
            "onnxruntime_providers_cuda.dll",
        ]
        .iter()
        .any(|name| folder.join(name).is_file())
    });
    Ok(LibraryFile {
        version,
        cuda_beside,
    })
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    // A limit keeps a device file or a wrong path from filling the memory; the CUDA builds stay well below it.
    const LIMIT: u64 = 2 << 30;
    let mut bytes = Vec::new();
    fs::File::open(path)?.take(LIMIT).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Is an ELF file as long as its own headers say? Other formats (Mach-O, PE) pass.
fn whole_elf(bytes: &[u8]) -> Result<(), String> {
    if bytes.is_empty() {
        return Err("an empty file".to_owned());
    }
    if !bytes.starts_with(b"\x7fELF") {
        return if cfg!(target_os = "linux") {
            Err("not a shared library (no ELF header)".to_owned())
        } else {
            Ok(())
        };
    }
    // 64-bit little-endian is all that ONNX Runtime is published for; the loader judges anything else itself.
    if bytes.get(4) != Some(&2) || bytes.get(5) != Some(&1) {
        return Ok(());
    }
    let truncated = || format!("truncated: {} bytes, its headers promise more", bytes.len());
    let word = |at: usize| -> Option<u64> {
        let field: [u8; 8] = bytes.get(at..at.checked_add(8)?)?.try_into().ok()?;
        Some(u64::from_le_bytes(field))
    };
    let half = |at: usize| -> Option<u64> {
        let field: [u8; 2] = bytes.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(u64::from(u16::from_le_bytes(field)))
    };
    // Header fields: e_phoff 32, e_shoff 40, e_phentsize 54, e_phnum 56, e_shentsize 58, e_shnum 60.
    let end = || -> Option<u64> {
        let mut end = word(40)?.checked_add(half(58)?.checked_mul(half(60)?)?)?;
        for index in 0..half(56)? {
            let segment = word(32)?.checked_add(index.checked_mul(half(54)?)?)?;
            let segment = usize::try_from(segment).ok()?;
            // Segment fields: p_offset 8, p_filesz 32.
            end = end
                .max(word(segment.checked_add(8)?)?.checked_add(word(segment.checked_add(32)?)?)?);
        }
        Some(end)
    };
    match end() {
        Some(end) if end <= bytes.len() as u64 => Ok(()),
        _ => Err(truncated()),
    }
}

fn find(bytes: &[u8], needle: &[u8]) -> Option<usize> {
    let first = *needle.first()?;
    let mut from = 0;
    while let Some(step) = bytes.get(from..)?.iter().position(|&byte| byte == first) {
        let at = from + step;
        if bytes[at..].starts_with(needle) {
            return Some(at);
        }
        from = at + 1;
    }
    None
}

/// The official Linux builds give every exported symbol the version `VERS_1.31.1`.
fn version_symbol(bytes: &[u8]) -> Option<String> {
    let mut rest = bytes;
    while let Some(at) = find(rest, b"VERS_") {
        rest = &rest[at + 5..];
        let text: String = rest
            .iter()
            .take(24)
            .take_while(|byte| byte.is_ascii_digit() || **byte == b'.')
            .map(|&byte| char::from(byte))
            .collect();
        if text.split('.').count() >= 2 && text.starts_with(|c: char| c.is_ascii_digit()) {
            return Some(text);
        }
    }
    None
}

/// `libonnxruntime.so.1.31.1`, `libonnxruntime.1.31.1.dylib`.
pub(super) fn version_in_name(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_str()?;
    let numbers: Vec<&str> = name
        .split('.')
        .filter(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
        .collect();
    (numbers.len() >= 2).then(|| numbers.join("."))
}

fn too_old(version: &str) -> bool {
    let mut parts = version
        .split('.')
        .map(|part| part.parse::<u32>().unwrap_or(0));
    let (major, minor) = (parts.next().unwrap_or(0), parts.next().unwrap_or(0));
    major < 1 || (major == 1 && minor < OLDEST_MINOR)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A 64-byte ELF header without segments whose section table of 2 × 64 bytes lies at `at`.
    fn elf(at: u64, len: usize) -> Vec<u8> {
        let mut bytes = vec![0; len];
        bytes[..6].copy_from_slice(b"\x7fELF\x02\x01");
        bytes[40..48].copy_from_slice(&at.to_le_bytes());
        bytes[58..60].copy_from_slice(&64_u16.to_le_bytes());
        bytes[60..62].copy_from_slice(&2_u16.to_le_bytes());
        bytes
    }

    #[test]
    fn a_library_shorter_than_its_section_table_is_truncated() {
        // The table ends at 100 + 2 · 64 = 228.
        assert!(whole_elf(&elf(100, 228)).is_ok());
        assert!(whole_elf(&elf(100, 227)).is_err());
        assert!(whole_elf(&elf(u64::MAX, 228)).is_err(), "no overflow");
        assert!(whole_elf(b"\x7fELF\x02\x01").is_err(), "no header");
    }

    #[test]
    fn the_version_is_read_from_the_symbols_before_the_name() {
        assert_eq!(
            version_symbol(b"GLIBCXX_VERS_x\0VERS_1.19.2\0"),
            Some("1.19.2".to_owned())
        );
        assert_eq!(version_symbol(b"nothing"), None);
        assert_eq!(
            version_in_name(Path::new("/a/libonnxruntime.so.1.20.0")),
            Some("1.20.0".to_owned())
        );
        assert_eq!(version_in_name(Path::new("/a.1.2/libonnxruntime.so")), None);
    }

    #[test]
    fn versions_before_1_17_are_too_old() {
        assert!(too_old("1.16.3") && too_old("0.99"));
        assert!(!too_old("1.17.0") && !too_old("1.31.1") && !too_old("2.0.0"));
    }
}
