//! Errors about model files: the exit code of models (4), whoever found the fault.

use crate::error::Error;
use std::io::ErrorKind;
use std::path::Path;

/// A model file that cannot be read.
pub fn reading(path: &Path, error: &std::io::Error) -> Error {
    let place = path.display();
    match error.kind() {
        ErrorKind::NotFound => Error::engine(format!("{place}: no such file"))
            .mend("check the path; `gavel models list` shows what is installed"),
        ErrorKind::PermissionDenied => Error::engine(format!("{place}: permission denied"))
            .mend("check the permissions of this file"),
        ErrorKind::IsADirectory => Error::engine(format!("{place}: a folder, expected a file"))
            .mend("name the model file itself"),
        ErrorKind::UnexpectedEof => Error::engine(format!("{place}: the file ends too early"))
            .mend("fetch or copy it again: the file is incomplete"),
        _ => Error::engine(format!("{place}: {error}")),
    }
}

/// A model file that cannot be written.
pub fn writing(path: &Path, error: &std::io::Error) -> Error {
    let place = path.display();
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            Error::engine(format!("{place}: the disk is full"))
                .mend("free some space, or choose another folder")
        }
        ErrorKind::NotFound => Error::engine(format!("{place}: the folder does not exist"))
            .mend("create it, or choose another folder"),
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            Error::engine(format!("{place}: no permission to write here"))
                .mend("choose a folder that you may write to")
        }
        _ => Error::engine(format!("{place}: cannot be written: {error}")),
    }
}

/// The same message and advice as an error of the model, with its place.
pub fn of(path: &Path, error: &Error) -> Error {
    let plain = Error::engine(error.message()).at(path.display());
    match error.advice() {
        Some(advice) => plain.mend(advice),
        None => plain,
    }
}
