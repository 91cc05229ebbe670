//! How long work tells of itself without knowing who listens.

/// Hears of progress, and may ask the work to stop.
pub trait Observer: Sync {
    /// A piece of work named `what` of `total` items begins.
    fn begin(&self, what: &str, total: usize);
    /// `n` more items are done.
    fn advance(&self, n: usize);
    /// The piece of work is over.
    fn end(&self);
    /// A line of talk about the work.
    fn say(&self, _line: &str) {}
    /// Has the user asked to stop (Ctrl-C)? Long loops ask once an item.
    fn stop_requested(&self) -> bool;
}

/// An observer that never speaks and never stops anything.
pub struct Silent;

impl Observer for Silent {
    fn begin(&self, _what: &str, _total: usize) {}
    fn advance(&self, _n: usize) {}
    fn end(&self) {}
    fn stop_requested(&self) -> bool {
        false
    }
}
