//! Pictures that two submissions share.

use serde::{Deserialize, Serialize};

/// What two submissions have in common.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Shared {
    /// Ids of both, in byte order.
    pub between: [String; 2],
    /// Pictures of both that could be read.
    pub n: [usize; 2],
    /// Pairs with the same pixels.
    pub n_identical: usize,
    /// Pairs that are nearer than real pictures come to each other by chance.
    pub n_near: usize,
    /// Some of them, the most alike first.
    pub pairs: Vec<Pair>,
}

/// Two pictures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pair {
    /// Names in both submissions.
    pub names: [String; 2],
    /// Gray levels between them; 0 for the same pixels.
    pub distance: f64,
    /// `same`, `near` or `mirror`.
    pub how: String,
    /// Both as small pictures, data URLs of PNG.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thumbnails: Option<[String; 2]>,
}

impl Shared {
    /// Pairs over the pictures of the smaller submission.
    #[must_use]
    pub fn share(&self) -> f64 {
        let smaller = self.n[0].min(self.n[1]).max(1);
        (self.n_identical + self.n_near) as f64 / smaller as f64
    }

    /// Is this submission one of the two?
    #[must_use]
    pub fn has(&self, id: &str) -> bool {
        self.between.iter().any(|other| other == id)
    }

    /// The other one.
    #[must_use]
    pub fn other(&self, id: &str) -> &str {
        let [a, b] = &self.between;
        if a == id { b } else { a }
    }

    /// In words, without the other's name: a student's page must not name classmates.
    #[must_use]
    pub fn told_to(&self, id: &str) -> String {
        let n = self.n[usize::from(self.between[0] != id)];
        format!(
            "{} of {n} pictures are also in another submission ({} with the same pixels, {} nearly the same)",
            self.n_identical + self.n_near,
            self.n_identical,
            self.n_near
        )
    }
}
