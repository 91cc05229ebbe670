//! A cascade as its file states it, checked: no index leads anywhere that is not there.

/// A boosted cascade of LBP or Haar features.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Model {
    /// Width and height of the window, in pixels.
    pub window: (usize, usize),
    /// The features that nodes name.
    pub features: Features,
    /// The stages; a window that fails one is rejected.
    pub stages: Vec<Stage>,
}

/// The features of a cascade: all of one kind.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Features {
    /// Local binary patterns of 3 x 3 blocks.
    Lbp(Vec<Block>),
    /// Weighted sums of rectangles.
    Haar(Vec<Rectangles>),
}

/// One of the nine equal blocks of an LBP feature: the upper left one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Block {
    pub x: usize,
    pub y: usize,
    pub width: usize,
    pub height: usize,
}

/// A Haar feature: up to three rectangles, the unused ones with weight 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rectangles {
    pub parts: [(Block, f32); 3],
    /// Turned by 45 degrees.
    pub tilted: bool,
}

/// A sum of trees that must reach a threshold.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Stage {
    pub threshold: f32,
    pub trees: Vec<Tree>,
}

/// A decision tree.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tree {
    pub nodes: Vec<Node>,
    /// One more than nodes.
    pub leaves: Vec<f32>,
}

/// One question, and where each answer leads: to a later node (above 0), or to the leaf of the negated number.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Node {
    pub feature: usize,
    pub test: Test,
    pub left: i32,
    pub right: i32,
}

/// When a window goes left.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Test {
    /// The LBP code is in the set.
    Among([u32; 8]),
    /// The Haar value is below.
    Below(f32),
}

impl Model {
    /// Has every tree one node?
    pub fn is_of_stumps(&self) -> bool {
        let mut trees = self.stages.iter().flat_map(|stage| &stage.trees);
        trees.all(|tree| tree.nodes.len() == 1)
    }

    /// Is one of the features turned by 45 degrees?
    pub fn has_tilted(&self) -> bool {
        match &self.features {
            Features::Lbp(_) => false,
            Features::Haar(features) => features.iter().any(|feature| feature.tilted),
        }
    }
}
