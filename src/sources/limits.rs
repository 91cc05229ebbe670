//! How much an archive may ask of this machine.

use crate::error::{Error, Result};

/// Limits on archives and files, checked before memory is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Most bytes of one picture file, expanded; default 256 MiB.
    pub max_member_bytes: u64,
    /// Most members of an archive, pictures or not; default 10 million.
    pub max_members: usize,
    /// Most expanded bytes per stored byte over the whole archive; default 500. Deflate reaches 1032 on zeros.
    pub max_ratio: u64,
    /// Most expanded bytes of the whole archive; default without end, as it is never in memory.
    pub max_bytes: u64,
    /// Expanded bytes up to which the ratio is not looked at; default 1 GiB. A small set of blank pictures is no bomb.
    pub ratio_free_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_member_bytes: 256 << 20,
            max_members: 10_000_000,
            max_ratio: 500,
            max_bytes: u64::MAX,
            ratio_free_bytes: 1 << 30,
        }
    }
}

/// Counts what an archive has asked for so far.
pub(super) struct Budget<'a> {
    limits: &'a Limits,
    stored: u64,
    expanded: u64,
    members: usize,
}

impl<'a> Budget<'a> {
    /// `stored`: the bytes of the archive file itself.
    pub(super) fn new(limits: &'a Limits, stored: u64) -> Self {
        Self {
            limits,
            stored: stored.max(1),
            expanded: 0,
            members: 0,
        }
    }

    /// One more member of `size` expanded bytes.
    pub(super) fn member(&mut self, size: u64) -> Result<()> {
        self.members += 1;
        self.expanded = self.expanded.saturating_add(size);
        if self.members > self.limits.max_members {
            return Err(refused(format!(
                "it has more than {} members",
                self.limits.max_members
            )));
        }
        if self.expanded > self.limits.max_bytes {
            return Err(refused(format!(
                "it expands to more than {} bytes",
                self.limits.max_bytes
            )));
        }
        let ratio = self.expanded / self.stored;
        if self.expanded > self.limits.ratio_free_bytes && ratio > self.limits.max_ratio {
            return Err(refused(format!(
                "its {} bytes expand to {} and more, {ratio} times as many (at most {} are allowed)",
                self.stored, self.expanded, self.limits.max_ratio
            )));
        }
        Ok(())
    }
}

fn refused(why: impl std::fmt::Display) -> Error {
    Error::input(format!("the archive is refused: {why}"))
        .mend("look at where the archive comes from; unpack it yourself if you trust it")
}

/// The error for a picture file that is larger than allowed.
pub(super) fn too_large(name: &str, limits: &Limits) -> Error {
    Error::input(format!(
        "{name} is larger than the {} bytes allowed for one picture",
        limits.max_member_bytes
    ))
    .mend("look at where it comes from; scale a real picture down")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bomb_is_refused_and_a_small_blank_set_is_not() {
        let limits = Limits::default();
        assert!(Budget::new(&limits, 1000).member(1_000_000).is_ok());
        // 2 GiB out of 1 MiB: 2048 to 1.
        assert!(Budget::new(&limits, 1 << 20).member(2 << 30).is_err());
        // 2 GiB out of 1 GiB is an ordinary archive.
        assert!(Budget::new(&limits, 1 << 30).member(2 << 30).is_ok());
    }

    #[test]
    fn members_are_counted() {
        let limits = Limits {
            max_members: 1,
            ..Limits::default()
        };
        let mut budget = Budget::new(&limits, 10);
        assert!(budget.member(0).is_ok());
        assert!(budget.member(0).is_err());
    }
}
