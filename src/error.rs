//! One error type for the whole house: what was found, what was expected, where, and what to type next.

use std::fmt;

/// Which exit code an error ends with (the table stands in `README.md`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The verdict is "fail": exit 1.
    Failed,
    /// The command line was wrong: exit 2.
    Usage,
    /// An input file or set was wrong: exit 3.
    Input,
    /// A model or an engine was wrong or missing: exit 4.
    Engine,
    /// A computation had no defined result: exit 5.
    Numerical,
    /// Too few samples for the question: exit 6.
    CannotTell,
    /// The user asked to stop: exit 130.
    Interrupted,
}

impl Kind {
    /// The process exit code of this kind.
    #[must_use]
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Input => 3,
            Self::Engine => 4,
            Self::Numerical => 5,
            Self::CannotTell => 6,
            Self::Interrupted => 130,
        }
    }
}

/// An error with its kind, its message and, where there is one, what to do next.
#[derive(Debug, Clone)]
pub struct Error {
    kind: Kind,
    message: String,
    mend: Option<String>,
}

/// The result type of every fallible function here.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            mend: None,
        }
    }

    /// A verdict of "fail".
    pub fn failed(message: impl Into<String>) -> Self {
        Self::new(Kind::Failed, message)
    }

    /// A wrong command line.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Kind::Usage, message)
    }

    /// A wrong input file or set.
    pub fn input(message: impl Into<String>) -> Self {
        Self::new(Kind::Input, message)
    }

    /// A wrong or missing model or engine.
    pub fn engine(message: impl Into<String>) -> Self {
        Self::new(Kind::Engine, message)
    }

    /// A computation without a defined result.
    pub fn numerical(message: impl Into<String>) -> Self {
        Self::new(Kind::Numerical, message)
    }

    /// Too few samples for the question asked.
    pub fn cannot_tell(message: impl Into<String>) -> Self {
        Self::new(Kind::CannotTell, message)
    }

    /// The user pressed Ctrl-C.
    #[must_use]
    pub fn interrupted() -> Self {
        Self::new(
            Kind::Interrupted,
            "interrupted; finished work is kept in the feature store, run the same command to go on",
        )
    }

    /// Says what to type or change next.
    #[must_use]
    pub fn mend(mut self, mend: impl Into<String>) -> Self {
        self.mend = Some(mend.into());
        self
    }

    /// Puts the place in front of the message: `place: message`.
    #[must_use]
    pub fn at(mut self, place: impl fmt::Display) -> Self {
        self.message = format!("{place}: {}", self.message);
        self
    }

    /// The kind, and so the exit code.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// What was found and expected, and where.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What to do next, where it is known.
    #[must_use]
    pub fn advice(&self) -> Option<&str> {
        self.mend.as_deref()
    }

    /// An input error out of an I/O error on `path`.
    pub fn io(path: impl AsRef<std::path::Path>, error: &std::io::Error) -> Self {
        let path = path.as_ref().display();
        match error.kind() {
            std::io::ErrorKind::NotFound => Self::input(format!("{path}: no such file or folder")),
            std::io::ErrorKind::IsADirectory => Self::input(format!("{path}: is a folder, expected a file")),
            std::io::ErrorKind::NotADirectory => Self::input(format!("{path}: a part of this path is a file, expected folders")),
            std::io::ErrorKind::PermissionDenied => {
                Self::input(format!("{path}: permission denied")).mend("check the permissions of this path")
            }
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => {
                Self::input(format!("{path}: the disk is full")).mend(
                    "free some space and give the same command again (`gavel train` with --resume); --store DIR puts the store elsewhere",
                )
            }
            _ => Self::input(format!("{path}: {error}")),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if let Some(mend) = &self.mend {
            write!(f, "\n  try: {mend}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}
