//! Cascades of boosted LBP and Haar features, box for box what `CascadeClassifier::detectMultiScale` of OpenCV 4 finds.
//!
//! Paper: Viola and Jones, "Rapid object detection using a boosted cascade of simple features" (2001); Liao et al.,
//! "Learning multi-scale block local binary patterns for face recognition" (2007). Program: OpenCV 4.14,
//! `modules/objdetect/src/cascadedetect.cpp`.
//!
//! ```text
//! gray ── scales ──▶ shrink ──▶ integral ──▶ scan (weak classifiers, stage by stage) ──▶ group ──▶ boxes
//! ```
//!
//! The arithmetic is OpenCV's throughout: 8-bit weights when shrinking, 32-bit sums, features in float32 without fused
//! operations, sums of leaves in float64, halves to even wherever a place or size is rounded. A vector unit looks at 16
//! neighbouring windows at once; it computes for each what it would compute for one.
//!
//! Not taken over: cascades in the format before OpenCV 2.4, HOG cascades, reject levels.

mod group;
mod integral;
mod model;
mod scales;
mod scan;
mod shrink;
mod weak;
mod xml;

use std::sync::{Arc, Mutex, PoisonError};

use super::gray::Gray;
use crate::error::{Error, Result};
use integral::{Cones, Kind, Layout};
use model::{Features, Model};
use scales::Level;
use scan::Scanner;
use shrink::Axis;

/// Windows that are looked at together.
const LANES: usize = 16;

/// What to look for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Search {
    /// From one size of the window to the next; above 1.
    pub scale_factor: f64,
    /// A face needs more windows than this; 0 gives every window.
    pub min_neighbors: usize,
    /// Least width and height of the window.
    pub min_size: (usize, usize),
}

/// A rectangle in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Box4 {
    /// Left edge.
    pub x: i32,
    /// Upper edge.
    pub y: i32,
    /// Width.
    pub width: i32,
    /// Height.
    pub height: i32,
}

/// A face: its box and the windows that agreed on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// Where it is.
    pub place: Box4,
    /// How many windows agreed.
    pub n_windows: usize,
}

/// A cascade, ready to look.
#[derive(Debug)]
pub struct Cascade {
    model: Model,
    /// What was prepared for the size of picture that came last: sets have one size as a rule.
    plan: Mutex<Option<Arc<Plan>>>,
}

/// Everything that depends on the size of the picture and on the search, but not on the pixels.
#[derive(Debug)]
struct Plan {
    size: (usize, usize),
    search: Search,
    levels: Vec<(Level, [Axis; 2])>,
    /// For levels of step 1 and of step 2.
    prepared: [Option<(Layout, Scanner)>; 2],
}

impl Cascade {
    /// Reads a cascade out of the text of its XML file.
    ///
    /// # Errors
    /// Engine: no XML, XML of another kind, a format that is not supported, numbers that do not fit together. The message
    /// does not name the file.
    pub fn read(text: &str) -> Result<Self> {
        Ok(Self {
            model: xml::read(text)?,
            plan: Mutex::new(None),
        })
    }

    /// Width and height of the window: smaller pictures have no face.
    #[must_use]
    pub fn window(&self) -> (usize, usize) {
        self.model.window
    }

    /// `LBP` or `HAAR`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self.model.features {
            Features::Lbp(_) => "LBP",
            Features::Haar(_) => "HAAR",
        }
    }

    /// Looks for faces. The order is OpenCV's with one thread.
    ///
    /// # Errors
    /// Usage: a scale factor of 1 or less, or so near to 1 that the search does not end in reasonable time.
    pub fn detect(&self, gray: &Gray, search: &Search) -> Result<Vec<Found>> {
        if !(search.scale_factor.is_finite() && search.scale_factor >= 1.001) {
            return Err(Error::usage(format!(
                "a scale factor of {}, expected at least 1.001",
                search.scale_factor
            ))
            .mend("1.1 is usual"));
        }
        let plan = self.plan((gray.width(), gray.height()), search);
        let windows = plan.windows(gray, self.model.window);
        let mut found = group::group(&windows, search.min_neighbors);
        found.retain_mut(|found| clip(&mut found.place, gray));
        Ok(found)
    }

    fn plan(&self, size: (usize, usize), search: &Search) -> Arc<Plan> {
        let mut last = self.plan.lock().unwrap_or_else(PoisonError::into_inner);
        let fits = |plan: &&Arc<Plan>| {
            plan.size == size
                && plan.search.scale_factor == search.scale_factor
                && plan.search.min_size == search.min_size
        };
        if let Some(plan) = last.as_ref().filter(fits) {
            return Arc::clone(plan);
        }
        let plan = Arc::new(Plan::new(&self.model, size, search));
        *last = Some(Arc::clone(&plan));
        plan
    }
}

impl Plan {
    fn new(model: &Model, size: (usize, usize), search: &Search) -> Self {
        let levels = scales::levels(model.window, size, search);
        let n_kinds = match (&model.features, model.has_tilted()) {
            (Features::Lbp(_), _) => 1,
            (Features::Haar(_), false) => 2,
            (Features::Haar(_), true) => 3,
        };
        // The first level of a step is the largest.
        let prepared = [1, 2].map(|step| {
            let level = levels.iter().find(|level| level.step == step)?;
            let layout = Layout::new(step, level.size, n_kinds);
            let scanner = Scanner::new(model, &layout);
            Some((layout, scanner))
        });
        let axes = |level: &Level| {
            [
                Axis::new(size.0, level.size.0),
                Axis::new(size.1, level.size.1),
            ]
        };
        Self {
            size,
            search: *search,
            levels: levels
                .into_iter()
                .map(|level| (level, axes(&level)))
                .collect(),
            prepared,
        }
    }

    /// All windows that pass every stage, in pixels of the picture.
    fn windows(&self, gray: &Gray, window: (usize, usize)) -> Vec<Box4> {
        let mut windows = Vec::new();
        let mut found = Vec::new();
        let memory = self
            .prepared
            .iter()
            .flatten()
            .map(|(layout, _)| layout.len())
            .max();
        let mut sums = vec![0; memory.unwrap_or(0)];
        for (level, axes) in &self.levels {
            let Some((layout, scanner)) =
                self.prepared.get(level.step - 1).and_then(Option::as_ref)
            else {
                continue;
            };
            pulp::Arch::new().dispatch(Summing {
                gray,
                axes,
                level,
                layout,
                sums: &mut sums,
            });
            found.clear();
            scanner.scan(&sums, layout, level, &mut found);
            let scaled = |n: usize| round_half_even(f64::from(n as f32 * level.scale)) as i32;
            windows.extend(found.iter().map(|&(column, y)| Box4 {
                x: scaled(column * level.step),
                y: scaled(y),
                width: scaled(window.0),
                height: scaled(window.1),
            }));
        }
        windows
    }
}

/// Shrinks the picture and sums it up, as work for the vector units at hand.
struct Summing<'a> {
    gray: &'a Gray,
    axes: &'a [Axis; 2],
    level: &'a Level,
    layout: &'a Layout,
    sums: &'a mut Vec<i32>,
}

impl pulp::WithSimd for Summing<'_> {
    type Output = ();

    #[expect(
        clippy::inline_always,
        reason = "only what is inlined runs with the vector units that were chosen at run time"
    )]
    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) {
        let [across, down] = self.axes;
        let (mut blend, mut row) = (Vec::new(), Vec::new());
        let mut cones = Cones::default();
        for y in 0..self.level.size.1 {
            shrink::row(self.gray, [across, down], y, &mut blend, &mut row);
            let values = || row.iter().map(|&value| i32::from(value));
            self.layout.add_row(self.sums, Kind::Values, y, values());
            if self.layout.has(Kind::Squares) {
                self.layout.add_row(
                    self.sums,
                    Kind::Squares,
                    y,
                    values().map(|value| value * value),
                );
            }
            if self.layout.has(Kind::Tilted) {
                self.layout.put_row(self.sums, y, cones.next(y, &row));
            }
        }
    }
}

/// Cuts a box to the picture; `false` where nothing is left.
fn clip(place: &mut Box4, gray: &Gray) -> bool {
    let (right, bottom) = (place.x + place.width, place.y + place.height);
    place.x = place.x.max(0);
    place.y = place.y.max(0);
    place.width = right.min(gray.width() as i32) - place.x;
    place.height = bottom.min(gray.height() as i32) - place.y;
    place.width > 0 && place.height > 0
}

/// OpenCV's `cvRound`: to the nearest integer, halves to the even one.
pub(super) fn round_half_even(value: f64) -> i64 {
    value.round_ties_even() as i64
}
