//! What a check is: where the known value stands, and how it is computed here.

use super::arrays::Arrays;
use crate::error::Result;

/// One check. Its known value and what is computed have the same parts in the same order.
pub struct Case {
    /// Id of the golden value in the kit, or a name of our own for a value that stands here.
    pub id: &'static str,
    /// Where the known values are.
    pub golden: Golden,
    /// How they are computed here.
    pub how: How,
    /// What is compared.
    pub parts: &'static [Part],
}

/// Where known values are.
pub enum Golden {
    /// In the kit's `golden/features.json`, under the case's id, with its tolerance.
    Kit,
    /// Here: one list for each part.
    Here {
        /// The values.
        values: &'static [&'static [f64]],
        /// Relative tolerance.
        rel: f64,
        /// Absolute tolerance.
        abs: f64,
        /// The program, paper or arithmetic that they come from.
        source: &'static str,
    },
}

/// How values are computed.
pub enum How {
    /// By a metric of the registry, as `gavel evaluate` does it.
    Metric {
        /// Name in the registry.
        name: &'static str,
        /// `--set` options.
        options: &'static [&'static str],
        /// What it is given.
        sets: Sets,
    },
    /// By a function that is given drawn indices, statistics or pixels: what no metric takes.
    Function {
        /// What the function is called.
        name: &'static str,
        /// A list of values for each part.
        compute: fn(&Arrays) -> Result<Vec<Vec<f64>>>,
    },
}

/// Names of arrays (see [`Arrays::matrix`]); an empty name is no array.
#[derive(Clone, Copy, Default)]
pub struct Sets {
    /// Features of the reference.
    pub reference: &'static str,
    /// Features of the generated set.
    pub generated: &'static str,
    /// Features of the training set.
    pub train: &'static str,
    /// Logits of the generated set.
    pub logits: &'static str,
}

/// One thing to compare.
pub struct Part {
    /// JSON pointer into the golden value; for values that stand here, a word for the table.
    pub at: &'static str,
    /// Where the computed value is.
    pub read: Read,
}

/// Where a computed value is.
#[derive(Clone, Copy)]
pub enum Read {
    /// The value of the row of this id.
    Value(&'static str),
    /// A detail of the row of this id.
    Detail(&'static str, &'static str),
    /// The list of this number that a function gives.
    Nth(usize),
}

/// The sets of a comparison.
pub const fn pair(reference: &'static str, generated: &'static str) -> Sets {
    Sets {
        reference,
        generated,
        train: "",
        logits: "",
    }
}

/// The sets of a comparison with a training set.
pub const fn trio(train: &'static str, reference: &'static str, generated: &'static str) -> Sets {
    Sets {
        reference,
        generated,
        train,
        logits: "",
    }
}

/// A set of logits alone.
pub const fn logits(logits: &'static str) -> Sets {
    Sets {
        reference: "",
        generated: "",
        train: "",
        logits,
    }
}

/// A part whose golden value is at `at` and whose computed one is the value of the row `id`.
pub const fn value(at: &'static str, id: &'static str) -> Part {
    Part {
        at,
        read: Read::Value(id),
    }
}

/// A part whose computed value is the detail `name` of the row `id`.
pub const fn detail(at: &'static str, id: &'static str, name: &'static str) -> Part {
    Part {
        at,
        read: Read::Detail(id, name),
    }
}

/// A part whose computed values are the list `number` of a function.
pub const fn nth(at: &'static str, number: usize) -> Part {
    Part {
        at,
        read: Read::Nth(number),
    }
}

/// A metric against a golden value of the kit.
pub const fn kit(
    id: &'static str,
    name: &'static str,
    options: &'static [&'static str],
    sets: Sets,
    parts: &'static [Part],
) -> Case {
    Case {
        id,
        golden: Golden::Kit,
        how: How::Metric {
            name,
            options,
            sets,
        },
        parts,
    }
}

/// A function against a golden value of the kit.
pub const fn kit_function(
    id: &'static str,
    name: &'static str,
    compute: fn(&Arrays) -> Result<Vec<Vec<f64>>>,
    parts: &'static [Part],
) -> Case {
    Case {
        id,
        golden: Golden::Kit,
        how: How::Function { name, compute },
        parts,
    }
}
