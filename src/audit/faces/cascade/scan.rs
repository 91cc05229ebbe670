//! Sliding the window over one level of the pyramid.

#![expect(
    clippy::inline_always,
    reason = "only what is inlined runs with the vector units that were chosen at run time"
)]

use super::LANES;
use super::integral::Layout;
use super::model::{Features, Model, Test};
use super::scales::Level;
use super::weak::{Contrast, Normal, Pattern, Weak};
use pulp::Simd;

/// With as many survivors among neighbours it is cheaper to ask them all at once.
const DENSE: usize = 2;

/// A cascade whose features are offsets into the sums of one layout.
#[derive(Debug)]
pub(super) struct Compiled<W> {
    stages: Vec<Stage>,
    trees: Vec<Tree>,
    nodes: Vec<Node<W>>,
    leaves: Vec<f32>,
    /// Has every tree one node? Then tree i has node i, and leaves 2 i and 2 i + 1.
    is_of_stumps: bool,
    /// Haar features are measured in units of the window's contrast.
    normal: Option<Normal>,
}

#[derive(Debug)]
struct Stage {
    threshold: f64,
    /// Trees of the stages before.
    start: usize,
    end: usize,
}

#[derive(Debug, Clone, Copy)]
struct Tree {
    first_node: usize,
    first_leaf: usize,
}

#[derive(Debug)]
struct Node<W> {
    weak: W,
    left: i32,
    right: i32,
    /// Leaves of a stump.
    leaves: [f32; 2],
}

/// A compiled cascade of either kind.
#[derive(Debug)]
pub(super) enum Scanner {
    Lbp(Compiled<Pattern>),
    Haar(Compiled<Contrast>),
}

impl Scanner {
    pub fn new(model: &Model, layout: &Layout) -> Self {
        match &model.features {
            Features::Lbp(blocks) => {
                Self::Lbp(Compiled::new(model, None, |feature, test| match test {
                    Test::Among(set) => Some(Pattern::new(*blocks.get(feature)?, *set, layout)),
                    Test::Below(_) => None,
                }))
            }
            Features::Haar(features) => {
                let normal = Normal::new(model.window, layout);
                Self::Haar(Compiled::new(
                    model,
                    Some(normal),
                    |feature, test| match test {
                        Test::Below(threshold) => {
                            Some(Contrast::new(features.get(feature)?, *threshold, layout))
                        }
                        Test::Among(_) => None,
                    },
                ))
            }
        }
    }

    /// Hands the column and row (in windows and in pixels) of every window that passes all stages to `found`.
    pub fn scan(
        &self,
        sums: &[i32],
        layout: &Layout,
        level: &Level,
        found: &mut Vec<(usize, usize)>,
    ) {
        match self {
            Self::Lbp(compiled) => pulp::Arch::new().dispatch(Scanning {
                compiled,
                sums,
                layout,
                level,
                found,
            }),
            Self::Haar(compiled) => pulp::Arch::new().dispatch(Scanning {
                compiled,
                sums,
                layout,
                level,
                found,
            }),
        }
    }
}

struct Scanning<'a, W> {
    compiled: &'a Compiled<W>,
    sums: &'a [i32],
    layout: &'a Layout,
    level: &'a Level,
    found: &'a mut Vec<(usize, usize)>,
}

impl<W: Weak> pulp::WithSimd for Scanning<'_, W> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let mut row = Row::default();
        for y in (0..self.level.n_rows).step_by(self.level.step) {
            let start = y * self.layout.row();
            self.compiled
                .scan_row(simd, self.sums, start, self.level.n_columns, &mut row);
            self.found
                .extend(row.alive.iter().map(|&column| (column, y)));
        }
    }
}

/// The windows of one row.
#[derive(Debug, Default)]
struct Row {
    norms: Vec<[f32; LANES]>,
    /// Columns of the windows that passed so far.
    alive: Vec<usize>,
}

impl<W: Weak> Compiled<W> {
    fn new(
        model: &Model,
        normal: Option<Normal>,
        weak: impl Fn(usize, &Test) -> Option<W>,
    ) -> Self {
        let mut compiled = Self {
            stages: Vec::new(),
            trees: Vec::new(),
            nodes: Vec::new(),
            leaves: Vec::new(),
            is_of_stumps: model.is_of_stumps(),
            normal,
        };
        for stage in &model.stages {
            let start = compiled.trees.len();
            for tree in &stage.trees {
                compiled.trees.push(Tree {
                    first_node: compiled.nodes.len(),
                    first_leaf: compiled.leaves.len(),
                });
                let leaf = |index| tree.leaves.get(index).copied().unwrap_or(0.0);
                compiled.nodes.extend(tree.nodes.iter().filter_map(|node| {
                    Some(Node {
                        weak: weak(node.feature, &node.test)?,
                        left: node.left,
                        right: node.right,
                        leaves: [leaf(0), leaf(1)],
                    })
                }));
                compiled.leaves.extend_from_slice(&tree.leaves);
            }
            compiled.stages.push(Stage {
                threshold: f64::from(stage.threshold),
                start,
                end: compiled.trees.len(),
            });
        }
        compiled
    }

    /// Leaves in `row.alive` the windows of a row that pass.
    ///
    /// A window that fails the very first stage takes its right neighbour with it, unseen; a window without contrast
    /// fails, but not at a stage.
    #[inline(always)]
    fn scan_row<S: Simd>(
        &self,
        simd: S,
        sums: &[i32],
        start: usize,
        n_columns: usize,
        row: &mut Row,
    ) {
        row.alive.clear();
        row.norms.clear();
        let Some(first) = self.stages.first() else {
            return;
        };
        let mut is_skipped = false;
        for column in (0..n_columns).step_by(LANES) {
            let at = start + column;
            let norms = self
                .normal
                .as_ref()
                .map_or([1.0; LANES], |normal| normal.of(simd, sums, at));
            row.norms.push(norms);
            let totals = if self.is_of_stumps {
                self.stump_totals(simd, first, sums, at, &norms)
            } else {
                std::array::from_fn(|lane| self.tree_total(first, sums, at + lane, norms[lane]))
            };
            for lane in 0..LANES.min(n_columns - column) {
                let is_seen = !std::mem::take(&mut is_skipped);
                if is_seen && norms[lane] != 0.0 {
                    if totals[lane] < first.threshold {
                        is_skipped = true;
                    } else {
                        row.alive.push(column + lane);
                    }
                }
            }
        }
        for stage in self.stages.iter().skip(1) {
            if row.alive.is_empty() {
                return;
            }
            self.filter(simd, stage, sums, start, row);
        }
    }

    /// Takes the windows that fail a stage out of `row.alive`.
    #[inline(always)]
    fn filter<S: Simd>(&self, simd: S, stage: &Stage, sums: &[i32], start: usize, row: &mut Row) {
        let Row { norms, alive } = row;
        let norm = |column: usize| {
            norms
                .get(column / LANES)
                .map_or(1.0, |norms| norms[column % LANES])
        };
        let (mut read, mut kept) = (0, 0);
        while let Some(&column) = alive.get(read) {
            let rest = alive.get(read..).unwrap_or_default();
            let n = rest
                .iter()
                .take(LANES)
                .take_while(|&&other| other < column + LANES)
                .count();
            if self.is_of_stumps && n >= DENSE {
                let norms = std::array::from_fn(|lane| norm(column + lane));
                let totals = self.stump_totals(simd, stage, sums, start + column, &norms);
                for index in read..read + n {
                    let other = alive.get(index).copied().unwrap_or(column);
                    if totals[(other - column) % LANES] >= stage.threshold {
                        keep(alive, &mut kept, other);
                    }
                }
                read += n;
            } else {
                let total = if self.is_of_stumps {
                    self.stump_total(stage, sums, start + column, norm(column))
                } else {
                    self.tree_total(stage, sums, start + column, norm(column))
                };
                if total >= stage.threshold {
                    keep(alive, &mut kept, column);
                }
                read += 1;
            }
        }
        alive.truncate(kept);
    }

    #[inline(always)]
    fn stumps(&self, stage: &Stage) -> &[Node<W>] {
        self.nodes.get(stage.start..stage.end).unwrap_or_default()
    }

    #[inline(always)]
    fn stump_totals<S: Simd>(
        &self,
        simd: S,
        stage: &Stage,
        sums: &[i32],
        at: usize,
        norms: &[f32; LANES],
    ) -> [f64; LANES] {
        let mut totals = [0.0; LANES];
        for node in self.stumps(stage) {
            let left = node.weak.are_left(simd, sums, at, norms);
            let [if_left, if_right] = node.leaves.map(f64::from);
            for lane in 0..LANES {
                totals[lane] += if left[lane] == 1 { if_left } else { if_right };
            }
        }
        totals
    }

    #[inline(always)]
    fn stump_total(&self, stage: &Stage, sums: &[i32], at: usize, norm: f32) -> f64 {
        let mut total = 0.0;
        for node in self.stumps(stage) {
            let is_left = node.weak.is_left(sums, at, norm);
            let [if_left, if_right] = node.leaves.map(f64::from);
            total += if is_left { if_left } else { if_right };
        }
        total
    }

    #[inline(always)]
    fn tree_total(&self, stage: &Stage, sums: &[i32], at: usize, norm: f32) -> f64 {
        let trees = self.trees.get(stage.start..stage.end).unwrap_or_default();
        trees
            .iter()
            .map(|&tree| f64::from(self.leaf(tree, sums, at, norm)))
            .sum()
    }

    #[inline(always)]
    fn leaf(&self, tree: Tree, sums: &[i32], at: usize, norm: f32) -> f32 {
        let mut index = 0;
        // The model is checked: children stand behind their parents, so this ends.
        while let Some(node) = self.nodes.get(tree.first_node + index) {
            let next = if node.weak.is_left(sums, at, norm) {
                node.left
            } else {
                node.right
            };
            if next <= 0 {
                let leaf = tree.first_leaf + next.unsigned_abs() as usize;
                return self.leaves.get(leaf).copied().unwrap_or(0.0);
            }
            index = next as usize;
        }
        0.0
    }
}

#[inline(always)]
fn keep(alive: &mut [usize], kept: &mut usize, column: usize) {
    if let Some(place) = alive.get_mut(*kept) {
        *place = column;
        *kept += 1;
    }
}
