//! The eight ways to lay a square on itself.

/// What was done to a picture: the eight symmetries of the square.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Turn {
    /// Nothing.
    Upright,
    /// Left and right exchanged.
    Mirror,
    /// Top and bottom exchanged.
    Flip,
    /// By 180°.
    Half,
    /// By 90° counterclockwise, as NumPy's `rot90` and Pillow's `rotate(90)`.
    Quarter,
    /// By 270° counterclockwise.
    ThreeQuarters,
    /// Rows become columns.
    Transpose,
    /// Rows become columns, about the other diagonal.
    Antitranspose,
}

impl Turn {
    /// All, the simplest explanations first.
    pub const ALL: [Self; 8] = [
        Self::Upright,
        Self::Mirror,
        Self::Flip,
        Self::Half,
        Self::Quarter,
        Self::ThreeQuarters,
        Self::Transpose,
        Self::Antitranspose,
    ];

    /// Its name in findings; empty for nothing.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Upright => "",
            Self::Mirror => "mirror",
            Self::Flip => "vertical flip",
            Self::Half => "rotate 180",
            Self::Quarter => "rotate 90",
            Self::ThreeQuarters => "rotate 270",
            Self::Transpose => "transpose",
            Self::Antitranspose => "antitranspose",
        }
    }

    /// Where the turned picture shows the original's pixel (x, y); `last` is the largest index.
    #[must_use]
    pub fn place(self, x: usize, y: usize, last: usize) -> (usize, usize) {
        match self {
            Self::Upright => (x, y),
            Self::Mirror => (last - x, y),
            Self::Flip => (x, last - y),
            Self::Half => (last - x, last - y),
            Self::Quarter => (y, last - x),
            Self::ThreeQuarters => (last - y, x),
            Self::Transpose => (y, x),
            Self::Antitranspose => (last - y, last - x),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `[[1, 2], [3, 4]]` after the turn, row by row.
    fn turned(turn: Turn) -> [u8; 4] {
        let mut out = [0; 4];
        for (at, value) in [1, 2, 3, 4].into_iter().enumerate() {
            let (x, y) = turn.place(at % 2, at / 2, 1);
            out[y * 2 + x] = value;
        }
        out
    }

    #[test]
    fn every_turn_does_what_its_name_says() {
        // By hand from 1 2 / 3 4; rotations as numpy.rot90 turns them (counterclockwise).
        assert_eq!(turned(Turn::Upright), [1, 2, 3, 4]);
        assert_eq!(turned(Turn::Mirror), [2, 1, 4, 3]);
        assert_eq!(turned(Turn::Flip), [3, 4, 1, 2]);
        assert_eq!(turned(Turn::Half), [4, 3, 2, 1]);
        assert_eq!(turned(Turn::Quarter), [2, 4, 1, 3]);
        assert_eq!(turned(Turn::ThreeQuarters), [3, 1, 4, 2]);
        assert_eq!(turned(Turn::Transpose), [1, 3, 2, 4]);
        assert_eq!(turned(Turn::Antitranspose), [4, 2, 3, 1]);
    }
}
