//! What was measured of one set, and the two sides that cannot be swapped.

use std::sync::OnceLock;

use ndarray::{Array2, Array3, ArrayView2, Axis};

use crate::error::{Error, Result};
use crate::features::{Extractor, Origin};
use crate::statistics::frechet::Side;
use crate::statistics::moments::Moments;

/// Where features come from; decides what the numbers made of them may be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Space {
    /// pool3 and logits of the published 2015-12-05 Inception: `fid` and `inception_score`.
    Inception,
    /// Another network with the outputs of the converted Inception: `fd` and `inception_score`.
    InceptionLayout,
    /// Any other network: `fd` and `classifier_score`.
    Network,
    /// Arrays that somebody else extracted: `fd` and `inception_score`.
    Arrays,
}

impl Space {
    /// The space that an extractor maps into.
    #[must_use]
    pub fn of(extractor: &Extractor) -> Self {
        match (&extractor.origin, extractor.inception_layout) {
            (Origin::InceptionVerified, _) => Self::Inception,
            (_, true) => Self::InceptionLayout,
            (_, false) => Self::Network,
        }
    }
}

/// Class scores of a set, `[n_samples, n_classes]`.
#[derive(Debug, Clone, PartialEq)]
pub enum ClassScores {
    /// Before softmax.
    Logits(Array2<f32>),
    /// After softmax: rows that sum to 1.
    Probabilities(Array2<f32>),
}

impl ClassScores {
    /// The values, whichever they are.
    #[must_use]
    pub fn values(&self) -> ArrayView2<'_, f32> {
        match self {
            Self::Logits(values) | Self::Probabilities(values) => values.view(),
        }
    }
}

/// Everything measured of one set. At least one of features, moments and class scores is there.
#[derive(Debug)]
pub struct Measured {
    name: String,
    space: Space,
    n: Option<usize>,
    features: Option<Array2<f32>>,
    moments: OnceLock<Moments>,
    scores: Option<ClassScores>,
    spatial: Option<Array2<f32>>,
    spectra: Option<Array2<f32>>,
    colours: Option<Array2<f32>>,
    labels: Option<Vec<String>>,
    pictures: Vec<Picture>,
}

/// A decoded picture of a set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Its row among the features.
    pub row: usize,
    /// RGB bytes, `[height, width, 3]`.
    pub rgb: Array3<u8>,
}

impl Measured {
    /// A set with features `[n_samples, n_features]`.
    ///
    /// # Errors
    /// Input: no rows, no columns, or a value that is NaN or infinite (its row and column are named).
    pub fn from_features(
        name: impl Into<String>,
        space: Space,
        features: Array2<f32>,
    ) -> Result<Self> {
        let name = name.into();
        check_matrix(&name, "features", features.view())?;
        Ok(Self {
            n: Some(features.nrows()),
            features: Some(features),
            ..Self::bare(name, space)
        })
    }

    /// A set known by its moments alone (a statistics file).
    #[must_use]
    pub fn from_moments(name: impl Into<String>, space: Space, moments: Moments) -> Self {
        Self {
            n: moments.n().and_then(|n| usize::try_from(n).ok()),
            moments: OnceLock::from(moments),
            ..Self::bare(name.into(), space)
        }
    }

    /// A set known by its class scores alone (`--logits`, `--probabilities`).
    ///
    /// # Errors
    /// Input: as [`Self::with_scores`].
    pub fn from_scores(name: impl Into<String>, space: Space, scores: ClassScores) -> Result<Self> {
        Self::bare(name.into(), space).with_scores(scores)
    }

    /// Adds class scores.
    ///
    /// # Errors
    /// Input: no rows, fewer than 2 classes, a value that is NaN or infinite, another number of rows than the
    /// features have, or probabilities that are negative or whose row does not sum to 1 within 1e-3.
    pub fn with_scores(mut self, scores: ClassScores) -> Result<Self> {
        let values = scores.values();
        check_matrix(&self.name, "class scores", values)?;
        if values.ncols() < 2 {
            return Err(Error::input(format!(
                "{}: class scores have 1 class, at least 2 are needed",
                self.name
            ))
            .mend("give an array [n_samples, n_classes]"));
        }
        if let Some(n) = self.n
            && n != values.nrows()
        {
            return Err(Error::input(format!(
                "{}: {} rows of class scores beside {n} samples",
                self.name,
                values.nrows()
            ))
            .mend("give one row of class scores for each sample"));
        }
        if matches!(scores, ClassScores::Probabilities(_)) {
            check_probabilities(&self.name, values)?;
        }
        self.n = Some(values.nrows());
        self.scores = Some(scores);
        Ok(self)
    }

    fn bare(name: String, space: Space) -> Self {
        Self {
            name,
            space,
            n: None,
            features: None,
            moments: OnceLock::new(),
            scores: None,
            spatial: None,
            spectra: None,
            colours: None,
            labels: None,
            pictures: Vec::new(),
        }
    }

    /// Adds spatial features `[n_samples, 2023]` (sFID).
    ///
    /// # Errors
    /// Input: another number of rows than the set has, no column, or a value that is not finite.
    pub fn with_spatial(mut self, spatial: Array2<f32>) -> Result<Self> {
        self.check_rows("spatial features", spatial.view())?;
        self.spatial = Some(spatial);
        Ok(self)
    }

    /// Adds what was seen in the pixels of every picture: power spectra and colour histograms, a row a picture.
    ///
    /// # Errors
    /// Input: as [`Self::with_spatial`].
    pub fn with_descriptors(mut self, spectra: Array2<f32>, colours: Array2<f32>) -> Result<Self> {
        self.check_rows("power spectra", spectra.view())?;
        self.check_rows("colour histograms", colours.view())?;
        self.spectra = Some(spectra);
        self.colours = Some(colours);
        Ok(self)
    }

    /// Adds the class label of every sample.
    ///
    /// # Errors
    /// Input: another number of labels than of samples.
    pub fn with_labels(mut self, labels: Vec<String>) -> Result<Self> {
        if self.n != Some(labels.len()) {
            return Err(Error::input(format!(
                "{}: {} labels beside {} samples",
                self.name,
                labels.len(),
                self.n.unwrap_or(0)
            ))
            .mend("give one label for each sample"));
        }
        self.labels = Some(labels);
        Ok(self)
    }

    /// Adds decoded pictures (all of the set or some).
    #[must_use]
    pub fn with_pictures(mut self, pictures: Vec<Picture>) -> Self {
        self.pictures = pictures;
        self
    }

    fn check_rows(&self, what: &str, values: ArrayView2<'_, f32>) -> Result<()> {
        check_matrix(&self.name, what, values)?;
        match self.n {
            Some(n) if n != values.nrows() => Err(Error::input(format!(
                "{}: {} rows of {what} beside {n} samples",
                self.name,
                values.nrows()
            ))
            .mend("give one row for each sample")),
            _ => Ok(()),
        }
    }

    /// Spatial features `[n_samples, 2023]`, where there are any.
    #[must_use]
    pub fn spatial(&self) -> Option<ArrayView2<'_, f32>> {
        self.spatial.as_ref().map(|values| values.view())
    }

    /// Power spectra of the pictures, `[n_samples, n_rings]`.
    #[must_use]
    pub fn spectra(&self) -> Option<ArrayView2<'_, f32>> {
        self.spectra.as_ref().map(|values| values.view())
    }

    /// Colour histograms of the pictures, `[n_samples, n_bins]`.
    #[must_use]
    pub fn colours(&self) -> Option<ArrayView2<'_, f32>> {
        self.colours.as_ref().map(|values| values.view())
    }

    /// Class labels, where the source knows them.
    #[must_use]
    pub fn labels(&self) -> Option<&[String]> {
        self.labels.as_deref()
    }

    /// Decoded pictures at hand.
    #[must_use]
    pub fn pictures(&self) -> &[Picture] {
        &self.pictures
    }

    /// Some rows of this set, in the order given, with everything known of them but moments (which are those of the
    /// selected features). Rows beyond the set are left out.
    #[must_use]
    pub fn select(&self, rows: &[usize]) -> Self {
        let n = self.n.unwrap_or(0);
        let rows: Vec<usize> = rows.iter().copied().filter(|&row| row < n).collect();
        let chosen = |values: &Option<Array2<f32>>| {
            values.as_ref().map(|values| values.select(Axis(0), &rows))
        };
        Self {
            n: Some(rows.len()),
            features: chosen(&self.features),
            scores: self.scores.as_ref().map(|scores| match scores {
                ClassScores::Logits(values) => ClassScores::Logits(values.select(Axis(0), &rows)),
                ClassScores::Probabilities(values) => {
                    ClassScores::Probabilities(values.select(Axis(0), &rows))
                }
            }),
            spatial: chosen(&self.spatial),
            spectra: chosen(&self.spectra),
            colours: chosen(&self.colours),
            labels: self
                .labels
                .as_ref()
                .map(|labels| rows.iter().map(|&row| labels[row].clone()).collect()),
            pictures: rows
                .iter()
                .enumerate()
                .flat_map(|(new, &row)| {
                    self.pictures
                        .iter()
                        .filter(move |picture| picture.row == row)
                        .map(move |picture| Picture {
                            row: new,
                            rgb: picture.rgb.clone(),
                        })
                })
                .collect(),
            ..Self::bare(self.name.clone(), self.space)
        }
    }

    /// The set as the user wrote it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where its features come from.
    #[must_use]
    pub fn space(&self) -> Space {
        self.space
    }

    /// Number of samples; `None` for a statistics file that does not say.
    #[must_use]
    pub fn n(&self) -> Option<usize> {
        self.n
    }

    /// Features `[n_samples, n_features]`, where there are any.
    #[must_use]
    pub fn features(&self) -> Option<ArrayView2<'_, f32>> {
        self.features.as_ref().map(|features| features.view())
    }

    /// Class scores, where there are any.
    #[must_use]
    pub fn scores(&self) -> Option<&ClassScores> {
        self.scores.as_ref()
    }

    /// Number of feature dimensions, where there are features or moments.
    #[must_use]
    pub fn n_features(&self) -> Option<usize> {
        match &self.features {
            Some(features) => Some(features.ncols()),
            None => self.moments.get().map(Moments::n_features),
        }
    }

    /// What the Fréchet distance needs of this set: its features where they decide faster, else its moments.
    ///
    /// # Errors
    /// Input: as [`Self::moments`].
    pub fn side(&self) -> Result<Side<'_>> {
        Side::choose(self.features(), || self.moments()).map_err(|e| e.at(&self.name))
    }

    /// The moments: given, or computed from the features at the first call and kept.
    ///
    /// # Errors
    /// Input: a set with neither features nor moments.
    pub fn moments(&self) -> Result<&Moments> {
        if let Some(moments) = self.moments.get() {
            return Ok(moments);
        }
        let features = self.features().ok_or_else(|| {
            Error::input(format!(
                "{}: has neither features nor statistics",
                self.name
            ))
            .mend("give images, a feature array [n, d] or a statistics file with mu and sigma")
        })?;
        let moments = Moments::of(features)?;
        Ok(self.moments.get_or_init(|| moments))
    }
}

fn check_matrix(name: &str, what: &str, values: ArrayView2<'_, f32>) -> Result<()> {
    if values.is_empty() {
        return Err(Error::input(format!(
            "{name}: {what} of shape [{}, {}] hold no value",
            values.nrows(),
            values.ncols()
        ))
        .mend("give at least one sample with at least one dimension"));
    }
    match values.indexed_iter().find(|(_, value)| !value.is_finite()) {
        None => Ok(()),
        Some(((row, column), value)) => Err(Error::input(format!(
            "{name}: {what} hold {value} at row {row}, column {column}; every value must be finite"
        ))
        .mend("find the sample of this row; an overflow in a float16 network is the usual cause")),
    }
}

fn check_probabilities(name: &str, values: ArrayView2<'_, f32>) -> Result<()> {
    for (row, p) in values.rows().into_iter().enumerate() {
        let sum: f64 = p.iter().map(|&v| f64::from(v)).sum();
        if p.iter().any(|&v| v < 0.0) || (sum - 1.0).abs() > 1e-3 {
            return Err(Error::input(format!(
                "{name}: row {row} is no probability vector (sum {sum:.6}, smallest value {})",
                p.iter().copied().fold(f32::INFINITY, f32::min)
            ))
            .mend("give values before softmax with --logits instead"));
        }
    }
    Ok(())
}

/// The reference side (real images).
#[derive(Debug, Clone, Copy)]
pub struct Reference<'a>(pub &'a Measured);

/// The generated side.
#[derive(Debug, Clone, Copy)]
pub struct Generated<'a>(pub &'a Measured);

/// The set that the generator was trained on.
#[derive(Debug, Clone, Copy)]
pub struct Train<'a>(pub &'a Measured);
