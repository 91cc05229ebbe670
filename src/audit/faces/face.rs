//! One face.

/// A face that a detector found, in pixels of the picture as it was handed over.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Face {
    /// Left edge.
    pub x: f64,
    /// Upper edge.
    pub y: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
    /// How sure the detector is. A cascade: the windows that agreed on this face (a count). A network: its score in
    /// [0, 1].
    pub score: f64,
}

impl Face {
    /// Width times height.
    #[must_use]
    pub fn area(&self) -> f64 {
        self.width * self.height
    }

    /// The same face in a picture that is `factor` times smaller.
    #[must_use]
    pub(super) fn shrunk(self, factor: f64) -> Self {
        Self {
            x: self.x / factor,
            y: self.y / factor,
            width: self.width / factor,
            height: self.height / factor,
            score: self.score,
        }
    }
}
