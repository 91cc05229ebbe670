//! What a run leaves behind to be read: a line per epoch, and a page about the result.

use super::pictures::Sets;
use super::recipe::Recipe;
use std::fmt::Write as _;

/// One pass over the training list.
#[derive(Debug, Clone)]
pub struct Epoch {
    /// From 1.
    pub number: usize,
    /// Steps so far.
    pub n_steps: usize,
    /// Mean cross entropy of the epoch's batches.
    pub loss: f64,
    /// Test accuracy per domain, in the recipe's order.
    pub accuracies: Vec<f64>,
    /// Wall time since the run began.
    pub seconds: f64,
}

/// The header of `training-log.csv`.
#[must_use]
pub fn header(recipe: &Recipe) -> String {
    let mut line = String::from("epoch,steps,loss");
    for domain in &recipe.domains {
        let _ = write!(line, ",accuracy_{}", domain.name);
    }
    line + ",seconds\n"
}

/// The line of one epoch.
#[must_use]
pub fn line(epoch: &Epoch) -> String {
    let mut line = format!("{},{},{:.6}", epoch.number, epoch.n_steps, epoch.loss);
    for accuracy in &epoch.accuracies {
        let _ = write!(line, ",{accuracy:.4}");
    }
    let _ = writeln!(line, ",{:.0}", epoch.seconds);
    line
}

/// What the page says about the file that was written.
pub struct Facts<'a> {
    /// BLAKE3 of the recipe file.
    pub recipe_hash: &'a str,
    /// BLAKE3 of all pictures and classes, training and test.
    pub pictures_hash: &'a str,
    /// sha256 of the ONNX file.
    pub onnx_sha256: &'a str,
    /// Its size.
    pub onnx_bytes: usize,
    /// Dimensions without variation over the training pictures.
    pub n_dead: usize,
    /// The last epoch.
    pub last: &'a Epoch,
}

/// `README.md` of the run's report folder.
#[must_use]
pub fn page(recipe: &Recipe, sets: &Sets, facts: &Facts<'_>) -> String {
    let mut page = format!(
        "# {}\n\nWritten by the training run; do not edit. Recipe: BLAKE3 `{}`, seed {}. All \
         pictures at the network's size: BLAKE3 `{}`. Log: `training-log.csv`.\n\n",
        recipe.name, facts.recipe_hash, recipe.seed, facts.pictures_hash
    );
    let _ = writeln!(
        page,
        "{} features ({} of them dead), {} classes, {} bytes, sha256 `{}`.\n",
        recipe.n_features(),
        facts.n_dead,
        sets.classes.len(),
        facts.onnx_bytes,
        facts.onnx_sha256
    );
    let _ = writeln!(
        page,
        "{} steps of {} pictures in {:.0} s; mean loss of the last epoch {:.4}.\n",
        facts.last.n_steps, recipe.schedule.batch_size, facts.last.seconds, facts.last.loss
    );
    page += "| domain | training source | training pictures | test pictures | test accuracy |\n|---|---|---|---|---|\n";
    for (number, domain) in recipe.domains.iter().enumerate() {
        let count = |domains: &[usize]| domains.iter().filter(|&&d| d == number).count();
        let _ = writeln!(
            page,
            "| {} | `{}` | {} | {} ({}) | {:.4} |",
            domain.name,
            domain.source,
            count(&sets.train.domains),
            count(&sets.test.domains),
            domain
                .test
                .as_deref()
                .map_or("held out".into(), |test| format!("`{test}`")),
            facts
                .last
                .accuracies
                .get(number)
                .copied()
                .unwrap_or(f64::NAN)
        );
    }
    page += "\nAn answer is right only if its logit is the largest of all classes of all domains.\n\nClasses, in the \
             order of the logits: ";
    page += &sets.classes.join(", ");
    page + ".\n"
}
